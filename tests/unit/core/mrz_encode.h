/* Documents the other way round: from fields to lines, written from ICAO Doc 9303 and knowing
 * nothing of the parser's tables. For property tests and fuzz targets. */
#ifndef PAMIT_TEST_MRZ_ENCODE_H
#define PAMIT_TEST_MRZ_ENCODE_H

#include <stdio.h>
#include <string.h>

#include "mrz.h"

struct mrz_document {
    enum mrz_format format;
    char code[3], state[4], nationality[4];
    char number[MRZ_NUMBER_LEN_MAX + 1]; /* longer than nine: goes on in the optional field */
    bool digit_with_filler;              /* of a long number */
    char after_number[15];               /* what follows a long number */
    char birth[7], sex, expiry[7];
    char primary[40], secondary[40]; /* words parted by spaces */
    char optional[17], optional2[12];
    char empty_optional_digit; /* '<' or '0', of a TD3 */
};

struct mrz_lines {
    char text[3][45];
    size_t n, len;
};

static inline char encode_digit(const char *text, size_t len)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        if (text[i] != '<')
            sum += (unsigned)(strchr(alphabet, text[i]) - alphabet) * (i % 3 == 0   ? 7u
                                                                       : i % 3 == 1 ? 3u
                                                                                    : 1u);
    return (char)('0' + sum % 10);
}

static inline void encode_put(char *at, const char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++)
        at[i] = text[i] == ' ' ? '<' : text[i];
}

/* A number in nine columns, its digit's column, and the optional field, which begins at `rest`. */
static inline void encode_number(const struct mrz_document *d, char *at, char *rest)
{
    const size_t len = strlen(d->number);
    char over[MRZ_NUMBER_LEN_MAX + 2];
    if (len <= 9) {
        encode_put(at, d->number);
        at[9] = encode_digit(at, 9);
        encode_put(rest, d->optional);
        return;
    }
    memcpy(at, d->number, 9);
    snprintf(over, sizeof over, "%.9s%s%s", d->number, d->digit_with_filler ? "<" : "",
             d->number + 9);
    encode_put(rest, d->number + 9);
    rest[len - 9] = encode_digit(over, strlen(over));
    if (d->after_number[0] != '\0')
        encode_put(rest + len - 8 + 1, d->after_number);
}

static inline void encode_dated(char *at, const char *date)
{
    memcpy(at, date, 6);
    at[6] = encode_digit(date, 6);
}

static inline void encode_name(const struct mrz_document *d, char *at)
{
    encode_put(at, d->primary);
    if (d->secondary[0] != '\0')
        encode_put(at + strlen(d->primary) + 2, d->secondary);
}

static inline void encode_td1(const struct mrz_document *d, char text[3][45])
{
    char over[51] = "";
    encode_put(text[0], d->code);
    encode_put(text[0] + 2, d->state);
    encode_number(d, text[0] + 5, text[0] + 15);
    encode_dated(text[1], d->birth);
    text[1][7] = d->sex;
    encode_dated(text[1] + 8, d->expiry);
    encode_put(text[1] + 15, d->nationality);
    encode_put(text[1] + 18, d->optional2);
    snprintf(over, sizeof over, "%.25s%.7s%.7s%.11s", text[0] + 5, text[1], text[1] + 8,
             text[1] + 18);
    text[1][29] = encode_digit(over, 50);
    encode_name(d, text[2]);
}

static inline void encode_two_lines(const struct mrz_document *d, char text[3][45], size_t len)
{
    char over[64] = "";
    encode_put(text[0], d->code);
    encode_put(text[0] + 2, d->state);
    encode_name(d, text[0] + 5);
    encode_number(d, text[1], text[1] + 28);
    encode_put(text[1] + 10, d->nationality);
    encode_dated(text[1] + 13, d->birth);
    text[1][20] = d->sex;
    encode_dated(text[1] + 21, d->expiry);
    if (d->format == MRZ_FORMAT_TD3)
        text[1][42] =
            d->optional[0] != '\0' ? encode_digit(text[1] + 28, 14) : d->empty_optional_digit;
    if (d->format == MRZ_FORMAT_TD3 || d->format == MRZ_FORMAT_TD2) {
        snprintf(over, sizeof over, "%.10s%.7s%.*s", text[1], text[1] + 13, (int)len - 22,
                 text[1] + 21);
        text[1][len - 1] = encode_digit(over, strlen(over));
    }
}

static inline struct mrz_lines mrz_encode(const struct mrz_document *d)
{
    const bool small = d->format == MRZ_FORMAT_TD2 || d->format == MRZ_FORMAT_MRV_B;
    const bool card = d->format == MRZ_FORMAT_TD1;
    struct mrz_lines lines = {.n = card ? 3 : 2, .len = card ? 30 : small ? 36 : 44};
    for (size_t i = 0; i < lines.n; i++)
        memset(lines.text[i], '<', lines.len);
    if (card)
        encode_td1(d, lines.text);
    else
        encode_two_lines(d, lines.text, lines.len);
    return lines;
}

static inline bool mrz_parse_lines(const struct mrz_lines *lines, struct mrz *out)
{
    struct span spans[3];
    for (size_t i = 0; i < lines->n; i++)
        spans[i] = span_of(lines->text[i], lines->len);
    return mrz_parse(spans, lines->n, out);
}

#endif
