/* The characters of an MRZ: where they may stand, what they weigh, and the check digits made of
 * that (ICAO Doc 9303 part 3, 4.3 and 4.9). For the mrz modules.
 */
#ifndef PAMIT_MRZ_CHECK_H
#define PAMIT_MRZ_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MRZ_FILLER '<'

/* By byte: the value 0-35, and classes as bits. A filler may stand among letters and among digits;
 * what is no character of an MRZ has no class. */
#define MRZ_VALUE         0x0ff
#define MRZ_AMONG_DIGITS  0x100
#define MRZ_AMONG_LETTERS 0x200
#define MRZ_LEGAL         0x400
extern const uint16_t mrz_characters[256];

/* The classes that all `len` characters have; of none, every class. */
static inline unsigned mrz_classes(const void *text, size_t len)
{
    const uint8_t *c = text;
    unsigned common = MRZ_AMONG_DIGITS | MRZ_AMONG_LETTERS | MRZ_LEGAL;
    size_t i = 0;
    for (; i + 4 <= len; i += 4) {
        common &= mrz_characters[c[i]];
        common &= mrz_characters[c[i + 1]];
        common &= mrz_characters[c[i + 2]];
        common &= mrz_characters[c[i + 3]];
    }
    for (; i < len; i++)
        common &= mrz_characters[c[i]];
    return common;
}

/* The length without the fillers at the right. */
static inline size_t mrz_stripped_len(const char *text, size_t len)
{
    while (len > 0 && text[len - 1] == MRZ_FILLER)
        len--;
    return len;
}

/* What has been weighed so far, and the place in the cycle 7 3 1 where it goes on: a digit over
 * several fields weighs one after the other. It begins as zeros. */
struct mrz_weight {
    unsigned sum, at;
};
void mrz_weigh(struct mrz_weight *weight, const char *text, size_t len);

static inline char mrz_weight_digit(const struct mrz_weight *weight)
{
    return (char)('0' + weight->sum % 10);
}

#endif
