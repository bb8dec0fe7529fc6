/* What holds for every MRZ: what was encoded is read back to the character, a name printed with
 * more fillers than the standard's is read the same and flagged where they part words, no change of
 * a character goes unsaid unless the check digits of the standard can't see it, and a repair is
 * offered exactly where trying everything finds one. Documents, digits and look-alikes are made
 * here by other code than the parser's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mrz_encode.h"
#include "mrz_repair.h"
#include "property.h"

#define DOCUMENTS 5000
#define CHANGES   50000
#define SPOILED   3000
#define PAIRED    300 /* trying all pairs takes tens of milliseconds */

static struct property_random dice;

static unsigned draw(unsigned below)
{
    return property_draw(&dice, below);
}

/* ---- random documents ---------------------------------------------------------------------- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char letters_and_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static void draw_text(const char *alphabet, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++)
        out[i] = alphabet[draw((unsigned)strlen(alphabet))];
    out[len] = '\0';
}

/* Words parted by single fillers, `len` characters with no filler at an end. */
static void draw_words(const char *alphabet, size_t len, char filler, char *out)
{
    draw_text(alphabet, len, out);
    for (size_t i = 1; i + 1 < len; i++)
        if (draw(6) == 0 && out[i - 1] != filler)
            out[i] = filler;
}

static void draw_date(unsigned first_month, char *out)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const unsigned month = first_month + draw(12), known = draw(12);
    snprintf(out, 7, "%02u%02u%02u", draw(100) % 100u, month % 100u,
             (1 + draw(days[month - 1])) % 100u);
    if (known < 3) /* day, month and day, or all unknown */
        memset(out + 4 - 2 * known, '<', 2 + 2 * known);
}

static const size_t name_widths[MRZ_FORMATS] = {0, 39, 30, 31, 39, 31};

static void draw_name(size_t width, struct mrz_document *d)
{
    const size_t primary = draw(8) == 0 ? width : draw(8) == 0 ? 0 : 1 + draw((unsigned)width - 4);
    draw_words(letters, primary, ' ', d->primary);
    if (primary + 3 <= width && draw(3) > 0)
        draw_words(letters, 1 + draw((unsigned)(width - primary - 2)), ' ', d->secondary);
}

static void draw_optional(size_t width, char *out)
{
    if (draw(2) == 0)
        draw_words(letters_and_digits, 1 + draw((unsigned)width), '<', out);
}

/* A long number leaves the digit's column empty and begins the optional field. */
static void draw_number(size_t optional_width, struct mrz_document *d)
{
    const bool card = d->format == MRZ_FORMAT_TD1 || d->format == MRZ_FORMAT_TD2;
    if (!card || draw(2) == 0) {
        draw_words(letters_and_digits, 1 + draw(9), '<', d->number);
        draw_optional(optional_width, d->optional);
        return;
    }
    const size_t rest = 1 + draw((unsigned)optional_width - 1);
    draw_text(letters_and_digits, 9 + rest, d->number);
    d->digit_with_filler = draw(2);
    if (rest + 2 < optional_width && draw(2))
        draw_text(letters_and_digits, 1 + draw((unsigned)(optional_width - rest - 2)),
                  d->after_number);
}

static struct mrz_document draw_document(void)
{
    static const char *const first[MRZ_FORMATS] = {"", "P", "ACI", "ACI", "V", "V"};
    static const char second[] = "<ABCDEFGHIJKLMNOPQRSTUWXYZ"; /* V on no card */
    static const size_t optional_widths[MRZ_FORMATS] = {0, 14, 15, 7, 16, 8};
    struct mrz_document d = {.format = MRZ_FORMAT_TD3 + draw(MRZ_FORMATS - 1)};
    d.code[0] = first[d.format][draw((unsigned)strlen(first[d.format]))];
    d.code[1] = second[draw((unsigned)strlen(second))];
    draw_text(letters, 3, d.state);
    draw_text(letters, draw(5) ? 3 : 1, d.nationality);
    draw_date(1, d.birth);
    draw_date(1, d.expiry);
    d.sex = "MF<"[draw(3)];
    d.empty_optional_digit = "<0"[draw(2)];
    draw_name(name_widths[d.format], &d);
    draw_number(optional_widths[d.format], &d);
    if (d.format == MRZ_FORMAT_TD1)
        draw_optional(11, d.optional2);
    return d;
}

