/* mrz: the shared rows, every way a place can go wrong, and every single misread character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mrz.h"
#include "mrz_rows.h"

#define DIGIT_FAILS  (1u << 31) /* beside the issues of mrz.h */
#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char name_line[] = "P<IDNWULANDARI<<SRI<RATNA<<<<<<<<<<<<<<<<<<<";
static const char data_line[] = "C7310452<0IDN9403176F2908111<<<<<<<<<<<<<<<2";

static bool parse(const char *first, const char *second, struct mrz *out)
{
    const struct span lines[] = {span_of_text(first), span_of_text(second)};
    return mrz_parse(lines, 2, out);
}

static void assert_field(const struct mrz_row *row, const char *got, const char *expected)
{
    if (strcmp(got, expected) != 0)
        fail_msg("%s: got \"%s\", expected \"%s\"", row->says, got, expected);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mrz_rows); i++) {
        const struct mrz_row *row = &mrz_rows[i];
        struct mrz mrz;
        if (!parse(row->line[0], row->line[1], &mrz))
            fail_msg("%s: not read", row->says);
        assert_field(row, mrz.line[0], row->line[0]);
        assert_field(row, mrz.line[1], row->line[1]);
        assert_field(row, mrz.document_code, row->document_code);
        assert_field(row, mrz.issuing_state, row->issuing_state);
        assert_field(row, mrz.document_number, row->number);
        assert_field(row, mrz.nationality, row->nationality);
        assert_field(row, mrz.birth_date_raw, row->birth);
        assert_field(row, mrz.expiry_raw, row->expiry);
        assert_field(row, mrz.primary, row->primary);
        assert_field(row, mrz.secondary, row->secondary);
        assert_field(row, mrz.optional, row->optional);
        for (int place = 0; place < MRZ_PLACES; place++) {
            if ((mrz.check[place] == MRZ_CHECK_FAILS) != row->fails[place])
                fail_msg("%s: check digit of %s", row->says, mrz_place_name((enum mrz_place)place));
        }
        if (mrz.sex != row->sex || mrz.name_may_be_truncated != row->truncated ||
            mrz.issues != row->issues || mrz_valid(&mrz) != row->valid)
            fail_msg("%s: sex, truncation, issues (%x) or validity", row->says, mrz.issues);
    }
}

/* ---- places ------------------------------------------------------------------------------ */

/* Writes the check digits that belong to the line as it is, so that one fault stands alone. */
static void reseal(char line[45])
{
    static const struct {
        size_t from, len;
    } places[] = {{0, 9}, {13, 6}, {21, 6}};
    for (size_t i = 0; i < COUNT(places); i++)
        line[places[i].from + places[i].len] =
            mrz_check_digit(line + places[i].from, places[i].len);
    if (strspn(line + 28, "<") < 14)
        line[42] = mrz_check_digit(line + 28, 14);
    char composite[40];
    memcpy(composite, line, 10);
    memcpy(composite + 10, line + 13, 7);
    memcpy(composite + 17, line + 21, 22);
    line[43] = mrz_check_digit(composite, 39);
}

struct change {
    const char *says;
    int line;
    size_t at;
    const char *text;
    bool sealed; /* check digits are made to fit */
    uint32_t issues;
};

