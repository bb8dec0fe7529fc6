/* document: dates resolved against a day, on both sides of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "document.h"
#include "mrz_rows.h"

#define NONE         "0000-00-00"
#define COUNT(table) (sizeof(table) / sizeof *(table))

/* A valid MRZ with these raw dates: fields are enough, a document never looks at the lines. */
static struct mrz mrz_with(const char *birth, const char *expiry)
{
    const struct span lines[] = {span_of_text(mrz_rows[0].line[0]),
                                 span_of_text(mrz_rows[0].line[1])};
    struct mrz mrz;
    assert_true(mrz_parse(lines, 2, &mrz));
    memcpy(mrz.birth_date_raw, birth, 7);
    memcpy(mrz.expiry_raw, expiry, 7);
    return mrz;
}

static void test_centuries(void **state)
{
    (void)state;
    static const struct {
        const char *says, *birth, *today, *expected, *alternative;
    } rows[] = {
        {"born today is this century, or a hundred years ago", "261121", "2026-11-21", "2026-11-21",
         "1926-11-21"},
        {"born tomorrow is the century before", "261122", "2026-11-21", "1926-11-22", NONE},
        {"born yesterday is this century", "261120", "2026-11-21", "2026-11-20", "1926-11-20"},
        {"an ordinary adult can't be of another century", "980412", "2026-11-21", "1998-04-12",
         NONE},
        {"29 February 2000: there was none in 1900", "000229", "2026-11-21", "2000-02-29", NONE},
        {"28 February 2000", "000228", "2026-11-21", "2000-02-28", "1900-02-28"},
        {"month and day unknown, year not in the future", "26<<<<", "2026-11-21", "2026-00-00",
         "1926-00-00"},
        {"month and day unknown, next year", "27<<<<", "2026-11-21", "1927-00-00", NONE},
        {"day unknown in this month", "2611<<", "2026-11-21", "2026-11-00", "1926-11-00"},
        {"day unknown in the next month", "2612<<", "2026-11-21", "1926-12-00", NONE},
        {"nothing known", "<<<<<<", "2026-11-21", NONE, NONE},
        {"a clock far back: the day that exists in no past century", "000229", "1970-01-01", NONE,
         NONE},
        {"a clock far back: another day", "991231", "1970-01-01", NONE, NONE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct date today;
        assert_true(date_parse(rows[i].today, &today));
        struct mrz mrz = mrz_with(rows[i].birth, "340501");
        struct document document;
        document_from_mrz(&mrz, today, &document);
        char text[DATE_TEXT_LEN];
        date_format(document.birth, text);
        if (strcmp(text, rows[i].expected) != 0)
            fail_msg("%s: %s", rows[i].says, text);
        date_format(document.birth_alternative, text);
        if (strcmp(text, rows[i].alternative) != 0)
            fail_msg("%s: or %s", rows[i].says, text);
        date_format(document.expiry, text);
        assert_string_equal(text, "2034-05-01");
    }
}

static void test_expiry_is_never_19xx(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *expected;
    } rows[] = {{"991231", "2099-12-31"},
                {"000229", "2000-02-29"},
                {"3405<<", "2034-05-00"},
                {"34<<<<", "2034-00-00"},
                {"<<<<<<", "0000-00-00"}};
    const struct date today = {2026, 11, 21};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mrz mrz = mrz_with("980412", rows[i].raw);
        struct document document;
        document_from_mrz(&mrz, today, &document);
        char text[DATE_TEXT_LEN];
        date_format(document.expiry, text);
        assert_string_equal(text, rows[i].expected);
    }
}

static void test_fields(void **state)
{
    (void)state;
    const struct date today = {2026, 11, 21};
    for (size_t i = 0; i < COUNT(mrz_rows); i++) {
        const struct mrz_row *row = &mrz_rows[i];
        if (!row->valid)
            continue;
        const struct span lines[] = {span_of_text(row->line[0]), span_of_text(row->line[1])};
        struct mrz mrz;
        assert_true(mrz_parse(lines, 2, &mrz));
        struct document document;
        document_from_mrz(&mrz, today, &document);
        assert_string_equal(document.number, row->number);
        assert_string_equal(document.country, row->issuing_state);
        assert_string_equal(document.nationality, row->nationality);
        assert_int_equal(document.sex, row->sex == '<' ? 'X' : row->sex);
        assert_int_equal(document.capture, DOCUMENT_SCANNED);
        assert_int_equal(document.type, DOCUMENT_P);
        assert_int_equal(document.n_corrections, 0);
        assert_int_equal(strncmp(document.name, row->primary, strlen(row->primary)), 0);
        if (*row->secondary)
            assert_string_equal(document.name + strlen(row->primary) + 1, row->secondary);
        else
            assert_string_equal(document.name, row->primary);
    }
}

