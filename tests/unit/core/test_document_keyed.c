/* What an officer keys, on both sides of every rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "document.h"
#include "mrz_rows.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct date today = {2026, 11, 21};

/* A good passport, keyed whole. */
static struct document_keyed siti(void)
{
    return (struct document_keyed){.type = DOCUMENT_P,
                                   .number = "X0000001",
                                   .number_check = '4',
                                   .country = "IDN",
                                   .nationality = "IDN",
                                   .name = "RAHMAWATI SITI",
                                   .sex = 'F',
                                   .birth = {1998, 4, 12},
                                   .expiry = {2034, 5, 1}};
}

static void assert_flaws(const char *says, const struct document_keyed *keyed,
                         enum document_field field, enum document_flaw flaw)
{
    enum document_flaw flaws[DOCUMENT_FIELD_COUNT];
    struct document document = {.sex = '?'};
    const bool good = document_from_keyed(keyed, today, &document, flaws);
    for (unsigned i = 0; i < DOCUMENT_FIELD_COUNT; i++) {
        const enum document_flaw expected = i == field ? flaw : DOCUMENT_FLAW_NONE;
        if (flaws[i] != expected)
            fail_msg("%s: %s is %s", says, document_field_name((enum document_field)i),
                     document_flaw_name(flaws[i]));
    }
    if (good != (flaw == DOCUMENT_FLAW_NONE) || (!good && document.sex != '?'))
        fail_msg("%s: %s", says, good ? "taken" : "refused, but written");
}

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        enum document_type type;
        const char *number;
        char digit;
        enum document_field field;
        enum document_flaw flaw;
    } rows[] = {
        {"a passport and its digit", DOCUMENT_P, "X0000001", '4', DOCUMENT_FIELD_NUMBER, 0},
        {"a digit mistyped", DOCUMENT_P, "X0000001", '5', DOCUMENT_FIELD_NUMBER_CHECK,
         DOCUMENT_FLAW_CHECK_DIGIT},
        {"a number mistyped", DOCUMENT_P, "X0000007", '4', DOCUMENT_FIELD_NUMBER_CHECK,
         DOCUMENT_FLAW_CHECK_DIGIT},
        {"two neighbours swapped", DOCUMENT_P, "X0000010", '4', DOCUMENT_FIELD_NUMBER_CHECK,
         DOCUMENT_FLAW_CHECK_DIGIT},
        {"a passport needs its digit", DOCUMENT_P, "X0000001", 0, DOCUMENT_FIELD_NUMBER_CHECK,
         DOCUMENT_FLAW_MISSING},
        {"a border pass has none", DOCUMENT_PLB, "X0000001", 0, DOCUMENT_FIELD_NUMBER, 0},
        {"but if it has, it counts", DOCUMENT_PLB, "X0000001", '5', DOCUMENT_FIELD_NUMBER_CHECK,
         DOCUMENT_FLAW_CHECK_DIGIT},
        {"and may be right", DOCUMENT_SPLP, "X0000001", '4', DOCUMENT_FIELD_NUMBER, 0},
        {"a letter is no digit", DOCUMENT_P, "X0000001", 'A', DOCUMENT_FIELD_NUMBER_CHECK,
         DOCUMENT_FLAW_CHARACTERS},
        {"a number of nine", DOCUMENT_P, "L898902C3", '6', DOCUMENT_FIELD_NUMBER, 0},
        {"a passport's number has no more", DOCUMENT_P, "L898902C30", '6', DOCUMENT_FIELD_NUMBER,
         DOCUMENT_FLAW_LENGTH},
        {"a crew book's may", DOCUMENT_CREW_BOOK, "L898902C30", 0, DOCUMENT_FIELD_NUMBER, 0},
        {"a long number and its digit, of the number alone", DOCUMENT_OTHER, "D23145890712", '1',
         DOCUMENT_FIELD_NUMBER, 0},
        {"... or with the filler among it", DOCUMENT_OTHER, "D23145890712", '3',
         DOCUMENT_FIELD_NUMBER, 0},
        {"... but not any digit", DOCUMENT_OTHER, "D23145890712", '0', DOCUMENT_FIELD_NUMBER_CHECK,
         DOCUMENT_FLAW_CHECK_DIGIT},
        {"the longest number", DOCUMENT_KILB, "12345678901234567890123", 0, DOCUMENT_FIELD_NUMBER,
         0},
        {"a filler inside stands for another sign", DOCUMENT_PLB, "AB<12", 0, DOCUMENT_FIELD_NUMBER,
         0},
        {"at the end it is no number's", DOCUMENT_PLB, "AB12<", 0, DOCUMENT_FIELD_NUMBER,
         DOCUMENT_FLAW_CHARACTERS},
        {"nor at the beginning", DOCUMENT_PLB, "<AB12", 0, DOCUMENT_FIELD_NUMBER,
         DOCUMENT_FLAW_CHARACTERS},
        {"small letters are not guessed at", DOCUMENT_PLB, "x0000001", 0, DOCUMENT_FIELD_NUMBER,
         DOCUMENT_FLAW_CHARACTERS},
        {"nor is anything else", DOCUMENT_PLB, "X-1", 0, DOCUMENT_FIELD_NUMBER,
         DOCUMENT_FLAW_CHARACTERS},
        {"no number at all", DOCUMENT_P, "", '4', DOCUMENT_FIELD_NUMBER, DOCUMENT_FLAW_MISSING},
        {"no type there is", DOCUMENT_TYPE_COUNT, "X0000001", 0, DOCUMENT_FIELD_TYPE,
         DOCUMENT_FLAW_VALUE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct document_keyed keyed = siti();
        keyed.type = rows[i].type;
        strcpy(keyed.number, rows[i].number);
        keyed.number_check = rows[i].digit;
        assert_flaws(rows[i].says, &keyed, rows[i].field, rows[i].flaw);
    }
}

