/* mrz_fault: what readers do to lines, each told from all others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "mrz_fault.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define LINES_MAX    5
#define TEXT_MAX     200

static const char first[] = "P<IDNWULANDARI<<SRI<RATNA<<<<<<<<<<<<<<<<<<<";
static const char second[] = "C7310452<0IDN9403176F2908111<<<<<<<<<<<<<<<2";
static const char card1[] = "I<UTOD231458907<<<<<<<<<<<<<<<";
static const char card2[] = "7408122F1204159UTO<<<<<<<<<<<6";
static const char card3[] = "ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
static const char small1[] = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<";
static const char small2[] = "D231458907UTO7408122F1204159<<<<<<<6";

static void assert_fault(const char *says, const struct span *lines, size_t n,
                         struct mrz_fault expected)
{
    struct mrz_fault fault;
    const bool found = mrz_fault_find(lines, n, &fault);
    if (found != (expected.kind != MRZ_FAULT_NONE) || fault.kind != expected.kind ||
        fault.line != expected.line || fault.column != expected.column ||
        fault.count != expected.count || fault.symbol != expected.symbol)
        fail_msg("%s: %s at %u:%u, %u times, symbol %x", says, mrz_fault_name(fault.kind),
                 fault.line, fault.column, fault.count, fault.symbol);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void test_rows_of_lines(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        const char *line[LINES_MAX];
        struct mrz_fault fault;
    } rows[] = {
        {"a good one", {first, second}, {0}},
        {"a good card", {card1, card2, card3}, {0}},
        {"swapped", {second, first}, {.kind = MRZ_FAULT_ROWS_SWAPPED}},
        {"swapped rows of a small card", {small2, small1}, {.kind = MRZ_FAULT_ROWS_SWAPPED}},
        {"three rows, first two swapped", {card2, card1, card3}, {.kind = MRZ_FAULT_ROWS_SWAPPED}},
        {"three rows, last two swapped", {card1, card3, card2}, {.kind = MRZ_FAULT_ROWS_SWAPPED}},
        {"three rows, ends swapped", {card3, card2, card1}, {.kind = MRZ_FAULT_ROWS_SWAPPED}},
        {"three rows, turned", {card2, card3, card1}, {.kind = MRZ_FAULT_ROWS_SWAPPED}},
        {"three rows, turned the other way",
         {card3, card1, card2},
         {.kind = MRZ_FAULT_ROWS_SWAPPED}},
        {"the same row twice is nothing known", {second, second}, {0}},
        {"no rows", {NULL}, {.kind = MRZ_FAULT_ROW_COUNT}},
        {"one row of a passport", {first}, {.kind = MRZ_FAULT_ROW_COUNT}},
        {"three rows of a passport", {first, second, second}, {.kind = MRZ_FAULT_ROW_COUNT}},
        {"two rows of a card", {card1, card2}, {.kind = MRZ_FAULT_ROW_COUNT}},
        {"five rows", {card1, card2, card3, card1, card2}, {.kind = MRZ_FAULT_ROW_COUNT}},
        {"rows of two formats", {first, small2}, {.kind = MRZ_FAULT_ROWS_MIXED, .line = 2}},
        {"a card and a passport",
         {card1, card2, second},
         {.kind = MRZ_FAULT_ROWS_MIXED, .line = 3}},
        {"a cut first row", {first + 1, second}, {MRZ_FAULT_ROW_CUT, 1, 44, 0, 0}},
        {"a cut second row", {first, second + 10}, {MRZ_FAULT_ROW_CUT, 2, 35, 0, 0}},
        {"a cut row of a card", {card1, card2 + 3, card3}, {MRZ_FAULT_ROW_CUT, 2, 28, 0, 0}},
        {"a cut row of a small card", {small1, small2 + 5}, {MRZ_FAULT_ROW_CUT, 2, 32, 0, 0}},
        {"an empty row", {"", second}, {MRZ_FAULT_ROW_CUT, 1, 1, 0, 0}},
        {"a long row",
         {first, "C7310452<0IDN9403176F2908111<<<<<<<<<<<<<<<22"},
         {MRZ_FAULT_ROW_LONG, 2, 45, 0, 0}},
        {"a long row of a small card",
         {small1, "D231458907UTO7408122F1204159<<<<<<<66"},
         {MRZ_FAULT_ROW_LONG, 2, 37, 0, 0}},
        {"a bar code", {"8991234567890"}, {0}},
        {"a bar code as long as a row", {"899123456789089912345678908991"}, {0}},
        {"both rows in one",
         {"P<IDNWULANDARI<<SRI<RATNA<<<<<<<<<<<<<<<<<<<C7310452<0IDN9403176F2908111<<<<<<<<<<<<<<<"
          "2"},
         {MRZ_FAULT_ROW_LONG, 1, 45, 0, 0}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct span lines[LINES_MAX];
        size_t n = 0;
        for (; n < LINES_MAX && rows[i].line[n]; n++)
            lines[n] = span_of_text(rows[i].line[n]);
        assert_fault(rows[i].says, lines, n, rows[i].fault);
    }
}

/* ---- characters ---------------------------------------------------------------------------- */

