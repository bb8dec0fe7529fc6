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
#include "mrz_step.h"

#define LONG_RUN_MIN 2 /* one more character of the number, and its digit */

/* How many characters of the optional field belong to the number and its digit; 0: none. */
static size_t long_run(const struct mrz_layout *layout, struct mrz_part number,
                       struct mrz_part optional)
{
    size_t run = 0;
    if (!layout->is_card || number.text[number.len] != MRZ_FILLER ||
        number.text[number.len - 1] == MRZ_FILLER)
        return 0;
    while (run < optional.len && optional.text[run] != MRZ_FILLER)
        run++;
    return run >= LONG_RUN_MIN ? run : 0;
}

static enum mrz_long_digit long_digit(struct mrz_part number, struct mrz_part rest, char printed)
{
    struct mrz_weight excluded = {0}, included = {0};
    mrz_weigh(&excluded, number.text, number.len);
    mrz_weigh(&excluded, rest.text, rest.len);
    mrz_weigh(&included, number.text, number.len + 1);
    mrz_weigh(&included, rest.text, rest.len);
    if (printed == mrz_weight_digit(&excluded))
        return MRZ_LONG_DIGIT_FILLER_EXCLUDED;
    if (printed == mrz_weight_digit(&included))
        return MRZ_LONG_DIGIT_FILLER_INCLUDED;
    return MRZ_LONG_DIGIT_NONE;
}

/* Where the number is long, what its columns alone say of it does not count. */
static void read_long_number(const struct mrz_layout *layout, struct mrz *mrz)
{
    const struct mrz_part number = mrz_part(mrz, &layout->field[MRZ_FIELD_NUMBER]);
    const struct mrz_part optional = mrz_part(mrz, &layout->field[MRZ_FIELD_OPTIONAL]);
    const size_t run = long_run(layout, number, optional);
    if (run == 0)
        return;
    const struct mrz_part rest = {optional.text, run - 1};
    mrz->long_number = true;
    mrz->long_digit = long_digit(number, rest, optional.text[rest.len]);
    mrz->check[MRZ_PLACE_NUMBER] = mrz->long_digit ? MRZ_CHECK_HOLDS : MRZ_CHECK_FAILS;
    memcpy(mrz->document_number + number.len, rest.text, rest.len);

    const size_t optional_len = strlen(mrz->optional), after = run + 1;
    if (after < optional_len)
        memcpy(mrz->optional_after_number, mrz->optional + after, optional_len - after);
}

static enum mrz_check check_of(enum mrz_field field, const struct mrz *mrz, char printed,
                               const struct mrz_weight *weight)
{
    if (field == MRZ_FIELD_OPTIONAL && printed == MRZ_FILLER && mrz->optional[0] == '\0')
        return MRZ_CHECK_NONE;
    return printed == mrz_weight_digit(weight) ? MRZ_CHECK_HOLDS : MRZ_CHECK_FAILS;
}

void mrz_read_checks(const struct mrz_layout *layout, struct mrz *mrz)
{
    static const enum mrz_place places[MRZ_FIELDS] = {
        [MRZ_FIELD_NUMBER] = MRZ_PLACE_NUMBER,
        [MRZ_FIELD_BIRTH] = MRZ_PLACE_BIRTH,
        [MRZ_FIELD_EXPIRY] = MRZ_PLACE_EXPIRY,
        [MRZ_FIELD_OPTIONAL] = MRZ_PLACE_OPTIONAL,
    };
    struct mrz_weight composite = {0};
    mrz->check[MRZ_PLACE_OPTIONAL] = mrz->check[MRZ_PLACE_COMPOSITE] = MRZ_CHECK_NONE;
    for (size_t i = 0; i < MRZ_CHECKED_FIELDS && layout->checked[i]; i++) {
        const enum mrz_field field = layout->checked[i];
        const struct mrz_part part = mrz_part(mrz, &layout->field[field]);
        if (layout->field[field].has_digit) {
            struct mrz_weight own = {0};
            mrz_weigh(&own, part.text, part.len);
            mrz->check[places[field]] = check_of(field, mrz, part.text[part.len], &own);
        }
        mrz_weigh(&composite, part.text, part.len + layout->field[field].has_digit);
    }
    if (layout->composite.len > 0)
        mrz->check[MRZ_PLACE_COMPOSITE] =
            check_of(MRZ_FIELD_CODE, mrz, *mrz_part(mrz, &layout->composite).text, &composite);
    read_long_number(layout, mrz);
}
