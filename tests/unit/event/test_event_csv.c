/* A value in a line of CSV: what it says, and that no spreadsheet runs it. */
#include "event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define ROOM 4096

/* The line of an event that has but a note. */
static void line_of(const char *note, char out[ROOM])
{
    json_t *json = json_pack("{s:s}", "note", note);
    FILE *stream = fmemopen(out, ROOM, "w");
    assert_true(json && stream && event_csv_row(json, stream));
    assert_int_equal(fclose(stream), 0);
    json_decref(json);
}

static void no_cell_is_a_formula_whatever_separates_cells(void **state)
{
    static const struct {
        const char *note, *cell;
    } rows[] = {
        {"Medan-Batam, 2 + 3 = 5", "\"Medan-Batam, 2 + 3 = 5\""},
        {"a=1+1", "a=1+1"},
        {"=1+1", "'=1+1"},
        {"@SUM(1)", "'@SUM(1)"},
        {"-1", "'-1"},
        {"+62 811", "'+62 811"},
        {"\tx", "'\tx"},
        {"\r=x", "\"'\r'=x\""},
        {"x;=1+1", "x;'=1+1"},
        {"x;+1;-1;@1;1", "x;'+1;'-1;'@1;1"},
        {"x,=1+1", "\"x,'=1+1\""},
        {"x\t=1+1", "x\t'=1+1"},
        {"x\n=1+1", "\"x\n'=1+1\""},
        {"x\";\"=1+1", "\"x\"\";\"\"'=1+1\""},
        {"x;=HYPERLINK(\"http://a\",\"b\")", "\"x;'=HYPERLINK(\"\"http://a\"\",\"\"b\"\")\""},
        {"==1", "'==1"},
    };
    char empty[ROOM], line[ROOM], expected[ROOM];
    (void)state;
    line_of("", empty);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        line_of(rows[i].note, line);
        const size_t before = strspn(line, ",");
        snprintf(expected, sizeof expected, "%.*s%s%s", (int)before, empty, rows[i].cell,
                 empty + before);
        assert_string_equal(line, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cell_is_a_formula_whatever_separates_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
