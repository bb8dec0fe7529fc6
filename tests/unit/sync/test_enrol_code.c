/* Codes: what is written is read, however it is typed; and each slip of ear or finger is found,
 * with its group. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "enrol_code.h"

#define SYMBOLS (ENROL_CODE_TEXT_LEN - 1)

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static const struct enrol_code example = {
    .fingerprint = {0xde, 0xad, 0xbe, 0xef, 0x00, 0xff, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc},
    .secret = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x00, 0x99},
};
/* Made by tests/system/enrol_kit.py, code_write(). */
static const char example_text[] = "3QNDS-QVQG5-1ZRJY-6HB7G-H6NWE-04HM0-ASW9D-NF6Y9-Y04SR";

static void a_code_is_written_as_others_read_it(void **state)
{
    (void)state;
    char text[ENROL_CODE_TEXT_LEN];
    enrol_code_format(&example, text);
    assert_string_equal(text, example_text);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        struct enrol_code code, read;
        char text[ENROL_CODE_TEXT_LEN];
        unsigned group;
        memset(&code, (int)i, sizeof code);
        enrol_code_format(&code, text);
        assert_int_equal(enrol_code_parse(text, &read, &group), ENROL_CODE_GOOD);
        assert_memory_equal(&read, &code, sizeof code);
    }
}

static const struct {
    const char *proves;
    const char *text;
    enum enrol_code_read read;
    unsigned group;
} typed[] = {
    {"as it is printed", "3QNDS-QVQG5-1ZRJY-6HB7G-H6NWE-04HM0-ASW9D-NF6Y9-Y04SR", ENROL_CODE_GOOD,
     0},
    {"lower case, spaces, a line's end", "3qnds qvqg5 1zrjy 6hb7g h6nwe 04hm0 asw9d nf6y9 y04sr\n",
     ENROL_CODE_GOOD, 0},
    {"no separator at all", "3QNDSQVQG51ZRJY6HB7GH6NWE04HM0ASW9DNF6Y9Y04SR", ENROL_CODE_GOOD, 0},
    {"nothing", "", ENROL_CODE_TOO_SHORT, 0},
    {"a group left out", "3QNDS-QVQG5-1ZRJY-6HB7G-H6NWE-04HM0-ASW9D-NF6Y9", ENROL_CODE_TOO_SHORT,
     0},
    {"a symbol too many", "3QNDS-QVQG5-1ZRJY-6HB7G-H6NWE-04HM0-ASW9D-NF6Y9-Y04SR-0",
     ENROL_CODE_TOO_LONG, 0},
    {"U is in no code", "3QNDS-QVQG5-UZRJY-6HB7G-H6NWE-04HM0-ASW9D-NF6Y9-Y04SR",
     ENROL_CODE_BAD_SYMBOL, 3},
    {"nor is an umlaut", "\xc3\x84", ENROL_CODE_BAD_SYMBOL, 1},
    {"another version", "5QNDP-QVQG5-1ZRJY-6HB7G-H6NWE-04HM0-ASW9D-NF6Y9-Y04SR",
     ENROL_CODE_BAD_VERSION, 0},
};

static void codes_as_they_are_typed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        struct enrol_code code = {0};
        unsigned group = 99;
        if (enrol_code_parse(typed[i].text, &code, &group) != typed[i].read ||
            group != typed[i].group ||
            (typed[i].read == ENROL_CODE_GOOD && memcmp(&code, &example, sizeof code) != 0))
            fail_msg("%s", typed[i].proves);
    }
}

static void letters_that_look_like_digits_count_as_these(void **state)
{
    (void)state;
    char text[ENROL_CODE_TEXT_LEN];
    const char *swaps[] = {"0Oo", "1IiLl"};
    for (size_t s = 0; s < 2; s++) {
        for (const char *as = swaps[s] + 1; *as; as++) {
            struct enrol_code code;
            unsigned group;
            memcpy(text, example_text, sizeof text);
            for (char *c = text; *c; c++)
                if (*c == swaps[s][0])
                    *c = *as;
            assert_int_equal(enrol_code_parse(text, &code, &group), ENROL_CODE_GOOD);
        }
    }
}

static void assert_blames(const char *text, unsigned expected)
{
    struct enrol_code code;
    unsigned group;
    if (enrol_code_parse(text, &code, &group) != ENROL_CODE_BAD_GROUP || group != expected)
        fail_msg("%s: group %u", text, group);
}

static unsigned group_at(size_t i)
{
    return (unsigned)(i / (ENROL_CODE_GROUP_LEN + 1)) + 1;
}

static void every_wrong_symbol_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < SYMBOLS; i++) {
        for (const char *other = alphabet; example_text[i] != '-' && *other; other++) {
            char text[ENROL_CODE_TEXT_LEN];
            memcpy(text, example_text, sizeof text);
            text[i] = *other;
            if (*other != example_text[i])
                assert_blames(text, group_at(i));
        }
    }
}

static void every_swap_of_two_symbols_of_a_group_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < SYMBOLS; i++) {
        for (size_t k = i + 1; k < SYMBOLS && group_at(k) == group_at(i); k++) {
            char text[ENROL_CODE_TEXT_LEN];
            memcpy(text, example_text, sizeof text);
            text[i] = example_text[k];
            text[k] = example_text[i];
            if (text[i] != '-' && text[k] != '-' && text[i] != text[k])
                assert_blames(text, group_at(i));
        }
    }
}

static void every_swap_of_two_groups_is_found(void **state)
{
    (void)state;
    for (size_t a = 0; a < ENROL_CODE_GROUPS; a++) {
        for (size_t b = a + 1; b < ENROL_CODE_GROUPS; b++) {
            const size_t step = ENROL_CODE_GROUP_LEN + 1;
            char text[ENROL_CODE_TEXT_LEN];
            memcpy(text, example_text, sizeof text);
            memcpy(text + a * step, example_text + b * step, ENROL_CODE_GROUP_LEN);
            memcpy(text + b * step, example_text + a * step, ENROL_CODE_GROUP_LEN);
            assert_blames(text, (unsigned)a + 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_written_as_others_read_it),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(codes_as_they_are_typed),
        cmocka_unit_test(letters_that_look_like_digits_count_as_these),
        cmocka_unit_test(every_wrong_symbol_is_found),
        cmocka_unit_test(every_swap_of_two_symbols_of_a_group_is_found),
        cmocka_unit_test(every_swap_of_two_groups_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
