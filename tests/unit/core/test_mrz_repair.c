/* mrz_repair: what is offered, what never, and by what proof. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "mrz_repair.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* clang-format off */
static const char *const documents[][MRZ_LINES_MAX] = {
    {"P<IDNWULANDARI<<SRI<RATNA<<<<<<<<<<<<<<<<<<<", "C7310452<0IDN9403176F2908111<<<<<<<<<<<<<<<2"},
    {"I<IDN620401234<5777<<<<<<<<<<<", "8105059M2905051IDN<<<<<<<<<<<4", "HARTONO<<EKO<<<<<<<<<<<<<<<<<<"},
    {"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"},
    {"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"},
    {"IDFRABERTHIER<<CORINNE<<<<<<<<<<<<<<", "D231458907FRA7408122F1204159<<<<<<<6"},
};
/* clang-format on */
enum document { TD3, TD1, TD2, MRV_A, FRENCH_TD2 };

struct misread {
    unsigned line, column; /* from 1; 0: none */
    char as;
};

static const struct row {
    const char *says;
    enum document document;
    struct misread misread[3];
    unsigned substitutions; /* allowed */
    const char *offered;    /* "line:column from>to ..." and the proof; "": nothing */
} rows[] = {
    {"nothing is wrong", TD3, {{0}}, 2, ""},

    {"a letter in a date has one digit it looks like", TD3, {{2, 16, 'O'}}, 1, "2:16 O>0 class"},
    {"... also where it is a U", TD3, {{2, 16, 'U'}}, 1, "2:16 U>0 class"},
    {"a letter as a check digit", TD3, {{2, 10, 'D'}}, 1, "2:10 D>0 class"},
    {"a letter as the composite digit", TD3, {{2, 44, 'Z'}}, 1, "2:44 Z>2 class"},
    {"K in the last column of a date can't be a filler", TD3, {{2, 19, 'K'}}, 1, ""},
    {"sex P is F", TD3, {{2, 21, 'P'}}, 1, "2:21 P>F class"},
    {"sex K is a filler, and it was one", MRV_A, {{2, 21, 'K'}}, 1, "2:21 K>< class"},
    {"code F is P", TD3, {{1, 1, 'F'}}, 1, "1:1 F>P class"},
    {"a digit in a name with one letter it looks like", TD3, {{1, 18, '5'}}, 1, "1:18 5>S class"},
    {"a digit in a name with several", TD3, {{1, 8, '0'}}, 1, ""},
    {"1 may be I or L", TD3, {{1, 15, '1'}}, 1, ""},
    {"code 1 can only be I", TD1, {{1, 1, '1'}}, 1, "1:1 1>I class"},
    {"a digit in the nationality with several", TD3, {{2, 12, '0'}}, 1, ""},
    {"a digit in the nationality with one", TD1, {{2, 16, '1'}}, 1, ""},

    {"no look-alike", TD3, {{2, 14, '8'}}, 1, ""},
    {"no look-alike of two wrong places", TD3, {{2, 14, '8'}, {2, 22, '3'}}, 2, ""},

    {"two letters in dates", TD3, {{2, 16, 'O'}, {2, 26, 'I'}}, 1, ""},
    {"... with two allowed", TD3, {{2, 16, 'O'}, {2, 26, 'I'}}, 2, "2:16 O>0 2:26 I>1 class"},
    {"... are said in order", TD3, {{2, 21, 'P'}, {1, 1, 'F'}}, 2, "1:1 F>P 2:21 P>F class"},
    {"three are too many", TD3, {{2, 16, 'O'}, {2, 26, 'I'}, {2, 21, 'P'}}, 2, ""},
    {"one is enough where two are allowed", TD3, {{2, 16, 'O'}}, 2, "2:16 O>0 class"},

    {"a K for the filler of a long number", TD1, {{1, 15, 'K'}}, 1, "1:15 K>< class"},
    {"a letter for a long number's digit", TD1, {{1, 19, 'T'}}, 1, "1:19 T>7 check_digits"},
    {"a number's digits don't say which of its characters", TD2, {{2, 1, '0'}}, 1, ""},
    {"the digits leave one look-alike of a number", TD3, {{2, 6, 'A'}}, 1, "2:6 A>4 check_digits"},
    {"... but two more places could be it", TD3, {{2, 6, 'A'}}, 2, ""},
    {"a K for a filler of the personal number", TD3, {{2, 29, 'K'}}, 2, "2:29 K>< check_digits"},
    {"a visa has fewer digits to go by", MRV_A, {{2, 2, 'B'}}, 1, ""},
    {"a digit of a visa's optional field is nobody's business", MRV_A, {{2, 30, '2'}}, 1, ""},
    {"where the nationality reads like the old French card",
     FRENCH_TD2,
     {{1, 1, '1'}},
     1,
     "1:1 1>I class"},
    {"... and there one more is misread",
     FRENCH_TD2,
     {{1, 1, '1'}, {2, 13, '4'}},
     2,
     "1:1 1>I 2:13 4>A class"},
};

