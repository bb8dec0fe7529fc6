/* placement: the labelled table of names (tests/data/name_pairs.tsv), each pair with the record
 * found by its current number, by a previous one, and by name and birth date only. Prints how what
 * is wanted and what came out meet; a pair graded EXACT that isn't is counted apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core_samples.h"
#include "mrz_encode.h"

#define LINE_LEN_MAX 512
#define PAIRS_MIN    300
#define GRADES       (MATCH_EXACT + 1)

enum column {
    KIND,
    FORMAT,
    ZONE,
    BIRTH,
    SEX,
    RECORD_MRZ,
    RECORD_FULL,
    RECORD_BIRTH,
    RECORD_SEX,
    BY_NUMBER,
    BY_NAME,
    COLUMNS,
};

struct pair {
    char line[LINE_LEN_MAX];
    const char *column[COLUMNS];
};

static bool pair_read(FILE *file, struct pair *pair)
{
    if (!fgets(pair->line, sizeof pair->line, file))
        return false;
    char *rest = pair->line;
    rest[strcspn(rest, "\n")] = '\0';
    for (size_t i = 0; i < COLUMNS; i++) {
        assert_non_null(rest);
        pair->column[i] = rest;
        rest = strchr(rest, '\t');
        if (rest)
            *rest++ = '\0';
    }
    assert_null(rest);
    return true;
}

static enum match_grade grade_named(const char *name)
{
    for (int grade = MATCH_NONE; grade <= MATCH_EXACT; grade++)
        if (strcmp(match_grade_name((enum match_grade)grade), name) == 0)
            return (enum match_grade)grade;
    fail_msg("%s is no grade", name);
    return MATCH_NONE;
}

static enum mrz_format format_named(const char *name)
{
    for (int format = MRZ_FORMAT_TD3; format < MRZ_FORMATS; format++)
        if (strcmp(mrz_format_name((enum mrz_format)format), name) == 0)
            return (enum mrz_format)format;
    fail_msg("%s is no format", name);
    return MRZ_FORMAT_NONE;
}

/* What a reader would read of such a document. */
static struct document document_of(const struct pair *pair)
{
    struct mrz_document fields = {.format = format_named(pair->column[FORMAT]),
                                  .state = "IDN",
                                  .nationality = "IDN",
                                  .number = "X0000001",
                                  .sex = pair->column[SEX][0],
                                  .expiry = "340501",
                                  .empty_optional_digit = '<'};
    const bool card = fields.format == MRZ_FORMAT_TD1;
    strcpy(fields.code, fields.format == MRZ_FORMAT_TD3 ? "P" : "I");
    assert_int_equal(strlen(pair->column[BIRTH]), 6);
    strcpy(fields.birth, pair->column[BIRTH]);
    struct mrz_lines lines = mrz_encode(&fields);
    char *zone = card ? lines.text[2] : lines.text[0] + 5;
    const size_t len = strlen(pair->column[ZONE]);
    assert_in_range(len, 1, card ? lines.len : lines.len - 5);
    memcpy(zone, pair->column[ZONE], len);
    struct mrz mrz;
    struct document document;
    if (!mrz_parse_lines(&lines, &mrz) || !mrz_valid(&mrz))
        fail_msg("%s: no valid MRZ", pair->column[ZONE]);
    document_from_mrz(&mrz, sample_day("2026-11-21"), &document);
    return document;
}

static struct candidate record_of(const struct pair *pair)
{
    struct candidate candidate = {.placement = sample_placement()};
    struct placement *placement = &candidate.placement;
    snprintf(placement->name_mrz, sizeof placement->name_mrz, "%s", pair->column[RECORD_MRZ]);
    snprintf(placement->name_full, sizeof placement->name_full, "%s", pair->column[RECORD_FULL]);
    placement->birth_date = sample_day(pair->column[RECORD_BIRTH]);
    placement->sex = pair->column[RECORD_SEX][0];
    return candidate;
}

/* Three ways for the record to be found, by what of it has the document's number. */
static const struct {
    const char *says;
    enum match_key key;
    const char *current, *previous;
    enum column wanted;
} ways[] = {
    {"by number", MATCH_KEY_PASSPORT, "X0000001", "B0000002", BY_NUMBER},
    {"by previous number", MATCH_KEY_OLD_PASSPORT, "X7777777", "X0000001", BY_NUMBER},
    {"by name and birth date", MATCH_KEY_NAME_DOB, "X7777777", "B0000002", BY_NAME},
};
#define WAYS (sizeof ways / sizeof *ways)

struct matrix {
    size_t met[GRADES][GRADES]; /* wanted, came out */
    size_t wrong, false_exact;
};

static void judge_pair(const struct pair *pair, size_t way, struct matrix *matrix)
{
    const struct document document = document_of(pair);
    struct candidate candidate = record_of(pair);
    strcpy(candidate.placement.passport_no, ways[way].current);
    strcpy(candidate.placement.passport_prev[1], ways[way].previous);
    struct match match;
    placement_match(&document, &candidate, 1, &match);
    const enum match_grade wanted = grade_named(pair->column[ways[way].wanted]);
    const enum match_key key = wanted == MATCH_NONE ? MATCH_KEY_NONE : ways[way].key;
    matrix->met[wanted][match.grade]++;
    matrix->false_exact += match.grade == MATCH_EXACT && wanted != MATCH_EXACT;
    if (match.grade == wanted && match.key == key)
        return;
    matrix->wrong++;
    print_message("%s, %s: %s with %s%s%s is %s (%s), should be %s (%s)\n", pair->column[KIND],
                  ways[way].says, pair->column[ZONE], pair->column[RECORD_MRZ],
                  *pair->column[RECORD_MRZ] ? " / " : "", pair->column[RECORD_FULL],
                  match_grade_name(match.grade), match_key_name(match.key),
                  match_grade_name(wanted), match_key_name(key));
}

static void matrix_print(const char *says, const struct matrix *matrix)
{
    print_message("%s\n%10s", says, "");
    for (int out = MATCH_EXACT; out >= MATCH_NONE; out--)
        print_message("%10s", match_grade_name((enum match_grade)out));
    print_message("  <- came out\n");
    for (int wanted = MATCH_EXACT; wanted >= MATCH_NONE; wanted--) {
        print_message("%10s", match_grade_name((enum match_grade)wanted));
        for (int out = MATCH_EXACT; out >= MATCH_NONE; out--)
            print_message("%10zu", matrix->met[wanted][out]);
        print_message("\n");
    }
}

static void test_pairs(void **state)
{
    (void)state;
    struct matrix matrices[WAYS] = {0};
    struct pair pair;
    size_t n = 0;
    FILE *file = fopen(NAME_PAIRS, "r");
    assert_non_null(file);
    assert_true(pair_read(file, &pair)); /* the header */
    assert_string_equal(pair.column[BY_NAME], "by_name");
    for (; pair_read(file, &pair); n++)
        for (size_t way = 0; way < WAYS; way++)
            judge_pair(&pair, way, &matrices[way]);
    fclose(file);
    print_message("%zu pairs\n", n);
    assert_true(n >= PAIRS_MIN);
    for (size_t way = 0; way < WAYS; way++)
        matrix_print(ways[way].says, &matrices[way]);
    for (size_t way = 0; way < WAYS; way++) {
        assert_int_equal(matrices[way].false_exact, 0);
        assert_int_equal(matrices[way].wrong, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
