/* One document's answer as a person reads it: what was read, which digit vouches for it, and in
 * sentences what is wrong, what the cause may be and what to do. Bytes that a terminal would act on
 * are shown by their number. */
#include "mrz_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "utf8.h"

#define INDENT       "    "
#define LABEL        "%-16s "
#define LINES_SHOWN  4
#define COLUMNS_MAX  100 /* of a line that is shown */
#define VALUE_LEN    64
#define VALUE_COLUMN 24 /* the longest number and a space: behind it stands its check digit */

static const char *const format_words[MRZ_FORMATS] = {
    [MRZ_FORMAT_TD3] = "TD3 (passport)",        [MRZ_FORMAT_TD1] = "TD1 (card, three lines)",
    [MRZ_FORMAT_TD2] = "TD2 (card, two lines)", [MRZ_FORMAT_MRV_A] = "MRV-A (visa)",
    [MRZ_FORMAT_MRV_B] = "MRV-B (small visa)",
};

static const char *const issue_words[MRZ_ISSUES] = {
    "the lines are not 2 of 44, 2 of 36 or 3 of 30 characters",
    "there are characters other than A-Z, 0-9 and <",
    "a French identity card issued until 2021: a layout of its own, not supported",
    "the document code is none of this format",
    "the issuing state holds a digit",
    "the name holds a digit",
    "the nationality holds a digit",
    "the birth date is no day of the calendar",
    "the expiry date is no day of the calendar",
    "the sex is not M, F or <",
};

static const char *const warning_words[MRZ_WARNINGS] = {
    "the issuing state is not in ISO 3166-1 or ICAO Doc 9303",
    "the nationality is not in ISO 3166-1 or ICAO Doc 9303",
    "the name has a third part: it was read into the secondary name",
    "the primary name is empty",
    "the document number is empty",
    "Indonesian passport numbers are a letter and 7 digits; this one is not",
};

/* What the cause may be and what to do, by kind. */
static const char *const fault_words[MRZ_FAULT_KINDS] = {
    [MRZ_FAULT_UNREAD] = "a mark for what was not read: clean the glass, read again",
    [MRZ_FAULT_HIGH_BIT] =
        "bit 7 is parity: set scanner_data_bits and scanner_parity as in the reader",
    [MRZ_FAULT_KEYBOARD_LAYOUT] = "stands where fillers belong: another keyboard layout",
    [MRZ_FAULT_LOWER_CASE] = "lower case: caps lock, or a setting of the reader",
    [MRZ_FAULT_CHARACTERS] = "is no character of an MRZ",
    [MRZ_FAULT_ROWS_MIXED] = "the lines are of different formats: of two documents?",
    [MRZ_FAULT_ROW_CUT] = "cut short: put the document flat and read again",
    [MRZ_FAULT_ROW_LONG] = "too long: are two lines joined, or does the reader add a prefix?",
    [MRZ_FAULT_ROW_COUNT] = "too few or too many lines for their length",
    [MRZ_FAULT_ROWS_SWAPPED] = "the lines came in another order: sorted they are a valid MRZ",
};

/* ---- lines as they came ------------------------------------------------------------------- */

static void line_print(struct span line)
{
    const bool plain = utf8_is_plain(line);

    for (size_t i = 0; i < line.len && i < COLUMNS_MAX; i++) {
        const uint8_t byte = line.p[i];
        if (byte < ' ' || byte == 0x7F || (byte > 0x7F && !plain))
            printf("\\x%02X", byte);
        else
            putchar(byte);
    }
    puts(line.len > COLUMNS_MAX ? "..." : "");
}

/* A caret under a column, from 1, where columns are what they seem. */
static void caret_print(struct span line, unsigned column)
{
    if (column == 0 || column > COLUMNS_MAX)
        return;
    for (size_t i = 0; i < line.len && i < column; i++) {
        if (line.p[i] < ' ' || line.p[i] >= 0x7F)
            return;
    }
    printf(INDENT "%*s\n", (int)column, "^");
}

