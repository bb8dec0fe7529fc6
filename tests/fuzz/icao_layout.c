/* The tables of 9303-4, 4.2.2 (TD3), -5, 4.2.2 (TD1), -6, 4.2.2 (TD2) and -7, 4.2 and 5.2 (visas).
 */
#include "icao_layout.h"

const struct icao_layout icao_layouts[ICAO_LAYOUTS] = {
    {MRZ_FORMAT_TD3,
     2,
     44,
     5,
     {{{2, 10, 0}, {{2, 1, 9}}, false},
      {{2, 20, 0}, {{2, 14, 19}}, false},
      {{2, 28, 0}, {{2, 22, 27}}, false},
      {{2, 43, 0}, {{2, 29, 42}}, true},
      {{2, 44, 0}, {{2, 1, 10}, {2, 14, 20}, {2, 22, 43}}, false}},
     {2, 14, 19},
     {2, 22, 27},
     {2, 1, 9}},
    {MRZ_FORMAT_TD2,
     2,
     36,
     4,
     {{{2, 10, 0}, {{2, 1, 9}}, false},
      {{2, 20, 0}, {{2, 14, 19}}, false},
      {{2, 28, 0}, {{2, 22, 27}}, false},
      {{2, 36, 0}, {{2, 1, 10}, {2, 14, 20}, {2, 22, 35}}, false}},
     {2, 14, 19},
     {2, 22, 27},
     {2, 1, 9}},
    {MRZ_FORMAT_TD1,
     3,
     30,
     4,
     {{{1, 15, 0}, {{1, 6, 14}}, false},
      {{2, 7, 0}, {{2, 1, 6}}, false},
      {{2, 15, 0}, {{2, 9, 14}}, false},
      {{2, 30, 0}, {{1, 6, 30}, {2, 1, 7}, {2, 9, 15}, {2, 19, 29}}, false}},
     {2, 1, 6},
     {2, 9, 14},
     {1, 6, 14}},
    {MRZ_FORMAT_MRV_A,
     2,
     44,
     3,
     {{{2, 10, 0}, {{2, 1, 9}}, false},
      {{2, 20, 0}, {{2, 14, 19}}, false},
      {{2, 28, 0}, {{2, 22, 27}}, false}},
     {2, 14, 19},
     {2, 22, 27},
     {2, 1, 9}},
    {MRZ_FORMAT_MRV_B,
     2,
     36,
     3,
     {{{2, 10, 0}, {{2, 1, 9}}, false},
      {{2, 20, 0}, {{2, 14, 19}}, false},
      {{2, 28, 0}, {{2, 22, 27}}, false}},
     {2, 14, 19},
     {2, 22, 27},
     {2, 1, 9}},
};

unsigned icao_layout_value(uint8_t c)
{
    return c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'A' && c <= 'Z' ? c - 'A' + 10u : 0;
}

uint8_t icao_layout_digit(const struct icao_rows *rows, const struct icao_digit *digit)
{
    static const unsigned weights[] = {7, 3, 1};
    unsigned sum = 0, n = 0;
    for (size_t i = 0; i < ICAO_RANGES_MAX && digit->over[i].line; i++)
        for (unsigned c = digit->over[i].first; c <= digit->over[i].last; c++)
            sum += icao_layout_value(rows->at[digit->over[i].line - 1][c - 1]) * weights[n++ % 3];
    return (uint8_t)('0' + sum % 10);
}

static bool is_filler(const struct icao_rows *rows, const struct icao_range *range)
{
    for (unsigned c = range->first; c <= range->last; c++)
        if (rows->at[range->line - 1][c - 1] != '<')
            return false;
    return true;
}

bool icao_layout_holds(const struct icao_rows *rows, const struct icao_digit *digit)
{
    const uint8_t printed = rows->at[digit->at.line - 1][digit->at.first - 1];
    return printed == icao_layout_digit(rows, digit) ||
           (digit->may_be_filler && printed == '<' && is_filler(rows, &digit->over[0]));
}
