/* A document from its MRZ, with full dates.
 *
 * Problem: an MRZ prints two digits for a year. Method (9303-3, 4.8, and the file contracts): a
 * birth lies in the latest century in which the day exists and is not in the future, and where the
 * digits could as well mean a century before, that day is reported beside it; an expiry lies in
 * 20xx. Unknown months and days stay 0. Refused: judging whether the document has expired or the
 * holder's age is likely; that is the verdict's.
 */
#include "document.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define CENTURY_OF_EXPIRY 2000

static_assert(sizeof(((struct document *)0)->number) == sizeof(((struct mrz *)0)->document_number),
              "any MRZ's number fits");

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

/* The latest birth that is not in the future, and the one before it. */
static void set_birth(struct document *document, const char *raw, struct date today)
{
    for (int century = 1900; century <= today.year; century += 100) {
        struct date date = date_in_century(raw, century);
        if (!date_known(date) || !exists(date) || date_compare(date, today) > 0)
            continue;
        document->birth_alternative = document->birth;
        document->birth = date;
    }
}

/* A TD3 is a passport whatever its second letter is: the codes for documents in lieu of one are
 * not used alike everywhere. AC is kept for crew (9303-5 and 9303-6, 4.2.2). */
static enum document_type type_of(const struct mrz *mrz)
{
    if (mrz->format == MRZ_FORMAT_TD3)
        return DOCUMENT_P;
    return strcmp(mrz->document_code, "AC") == 0 ? DOCUMENT_CREW_BOOK : DOCUMENT_OTHER;
}

bool document_is_visa(const struct mrz *mrz)
{
    return mrz->format == MRZ_FORMAT_MRV_A || mrz->format == MRZ_FORMAT_MRV_B;
}

void document_from_mrz(const struct mrz *mrz, struct date today, struct document *out)
{
    assert(mrz_valid(mrz) && date_valid(today));
    memset(out, 0, sizeof *out);
    out->capture = DOCUMENT_SCANNED;
    out->type = type_of(mrz);
    out->mrz = *mrz;
    memcpy(out->number, mrz->document_number, sizeof out->number);
    memcpy(out->country, mrz->issuing_state, sizeof out->country);
    memcpy(out->nationality, mrz->nationality, sizeof out->nationality);
    const char *space = *mrz->primary && *mrz->secondary ? " " : "";
    snprintf(out->name, sizeof out->name, "%s%s%s", mrz->primary, space, mrz->secondary);
    out->sex = mrz->sex == '<' ? 'X' : mrz->sex;
    set_birth(out, mrz->birth_date_raw, today);
    out->expiry = date_in_century(mrz->expiry_raw, CENTURY_OF_EXPIRY);
}

static bool same_lines(const struct mrz *a, const struct mrz *b)
{
    for (size_t i = 0; i < MRZ_LINES_MAX; i++)
        if (strcmp(a->line[i], b->line[i]) != 0)
            return false;
    return true;
}

bool document_same(const struct document *a, const struct document *b)
{
    if (a->capture != b->capture)
        return false;
    if (a->capture == DOCUMENT_SCANNED)
        return same_lines(&a->mrz, &b->mrz);
    return a->type == b->type && strcmp(a->number, b->number) == 0 &&
           strcmp(a->country, b->country) == 0 && strcmp(a->nationality, b->nationality) == 0 &&
           strcmp(a->name, b->name) == 0 && a->sex == b->sex &&
           date_compare(a->birth, b->birth) == 0 && date_compare(a->expiry, b->expiry) == 0 &&
           memcmp(a->nik_hash, b->nik_hash, sizeof a->nik_hash) == 0;
}

static const char *const type_names[DOCUMENT_TYPE_COUNT] = {
#define DOCUMENT_TYPE_NAME(name) [DOCUMENT_##name] = #name,
    DOCUMENT_TYPES(DOCUMENT_TYPE_NAME)
#undef DOCUMENT_TYPE_NAME
};

const char *document_type_name(enum document_type type)
{
    assert((unsigned)type < DOCUMENT_TYPE_COUNT);
    return type_names[type];
}

bool document_type_parse(const char *name, enum document_type *out)
{
    for (unsigned i = 0; i < DOCUMENT_TYPE_COUNT; i++)
        if (strcmp(type_names[i], name) == 0) {
            *out = (enum document_type)i;
            return true;
        }
    return false;
}