static struct mrz parsed(const char *const line[MRZ_LINES_MAX])
{
    struct span lines[MRZ_LINES_MAX];
    struct mrz mrz;
    size_t n = 0;
    for (; n < MRZ_LINES_MAX && line[n]; n++)
        lines[n] = span_of_text(line[n]);
    assert_true(mrz_parse(lines, n, &mrz) && mrz_valid(&mrz));
    return mrz;
}

static void test_types_and_long_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *says, *line[MRZ_LINES_MAX];
        enum document_type type;
        const char *number;
        bool visa;
    } rows[] = {
        {"a TD1 is an identity card",
         {"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6",
          "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"},
         DOCUMENT_OTHER,
         "D23145890",
         false},
        {"with AC it is a crew member's",
         {"ACUTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6",
          "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"},
         DOCUMENT_CREW_BOOK,
         "D23145890",
         false},
        {"so is a TD2",
         {"ACUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"},
         DOCUMENT_CREW_BOOK,
         "D23145890",
         false},
        {"a number of 12 characters is whole",
         {"I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2",
          "STEVENSON<<PETER<JOHN<<<<<<<<<"},
         DOCUMENT_OTHER,
         "D23145890734",
         false},
        {"a visa is a visa",
         {"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
          "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"},
         DOCUMENT_OTHER,
         "L8988901C",
         true},
    };
    const struct date today = {2026, 11, 21};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct mrz mrz = parsed(rows[i].line);
        struct document document;
        document_from_mrz(&mrz, today, &document);
        if (document.type != rows[i].type || strcmp(document.number, rows[i].number) != 0 ||
            document_is_visa(&mrz) != rows[i].visa)
            fail_msg("%s: %s %s", rows[i].says, document_type_name(document.type), document.number);
    }
}

static void test_the_same_document(void **state)
{
    (void)state;
    const struct date today = {2026, 11, 21};
    const struct mrz mrz = mrz_with("980412", "340501");
    struct document scanned, other, keyed;
    document_from_mrz(&mrz, today, &scanned);
    other = scanned;
    assert_true(document_same(&scanned, &other));
    other.mrz.line[1][43] = '9'; /* any character is another reading */
    assert_false(document_same(&scanned, &other));
    other = scanned;
    other.mrz.line[0][5]++; /* also one that no check digit covers */
    assert_false(document_same(&scanned, &other));

    keyed = scanned;
    keyed.capture = DOCUMENT_KEYED;
    assert_false(document_same(&scanned, &keyed)); /* a scan is worth more */
    other = keyed;
    assert_true(document_same(&other, &keyed));
    other.birth.day++;
    assert_false(document_same(&other, &keyed));
    other = keyed;
    other.number[0]++;
    assert_false(document_same(&other, &keyed));
    other = keyed;
    other.type = DOCUMENT_SPLP;
    assert_false(document_same(&other, &keyed));
    other = keyed;
    other.nik_hash[7] = 1; /* what was not found without it may be now */
    assert_false(document_same(&other, &keyed));
}

static void test_type_names(void **state)
{
    (void)state;
    for (int i = 0; i < DOCUMENT_TYPE_COUNT; i++) {
        enum document_type type = DOCUMENT_TYPE_COUNT;
        assert_true(document_type_parse(document_type_name((enum document_type)i), &type));
        assert_int_equal(type, i);
    }
    enum document_type type = DOCUMENT_KILB;
    assert_false(document_type_parse("passport", &type));
    assert_int_equal(type, DOCUMENT_KILB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_centuries),
        cmocka_unit_test(test_expiry_is_never_19xx),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_types_and_long_numbers),
        cmocka_unit_test(test_the_same_document),
        cmocka_unit_test(test_type_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