static const struct {
    const char *says;
    const char *from, *to; /* every `from` becomes `to`; "" and " " of one place: see at */
    size_t at;             /* from 1 in the two lines, one after the other; 0: every one */
    struct mrz_fault fault;
} changes[] = {
    {"an underscore", "", "_", 50, {MRZ_FAULT_UNREAD, 2, 6, 1, 0}},
    {"a question mark", "", "?", 1, {MRZ_FAULT_UNREAD, 1, 1, 1, 0}},
    {"a space", "", " ", 88, {MRZ_FAULT_UNREAD, 2, 44, 1, 0}},
    {"all of a letter", "A", "?", 0, {MRZ_FAULT_UNREAD, 1, 9, 4, 0}},
    {"a semicolon for each filler", "<", ";", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, ';'}},
    {"a greater-than for each filler", "<", ">", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, '>'}},
    {"a backslash for each filler", "<", "\\", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, '\\'}},
    {"a bar for each filler", "<", "|", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, '|'}},
    {"a comma for each filler", "<", ",", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, ','}},
    {"a space for each filler", "<", " ", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, ' '}},
    {"an underscore for each filler", "<", "_", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, '_'}},
    {"a section sign in Latin-1", "<", "\xa7", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, 0xa7}},
    {"a section sign in UTF-8", "<", "\xc2\xa7", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, 0xa7}},
    {"a degree sign in Latin-1", "<", "\xb0", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, 0xb0}},
    {"a degree sign in UTF-8", "<", "\xc2\xb0", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, 0xb0}},
    {"one semicolon among fillers", "", ";", 2, {MRZ_FAULT_CHARACTERS, 1, 2, 1, ';'}},
    {"one control character", "", "\x1b", 60, {MRZ_FAULT_CHARACTERS, 2, 16, 1, 0x1b}},
    {"one small letter", "", "a", 7, {MRZ_FAULT_LOWER_CASE, 1, 7, 1, 0}},
    {"the eighth bit of every filler", "<", "\xbc", 0, {MRZ_FAULT_KEYBOARD_LAYOUT, 1, 2, 39, 0xbc}},
    {"the eighth bit of one character", "", "\xd7", 6, {MRZ_FAULT_HIGH_BIT, 1, 6, 1, 0}},
};

static void put_changed(char c, size_t at, size_t row, char *out)
{
    const bool here = changes[row].at ? changes[row].at == at : c == changes[row].from[0];
    if (here)
        strcat(out, changes[row].to);
    else
        strncat(out, &c, 1);
}

static void test_characters(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(changes); i++) {
        char text[2][TEXT_MAX] = {"", ""};
        for (size_t k = 0; k < 88; k++)
            put_changed(k < 44 ? first[k] : second[k - 44], k + 1, i, text[k / 44]);
        const struct span lines[] = {span_of_text(text[0]), span_of_text(text[1])};
        assert_fault(changes[i].says, lines, 2, changes[i].fault);
    }
}

/* What stands once in an MRZ without any filler is no keyboard's filler. */
static void test_a_full_mrz(void **state)
{
    (void)state;
    static const char full[] = "PPIDNWULANDARIXSRIXRATNAXWULANDARIXSRIXRATNA";
    char text[] = "C731045219IDN9403176F2908111ABCDEFGHIJKLMN12";
    const struct span lines[] = {span_of_text(full), span_of_text(text)};
    text[28] = 'a';
    assert_fault("a small letter", lines, 2, (struct mrz_fault){MRZ_FAULT_LOWER_CASE, 2, 29, 1, 0});
    text[28] = '_';
    assert_fault("a mark", lines, 2, (struct mrz_fault){MRZ_FAULT_UNREAD, 2, 29, 1, 0});
}

static void test_a_nul(void **state)
{
    (void)state;
    char text[45];
    memcpy(text, second, sizeof text);
    text[3] = '\0';
    const struct span lines[] = {span_of_text(first), span_of(text, 44)};
    assert_fault("a NUL", lines, 2, (struct mrz_fault){MRZ_FAULT_UNREAD, 2, 4, 1, 0});
}

static void test_small_letters(void **state)
{
    (void)state;
    char text[45];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(first[i] >= 'A' && first[i] <= 'Z' ? first[i] + 32 : first[i]);
    const struct span lines[] = {span_of_text(text), span_of_text(second)};
    assert_fault("all letters", lines, 2, (struct mrz_fault){MRZ_FAULT_LOWER_CASE, 1, 1, 21, 0});
}

/* Even parity sets the bit of characters with an odd number of ones, odd parity of the others. */
static void test_parity(void **state)
{
    (void)state;
    for (unsigned odd = 0; odd < 2; odd++) {
        char text[2][45];
        unsigned n = 0, at = 0;
        for (unsigned i = 0; i < 88; i++) {
            const char c = i < 44 ? first[i] : second[i - 44];
            unsigned ones = odd;
            for (unsigned bit = 0; bit < 7; bit++)
                ones += (unsigned)c >> bit & 1;
            text[i / 44][i % 44] = (char)(ones % 2 ? c | 0x80 : c);
            if (ones % 2 && n++ == 0)
                at = i + 1;
        }
        const struct span lines[] = {span_of(text[0], 44), span_of(text[1], 44)};
        assert_fault(odd ? "odd parity" : "even parity", lines, 2,
                     (struct mrz_fault){MRZ_FAULT_HIGH_BIT, 1, at, n, 0});
    }
}

static void test_every_fault_has_a_name(void **state)
{
    (void)state;
    for (enum mrz_fault_kind kind = MRZ_FAULT_NONE; kind < MRZ_FAULT_KINDS; kind++)
        assert_non_null(mrz_fault_name(kind));
    assert_string_equal(mrz_fault_name(MRZ_FAULT_KEYBOARD_LAYOUT), "keyboard_layout");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_lines),
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_a_nul),
        cmocka_unit_test(test_a_full_mrz),
        cmocka_unit_test(test_small_letters),
        cmocka_unit_test(test_parity),
        cmocka_unit_test(test_every_fault_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
