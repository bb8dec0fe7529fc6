/* A document from its MRZ, with full dates.
 *
 * Problem: an MRZ prints two digits for a year. Method (9303-3, 4.8, and the file contracts): a
 * birth lies in the latest century in which the day exists and is not in the future; an expiry lies
 * in 20xx. Unknown months and days stay 0. Refused: judging whether the document has expired or
 * the holder's age is likely; that is the verdict's.
 */
#include "document.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define CENTURY_OF_EXPIRY 2000

static uint8_t two_digits(const char *raw)
{
    return raw[0] == '<' ? 0 : (uint8_t)((raw[0] - '0') * 10 + (raw[1] - '0'));
}

/* As printed, in a given century; all zero if nothing is printed. */
static struct date date_in_century(const char *raw, int century)
{
    if (raw[0] == '<')
        return (struct date){0};
    return (struct date){(int16_t)(century + two_digits(raw)), two_digits(raw + 2),
                         two_digits(raw + 4)};
}

/* Only 29 February of 1900 does not exist while that of 2000 does. */
static bool exists(struct date date)
{
    return date.month == 0 || date.day == 0 || date_valid(date);
}

static struct date birth_date(const char *raw, struct date today)
{
    struct date latest = {0};
    for (int century = 1900; century <= today.year; century += 100) {
        struct date date = date_in_century(raw, century);
        if (exists(date) && date_compare(date, today) <= 0)
            latest = date;
    }
    return latest;
}

void document_from_mrz(const struct mrz *mrz, struct date today, struct document *out)
{
    assert(mrz_valid(mrz) && date_valid(today));
    memset(out, 0, sizeof *out);
    out->capture = DOCUMENT_SCANNED;
    out->mrz = *mrz;
    memcpy(out->number, mrz->document_number, sizeof out->number);
    memcpy(out->country, mrz->issuing_state, sizeof out->country);
    memcpy(out->nationality, mrz->nationality, sizeof out->nationality);
    const char *space = *mrz->primary && *mrz->secondary ? " " : "";
    snprintf(out->name, sizeof out->name, "%s%s%s", mrz->primary, space, mrz->secondary);
    out->sex = mrz->sex == '<' ? 'X' : mrz->sex;
    out->birth = birth_date(mrz->birth_date_raw, today);
    out->expiry = date_in_century(mrz->expiry_raw, CENTURY_OF_EXPIRY);
}
