/* A strict UTF-8 check: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629 3, 4).
 *
 * Control characters are refused with it, because text that passes here goes on to logs, screens
 * and printed slips, where a control character is at best noise and at worst a command.
 */
#include "utf8.h"

/* Decodes the sequence that starts at text.p[at]; returns its length, 0 if it is not UTF-8. */
static size_t sequence_read(struct span text, size_t at, uint32_t *code_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t first = text.p[at];
    const size_t len = first < 0x80             ? 1
                       : (first & 0xe0) == 0xc0 ? 2
                       : (first & 0xf0) == 0xe0 ? 3
                       : (first & 0xf8) == 0xf0 ? 4
                                                : 0;
    if (len == 0 || len > text.len - at)
        return 0;
    uint32_t value = len == 1 ? first : first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((text.p[at + i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (text.p[at + i] & 0x3f);
    }
    if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *code_point = value;
    return len;
}

bool utf8_is_plain(struct span text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t code_point;
        const size_t len = sequence_read(text, at, &code_point);
        if (len == 0 || code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f))
            return false;
        at += len;
    }
    return true;
}
