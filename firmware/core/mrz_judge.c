/* Whether the fields of an MRZ conform: document code, letters, calendar, sex (ICAO Doc 9303 part
 * 3, 4.3 to 4.8); and what is odd about them though it may be right, which is only a warning, since
 * lists of countries and habits of issuers change while passports are good for ten years.
 */
#include <string.h>

#include "country.h"
#include "mrz_check.h"
#include "mrz_step.h"

#define IDN_NUMBER_LEN 8 /* a letter and seven digits */

/* The first letter says what it is, the second is the issuer's. On a card it can't be V, nor C
 * after A but for crew certificates, which is what AC says (part 5, 4.2.2.1). */
static bool is_code(const struct mrz_layout *layout, const char *code)
{
    return strchr(layout->code_letters, code[0]) && mrz_classes(code + 1, 1) & MRZ_AMONG_LETTERS &&
           !(layout->is_card && code[1] == 'V');
}

static bool are_letters(struct mrz_part part)
{
    return mrz_classes(part.text, part.len) & MRZ_AMONG_LETTERS;
}

static size_t count_digits(const char *text)
{
    size_t n = 0;
    while (text[n] >= '0' && text[n] <= '9')
        n++;
    return n;
}

static uint8_t two_digits(const char *text)
{
    return (uint8_t)((text[0] - '0') * 10 + (text[1] - '0'));
}

/* YYMMDD; an unknown day, month and day, or whole date is filled (part 3, 4.8). A day that exists
 * in 19YY exists in 20YY as well, since 2000 is a leap year: one calendar serves birth and expiry.
 */
static bool is_calendar_day(const char *raw)
{
    const size_t known = mrz_stripped_len(raw, MRZ_DATE_LEN);
    struct date date = {.year = 2000, .month = 1, .day = 1};
    if (known % 2 != 0 || count_digits(raw) != known)
        return false;
    if (known >= 2)
        date.year = (int16_t)(2000 + two_digits(raw));
    if (known >= 4)
        date.month = two_digits(raw + 2);
    if (known >= 6)
        date.day = two_digits(raw + 4);
    return date_valid(date);
}

static bool is_unusual_number(const struct mrz *mrz)
{
    const char *number = mrz->document_number;
    return mrz->format == MRZ_FORMAT_TD3 && strcmp(mrz->issuing_state, "IDN") == 0 &&
           !(strlen(number) == IDN_NUMBER_LEN && number[0] >= 'A' && number[0] <= 'Z' &&
             count_digits(number + 1) == IDN_NUMBER_LEN - 1);
}

static void judge_fields(const struct mrz_layout *layout, struct mrz *mrz)
{
    const struct mrz_run *field = layout->field;
    if (!is_code(layout, mrz_part(mrz, &field[MRZ_FIELD_CODE]).text))
        mrz->issues |= MRZ_ISSUE_DOCUMENT_CODE;
    if (!are_letters(mrz_part(mrz, &field[MRZ_FIELD_STATE])))
        mrz->issues |= MRZ_ISSUE_ISSUING_STATE;
    if (!are_letters(mrz_part(mrz, &field[MRZ_FIELD_NAME])))
        mrz->issues |= MRZ_ISSUE_NAME;
    if (!are_letters(mrz_part(mrz, &field[MRZ_FIELD_NATIONALITY])))
        mrz->issues |= MRZ_ISSUE_NATIONALITY;
    if (!is_calendar_day(mrz->birth_date_raw))
        mrz->issues |= MRZ_ISSUE_BIRTH_DATE;
    if (!is_calendar_day(mrz->expiry_raw))
        mrz->issues |= MRZ_ISSUE_EXPIRY_DATE;
    if (mrz->sex != 'M' && mrz->sex != 'F' && mrz->sex != MRZ_FILLER)
        mrz->issues |= MRZ_ISSUE_SEX;
}

static void warn_of_fields(struct mrz *mrz)
{
    if (!country_known(mrz->issuing_state))
        mrz->warnings |= MRZ_WARNING_ISSUING_STATE;
    if (!country_known(mrz->nationality))
        mrz->warnings |= MRZ_WARNING_NATIONALITY;
    if (mrz->document_number[0] == '\0')
        mrz->warnings |= MRZ_WARNING_NUMBER_EMPTY;
    if (is_unusual_number(mrz))
        mrz->warnings |= MRZ_WARNING_NUMBER_UNUSUAL;
}

void mrz_judge(const struct mrz_layout *layout, struct mrz *mrz)
{
    judge_fields(layout, mrz);
    warn_of_fields(mrz);
}