/* None, or some of the `spare` fillers. */
static size_t draw_fillers(size_t *spare)
{
    const size_t n = *spare > 0 && draw(4) == 0 ? 1 + draw((unsigned)*spare) : 0;
    *spare -= n;
    return n;
}

static char *name_field(struct mrz_lines *lines)
{
    return lines->n == 3 ? lines->text[2] : lines->text[0] + 5;
}

/* The name as issuers print it: with more than two fillers between primary and secondary, or more
 * than one between words of the secondary. Returns whether these make a third part. */
static bool respell_name(const struct mrz_document *d, struct mrz_lines *lines)
{
    const size_t used = strlen(d->primary) + (*d->secondary ? 2 + strlen(d->secondary) : 0);
    size_t spare = name_widths[d->format] - used;
    char *at = name_field(lines) + strlen(d->primary) + 2;
    bool third_part = false;
    if (*d->secondary == '\0')
        return false;
    memset(at, '<', strlen(d->secondary));
    at += draw_fillers(&spare);
    for (const char *c = d->secondary; *c; c++) {
        *at++ = *c == ' ' ? '<' : *c;
        const size_t more = *c == ' ' ? draw_fillers(&spare) : 0;
        third_part |= more > 0;
        at += more;
    }
    return third_part;
}

/* ---- what was encoded is read back --------------------------------------------------------- */

static void assert_same(const char *what, const char *got, const char *expected,
                        const struct mrz_lines *lines)
{
    if (strcmp(got, expected) != 0)
        fail_msg("%s: \"%s\" for \"%s\" in\n%s\n%s\n%s", what, got, expected, lines->text[0],
                 lines->text[1], lines->text[2]);
}

static void assert_lines_kept(const struct mrz_lines *lines, const struct mrz *mrz)
{
    for (size_t i = 0; i < lines->n; i++) {
        assert_memory_equal(mrz->line[i], lines->text[i], lines->len);
        assert_int_equal(mrz->line[i][lines->len], '\0');
    }
}

static struct mrz_document document_of(const struct mrz *mrz)
{
    struct mrz_document d = {.format = mrz->format, .sex = mrz->sex};
    snprintf(d.code, sizeof d.code, "%s", mrz->document_code);
    snprintf(d.state, sizeof d.state, "%s", mrz->issuing_state);
    snprintf(d.nationality, sizeof d.nationality, "%s", mrz->nationality);
    snprintf(d.number, sizeof d.number, "%s", mrz->document_number);
    snprintf(d.birth, sizeof d.birth, "%s", mrz->birth_date_raw);
    snprintf(d.expiry, sizeof d.expiry, "%s", mrz->expiry_raw);
    snprintf(d.primary, sizeof d.primary, "%s", mrz->primary);
    snprintf(d.secondary, sizeof d.secondary, "%s", mrz->secondary);
    snprintf(d.optional, sizeof d.optional, "%s", mrz->optional);
    snprintf(d.optional2, sizeof d.optional2, "%s", mrz->optional2);
    snprintf(d.after_number, sizeof d.after_number, "%s", mrz->optional_after_number);
    d.digit_with_filler = mrz->long_digit == MRZ_LONG_DIGIT_FILLER_INCLUDED;
    d.empty_optional_digit = mrz->check[MRZ_PLACE_OPTIONAL] == MRZ_CHECK_NONE ? '<' : '0';
    return d;
}

