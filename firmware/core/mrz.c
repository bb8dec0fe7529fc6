/* Reading the machine-readable zone of any format of ICAO Doc 9303.
 *
 * Problem: readers deliver lines that may be cut, in the wrong case, of a document that is none, or
 * misread in any place; what is made of them decides whom the counter looks up. Method: shape and
 * characters decide whether there is an MRZ at all, and which. From there on one table
 * (mrz_format.c) says where each field stands: fields are cut out exactly as printed (here,
 * mrz_name.c), held against their check digits (mrz_digit.c), their class and the calendar
 * (mrz_judge.c), and every fault is said by itself. Refused: padding, dropping, changing or
 * repairing anything; saying whether a document has expired.
 */
#include "mrz.h"

#include <string.h>

#include "mrz_check.h"
#include "mrz_step.h"

/* ---- lines --------------------------------------------------------------------------------- */

static void keep_lines(const struct span *lines, size_t n_lines, struct mrz *out)
{
    for (size_t i = 0; i < n_lines && i < MRZ_LINES_MAX; i++) {
        size_t len = lines[i].len < MRZ_LINE_LEN_MAX ? lines[i].len : MRZ_LINE_LEN_MAX;
        if (len > 0)
            memcpy(out->line[i], lines[i].p, len);
    }
}

static bool are_legal(const struct span *lines, size_t n_lines)
{
    for (size_t i = 0; i < n_lines; i++)
        if (!(mrz_classes(lines[i].p, lines[i].len) & MRZ_LEGAL))
            return false;
    return true;
}

/* By number and length of the lines; visas begin with V. */
static enum mrz_format format_of(const struct span *lines, size_t n_lines)
{
    size_t len = n_lines > 0 ? lines[0].len : 0;
    for (size_t i = 1; i < n_lines; i++)
        if (lines[i].len != len)
            return MRZ_FORMAT_NONE;
    if (n_lines == 3 && len == 30)
        return MRZ_FORMAT_TD1;
    if (n_lines == 2 && len == 36)
        return lines[0].p[0] == 'V' ? MRZ_FORMAT_MRV_B : MRZ_FORMAT_TD2;
    if (n_lines == 2 && len == 44)
        return lines[0].p[0] == 'V' ? MRZ_FORMAT_MRV_A : MRZ_FORMAT_TD3;
    return MRZ_FORMAT_NONE;
}

/* The card France issued until 2021 has the lines of a TD2 and fields of its own: where a TD2 has
 * the nationality, it has digits of its number. */
static bool is_french_card(const struct mrz *mrz)
{
    const struct mrz_run *run = &mrz_layouts[MRZ_FORMAT_TD2].field[MRZ_FIELD_NATIONALITY];
    const struct mrz_part part = mrz_part(mrz, run);
    return mrz->format == MRZ_FORMAT_TD2 && memcmp(mrz->line[0], "IDFRA", 5) == 0 &&
           !(mrz_classes(part.text, part.len) & MRZ_AMONG_LETTERS);
}

/* Finds what the lines are; without a format, `issues` says why. */
static void recognise(const struct span *lines, size_t n_lines, struct mrz *out)
{
    out->format = format_of(lines, n_lines);
    if (out->format == MRZ_FORMAT_NONE)
        out->issues |= MRZ_ISSUE_LENGTH;
    if (!are_legal(lines, n_lines))
        out->issues |= MRZ_ISSUE_CHARACTERS;
    else if (is_french_card(out))
        out->issues |= MRZ_ISSUE_FRENCH_ID_CARD;
    if (out->issues)
        out->format = MRZ_FORMAT_NONE;
}

/* Copies without the fillers at the right. */
static void copy_field(const struct mrz *mrz, const struct mrz_run *run, char *out)
{
    const struct mrz_part part = mrz_part(mrz, run);
    const size_t len = mrz_stripped_len(part.text, part.len);
    for (size_t i = 0; i < len; i++)
        out[i] = part.text[i];
}

static void read_fields(const struct mrz_layout *layout, struct mrz *out)
{
    const struct mrz_run *field = layout->field;
    copy_field(out, &field[MRZ_FIELD_CODE], out->document_code);
    copy_field(out, &field[MRZ_FIELD_STATE], out->issuing_state);
    copy_field(out, &field[MRZ_FIELD_NUMBER], out->document_number);
    copy_field(out, &field[MRZ_FIELD_NATIONALITY], out->nationality);
    copy_field(out, &field[MRZ_FIELD_OPTIONAL], out->optional);
    copy_field(out, &field[MRZ_FIELD_OPTIONAL2], out->optional2);
    memcpy(out->birth_date_raw, mrz_part(out, &field[MRZ_FIELD_BIRTH]).text, MRZ_DATE_LEN);
    memcpy(out->expiry_raw, mrz_part(out, &field[MRZ_FIELD_EXPIRY]).text, MRZ_DATE_LEN);
    out->sex = *mrz_part(out, &field[MRZ_FIELD_SEX]).text;
}

bool mrz_parse(const struct span *lines, size_t n_lines, struct mrz *out)
{
    memset(out, 0, sizeof *out);
    keep_lines(lines, n_lines, out);
    recognise(lines, n_lines, out);
    if (out->format == MRZ_FORMAT_NONE)
        return false;
    const struct mrz_layout *layout = &mrz_layouts[out->format];
    read_fields(layout, out);
    mrz_read_name(layout, out);
    mrz_read_checks(layout, out);
    mrz_judge(layout, out);
    return true;
}

bool mrz_checks_hold(const struct mrz *mrz)
{
    for (int i = 0; i < MRZ_PLACES; i++)
        if (mrz->check[i] == MRZ_CHECK_FAILS)
            return false;
    return mrz->format != MRZ_FORMAT_NONE;
}

bool mrz_valid(const struct mrz *mrz)
{
    return mrz->issues == 0 && mrz_checks_hold(mrz);
}