static void lines_print(const struct mrz_row *row, const struct mrz_fault *fault)
{
    putchar('\n');
    for (size_t i = 0; i < row->n_lines && i < LINES_SHOWN; i++) {
        fputs(INDENT, stdout);
        line_print(row->lines[i]);
        if (fault->line == i + 1)
            caret_print(row->lines[i], fault->column);
    }
    if (row->n_lines > LINES_SHOWN)
        printf(INDENT "... %zu lines\n", row->n_lines);
    putchar('\n');
}

/* ---- fields ------------------------------------------------------------------------------- */

static const char *check_words(enum mrz_check check)
{
    switch (check) {
    case MRZ_CHECK_HOLDS:
        return "check digit holds";
    case MRZ_CHECK_FAILS:
        return "check digit FAILS";
    case MRZ_CHECK_NONE:
        break;
    }
    return "check digit not printed";
}

static void field_print(const char *label, const char *value)
{
    printf(INDENT LABEL "%s\n", label, *value ? value : "-");
}

static void checked_print(const char *label, const char *value, enum mrz_check check)
{
    printf(INDENT LABEL "%-*s %s\n", label, VALUE_COLUMN, *value ? value : "-", check_words(check));
}

static void date_print(char *out, struct date date)
{
    if (!date_known(date))
        *out = '\0';
    else if (!date.month)
        snprintf(out, VALUE_LEN, "%04d", date.year);
    else if (!date.day)
        snprintf(out, VALUE_LEN, "%04d-%02u", date.year, date.month);
    else
        date_format(date, out);
}

/* The six columns, and the day they mean where the whole MRZ is good. */
static void date_value(char out[VALUE_LEN], const char *raw, struct date date)
{
    char day[VALUE_LEN];

    date_print(day, date);
    snprintf(out, VALUE_LEN, "%s%s%.20s", raw, *day ? "  " : "", day);
}

static void dates_print(const struct mrz *mrz, struct date today)
{
    struct document document = {0};
    char value[VALUE_LEN], earlier[VALUE_LEN];
    const char sex[2] = {mrz->sex};

    if (mrz_valid(mrz) && !document_is_visa(mrz))
        document_from_mrz(mrz, today, &document);
    date_value(value, mrz->birth_date_raw, document.birth);
    checked_print("birth date", value, mrz->check[MRZ_PLACE_BIRTH]);
    date_print(earlier, document.birth_alternative);
    if (*earlier)
        printf(INDENT LABEL "%-6s  or %s\n", "", "", earlier);
    field_print("sex", sex);
    date_value(value, mrz->expiry_raw, document.expiry);
    checked_print("expiry date", value, mrz->check[MRZ_PLACE_EXPIRY]);
}

static void optional_print(const struct mrz *mrz)
{
    if (mrz->format == MRZ_FORMAT_TD3)
        checked_print("personal number", mrz->optional, mrz->check[MRZ_PLACE_OPTIONAL]);
    else
        field_print("optional data", mrz->long_number ? mrz->optional_after_number : mrz->optional);
    if (mrz->format == MRZ_FORMAT_TD1)
        field_print("optional data 2", mrz->optional2);
    if (mrz->check[MRZ_PLACE_COMPOSITE] != MRZ_CHECK_NONE)
        checked_print("composite", " ", mrz->check[MRZ_PLACE_COMPOSITE]);
}

static void fields_print(const struct mrz *mrz, struct date today)
{
    field_print("format", format_words[mrz->format]);
    field_print("document code", mrz->document_code);
    field_print("issuing state", mrz->issuing_state);
    field_print("primary name", mrz->primary);
    field_print("secondary name", mrz->secondary);
    checked_print("document number", mrz->document_number, mrz->check[MRZ_PLACE_NUMBER]);
    field_print("nationality", mrz->nationality);
    dates_print(mrz, today);
    optional_print(mrz);
}

/* ---- findings ----------------------------------------------------------------------------- */

static void bits_print(const char *label, const char *const *words, unsigned n, uint32_t bits)
{
    for (unsigned bit = 0; bit < n; bit++) {
        if (bits & (1u << bit))
            field_print(label, words[bit]);
    }
}