static const struct change changes[] = {
    {"nothing changed is valid", 0, 0, "", true, 0},
    {"an identity card's code is no passport's", 0, 0, "I", true, MRZ_ISSUE_DOCUMENT_CODE},
    {"a digit as the code's first letter", 0, 0, "1", true, MRZ_ISSUE_DOCUMENT_CODE},
    {"a digit as the code's second letter", 0, 1, "1", true, MRZ_ISSUE_DOCUMENT_CODE},
    {"a digit in the issuing state", 0, 3, "0", true, MRZ_ISSUE_ISSUING_STATE},
    {"Germany's one letter is legal", 0, 2, "D<<", true, 0},
    {"a digit in the name", 0, 8, "4", true, MRZ_ISSUE_NAME},
    {"a digit in the nationality", 1, 10, "1", true, MRZ_ISSUE_NATIONALITY},
    {"a letter in the birth date, digit fits", 1, 13, "G", true, MRZ_ISSUE_BIRTH_DATE},
    {"a letter in the expiry date, digit fits", 1, 22, "S", true, MRZ_ISSUE_EXPIRY_DATE},
    {"day unknown is legal", 1, 17, "<<", true, 0},
    {"month and day unknown are legal", 1, 15, "<<<<", true, 0},
    {"a wholly unknown birth date is legal", 1, 13, "<<<<<<", true, 0},
    {"half a day unknown is not", 1, 17, "<", true, MRZ_ISSUE_BIRTH_DATE},
    {"half a day unknown at its right is not", 1, 18, "<", true, MRZ_ISSUE_BIRTH_DATE},
    {"month unknown and day known is not", 1, 15, "<<17", true, MRZ_ISSUE_BIRTH_DATE},
    {"year unknown and day known is not", 1, 13, "<<0317", true, MRZ_ISSUE_BIRTH_DATE},
    {"month 0", 1, 15, "00", true, MRZ_ISSUE_BIRTH_DATE},
    {"month 13", 1, 15, "13", true, MRZ_ISSUE_BIRTH_DATE},
    {"month 13 with an unknown day", 1, 15, "13<<", true, MRZ_ISSUE_BIRTH_DATE},
    {"day 0", 1, 17, "00", true, MRZ_ISSUE_BIRTH_DATE},
    {"31 April", 1, 13, "940431", true, MRZ_ISSUE_BIRTH_DATE},
    {"29 February of 00 exists in one century", 1, 13, "000229", true, 0},
    {"29 February of 94 exists in none", 1, 13, "940229", true, MRZ_ISSUE_BIRTH_DATE},
    {"expiry on 30 February", 1, 21, "290230", true, MRZ_ISSUE_EXPIRY_DATE},
    {"expiry with an unknown day is legal", 1, 25, "<<", true, 0},
    {"sex X belongs to the visual zone only", 1, 20, "X", true, MRZ_ISSUE_SEX},
    {"sex as a digit", 1, 20, "1", true, MRZ_ISSUE_SEX},
    {"sex unspecified is legal", 1, 20, "<", true, 0},
    {"a filler as the number's check digit", 1, 9, "<", false, DIGIT_FAILS},
    {"a letter as the birth date's check digit", 1, 19, "G", false, DIGIT_FAILS},
    {"a filler as the composite digit", 1, 43, "<", false, DIGIT_FAILS},
    {"0 for an empty personal number is legal", 1, 42, "0", false, 0},
    {"1 for an empty personal number fails", 1, 42, "1", false, DIGIT_FAILS},
    {"fillers inside a number are its own", 1, 2, "<", true, 0},
};

static void test_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(changes); i++) {
        const struct change *row = &changes[i];
        char lines[2][45];
        memcpy(lines[0], name_line, sizeof lines[0]);
        memcpy(lines[1], data_line, sizeof lines[1]);
        memcpy(lines[row->line] + row->at, row->text, strlen(row->text));
        if (row->sealed)
            reseal(lines[1]);
        struct mrz mrz;
        if (!parse(lines[0], lines[1], &mrz))
            fail_msg("%s: not read", row->says);
        uint32_t found = mrz.issues | (mrz_checks_hold(&mrz) ? 0 : DIGIT_FAILS);
        if (found != row->issues || mrz_valid(&mrz) != (row->issues == 0))
            fail_msg("%s: issues %x", row->says, mrz.issues);
    }
}

static void test_personal_number_digit(void **state)
{
    (void)state;
    struct mrz mrz;
    char line[45];
    memcpy(line, data_line, sizeof line);
    assert_true(parse(name_line, line, &mrz));
    assert_int_equal(mrz.check[MRZ_PLACE_OPTIONAL], MRZ_CHECK_NONE);
    line[42] = '0';
    assert_true(parse(name_line, line, &mrz));
    assert_int_equal(mrz.check[MRZ_PLACE_OPTIONAL], MRZ_CHECK_HOLDS);
    /* A personal number whose digit is 0 must print it. */
    memcpy(line + 28, "A<<<<<<<<<<<<<", 14);
    line[42] = '<';
    while (mrz_check_digit(line + 28, 14) != '0')
        line[28]++;
    reseal(line);
    assert_true(parse(name_line, line, &mrz));
    assert_true(mrz_valid(&mrz));
    line[42] = '<';
    assert_true(parse(name_line, line, &mrz));
    assert_int_equal(mrz.check[MRZ_PLACE_OPTIONAL], MRZ_CHECK_FAILS);
    assert_int_equal(mrz.check[MRZ_PLACE_COMPOSITE], MRZ_CHECK_HOLDS);
    assert_false(mrz_valid(&mrz));
}

