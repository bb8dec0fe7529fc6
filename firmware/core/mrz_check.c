/* One table says all there is to know of a character, so that reading, judging and repairing an MRZ
 * can't disagree about it. The weights are laid out further than any run goes, so that the sum of a
 * run needs no remainder for each character.
 */
#include "mrz_check.h"

#include "mrz.h"

#define D(c) [c] = MRZ_AMONG_DIGITS | (c - '0')
#define L(c) [c] = MRZ_AMONG_LETTERS | (c - 'A' + 10)
const uint8_t mrz_characters[256] = {
    D('0'),
    D('1'),
    D('2'),
    D('3'),
    D('4'),
    D('5'),
    D('6'),
    D('7'),
    D('8'),
    D('9'),
    L('A'),
    L('B'),
    L('C'),
    L('D'),
    L('E'),
    L('F'),
    L('G'),
    L('H'),
    L('I'),
    L('J'),
    L('K'),
    L('L'),
    L('M'),
    L('N'),
    L('O'),
    L('P'),
    L('Q'),
    L('R'),
    L('S'),
    L('T'),
    L('U'),
    L('V'),
    L('W'),
    L('X'),
    L('Y'),
    L('Z'),
    [MRZ_FILLER] = MRZ_AMONG_LETTERS | MRZ_AMONG_DIGITS,
};
#undef D
#undef L

void mrz_weigh(struct mrz_weight *weight, const char *text, size_t len)
{
    static const uint8_t cycle[] = {7, 3, 1, 7, 3};
    const unsigned a = cycle[weight->at], b = cycle[weight->at + 1], c = cycle[weight->at + 2];
    unsigned sum = weight->sum;
    size_t i = 0;
    for (; i + 3 <= len; i += 3)
        sum += a * (mrz_character(text[i]) & MRZ_VALUE) +
               b * (mrz_character(text[i + 1]) & MRZ_VALUE) +
               c * (mrz_character(text[i + 2]) & MRZ_VALUE);
    if (i < len)
        sum += a * (mrz_character(text[i]) & MRZ_VALUE);
    if (i + 1 < len)
        sum += b * (mrz_character(text[i + 1]) & MRZ_VALUE);
    weight->sum = sum;
    weight->at = (weight->at + (unsigned)(len % 3)) % 3;
}

char mrz_check_digit(const char *text, size_t len)
{
    struct mrz_weight weight = {0};
    mrz_weigh(&weight, text, len);
    return mrz_weight_digit(&weight);
}
