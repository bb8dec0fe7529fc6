/* The machine-readable zone of a TD3 (passport): ICAO Doc 9303, parts 3 and 4.
 *
 * Problem: readers deliver two lines that may be cut, in the wrong case, of another format, or
 * misread in any place; what is made of them decides whom the counter looks up. Method: the lines
 * are judged in three steps. Shape and characters decide whether there is an MRZ at all. Then the
 * fields are cut out at the places of part 4, 4.2.2, exactly as printed. Then each place is held
 * against its class (letters, digits), the calendar and its check digit, and every fault is one
 * bit. Refused: padding, dropping, changing or repairing anything; saying whether a country exists
 * or a document has expired, which is not a matter of the MRZ. Other formats of 9303 are
 * recognised by their shape and reported as not supported.
 */
#include "mrz.h"

#include <assert.h>
#include <string.h>

#define FILLER   '<'
#define NAME_AT  5
#define LINES    2
#define LINE_LEN 44
#define NAME_LEN (LINE_LEN - NAME_AT)
#define DATE_LEN 6

/* Columns of the second line, from 0 (part 4, 4.2.2.2). */
enum column {
    COLUMN_NUMBER = 0,
    COLUMN_NUMBER_CHECK = 9,
    COLUMN_NATIONALITY = 10,
    COLUMN_BIRTH = 13,
    COLUMN_BIRTH_CHECK = 19,
    COLUMN_SEX = 20,
    COLUMN_EXPIRY = 21,
    COLUMN_EXPIRY_CHECK = 27,
    COLUMN_OPTIONAL = 28,
    COLUMN_OPTIONAL_CHECK = 42,
    COLUMN_COMPOSITE_CHECK = 43,
};

/* ---- characters ---------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool are_mrz_characters(struct span line)
{
    for (size_t i = 0; i < line.len; i++) {
        char c = (char)line.p[i];
        if (!is_digit(c) && !is_letter(c) && c != FILLER)
            return false;
    }
    return true;
}

static bool are_letters_or_fillers(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_letter(text[i]) && text[i] != FILLER)
            return false;
    return true;
}

static bool are_fillers(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] != FILLER)
            return false;
    return true;
}

/* ---- check digits -------------------------------------------------------------------------- */

static unsigned character_value(char c)
{
    if (is_digit(c))
        return (unsigned)(c - '0');
    return is_letter(c) ? (unsigned)(c - 'A') + 10 : 0;
}

/* The weighted sum of a run that begins at place `at` of the text that is summed. */
static unsigned weighted_sum(const char *text, size_t len, size_t at)
{
    static const unsigned weights[] = {7, 3, 1};
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += character_value(text[i]) * weights[(at + i) % 3];
    return sum;
}

char mrz_check_digit(const char *text, size_t len)
{
    return (char)('0' + weighted_sum(text, len, 0) % 10);
}

static enum mrz_check check_of(const char *text, size_t len, char printed)
{
    return printed == mrz_check_digit(text, len) ? MRZ_CHECK_HOLDS : MRZ_CHECK_FAILS;
}

/* Number, birth, expiry and personal number, each with its digit, without nationality and sex. */
static enum mrz_check composite_check(const char *line)
{
    static const struct {
        size_t from, len;
    } runs[] = {
        {COLUMN_NUMBER, COLUMN_NATIONALITY - COLUMN_NUMBER},
        {COLUMN_BIRTH, COLUMN_SEX - COLUMN_BIRTH},
        {COLUMN_EXPIRY, COLUMN_COMPOSITE_CHECK - COLUMN_EXPIRY},
    };
    unsigned sum = 0;
    size_t at = 0;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        sum += weighted_sum(line + runs[i].from, runs[i].len, at);
        at += runs[i].len;
    }
    return line[COLUMN_COMPOSITE_CHECK] == (char)('0' + sum % 10) ? MRZ_CHECK_HOLDS
                                                                  : MRZ_CHECK_FAILS;
}

static void judge_checks(const char *line, struct mrz *out)
{
    const char *optional = line + COLUMN_OPTIONAL;
    size_t optional_len = COLUMN_OPTIONAL_CHECK - COLUMN_OPTIONAL;
    char optional_digit = line[COLUMN_OPTIONAL_CHECK];

    out->check[MRZ_PLACE_NUMBER] = check_of(
        line + COLUMN_NUMBER, COLUMN_NUMBER_CHECK - COLUMN_NUMBER, line[COLUMN_NUMBER_CHECK]);
    out->check[MRZ_PLACE_BIRTH] = check_of(line + COLUMN_BIRTH, DATE_LEN, line[COLUMN_BIRTH_CHECK]);
    out->check[MRZ_PLACE_EXPIRY] =
        check_of(line + COLUMN_EXPIRY, DATE_LEN, line[COLUMN_EXPIRY_CHECK]);
    out->check[MRZ_PLACE_OPTIONAL] = optional_digit == FILLER && are_fillers(optional, optional_len)
                                         ? MRZ_CHECK_NONE
                                         : check_of(optional, optional_len, optional_digit);
    out->check[MRZ_PLACE_COMPOSITE] = composite_check(line);
}

/* ---- fields -------------------------------------------------------------------------------- */

/* Copies without the fillers at the right. */
static void copy_field(const char *from, size_t len, char *out)
{
    while (len > 0 && from[len - 1] == FILLER)
        len--;
    memcpy(out, from, len);
    out[len] = '\0';
}