/* ---- names ------------------------------------------------------------------------------- */

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *says, *name, *primary, *secondary;
        bool truncated;
        uint32_t warnings;
    } rows[] = {
        {"two parts", "RAHMAWATI<<SITI", "RAHMAWATI", "SITI", false, 0},
        {"no double filler: all is primary", "SITI<NURHALIZA", "SITI NURHALIZA", "", false, 0},
        {"an empty primary is allowed", "<<SITI", "", "SITI", false,
         MRZ_WARNING_NAME_EMPTY_PRIMARY},
        {"... before three fillers as well", "<<<SITI", "", "SITI", false,
         MRZ_WARNING_NAME_EMPTY_PRIMARY},
        {"three fillers part like two", "RAHMAWATI<<<SITI", "RAHMAWATI", "SITI", false, 0},
        {"four fillers as well", "RAHMAWATI<<<<SITI", "RAHMAWATI", "SITI", false, 0},
        {"a third part stays with the second", "A<<B<<C<D", "A", "B C D", false,
         MRZ_WARNING_NAME_THIRD_PART},
        {"... also after three fillers", "A<<<B<<<C", "A", "B C", false,
         MRZ_WARNING_NAME_THIRD_PART},
        {"an empty primary and a third part", "<<B<<C", "", "B C", false,
         MRZ_WARNING_NAME_EMPTY_PRIMARY | MRZ_WARNING_NAME_THIRD_PART},
        {"a leading filler makes no word", "<AHMAD<<BUDI", "AHMAD", "BUDI", false, 0},
        {"no name at all", "", "", "", false, MRZ_WARNING_NAME_EMPTY_PRIMARY},
        {"a filler in the last column", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKL",
         "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKL", "", false, 0},
        {"a letter in the last column", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ<<K",
         "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ", "K", true, 0},
        {"a name without any filler", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLM",
         "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLM", "", true, 0},
        {"only the last column taken", "<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<A", "", "A", true,
         MRZ_WARNING_NAME_EMPTY_PRIMARY},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char line[45];
        memset(line, '<', 44);
        line[44] = '\0';
        memcpy(line, "P<IDN", 5);
        memcpy(line + 5, rows[i].name, strlen(rows[i].name));
        struct mrz mrz;
        if (!parse(line, data_line, &mrz) || strcmp(mrz.primary, rows[i].primary) != 0 ||
            strcmp(mrz.secondary, rows[i].secondary) != 0 ||
            mrz.name_may_be_truncated != rows[i].truncated || mrz.warnings != rows[i].warnings)
            fail_msg("%s: \"%s\" and \"%s\", warnings %x", rows[i].says, mrz.primary, mrz.secondary,
                     mrz.warnings);
    }
}

/* ---- warnings ------------------------------------------------------------------------------ */

