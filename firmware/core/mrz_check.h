/* The characters of an MRZ: where they may stand, what they weigh, and the check digits made of
 * that (ICAO Doc 9303 part 3, 4.3 and 4.9). For the mrz modules.
 */
#ifndef PAMIT_MRZ_CHECK_H
#define PAMIT_MRZ_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MRZ_FILLER '<'

/* By byte: the value 0-35, and with which characters it may stand. A filler may stand among letters
 * and among digits; what may stand among neither, 0, is no character of an MRZ. */
#define MRZ_VALUE         0x3f
#define MRZ_AMONG_DIGITS  0x40
#define MRZ_AMONG_LETTERS 0x80
extern const uint8_t mrz_characters[256];

static inline uint8_t mrz_character(char c)
{
    return mrz_characters[(unsigned char)c];
}

/* What all of a run's characters have in common: MRZ_AMONG_LETTERS, MRZ_AMONG_DIGITS. An empty run
 * has everything. */
static inline uint8_t mrz_class_of(const char *text, size_t len)
{
    uint8_t common = MRZ_AMONG_LETTERS | MRZ_AMONG_DIGITS;
    for (size_t i = 0; i < len; i++)
        common &= mrz_character(text[i]);
    return common;
}

/* The length without the fillers at the right. */
static inline size_t mrz_stripped_len(const char *text, size_t len)
{
    while (len > 0 && text[len - 1] == MRZ_FILLER)
        len--;
    return len;
}

/* What has been weighed so far, and the place in the cycle of weights 7 3 1 where it goes on: a
 * digit over several runs weighs one after the other into the same sum. */
struct mrz_weight {
    unsigned sum, at;
};
void mrz_weigh(struct mrz_weight *weight, const char *text, size_t len);

static inline char mrz_weight_digit(const struct mrz_weight *weight)
{
    return (char)('0' + weight->sum % 10);
}

#endif