/* Reads `lines`: they are `d`'s, which encoded again are `encoded`. */
static struct mrz assert_read(const struct mrz_lines *lines, const struct mrz_document *d,
                              const struct mrz_lines *encoded)
{
    struct mrz mrz;
    if (!mrz_parse_lines(lines, &mrz) || !mrz_valid(&mrz) || mrz.format != d->format)
        fail_msg("not valid, issues %x:\n%s\n%s\n%s", mrz.issues, lines->text[0], lines->text[1],
                 lines->text[2]);
    assert_lines_kept(lines, &mrz);
    const struct mrz_document back = document_of(&mrz);
    const struct mrz_lines again = mrz_encode(&back);
    assert_same("number", back.number, d->number, lines);
    assert_same("primary", back.primary, d->primary, lines);
    assert_same("secondary", back.secondary, d->secondary, lines);
    assert_same("after number", back.after_number, d->after_number, lines);
    assert_memory_equal(&again, encoded, sizeof again);
    assert_true(mrz.long_number == (strlen(d->number) > 9));
    assert_true(!(mrz.warnings & MRZ_WARNING_NAME_EMPTY_PRIMARY) == (*d->primary != '\0'));
    return mrz;
}

static void test_what_was_encoded_is_read_back(void **state)
{
    (void)state;
    size_t read[MRZ_FORMATS] = {0}, empty[MRZ_FORMATS] = {0}, long_numbers = 0;
    for (size_t i = 0; i < DOCUMENTS; i++) {
        const struct mrz_document d = draw_document();
        const struct mrz_lines lines = mrz_encode(&d);
        const struct mrz mrz = assert_read(&lines, &d, &lines);
        assert_false(mrz.warnings & MRZ_WARNING_NAME_THIRD_PART);
        read[d.format]++;
        empty[d.format] += *d.primary == '\0' && *d.secondary != '\0';
        long_numbers += mrz.long_number;
    }
    for (enum mrz_format format = MRZ_FORMAT_TD3; format < MRZ_FORMATS; format++)
        assert_true(read[format] > 0 && empty[format] > 0);
    assert_true(long_numbers > 0);
}

/* The fields hold words, not how many fillers parted them: that is in the lines, which are kept. So
 * these come back in the standard's spelling, and whatever else the lines say comes back as it was.
 */
static void test_fillers_beyond_the_standards_change_no_name(void **state)
{
    (void)state;
    size_t wider[MRZ_FORMATS] = {0}, third_parts[MRZ_FORMATS] = {0};
    for (size_t i = 0; i < DOCUMENTS; i++) {
        const struct mrz_document d = draw_document();
        const struct mrz_lines standard = mrz_encode(&d);
        struct mrz_lines lines = standard;
        const bool third_part = respell_name(&d, &lines);
        const struct mrz mrz = assert_read(&lines, &d, &standard);
        assert_true(!(mrz.warnings & MRZ_WARNING_NAME_THIRD_PART) == !third_part);
        assert_true(mrz.name_may_be_truncated ==
                    (name_field(&lines)[name_widths[d.format] - 1] != '<'));
        wider[d.format] += !third_part && memcmp(&lines, &standard, sizeof lines) != 0;
        third_parts[d.format] += third_part;
    }
    for (enum mrz_format format = MRZ_FORMAT_TD3; format < MRZ_FORMATS; format++)
        assert_true(wider[format] > 0 && third_parts[format] > 0);
}

/* ---- one changed character ------------------------------------------------------------------ */

/* All check digits, at the columns of the standard. */
static bool digits_hold(const struct mrz_lines *lines, const struct mrz *mrz)
{
    const struct mrz_document d = document_of(mrz);
    const char *first = lines->text[0], *second = lines->text[1];
    const bool td1 = d.format == MRZ_FORMAT_TD1;
    const char *number = td1 ? first + 5 : second;
    const char *birth = td1 ? second : second + 13, *expiry = td1 ? second + 8 : second + 21;
    char over[64];
    bool hold = birth[6] == encode_digit(birth, 6) && expiry[6] == encode_digit(expiry, 6);
    if (mrz->long_number) {
        const char *rest = td1 ? first + 15 : second + 28;
        const size_t rest_len = strlen(d.number) - 9;
        snprintf(over, sizeof over, "%.9s<%.50s", d.number, d.number + 9);
        const bool excluded = rest[rest_len] == encode_digit(d.number, strlen(d.number));
        hold &=
            number[9] == '<' && (excluded || rest[rest_len] == encode_digit(over, strlen(over)));
    } else {
        hold &= number[9] == encode_digit(number, 9);
    }
    if (d.format == MRZ_FORMAT_TD3)
        hold &= second[42] == encode_digit(second + 28, 14) ||
                (second[42] == '<' && strspn(second + 28, "<") >= 14);
    if (td1) {
        snprintf(over, sizeof over, "%.25s%.7s%.7s%.11s", first + 5, second, second + 8,
                 second + 18);
        hold &= second[29] == encode_digit(over, 50);
    } else if (d.format == MRZ_FORMAT_TD3 || d.format == MRZ_FORMAT_TD2) {
        snprintf(over, sizeof over, "%.10s%.7s%.*s", second, second + 13, (int)lines->len - 22,
                 second + 21);
        hold &= second[lines->len - 1] == encode_digit(over, strlen(over));
    }
    return hold;
}