static void put_offer(const struct mrz_repair *repair, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < repair->n; i++)
        len += (size_t)snprintf(out + len, size - len, "%u:%u %c>%c ", repair->position[i].line,
                                repair->position[i].column, repair->position[i].from,
                                repair->position[i].to);
    if (repair->n > 0)
        snprintf(out + len, size - len, "%s", mrz_proof_name(repair->proof));
}

static void parse(const char *const text[MRZ_LINES_MAX], const struct misread misread[3],
                  struct mrz *out)
{
    static char copy[MRZ_LINES_MAX][MRZ_LINE_LEN_MAX + 1];
    struct span lines[MRZ_LINES_MAX];
    size_t n = 0;
    for (; n < MRZ_LINES_MAX && text[n]; n++) {
        snprintf(copy[n], sizeof copy[n], "%s", text[n]);
        lines[n] = span_of_text(copy[n]);
    }
    for (size_t i = 0; i < 3 && misread[i].line > 0; i++)
        copy[misread[i].line - 1][misread[i].column - 1] = misread[i].as;
    mrz_parse(lines, n, out);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mrz mrz;
        struct mrz_repair repair;
        char offered[64];
        parse(documents[rows[i].document], rows[i].misread, &mrz);
        const struct mrz before = mrz;
        const bool found = mrz_repair_find(&mrz, rows[i].substitutions, &repair);
        put_offer(&repair, offered, sizeof offered);
        if (found != (*rows[i].offered != '\0') || strcmp(offered, rows[i].offered) != 0)
            fail_msg("%s: offered \"%s\"", rows[i].says, offered);
        assert_memory_equal(&mrz, &before, sizeof mrz); /* the reading stays as it was */
    }
}

static void test_what_is_repaired_is_whole(void **state)
{
    (void)state;
    const struct misread misread[3] = {{2, 16, 'O'}};
    struct mrz mrz;
    struct mrz_repair repair;
    parse(documents[TD3], misread, &mrz);
    assert_true(mrz_repair_find(&mrz, 1, &repair));
    assert_string_equal(repair.line[0], documents[TD3][0]);
    assert_string_equal(repair.line[1], documents[TD3][1]);
    assert_string_equal(repair.line[2], "");
}

static void test_what_is_no_mrz_is_not_repaired(void **state)
{
    (void)state;
    static const char *const cut[MRZ_LINES_MAX] = {"P<IDNWULANDARI",
                                                   "C7310452<0IDN9403176F2908111"};
    static const char *const french[MRZ_LINES_MAX] = {"IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<",
                                                      "8806923102858CORINNE<<<<<<<6512068F6"};
    const struct misread none[3] = {{0}};
    struct mrz mrz;
    struct mrz_repair repair;
    parse(cut, none, &mrz);
    assert_false(mrz_repair_find(&mrz, 2, &repair));
    parse(french, none, &mrz);
    assert_false(mrz_repair_find(&mrz, 2, &repair));
    assert_int_equal(repair.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_what_is_repaired_is_whole),
        cmocka_unit_test(test_what_is_no_mrz_is_not_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
