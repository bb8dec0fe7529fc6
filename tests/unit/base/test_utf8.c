/* utf8: well-formed text without controls, and nothing else (RFC 3629, with its 2003 limits). */
#include "fixture.h"

#include "utf8.h"

static const struct {
    const char *says;
    const char *hex;
    bool want;
} rows[] = {
    {"nothing is plain", "", true},
    {"ASCII", "53 49 54 49 20 4e 55 52", true},
    {"two bytes: e with acute", "c3a9", true},
    {"three bytes: euro sign", "e282ac", true},
    {"four bytes: U+1F6C2, passport control", "f09f9b82", true},
    {"the last code point, U+10FFFF", "f48fbfbf", true},
    {"the last before the surrogates, U+D7FF", "ed9fbf", true},
    {"the first printable after C1, U+00A0", "c2a0", true},
    {"NUL", "41 00", false},
    {"escape, which commands terminals and printers", "1b 40", false},
    {"line feed", "0a", false},
    {"DEL", "7f", false},
    {"C1: U+0085", "c285", false},
    {"C1: U+009F", "c29f", false},
    {"overlong NUL", "c080", false},
    {"overlong slash", "c0af", false},
    {"overlong in three bytes", "e09fbf", false},
    {"overlong in four bytes", "f08fbfbf", false},
    {"first surrogate, U+D800", "eda080", false},
    {"last surrogate, U+DFFF", "edbfbf", false},
    {"above U+10FFFF", "f4908080", false},
    {"five bytes", "f888808080", false},
    {"a continuation alone", "80", false},
    {"cut short", "e282", false},
    {"a lead where a continuation belongs", "e2c3a9", false},
    {"Latin-1", "e9", false},
};

static void text_is_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint8_t bytes[32];
        if (utf8_is_plain(fixture_hex(rows[i].hex, bytes, sizeof bytes)) != rows[i].want)
            fail_msg("%s", rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(text_is_judged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