static void test_warnings_leave_it_valid(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        int line;
        size_t at;
        const char *text;
        uint32_t warnings;
    } rows[] = {
        {"nothing odd", 0, 0, "", 0},
        {"a passport of Utopia", 0, 2, "UTO", 0},
        {"an unknown issuing state", 0, 2, "IDX", MRZ_WARNING_ISSUING_STATE},
        {"an empty issuing state", 0, 2, "<<<", MRZ_WARNING_ISSUING_STATE},
        {"a filler within it", 0, 2, "I<N", MRZ_WARNING_ISSUING_STATE},
        {"Germany's letter", 1, 10, "D<<", 0},
        {"a stateless person", 1, 10, "XXA", 0},
        {"an unknown nationality", 1, 10, "ZZZ", MRZ_WARNING_NATIONALITY},
        {"an empty nationality", 1, 10, "<<<", MRZ_WARNING_NATIONALITY},
        {"nine characters of an Indonesian number", 1, 0, "C73104521", MRZ_WARNING_NUMBER_UNUSUAL},
        {"seven characters", 1, 0, "C731045<<", MRZ_WARNING_NUMBER_UNUSUAL},
        {"two letters", 1, 0, "CC310452<", MRZ_WARNING_NUMBER_UNUSUAL},
        {"no letter", 1, 0, "17310452<", MRZ_WARNING_NUMBER_UNUSUAL},
        {"an empty number", 1, 0, "<<<<<<<<<",
         MRZ_WARNING_NUMBER_EMPTY | MRZ_WARNING_NUMBER_UNUSUAL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char lines[2][45];
        memcpy(lines[0], name_line, sizeof lines[0]);
        memcpy(lines[1], data_line, sizeof lines[1]);
        memcpy(lines[rows[i].line] + rows[i].at, rows[i].text, strlen(rows[i].text));
        reseal(lines[1]);
        struct mrz mrz;
        assert_true(parse(lines[0], lines[1], &mrz));
        if (!mrz_valid(&mrz) || mrz.warnings != rows[i].warnings)
            fail_msg("%s: issues %x, warnings %x", rows[i].says, mrz.issues, mrz.warnings);
    }
    struct mrz mrz;
    assert_true(parse("P<MYSWULANDARI<<SRI<RATNA<<<<<<<<<<<<<<<<<<<", data_line, &mrz));
    assert_int_equal(mrz.warnings, 0); /* other states number as they like */
}

/* ---- what is no TD3 ------------------------------------------------------------------------ */

static void test_shapes(void **state)
{
    (void)state;
    static const char card30[] = "I<UTOD231458907<<<<<<<<<<<<<<<";
    static const char card36[] = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<";
    static const struct {
        const char *says;
        const char *line[4];
        size_t n;
        uint32_t issues;
    } rows[] = {
        {"no line", {0}, 0, MRZ_ISSUE_LENGTH},
        {"one line", {name_line}, 1, MRZ_ISSUE_LENGTH},
        {"an empty line", {"", data_line}, 2, MRZ_ISSUE_LENGTH},
        {"one character short", {name_line + 1, data_line}, 2, MRZ_ISSUE_LENGTH},
        {"one character long",
         {"P<IDNWULANDARI<<SRI<RATNA<<<<<<<<<<<<<<<<<<<<", data_line},
         2,
         MRZ_ISSUE_LENGTH},
        {"three lines of 44", {name_line, data_line, data_line}, 3, MRZ_ISSUE_LENGTH},
        {"four lines", {name_line, data_line, name_line, data_line}, 4, MRZ_ISSUE_LENGTH},
        {"lower case",
         {"p<idnfitriani<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", data_line},
         2,
         MRZ_ISSUE_CHARACTERS},
        {"a space for a filler",
         {"P IDNWULANDARI<<SRI<RATNA<<<<<<<<<<<<<<<<<<<", data_line},
         2,
         MRZ_ISSUE_CHARACTERS},
        {"short and with a foreign character",
         {"P<IDN", "C73?"},
         2,
         MRZ_ISSUE_LENGTH | MRZ_ISSUE_CHARACTERS},
        {"two lines of a card with three", {card30, card30}, 2, MRZ_ISSUE_LENGTH},
        {"three lines of a card with two", {card36, card36, card36}, 3, MRZ_ISSUE_LENGTH},
        {"a line of each card", {card36, card30}, 2, MRZ_ISSUE_LENGTH},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span lines[4] = {{0}};
        for (size_t k = 0; k < rows[i].n; k++)
            lines[k] = span_of_text(rows[i].line[k]);
        struct mrz mrz;
        memset(&mrz, 0xAA, sizeof mrz);
        bool read = mrz_parse(lines, rows[i].n, &mrz);
        if (read || mrz_valid(&mrz) || mrz.issues != rows[i].issues)
            fail_msg("%s: issues %x", rows[i].says, mrz.issues);
        assert_int_equal(mrz.format, MRZ_FORMAT_NONE);
        assert_string_equal(mrz.document_number, "");
        if (rows[i].n > 0 && strncmp(mrz.line[0], rows[i].line[0], MRZ_LINE_LEN_MAX) != 0)
            fail_msg("%s: the raw line was not kept", rows[i].says);
    }
}

