/* What an officer keyed, checked field by field.
 *
 * Problem: a document without an MRZ, or one that no reader can read, is typed by hand, and fingers
 * slip as sensors do. Method: a table of fields, each with its own check, so that every mistake is
 * named at its place at once; a passport's number also has to agree with the digit printed after it
 * (9303-3, 4.9). What passes is KEYED for ever (R024). Refused: folding case, dropping characters,
 * completing years: the officer sees what is recorded; and judging the document, since expired is a
 * finding.
 */
#include <assert.h>
#include <string.h>

#include "document.h"

#define YEAR_FIRST           1900
#define EXPIRY_YEAR_FIRST    2000
#define EXPIRY_YEAR_LAST     2099
#define NUMBER_COLUMNS       9 /* of an MRZ; a passport's number fits them (9303-4, 4.2.2) */
#define NAME_SPECIALS        " '-."
#define GERMANY              "D" /* the one code that is shorter than three letters */
#define COUNTRY_CODE_LETTERS 3

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- fields -------------------------------------------------------------------------------- */

static enum document_flaw type_flaw(const struct document_keyed *keyed, struct date today)
{
    (void)today;
    return (unsigned)keyed->type < DOCUMENT_TYPE_COUNT ? DOCUMENT_FLAW_NONE : DOCUMENT_FLAW_VALUE;
}

static enum document_flaw number_flaw(const struct document_keyed *keyed, struct date today)
{
    (void)today;
    const char *number = keyed->number;
    const size_t len = strlen(number);
    if (len == 0)
        return DOCUMENT_FLAW_MISSING;
    for (size_t i = 0; i < len; i++) {
        const bool inside = i > 0 && i < len - 1;
        if (!is_letter(number[i]) && !is_digit(number[i]) && !(inside && number[i] == '<'))
            return DOCUMENT_FLAW_CHARACTERS;
    }
    return keyed->type == DOCUMENT_P && len > NUMBER_COLUMNS ? DOCUMENT_FLAW_LENGTH
                                                             : DOCUMENT_FLAW_NONE;
}

/* As mrz.h says of long numbers: with the filler that stands in the digit's column, or without. */
static char digit_with_filler(const char *number, size_t len)
{
    char text[DOCUMENT_NUMBER_LEN + 1];
    memcpy(text, number, NUMBER_COLUMNS);
    text[NUMBER_COLUMNS] = '<';
    memcpy(text + NUMBER_COLUMNS + 1, number + NUMBER_COLUMNS, len - NUMBER_COLUMNS);
    return mrz_check_digit(text, len + 1);
}

/* Fillers after a short number count nothing, so it need not be padded to its columns. */
static bool digit_holds(const char *number, char digit)
{
    const size_t len = strlen(number);
    return mrz_check_digit(number, len) == digit ||
           (len > NUMBER_COLUMNS && digit_with_filler(number, len) == digit);
}

/* A digit can't be judged against a number that can't be one. */
static enum document_flaw number_check_flaw(const struct document_keyed *keyed, struct date today)
{
    if (keyed->number_check == 0)
        return keyed->type == DOCUMENT_P ? DOCUMENT_FLAW_MISSING : DOCUMENT_FLAW_NONE;
    if (!is_digit(keyed->number_check))
        return DOCUMENT_FLAW_CHARACTERS;
    if (number_flaw(keyed, today) != DOCUMENT_FLAW_NONE ||
        digit_holds(keyed->number, keyed->number_check))
        return DOCUMENT_FLAW_NONE;
    return DOCUMENT_FLAW_CHECK_DIGIT;
}

static enum document_flaw code_flaw(const char *code)
{
    for (const char *p = code; *p; p++)
        if (!is_letter(*p))
            return DOCUMENT_FLAW_CHARACTERS;
    return strlen(code) == COUNTRY_CODE_LETTERS || strcmp(code, GERMANY) == 0
               ? DOCUMENT_FLAW_NONE
               : DOCUMENT_FLAW_LENGTH;
}

static enum document_flaw country_flaw(const struct document_keyed *keyed, struct date today)
{
    (void)today;
    return *keyed->country ? code_flaw(keyed->country) : DOCUMENT_FLAW_MISSING;
}

static enum document_flaw nationality_flaw(const struct document_keyed *keyed, struct date today)
{
    (void)today;
    return *keyed->nationality ? code_flaw(keyed->nationality) : DOCUMENT_FLAW_NONE;
}

static enum document_flaw name_flaw(const struct document_keyed *keyed, struct date today)
{
    (void)today;
    if (!*keyed->name)
        return DOCUMENT_FLAW_MISSING;
    for (const char *p = keyed->name; *p; p++)
        if (!is_letter(*p) && !strchr(NAME_SPECIALS, *p))
            return DOCUMENT_FLAW_CHARACTERS;
    return is_letter(*keyed->name) ? DOCUMENT_FLAW_NONE : DOCUMENT_FLAW_CHARACTERS;
}

