/* 180 bits as 36 symbols in nine groups, and a check symbol for each.
 *
 * The check symbol is what makes the group's sum zero in GF(32): each symbol times a power of the
 * generator (x^5 + x^2 + 1), plus a constant for the group's place. The powers differ, so a wrong
 * symbol or a swap of two leaves a sum that is not zero; the constants differ, so a group in
 * another's place does too.
 */
#include "enrol_code.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define VERSION       1
#define DATA_SYMBOLS  (ENROL_CODE_GROUP_LEN - 1)
#define SYMBOLS       (ENROL_CODE_GROUPS * ENROL_CODE_GROUP_LEN)
#define SYMBOL_BITS   5
#define FIELD_POLY    0x25 /* x^5 + x^2 + 1 */
#define BITS          (ENROL_CODE_GROUPS * DATA_SYMBOLS * SYMBOL_BITS)
#define BYTES         ((BITS + 7) / 8)
#define VERSION_SHIFT 4 /* the version is the upper half of the first byte */

_Static_assert(4 + 8 * (ENROL_CODE_FINGERPRINT + ENROL_CODE_SECRET) == BITS, "all of it fits");

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Times the generator. */
static uint8_t field_step(uint8_t a)
{
    const unsigned doubled = (unsigned)a << 1;
    return (uint8_t)(doubled & 32 ? doubled ^ FIELD_POLY : doubled);
}

/* What the check symbol of a group has to be. Horner's way: the first symbol has the highest power.
 */
static uint8_t check_of(const uint8_t data[DATA_SYMBOLS], unsigned group)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < DATA_SYMBOLS; i++)
        sum = field_step(sum ^ data[i]);
    return (uint8_t)(sum ^ (group + 1));
}

/* The value of a typed character, or -1. */
static int symbol_of(char c)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

static bool is_spacing(char c)
{
    return c == ' ' || c == '-' || c == '\t' || c == '\n' || c == '\r';
}

static enum enrol_code_read symbols_read(const char *text, uint8_t out[SYMBOLS], unsigned *group)
{
    size_t n = 0;
    for (size_t i = 0; text[i]; i++) {
        if (is_spacing(text[i]))
            continue;
        if (n == SYMBOLS || i >= ENROL_CODE_TYPED_MAX)
            return ENROL_CODE_TOO_LONG;
        const int value = symbol_of(text[i]);
        if (value < 0) {
            *group = (unsigned)(n / ENROL_CODE_GROUP_LEN) + 1;
            return ENROL_CODE_BAD_SYMBOL;
        }
        out[n++] = (uint8_t)value;
    }
    return n == SYMBOLS ? ENROL_CODE_GOOD : ENROL_CODE_TOO_SHORT;
}

/* Five bits of `bytes`, counted from the front, at symbol `i`; and the way back. The last byte's
 * lower half is not used. */
static uint8_t bits_get(const uint8_t bytes[BYTES], size_t i)
{
    uint8_t value = 0;
    for (size_t bit = i * SYMBOL_BITS; bit < (i + 1) * SYMBOL_BITS; bit++)
        value = (uint8_t)(value << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1));
    return value;
}

static void bits_put(uint8_t bytes[BYTES], size_t i, uint8_t value)
{
    for (size_t k = 0; k < SYMBOL_BITS; k++) {
        const size_t bit = i * SYMBOL_BITS + k;
        bytes[bit / 8] |= (uint8_t)((value >> (SYMBOL_BITS - 1 - k) & 1) << (7 - bit % 8));
    }
}

/* Version, then all bytes a half byte later than they are. */
static void bytes_of(const struct enrol_code *code, uint8_t out[BYTES])
{
    uint8_t whole[ENROL_CODE_FINGERPRINT + ENROL_CODE_SECRET];
    memcpy(whole, code->fingerprint, ENROL_CODE_FINGERPRINT);
    memcpy(whole + ENROL_CODE_FINGERPRINT, code->secret, ENROL_CODE_SECRET);
    out[0] = VERSION << VERSION_SHIFT;
    for (size_t i = 0; i < sizeof whole; i++) {
        out[i] |= whole[i] >> 4;
        out[i + 1] = (uint8_t)(whole[i] << 4);
    }
}

static void code_of(const uint8_t bytes[BYTES], struct enrol_code *out)
{
    uint8_t whole[ENROL_CODE_FINGERPRINT + ENROL_CODE_SECRET];
    for (size_t i = 0; i < sizeof whole; i++)
        whole[i] = (uint8_t)(bytes[i] << 4 | bytes[i + 1] >> 4);
    memcpy(out->fingerprint, whole, ENROL_CODE_FINGERPRINT);
    memcpy(out->secret, whole + ENROL_CODE_FINGERPRINT, ENROL_CODE_SECRET);
}

enum enrol_code_read enrol_code_parse(const char *text, struct enrol_code *out, unsigned *group)
{
    uint8_t symbols[SYMBOLS], bytes[BYTES] = {0};
    *group = 0;
    const enum enrol_code_read read = symbols_read(text, symbols, group);
    if (read != ENROL_CODE_GOOD)
        return read;
    for (unsigned g = 0; g < ENROL_CODE_GROUPS; g++) {
        const uint8_t *data = symbols + g * ENROL_CODE_GROUP_LEN;
        if (check_of(data, g) != data[DATA_SYMBOLS]) {
            *group = g + 1;
            return ENROL_CODE_BAD_GROUP;
        }
        for (size_t i = 0; i < DATA_SYMBOLS; i++)
            bits_put(bytes, g * DATA_SYMBOLS + i, data[i]);
    }
    if (bytes[0] >> VERSION_SHIFT != VERSION)
        return ENROL_CODE_BAD_VERSION;
    code_of(bytes, out);
    return ENROL_CODE_GOOD;
}

void enrol_code_format(const struct enrol_code *code, char out[ENROL_CODE_TEXT_LEN])
{
    uint8_t bytes[BYTES];
    bytes_of(code, bytes);
    for (unsigned g = 0; g < ENROL_CODE_GROUPS; g++) {
        uint8_t data[DATA_SYMBOLS];
        for (size_t i = 0; i < DATA_SYMBOLS; i++) {
            data[i] = bits_get(bytes, g * DATA_SYMBOLS + i);
            *out++ = alphabet[data[i]];
        }
        *out++ = alphabet[check_of(data, g)];
        *out++ = g + 1 < ENROL_CODE_GROUPS ? '-' : '\0';
    }
}

void enrol_code_hash(const uint8_t secret[ENROL_CODE_SECRET], uint8_t out[SIGN_HASH_LEN])
{
    sign_hash(span_of(secret, ENROL_CODE_SECRET), out);
}

void enrol_code_fingerprint(struct span ca_der, uint8_t out[ENROL_CODE_FINGERPRINT])
{
    uint8_t hash[SIGN_HASH_LEN];
    sign_hash(ca_der, hash);
    memcpy(out, hash, ENROL_CODE_FINGERPRINT);
}