/* Copies words; fillers between them become one space, at the ends nothing. */
static void copy_words(const char *from, size_t len, char *out)
{
    char *to = out;
    for (size_t i = 0; i < len; i++) {
        if (from[i] != FILLER)
            *to++ = from[i];
        else if (to > out && to[-1] != ' ')
            *to++ = ' ';
    }
    if (to > out && to[-1] == ' ')
        to--;
    *to = '\0';
}

/* Part 3, 4.6: the primary identifier ends at the first double filler; what follows it, later
 * double fillers included, is secondary. */
static void read_name(const char *name, struct mrz *out)
{
    size_t primary_len = 0;
    while (primary_len < NAME_LEN && !(name[primary_len] == FILLER && primary_len + 1 < NAME_LEN &&
                                       name[primary_len + 1] == FILLER))
        primary_len++;
    copy_words(name, primary_len, out->primary);
    copy_words(name + primary_len, NAME_LEN - primary_len, out->secondary);
    out->name_may_be_truncated = name[NAME_LEN - 1] != FILLER;
}

static void read_fields(const char *first, const char *second, struct mrz *out)
{
    copy_field(first, 2, out->document_code);
    copy_field(first + 2, 3, out->issuing_state);
    read_name(first + NAME_AT, out);
    copy_field(second + COLUMN_NUMBER, COLUMN_NUMBER_CHECK - COLUMN_NUMBER, out->document_number);
    copy_field(second + COLUMN_NATIONALITY, 3, out->nationality);
    memcpy(out->birth_date_raw, second + COLUMN_BIRTH, DATE_LEN);
    out->sex = second[COLUMN_SEX];
    memcpy(out->expiry_raw, second + COLUMN_EXPIRY, DATE_LEN);
    copy_field(second + COLUMN_OPTIONAL, COLUMN_OPTIONAL_CHECK - COLUMN_OPTIONAL, out->optional);
}

/* ---- conformance --------------------------------------------------------------------------- */

/* Part 3, 4.8: YYMMDD; an unknown day, month and day, or whole date is filled. A day that exists
 * in 19YY exists in 20YY as well, since 2000 is a leap year. */
static bool is_calendar_day(const char *raw)
{
    size_t digits = 0;
    while (digits < DATE_LEN && is_digit(raw[digits]))
        digits++;
    if (digits % 2 != 0 || !are_fillers(raw + digits, DATE_LEN - digits))
        return false;
    struct date date = {.year = 2000, .month = 1, .day = 1};
    if (digits >= 2)
        date.year = (int16_t)(2000 + (raw[0] - '0') * 10 + (raw[1] - '0'));
    if (digits >= 4)
        date.month = (uint8_t)((raw[2] - '0') * 10 + (raw[3] - '0'));
    if (digits == 6)
        date.day = (uint8_t)((raw[4] - '0') * 10 + (raw[5] - '0'));
    return date_valid(date);
}

static void judge_fields(const char *first, const char *second, struct mrz *out)
{
    if (first[0] != 'P' || !are_letters_or_fillers(first, 2))
        out->issues |= MRZ_ISSUE_DOCUMENT_CODE;
    if (!are_letters_or_fillers(first + 2, 3))
        out->issues |= MRZ_ISSUE_ISSUING_STATE;
    if (!are_letters_or_fillers(first + NAME_AT, NAME_LEN))
        out->issues |= MRZ_ISSUE_NAME;
    if (!are_letters_or_fillers(second + COLUMN_NATIONALITY, 3))
        out->issues |= MRZ_ISSUE_NATIONALITY;
    if (!is_calendar_day(out->birth_date_raw))
        out->issues |= MRZ_ISSUE_BIRTH_DATE;
    if (!is_calendar_day(out->expiry_raw))
        out->issues |= MRZ_ISSUE_EXPIRY_DATE;
    if (out->sex != 'M' && out->sex != 'F' && out->sex != FILLER)
        out->issues |= MRZ_ISSUE_SEX;
}

/* Every line has `len` characters. */
static bool lines_have(const struct span *lines, size_t n_lines, size_t len)
{
    for (size_t i = 0; i < n_lines; i++)
        if (lines[i].len != len)
            return false;
    return true;
}

/* 0 for a TD3, else what stands against reading the lines as one. */
static uint32_t judge_shape(const struct span *lines, size_t n_lines)
{
    uint32_t issues = 0;
    for (size_t i = 0; i < n_lines; i++)
        if (!are_mrz_characters(lines[i]))
            issues |= MRZ_ISSUE_CHARACTERS;
    if (n_lines != LINES || !lines_have(lines, n_lines, LINE_LEN) || lines[0].p[0] == 'V')
        return issues | MRZ_ISSUE_LENGTH;
    return issues;
}

static void keep_lines(const struct span *lines, size_t n_lines, struct mrz *out)
{
    for (size_t i = 0; i < n_lines && i < MRZ_LINES_MAX; i++) {
        size_t len = lines[i].len < MRZ_LINE_LEN_MAX ? lines[i].len : MRZ_LINE_LEN_MAX;
        if (len > 0)
            memcpy(out->line[i], lines[i].p, len);
    }
}

bool mrz_parse(const struct span *lines, size_t n_lines, struct mrz *out)
{
    memset(out, 0, sizeof *out);
    keep_lines(lines, n_lines, out);
    out->issues = judge_shape(lines, n_lines);
    if (out->issues)
        return false;
    out->format = MRZ_FORMAT_TD3;
    read_fields(out->line[0], out->line[1], out);
    judge_fields(out->line[0], out->line[1], out);
    judge_checks(out->line[1], out);
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