static enum document_flaw sex_flaw(const struct document_keyed *keyed, struct date today)
{
    (void)today;
    if (keyed->sex == 0)
        return DOCUMENT_FLAW_MISSING;
    return strchr("MFX", keyed->sex) ? DOCUMENT_FLAW_NONE : DOCUMENT_FLAW_VALUE;
}

/* A year alone, or a year and a month, are dates that documents print (9303-3, 4.8). */
static enum document_flaw calendar_flaw(struct date date)
{
    const bool whole = date.month && date.day;
    const bool known = whole ? date_valid(date) : date.month <= 12 && !date.day;
    return known ? DOCUMENT_FLAW_NONE : DOCUMENT_FLAW_CALENDAR;
}

static enum document_flaw birth_flaw(const struct document_keyed *keyed, struct date today)
{
    if (!date_known(keyed->birth))
        return DOCUMENT_FLAW_MISSING;
    if (keyed->birth.year < YEAR_FIRST)
        return DOCUMENT_FLAW_CENTURY;
    if (date_compare(keyed->birth, today) > 0)
        return DOCUMENT_FLAW_FUTURE;
    return calendar_flaw(keyed->birth);
}

static enum document_flaw expiry_flaw(const struct document_keyed *keyed, struct date today)
{
    (void)today;
    if (!date_known(keyed->expiry))
        return keyed->type == DOCUMENT_P ? DOCUMENT_FLAW_MISSING : DOCUMENT_FLAW_NONE;
    if (keyed->expiry.year < EXPIRY_YEAR_FIRST || keyed->expiry.year > EXPIRY_YEAR_LAST)
        return DOCUMENT_FLAW_CENTURY;
    return calendar_flaw(keyed->expiry);
}

/* What its digits say of birth and sex is not known well enough to refuse one. */
static enum document_flaw nik_flaw(const struct document_keyed *keyed, struct date today)
{
    (void)today;
    const size_t len = strlen(keyed->nik);
    for (size_t i = 0; i < len; i++)
        if (!is_digit(keyed->nik[i]))
            return DOCUMENT_FLAW_CHARACTERS;
    return len == 0 || len == DOCUMENT_NIK_DIGITS ? DOCUMENT_FLAW_NONE : DOCUMENT_FLAW_LENGTH;
}

static const struct {
    const char *name;
    enum document_flaw (*flaw)(const struct document_keyed *keyed, struct date today);
} fields[DOCUMENT_FIELD_COUNT] = {
#define DOCUMENT_FIELD_CHECK(field, member) [DOCUMENT_FIELD_##field] = {#member, member##_flaw},
    DOCUMENT_FIELDS(DOCUMENT_FIELD_CHECK)
#undef DOCUMENT_FIELD_CHECK
};

/* ---- documents ----------------------------------------------------------------------------- */

bool document_from_keyed(const struct document_keyed *keyed, struct date today,
                         struct document *out, enum document_flaw flaws[DOCUMENT_FIELD_COUNT])
{
    bool sound = true;
    for (size_t i = 0; i < DOCUMENT_FIELD_COUNT; i++) {
        flaws[i] = fields[i].flaw(keyed, today);
        sound = sound && flaws[i] == DOCUMENT_FLAW_NONE;
    }
    if (!sound)
        return false;
    memset(out, 0, sizeof *out);
    out->capture = DOCUMENT_KEYED;
    out->type = keyed->type;
    memcpy(out->number, keyed->number, sizeof out->number);
    out->number_check = keyed->number_check;
    memcpy(out->country, keyed->country, sizeof out->country);
    memcpy(out->nationality, keyed->nationality, sizeof out->nationality);
    memcpy(out->name, keyed->name, sizeof out->name);
    out->sex = keyed->sex;
    out->birth = keyed->birth;
    out->expiry = keyed->expiry;
    return true;
}

void document_keyed_from_mrz(const struct mrz *mrz, struct date today, struct document_keyed *out)
{
    struct document document;
    document_from_mrz(mrz, today, &document);
    memset(out, 0, sizeof *out);
    out->type = document.type;
    memcpy(out->number, document.number, sizeof out->number);
    out->number_check = mrz->long_digit == MRZ_LONG_DIGIT_FILLER_INCLUDED
                            ? digit_with_filler(document.number, strlen(document.number))
                            : mrz_check_digit(document.number, strlen(document.number));
    memcpy(out->country, document.country, sizeof out->country);
    memcpy(out->nationality, document.nationality, sizeof out->nationality);
    memcpy(out->name, document.name, sizeof out->name);
    out->sex = document.sex;
    out->birth = document.birth;
    out->expiry = document.expiry;
}

const char *document_field_name(enum document_field field)
{
    assert((unsigned)field < DOCUMENT_FIELD_COUNT);
    return fields[field].name;
}

const char *document_flaw_name(enum document_flaw flaw)
{
    static const char *const names[DOCUMENT_FLAW_COUNT] = {
#define DOCUMENT_FLAW_NAME(name) [DOCUMENT_FLAW_##name] = #name,
        DOCUMENT_FLAWS(DOCUMENT_FLAW_NAME)
#undef DOCUMENT_FLAW_NAME
    };
    assert((unsigned)flaw < DOCUMENT_FLAW_COUNT);
    return names[flaw];
}