static bool is_worth_a_word(const struct mrz *mrz)
{
    return !mrz_valid(mrz) || mrz->warnings || mrz->name_may_be_truncated ||
           mrz->long_digit == MRZ_LONG_DIGIT_FILLER_INCLUDED;
}

static void notes_print(const struct mrz *mrz)
{
    if (mrz->name_may_be_truncated)
        field_print("note", "the name fills its field: it may go on");
    if (mrz->long_digit == MRZ_LONG_DIGIT_FILLER_INCLUDED)
        field_print("note", "the long number's check digit counts the filler, as some issuers do");
    bits_print("note", warning_words, MRZ_WARNINGS, mrz->warnings);
}

static void fault_print(const struct mrz_fault *fault)
{
    if (fault->kind == MRZ_FAULT_NONE)
        return;
    printf(INDENT LABEL, "cause");
    if (fault->line)
        printf("line %u%s", fault->line, fault->column ? ", " : ": ");
    if (fault->column)
        printf("column %u: ", fault->column);
    if (fault->symbol > ' ' && fault->symbol < 0x7F)
        printf("'%c' ", (int)fault->symbol);
    else if (fault->symbol)
        printf("U+%04X ", fault->symbol);
    puts(fault_words[fault->kind]);
    if (fault->count > 1)
        printf(INDENT LABEL "%u characters in all\n", "", fault->count);
}

static void wrongs_print(const struct mrz *mrz)
{
    if (mrz->format && !mrz_checks_hold(mrz))
        field_print("wrong", "a check digit fails: what it covers was misread, or altered");
    bits_print("wrong", issue_words, MRZ_ISSUES, mrz->issues);
}

/* The proposed lines, with a caret under each column that would change. */
static void repair_print(const struct mrz_answer *answer)
{
    const struct mrz_repair *repair = &answer->repair;

    for (unsigned i = 0; i < repair->n; i++) {
        const struct mrz_position *at = &repair->position[i];
        printf(INDENT LABEL "line %u, column %u: %c for %c\n", i ? "" : "proposal", at->line,
               at->column, at->to, at->from);
    }
    field_print("", repair->proof == MRZ_PROOF_CLASS
                        ? "no other look-alike may stand there"
                        : "no other look-alike makes every check digit hold");
    field_print("", "not applied: read again, or compare with the document\n");
    for (unsigned line = 0; line < mrz_lines(answer->mrz.format); line++) {
        char carets[MRZ_LINE_LEN_MAX + 1] = "";
        for (unsigned i = 0; i < repair->n; i++) {
            const size_t len = strlen(carets), column = repair->position[i].column;
            if (repair->position[i].line == line + 1)
                snprintf(carets + len, sizeof carets - len, "%*s", (int)(column - len), "^");
        }
        printf(INDENT "%s\n", repair->line[line]);
        if (*carets)
            printf(INDENT "%s\n", carets);
    }
}

static void findings_print(const struct mrz_answer *answer, struct date today)
{
    const struct mrz *mrz = &answer->mrz;

    if (mrz->format)
        fields_print(mrz, today);
    if (mrz->format && is_worth_a_word(mrz))
        putchar('\n');
    wrongs_print(mrz);
    notes_print(mrz);
    if (answer->has_repair)
        repair_print(answer);
}

void mrz_answer_report(const struct mrz_answer *answer, struct date today)
{
    const struct mrz *mrz = &answer->mrz;
    struct mrz_fault fault = {0};
    char *id = json_dumps(answer->id, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);

    printf("Document %s: ", id);
    free(id);
    if (answer->row->error) {
        printf("NOT READ: %s\n\n", answer->row->error);
        return;
    }
    puts(!mrz->format ? "NO MRZ" : mrz_valid(mrz) ? "valid" : "NOT VALID");
    if (!mrz_valid(mrz))
        mrz_fault_find(answer->row->lines, answer->row->n_lines, &fault);
    lines_print(answer->row, &fault);
    if (fault.kind != MRZ_FAULT_ROWS_SWAPPED) /* other rows' columns are no fields */
        findings_print(answer, today);
    fault_print(&fault);
    putchar('\n');
}
