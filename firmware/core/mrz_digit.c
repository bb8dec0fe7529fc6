/* The check digits of an MRZ, and the one number whose end they decide.
 *
 * Each digit is made over its field (ICAO Doc 9303 part 3, 4.9), the composite over several with
 * their digits, without nationality, sex and name. Parts 5 and 6 let a number be longer than its
 * columns: a filler stands where its digit would, the number goes on in the optional field up to a
 * filler, and the last character there is the digit. Issuers disagree on whether that filler counts
 * as a character of the number; both are accepted, and which it was is said. A filler is never a
 * digit, but for one: part 4, 4.2.2.2, over an empty personal number.
 */
#include <string.h>

#include "mrz_check.h"
#include "mrz_format.h"
#include "mrz_step.h"

#define LONG_RUN_MIN 2 /* one more character of the number, and its digit */

static enum mrz_check check_of(char printed, const struct mrz_weight *weight)
{
    return printed == mrz_weight_digit(weight) ? MRZ_CHECK_HOLDS : MRZ_CHECK_FAILS;
}

static enum mrz_check field_check(const struct mrz *mrz, enum mrz_field field)
{
    const struct mrz_run run = mrz_run(mrz, field);
    const char *text = mrz_text(mrz, field);
    struct mrz_weight weight = {0};
    if (!run.has_digit)
        return MRZ_CHECK_NONE;
    mrz_weigh(&weight, text, run.len);
    return check_of(text[run.len], &weight);
}

static enum mrz_check optional_check(const struct mrz *mrz)
{
    const struct mrz_run run = mrz_run(mrz, MRZ_FIELD_OPTIONAL);
    if (run.has_digit && mrz->optional[0] == '\0' &&
        mrz_text(mrz, MRZ_FIELD_OPTIONAL)[run.len] == MRZ_FILLER)
        return MRZ_CHECK_NONE;
    return field_check(mrz, MRZ_FIELD_OPTIONAL);
}

static enum mrz_check composite_check(const struct mrz *mrz)
{
    const struct mrz_layout *layout = mrz_layout(mrz);
    struct mrz_weight weight = {0};
    if (layout->composite.len == 0)
        return MRZ_CHECK_NONE;
    for (size_t i = 0; i < MRZ_COMPOSITE_FIELDS && layout->composite_over[i]; i++) {
        const enum mrz_field field = layout->composite_over[i];
        const struct mrz_run run = mrz_run(mrz, field);
        mrz_weigh(&weight, mrz_text(mrz, field), (size_t)run.len + run.has_digit);
    }
    return check_of(mrz->line[layout->composite.line][layout->composite.column], &weight);
}

/* How many characters of the optional field belong to the number and its digit; 0: none. */
static size_t long_run(const struct mrz *mrz)
{
    const size_t number_len = mrz_run(mrz, MRZ_FIELD_NUMBER).len;
    const char *number = mrz_text(mrz, MRZ_FIELD_NUMBER);
    const char *rest = mrz_text(mrz, MRZ_FIELD_OPTIONAL);
    size_t run = 0;
    if (!mrz_layout(mrz)->is_card || number[number_len] != MRZ_FILLER ||
        number[number_len - 1] == MRZ_FILLER)
        return 0;
    while (run < mrz_run(mrz, MRZ_FIELD_OPTIONAL).len && rest[run] != MRZ_FILLER)
        run++;
    return run >= LONG_RUN_MIN ? run : 0;
}

static void read_long_number(size_t run, struct mrz *mrz)
{
    const size_t number_len = mrz_run(mrz, MRZ_FIELD_NUMBER).len, rest_len = run - 1;
    const char *number = mrz_text(mrz, MRZ_FIELD_NUMBER);
    const char *rest = mrz_text(mrz, MRZ_FIELD_OPTIONAL), digit = rest[rest_len];
    struct mrz_weight excluded = {0}, included = {0};
    mrz_weigh(&excluded, number, number_len);
    mrz_weigh(&excluded, rest, rest_len);
    mrz_weigh(&included, number, number_len + 1);
    mrz_weigh(&included, rest, rest_len);
    if (check_of(digit, &excluded) == MRZ_CHECK_HOLDS)
        mrz->long_digit = MRZ_LONG_DIGIT_FILLER_EXCLUDED;
    else if (check_of(digit, &included) == MRZ_CHECK_HOLDS)
        mrz->long_digit = MRZ_LONG_DIGIT_FILLER_INCLUDED;
    mrz->long_number = true;
    memcpy(mrz->document_number + number_len, rest, rest_len);

    const size_t optional_len = strlen(mrz->optional), after = run + 1;
    if (after < optional_len)
        memcpy(mrz->optional_after_number, mrz->optional + after, optional_len - after);
}

static enum mrz_check number_check(struct mrz *mrz)
{
    const size_t run = long_run(mrz);
    if (run == 0)
        return field_check(mrz, MRZ_FIELD_NUMBER);
    read_long_number(run, mrz);
    return mrz->long_digit ? MRZ_CHECK_HOLDS : MRZ_CHECK_FAILS;
}

void mrz_read_checks(struct mrz *mrz)
{
    mrz->check[MRZ_PLACE_NUMBER] = number_check(mrz);
    mrz->check[MRZ_PLACE_BIRTH] = field_check(mrz, MRZ_FIELD_BIRTH);
    mrz->check[MRZ_PLACE_EXPIRY] = field_check(mrz, MRZ_FIELD_EXPIRY);
    mrz->check[MRZ_PLACE_OPTIONAL] = optional_check(mrz);
    mrz->check[MRZ_PLACE_COMPOSITE] = composite_check(mrz);
}