static void test_no_change_is_silent(void **state)
{
    (void)state;
    size_t valid = 0, caught = 0, refused = 0;
    for (size_t i = 0; i < CHANGES; i++) {
        const struct mrz_document d = draw_document();
        struct mrz_lines lines = mrz_encode(&d);
        const char to = draw(4) ? letters_and_digits[draw(36)] : (char)draw(256);
        lines.text[draw((unsigned)lines.n)][draw((unsigned)lines.len)] = to;
        const bool legal = (to >= 'A' && to <= 'Z') || (to >= '0' && to <= '9') || to == '<';
        struct mrz mrz;
        const bool read = mrz_parse_lines(&lines, &mrz);
        assert_lines_kept(&lines, &mrz);
        assert_true(read == legal);
        if (read && mrz_checks_hold(&mrz) != digits_hold(&lines, &mrz))
            fail_msg("check digits of\n%s\n%s\n%s", lines.text[0], lines.text[1], lines.text[2]);
        if (mrz_valid(&mrz))
            assert_true(digits_hold(&lines, &mrz));
        *(mrz_valid(&mrz) ? &valid : read ? &caught : &refused) += 1;
    }
    print_message("%zu caught, %zu no MRZ, %zu that no check of the standard can see\n", caught,
                  refused, valid);
    assert_true(valid > 0 && caught > 0 && refused > 0);
}

/* ---- repair --------------------------------------------------------------------------------- */

static const char *const groups[] = {"0ODQU", "1IL", "2Z", "4A", "5S",
                                     "6G",    "7T",  "8B", "PF", "<K"};

static const char *group_of(char c)
{
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strchr(groups[i], c))
            return groups[i];
    return "";
}

static bool lines_valid(const struct mrz_lines *lines, enum mrz_format format)
{
    struct mrz mrz;
    return mrz_parse_lines(lines, &mrz) && mrz.format == format && mrz_valid(&mrz);
}

/* What trying every substitution finds. */
struct tried {
    size_t singles, pairs;
    struct mrz_lines lines; /* of the last one found */
    bool is_valid_single[3][44][256];
};

static void try_singles(struct mrz_lines *lines, enum mrz_format format, struct tried *tried)
{
    for (size_t at = 0; at < lines->n * lines->len; at++) {
        char *place = &lines->text[at / lines->len][at % lines->len], from = *place;
        for (const char *to = group_of(from); *to; to++) {
            *place = *to;
            if (*to == from || !lines_valid(lines, format))
                continue;
            tried->singles++;
            tried->lines = *lines;
            tried->is_valid_single[at / lines->len][at % lines->len][(uint8_t)*to] = true;
        }
        *place = from;
    }
}

static void try_seconds(struct mrz_lines *lines, enum mrz_format format, size_t first,
                        struct tried *tried)
{
    for (size_t at = first + 1; at < lines->n * lines->len; at++) {
        const size_t line = at / lines->len, column = at % lines->len;
        char *place = &lines->text[line][column], from = *place;
        for (const char *to = group_of(from); *to; to++) {
            *place = *to;
            if (*to == from || tried->is_valid_single[line][column][(uint8_t)*to] ||
                !lines_valid(lines, format))
                continue;
            tried->pairs++;
            tried->lines = *lines;
        }
        *place = from;
    }
}

