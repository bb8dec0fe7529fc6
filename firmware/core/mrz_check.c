/* One table says all there is to know of a character, so that reading, judging and repairing an MRZ
 * can't disagree about it.
 */
#include "mrz_check.h"

#include "mrz.h"

#define DIGIT(c)  [c] = MRZ_LEGAL | MRZ_AMONG_DIGITS | ((c) - '0')
#define LETTER(c) [c] = MRZ_LEGAL | MRZ_AMONG_LETTERS | ((c) - 'A' + 10)
/* clang-format off */
const uint16_t mrz_characters[256] = {
    DIGIT('0'), DIGIT('1'), DIGIT('2'), DIGIT('3'), DIGIT('4'),
    DIGIT('5'), DIGIT('6'), DIGIT('7'), DIGIT('8'), DIGIT('9'),
    LETTER('A'), LETTER('B'), LETTER('C'), LETTER('D'), LETTER('E'), LETTER('F'), LETTER('G'),
    LETTER('H'), LETTER('I'), LETTER('J'), LETTER('K'), LETTER('L'), LETTER('M'), LETTER('N'),
    LETTER('O'), LETTER('P'), LETTER('Q'), LETTER('R'), LETTER('S'), LETTER('T'), LETTER('U'),
    LETTER('V'), LETTER('W'), LETTER('X'), LETTER('Y'), LETTER('Z'),
    [MRZ_FILLER] = MRZ_LEGAL | MRZ_AMONG_DIGITS | MRZ_AMONG_LETTERS,
};
/* clang-format on */
#undef DIGIT
#undef LETTER

static unsigned value_of(char c)
{
    return mrz_characters[(unsigned char)c] & MRZ_VALUE;
}

void mrz_weigh(struct mrz_weight *weight, const char *text, size_t len)
{
    static const uint8_t cycle[] = {7, 3, 1, 7, 3};
    const uint8_t *factor = cycle + weight->at;
    unsigned first = 0, second = 0, third = 0; /* of each three characters */
    size_t i = 0;
    for (; i + 3 <= len; i += 3) {
        first += value_of(text[i]);
        second += value_of(text[i + 1]);
        third += value_of(text[i + 2]);
    }
    const unsigned rest = (unsigned)(len - i);
    if (rest > 0)
        first += value_of(text[i]);
    if (rest > 1)
        second += value_of(text[i + 1]);
    weight->sum += factor[0] * first + factor[1] * second + factor[2] * third;
    weight->at = (weight->at + rest) % 3;
}

char mrz_check_digit(const char *text, size_t len)
{
    struct mrz_weight weight = {0};
    mrz_weigh(&weight, text, len);
    return mrz_weight_digit(&weight);
}
