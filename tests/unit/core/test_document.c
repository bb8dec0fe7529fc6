/* document: dates resolved against a day, on both sides of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "document.h"
#include "mrz_rows.h"

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
        const char *says, *birth, *today, *expected;
    } rows[] = {
        {"born today is this century", "261121", "2026-11-21", "2026-11-21"},
        {"born tomorrow is the century before", "261122", "2026-11-21", "1926-11-22"},
        {"born yesterday is this century", "261120", "2026-11-21", "2026-11-20"},
        {"an ordinary adult", "980412", "2026-11-21", "1998-04-12"},
        {"29 February 2000", "000229", "2026-11-21", "2000-02-29"},
        {"month and day unknown, year not in the future", "26<<<<", "2026-11-21", "2026-00-00"},
        {"month and day unknown, next year", "27<<<<", "2026-11-21", "1927-00-00"},
        {"day unknown in this month", "2611<<", "2026-11-21", "2026-11-00"},
        {"day unknown in the next month", "2612<<", "2026-11-21", "1926-12-00"},
        {"nothing known", "<<<<<<", "2026-11-21", "0000-00-00"},
        {"a clock far back: the day that exists in no past century", "000229", "1970-01-01",
         "0000-00-00"},
        {"a clock far back: another day", "991231", "1970-01-01", "0000-00-00"},
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
        assert_int_equal(strncmp(document.name, row->primary, strlen(row->primary)), 0);
        if (*row->secondary)
            assert_string_equal(document.name + strlen(row->primary) + 1, row->secondary);
        else
            assert_string_equal(document.name, row->primary);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_centuries),
        cmocka_unit_test(test_expiry_is_never_19xx),
        cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