/* Pairs neither of which would do alone. */
static void try_pairs(struct mrz_lines *lines, enum mrz_format format, struct tried *tried)
{
    for (size_t at = 0; at < lines->n * lines->len; at++) {
        const size_t line = at / lines->len, column = at % lines->len;
        char *place = &lines->text[line][column], from = *place;
        for (const char *to = group_of(from); *to; to++) {
            *place = *to;
            if (*to != from && !tried->is_valid_single[line][column][(uint8_t)*to])
                try_seconds(lines, format, at, tried);
        }
        *place = from;
    }
}

/* One to three characters misread as look-alikes: an MRZ of its format that is not valid. */
static bool draw_spoiled(struct mrz_lines *lines, struct mrz *mrz)
{
    const struct mrz_document d = draw_document();
    *lines = mrz_encode(&d);
    for (unsigned i = 0, n = 1 + draw(3); i < n;) {
        char *place = &lines->text[draw((unsigned)lines->n)][draw((unsigned)lines->len)];
        const char *group = group_of(*place);
        if (*group == '\0')
            continue;
        *place = group[draw((unsigned)strlen(group))];
        i++;
    }
    return mrz_parse_lines(lines, mrz) && !mrz_valid(mrz);
}

/* Its lines are valid, and differ from those read in the named places, as named, and nowhere else.
 */
static void assert_repair(const struct mrz_repair *repair, const struct mrz_lines *lines,
                          enum mrz_format format)
{
    struct mrz_lines undone = *lines;
    memcpy(undone.text, repair->line, sizeof repair->line);
    assert_true(lines_valid(&undone, format));
    assert_in_range(repair->n, 1, MRZ_SUBSTITUTIONS_MAX);
    for (unsigned i = 0; i < repair->n; i++) {
        const struct mrz_position *position = &repair->position[i];
        char *place = &undone.text[position->line - 1][position->column - 1];
        assert_true(*place == position->to && position->from != position->to);
        assert_non_null(strchr(group_of(position->from), position->to));
        *place = position->from;
    }
    for (size_t i = 0; i < lines->n; i++)
        assert_memory_equal(undone.text[i], lines->text[i], lines->len);
}

static void check_repair(struct mrz_lines *lines, const struct mrz *mrz, unsigned substitutions,
                         size_t *offered)
{
    static struct tried tried;
    struct mrz_repair repair;
    memset(&tried, 0, sizeof tried);
    try_singles(lines, mrz->format, &tried);
    if (substitutions > 1)
        try_pairs(lines, mrz->format, &tried);
    const bool found = mrz_repair_find(mrz, substitutions, &repair);
    if (found != (tried.singles + tried.pairs == 1))
        fail_msg("%s with %zu and %zu candidates:\n%s\n%s\n%s", found ? "offered" : "kept back",
                 tried.singles, tried.pairs, lines->text[0], lines->text[1], lines->text[2]);
    if (!found) {
        assert_int_equal(repair.n, 0);
        return;
    }
    assert_repair(&repair, lines, mrz->format);
    for (size_t i = 0; i < lines->n; i++)
        assert_memory_equal(repair.line[i], tried.lines.text[i], lines->len);
    offered[repair.n - 1]++;
}

static void test_a_repair_is_the_only_one_there_is(void **state)
{
    (void)state;
    size_t offered[MRZ_SUBSTITUTIONS_MAX] = {0};
    for (size_t i = 0; i < SPOILED; i++) {
        struct mrz_lines lines;
        struct mrz mrz;
        if (draw_spoiled(&lines, &mrz))
            check_repair(&lines, &mrz, 1, offered);
    }
    for (size_t i = 0; i < PAIRED; i++) {
        struct mrz_lines lines;
        struct mrz mrz;
        if (draw_spoiled(&lines, &mrz))
            check_repair(&lines, &mrz, 2, offered);
    }
    print_message("offered: %zu of one, %zu of two substitutions\n", offered[0], offered[1]);
    assert_true(offered[0] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_encoded_is_read_back),
        cmocka_unit_test(test_fillers_beyond_the_standards_change_no_name),
        cmocka_unit_test(test_no_change_is_silent),
        cmocka_unit_test(test_a_repair_is_the_only_one_there_is),
    };
    dice = property_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