static void test_every_byte(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        char second[45];
        memcpy(second, data_line, sizeof second);
        second[5] = (char)byte;
        const struct span lines[] = {span_of_text(name_line), span_of(second, 44)};
        struct mrz mrz;
        bool legal = byte == '<' || (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z');
        if (mrz_parse(lines, 2, &mrz) != legal)
            fail_msg("byte %u", byte);
    }
}

/* ---- single misread characters --------------------------------------------------------- */

/* Characters of one value modulo 10 look the same to weights 7, 3, 1 (part 3, 4.9): the known
 * invisible confusions, 0/U, 1/L, 6/G, 5/P, P/F, </K among them. */
static const char *const invisible[] = {"0AKU<", "1BLV", "2CMW", "3DNX", "4EOY",
                                        "5FPZ",  "6GQ",  "7HR",  "8IS",  "9JT"};

static bool are_alike(char a, char b)
{
    for (size_t i = 0; i < COUNT(invisible); i++)
        if (strchr(invisible[i], a))
            return strchr(invisible[i], b) != NULL;
    return false;
}

/* Why this misreading can't be seen by any check of 9303; false: it must be caught. */
static bool is_known_invisible(int line, size_t at, char from, char to)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
    if (line == 0)
        return strchr(letters, to) &&
               (at > 0 || to == 'P' || to == 'V'); /* no digit covers line 1 */
    if (at >= 10 && at <= 12)
        return strchr(letters, to) != NULL; /* nor the nationality */
    if (at == 20)
        return strchr("MF<", to) != NULL; /* nor the sex */
    if (at == 42)
        return (from == '<' && to == '0') || (from == '0' && to == '<');
    if (at == 9 || at == 19 || at == 27 || at == 43)
        return false; /* a check digit itself */
    if ((at >= 13 && at <= 18) || (at >= 21 && at <= 26))
        return false; /* one digit for another changes the sum, a letter breaks the class */
    return are_alike(from, to); /* number and personal number */
}

static void test_one_misread_character_is_caught_or_listed(void **state)
{
    (void)state;
    static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<";
    size_t caught = 0, unseen = 0;
    for (size_t i = 0; i < COUNT(mrz_rows); i++) {
        if (!mrz_rows[i].valid)
            continue;
        for (size_t at = 0; at < 88; at++) {
            for (const char *to = legal; *to; to++) {
                char lines[2][45];
                memcpy(lines[0], mrz_rows[i].line[0], sizeof lines[0]);
                memcpy(lines[1], mrz_rows[i].line[1], sizeof lines[1]);
                char *c = &lines[at / 44][at % 44], from = *c;
                if (from == *to)
                    continue;
                *c = *to;
                struct mrz mrz;
                bool valid = parse(lines[0], lines[1], &mrz) && mrz_valid(&mrz);
                if (valid && !is_known_invisible((int)(at / 44), at % 44, from, *to))
                    fail_msg("%s: %c for %c in column %zu was not caught", mrz_rows[i].says, *to,
                             from, at);
                *(valid ? &unseen : &caught) += 1;
            }
        }
    }
    print_message("%zu misreadings caught, %zu invisible to ICAO 9303\n", caught, unseen);
    assert_true(caught > 0 && unseen > 0);
}

static void test_check_digit_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(mrz_check_digit("520727", 6), '3');    /* part 3, appendix A, example 1 */
    assert_int_equal(mrz_check_digit("AB2134<<<", 9), '5'); /* example 2 */
    assert_int_equal(mrz_check_digit("", 0), '0');
}

static void test_words_for_places_and_issues(void **state)
{
    (void)state;
    assert_string_equal(mrz_place_name(MRZ_PLACE_NUMBER), "document_number");
    assert_string_equal(mrz_place_name(MRZ_PLACE_COMPOSITE), "composite");
    for (uint32_t bit = MRZ_ISSUE_LENGTH; bit <= MRZ_ISSUE_SEX; bit <<= 1)
        assert_true(strlen(mrz_issue_name((enum mrz_issue)bit)) > 0);
    assert_string_equal(mrz_issue_name(MRZ_ISSUE_CHARACTERS), "characters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_personal_number_digit),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_warnings_leave_it_valid),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_one_misread_character_is_caught_or_listed),
        cmocka_unit_test(test_check_digit_of_the_standard),
        cmocka_unit_test(test_words_for_places_and_issues),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