static void test_codes_and_names(void **state)
{
    (void)state;
    static const struct {
        const char *says, *country, *nationality, *name;
        char sex;
        enum document_field field;
        enum document_flaw flaw;
    } rows[] = {
        {"Germany's code is short", "D", "D", "MUSTER", 'M', DOCUMENT_FIELD_COUNTRY, 0},
        {"no other is", "A", "IDN", "MUSTER", 'M', DOCUMENT_FIELD_COUNTRY, DOCUMENT_FLAW_LENGTH},
        {"nor has one two letters", "IDN", "ID", "MUSTER", 'M', DOCUMENT_FIELD_NATIONALITY,
         DOCUMENT_FLAW_LENGTH},
        {"a code of digits", "1DN", "IDN", "MUSTER", 'M', DOCUMENT_FIELD_COUNTRY,
         DOCUMENT_FLAW_CHARACTERS},
        {"a code with a filler", "IDN", "I<N", "MUSTER", 'M', DOCUMENT_FIELD_NATIONALITY,
         DOCUMENT_FLAW_CHARACTERS},
        {"who issued it has to be said", "", "IDN", "MUSTER", 'M', DOCUMENT_FIELD_COUNTRY,
         DOCUMENT_FLAW_MISSING},
        {"a nationality that is not printed has not", "IDN", "", "MUSTER", 'M',
         DOCUMENT_FIELD_NATIONALITY, 0},
        {"a name as printed", "IDN", "IDN", "NUR-AINI D'ARC S. SITI", 'F', DOCUMENT_FIELD_NAME, 0},
        {"one letter", "IDN", "IDN", "O", 'F', DOCUMENT_FIELD_NAME, 0},
        {"no name", "IDN", "IDN", "", 'F', DOCUMENT_FIELD_NAME, DOCUMENT_FLAW_MISSING},
        {"a digit in a name", "IDN", "IDN", "S1TI", 'F', DOCUMENT_FIELD_NAME,
         DOCUMENT_FLAW_CHARACTERS},
        {"small letters", "IDN", "IDN", "Siti", 'F', DOCUMENT_FIELD_NAME, DOCUMENT_FLAW_CHARACTERS},
        {"a name of nothing but signs", "IDN", "IDN", "- .", 'F', DOCUMENT_FIELD_NAME,
         DOCUMENT_FLAW_CHARACTERS},
        {"unspecified is an answer", "IDN", "IDN", "MUSTER", 'X', DOCUMENT_FIELD_SEX, 0},
        {"no answer is none", "IDN", "IDN", "MUSTER", 0, DOCUMENT_FIELD_SEX, DOCUMENT_FLAW_MISSING},
        {"another letter is none", "IDN", "IDN", "MUSTER", 'P', DOCUMENT_FIELD_SEX,
         DOCUMENT_FLAW_VALUE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct document_keyed keyed = siti();
        strcpy(keyed.country, rows[i].country);
        strcpy(keyed.nationality, rows[i].nationality);
        strcpy(keyed.name, rows[i].name);
        keyed.sex = rows[i].sex;
        assert_flaws(rows[i].says, &keyed, rows[i].field, rows[i].flaw);
    }
}

static void test_dates(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        enum document_type type;
        struct date birth, expiry;
        enum document_field field;
        enum document_flaw flaw;
    } rows[] = {
        {"born today", DOCUMENT_P, {2026, 11, 21}, {2034, 5, 1}, DOCUMENT_FIELD_BIRTH, 0},
        {"born tomorrow",
         DOCUMENT_P,
         {2026, 11, 22},
         {2034, 5, 1},
         DOCUMENT_FIELD_BIRTH,
         DOCUMENT_FLAW_FUTURE},
        {"born in 1900", DOCUMENT_P, {1900, 1, 1}, {2034, 5, 1}, DOCUMENT_FIELD_BIRTH, 0},
        {"born before",
         DOCUMENT_P,
         {1899, 12, 31},
         {2034, 5, 1},
         DOCUMENT_FIELD_BIRTH,
         DOCUMENT_FLAW_CENTURY},
        {"29 February of a leap year",
         DOCUMENT_P,
         {2000, 2, 29},
         {2034, 5, 1},
         DOCUMENT_FIELD_BIRTH,
         0},
        {"29 February of another",
         DOCUMENT_P,
         {1999, 2, 29},
         {2034, 5, 1},
         DOCUMENT_FIELD_BIRTH,
         DOCUMENT_FLAW_CALENDAR},
        {"only the year is known", DOCUMENT_P, {1960, 0, 0}, {2034, 5, 1}, DOCUMENT_FIELD_BIRTH, 0},
        {"and the month", DOCUMENT_P, {1960, 12, 0}, {2034, 5, 1}, DOCUMENT_FIELD_BIRTH, 0},
        {"a month that is none",
         DOCUMENT_P,
         {1960, 13, 0},
         {2034, 5, 1},
         DOCUMENT_FIELD_BIRTH,
         DOCUMENT_FLAW_CALENDAR},
        {"a day of no month",
         DOCUMENT_P,
         {1960, 0, 7},
         {2034, 5, 1},
         DOCUMENT_FIELD_BIRTH,
         DOCUMENT_FLAW_CALENDAR},
        {"no birth date",
         DOCUMENT_P,
         {0, 0, 0},
         {2034, 5, 1},
         DOCUMENT_FIELD_BIRTH,
         DOCUMENT_FLAW_MISSING},
        {"an expired passport is a finding, not a flaw",
         DOCUMENT_P,
         {1998, 4, 12},
         {2000, 1, 1},
         DOCUMENT_FIELD_EXPIRY,
         0},
        {"but none expired in 1999",
         DOCUMENT_P,
         {1998, 4, 12},
         {1999, 12, 31},
         DOCUMENT_FIELD_EXPIRY,
         DOCUMENT_FLAW_CENTURY},
        {"nor will one in 2100",
         DOCUMENT_P,
         {1998, 4, 12},
         {2100, 1, 1},
         DOCUMENT_FIELD_EXPIRY,
         DOCUMENT_FLAW_CENTURY},
        {"31 April",
         DOCUMENT_P,
         {1998, 4, 12},
         {2034, 4, 31},
         DOCUMENT_FIELD_EXPIRY,
         DOCUMENT_FLAW_CALENDAR},
        {"a passport says when it ends",
         DOCUMENT_P,
         {1998, 4, 12},
         {0, 0, 0},
         DOCUMENT_FIELD_EXPIRY,
         DOCUMENT_FLAW_MISSING},
        {"a crew book may not",
         DOCUMENT_CREW_BOOK,
         {1998, 4, 12},
         {0, 0, 0},
         DOCUMENT_FIELD_EXPIRY,
         0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct document_keyed keyed = siti();
        keyed.type = rows[i].type;
        keyed.birth = rows[i].birth;
        keyed.expiry = rows[i].expiry;
        assert_flaws(rows[i].says, &keyed, rows[i].field, rows[i].flaw);
    }
}

static void test_nik(void **state)
{
    (void)state;
    static const struct {
        const char *says, *nik;
        enum document_flaw flaw;
    } rows[] = {
        {"none was keyed", "", 0},
        {"a woman's, who is born as the document says", "3204125204980001", 0},
        {"another birth and another sex are no flaw: the rule is not known for sure",
         "3204120101700001", 0},
        {"nor is no date at all", "9999999999999999", 0},
        {"a digit too few", "320412520498000", DOCUMENT_FLAW_LENGTH},
        {"one digit", "3", DOCUMENT_FLAW_LENGTH},
        {"a letter among them", "32041252O4980001", DOCUMENT_FLAW_CHARACTERS},
        {"spaces as some print it", "3204 1252 0498 1", DOCUMENT_FLAW_CHARACTERS},
        {"a sign that comes before the digits", "3204125204980/01", DOCUMENT_FLAW_CHARACTERS},
        {"and one that comes after", "3204125204980:01", DOCUMENT_FLAW_CHARACTERS},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct document_keyed keyed = siti();
        strcpy(keyed.nik, rows[i].nik);
        assert_flaws(rows[i].says, &keyed, DOCUMENT_FIELD_NIK, rows[i].flaw);
    }
}

static void test_every_flaw_is_told_at_once(void **state)
{
    (void)state;
    const struct document_keyed nothing = {.type = DOCUMENT_P};
    enum document_flaw flaws[DOCUMENT_FIELD_COUNT];
    struct document document;
    assert_false(document_from_keyed(&nothing, today, &document, flaws));
    for (unsigned i = 0; i < DOCUMENT_FIELD_COUNT; i++) {
        const bool needed =
            i != DOCUMENT_FIELD_TYPE && i != DOCUMENT_FIELD_NATIONALITY && i != DOCUMENT_FIELD_NIK;
        assert_int_equal(flaws[i], needed ? DOCUMENT_FLAW_MISSING : DOCUMENT_FLAW_NONE);
    }
}

static void test_a_good_one_is_keyed_whole(void **state)
{
    (void)state;
    struct document_keyed keyed = siti();
    enum document_flaw flaws[DOCUMENT_FIELD_COUNT];
    struct document document;
    strcpy(keyed.nik, "3204125204980001");
    assert_true(document_from_keyed(&keyed, today, &document, flaws));
    /* ... but for the NIK, of which not even a hash is made here. */
    assert_null(memmem(&document, sizeof document, keyed.nik, strlen(keyed.nik)));
    assert_memory_equal(document.nik_hash, (uint8_t[DOCUMENT_NIK_HASH]){0}, DOCUMENT_NIK_HASH);
    assert_int_equal(document.capture, DOCUMENT_KEYED);
    assert_int_equal(document.type, DOCUMENT_P);
    assert_string_equal(document.number, "X0000001");
    assert_int_equal(document.number_check, '4');
    assert_string_equal(document.country, "IDN");
    assert_string_equal(document.name, "RAHMAWATI SITI");
    assert_int_equal(document.sex, 'F');
    assert_int_equal(date_compare(document.birth, keyed.birth), 0);
    assert_int_equal(date_compare(document.expiry, keyed.expiry), 0);
    assert_false(date_known(document.birth_alternative));
    assert_int_equal(document.mrz.format, MRZ_FORMAT_NONE);
    assert_string_equal(document.mrz.line[0], "");
    assert_int_equal(document.n_corrections, 0);
}

/* What a proposal prefills is what a scan would have said, and passes as it is. */
static void test_a_form_prefilled_from_an_mrz_is_good(void **state)
{
    (void)state;
    size_t n_valid = 0;
    for (size_t i = 0; i < COUNT(mrz_rows); i++) {
        const struct span lines[] = {span_of_text(mrz_rows[i].line[0]),
                                     span_of_text(mrz_rows[i].line[1])};
        struct mrz mrz;
        if (!mrz_rows[i].valid || !mrz_parse(lines, 2, &mrz))
            continue;
        struct document_keyed keyed;
        struct document scanned, document;
        enum document_flaw flaws[DOCUMENT_FIELD_COUNT];
        document_from_mrz(&mrz, today, &scanned);
        document_keyed_from_mrz(&mrz, today, &keyed);
        if (!document_from_keyed(&keyed, today, &document, flaws))
            fail_msg("%s", mrz_rows[i].says);
        assert_string_equal(document.number, scanned.number);
        assert_int_equal(document.number_check, mrz_rows[i].line[1][9]); /* as printed */
        assert_string_equal(document.name, scanned.name);
        assert_int_equal(document.sex, scanned.sex);
        assert_int_equal(date_compare(document.birth, scanned.birth), 0);
        assert_int_equal(date_compare(document.expiry, scanned.expiry), 0);
        n_valid++;
    }
    assert_true(n_valid > 5);
}

static void test_a_long_number_s_digit_is_the_one_printed(void **state)
{
    (void)state;
    static const struct {
        const char *line[3];
        char digit;
    } rows[] = {
        {{"I<UTOD23145890<7121<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2",
          "STEVENSON<<PETER<JOHN<<<<<<<<<"},
         '1'},
        {{"I<UTOD23145890<7123<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<8",
          "STEVENSON<<PETER<JOHN<<<<<<<<<"},
         '3'},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span lines[3];
        struct mrz mrz;
        struct document_keyed keyed;
        for (size_t k = 0; k < 3; k++)
            lines[k] = span_of_text(rows[i].line[k]);
        assert_true(mrz_parse(lines, 3, &mrz) && mrz_valid(&mrz));
        document_keyed_from_mrz(&mrz, today, &keyed);
        assert_int_equal(keyed.number_check, rows[i].digit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_codes_and_names),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_nik),
        cmocka_unit_test(test_every_flaw_is_told_at_once),
        cmocka_unit_test(test_a_good_one_is_keyed_whole),
        cmocka_unit_test(test_a_form_prefilled_from_an_mrz_is_good),
        cmocka_unit_test(test_a_long_number_s_digit_is_the_one_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
