/* name: what must hold of every name. Old and new spellings of one word fold alike whatever letters
 * they are of; and no change of a name that isn't one of order, case, punctuation or a cut makes
 * another person's grade EXACT. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core_samples.h"
#include "name.h"
#include "property.h"

#define ROUNDS       50000
#define LETTERS_MAX  9
#define ZONE_COLUMNS 39

static struct property_random chance;

static unsigned below(unsigned n)
{
    return property_draw(&chance, n);
}

static void fold(const char *name, struct name_words *out)
{
    name_split(name, out);
    name_fold_spelling(out, out);
}

/* Letters among which all pairs of the contract come together often. */
static void random_word(char *out)
{
    static const char letters[] = "AADDEEHHIIJKNOOSSTTUUVYCF";
    size_t len = 1 + below(LETTERS_MAX);
    for (size_t i = 0; i < len; i++)
        out[i] = letters[below(sizeof letters - 1)];
    out[len] = '\0';
}

/* What each letter may be written as, beside itself and twice. Folded words have none after U. */
static const char *const written[][4] = {
    ['U'] = {"OE"}, ['J'] = {"DJ"}, ['C'] = {"TJ"}, ['S'] = {"SY", "SJ"},      ['H'] = {"CH", "KH"},
    ['D'] = {"DH"}, ['T'] = {"TH"}, ['F'] = {"V"},  ['I'] = {"Y", "IY", "IE"},
};

/* Another spelling of a folded word. Y after S would be the pair sy/s. */
static void respell(const char *word, char *out)
{
    size_t len = 0;
    for (const char *p = word; *p; p++) {
        const char *const *ways = written[(unsigned char)*p];
        size_t n = 0;
        while (n < 4 && ways[n])
            n++;
        unsigned way = below((unsigned)n + 2);
        const char twice[] = {*p, *p, '\0'};
        const char *text = way < n ? ways[way] : way == n ? twice : twice + 1;
        if (*p == 'I' && *text == 'Y' && len > 0 && out[len - 1] == 'S')
            text = "I";
        len += (size_t)sprintf(out + len, "%s", text);
    }
    out[len] = '\0';
}

static void test_spellings_of_one_word_fold_alike(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char word[LETTERS_MAX + 1], other[2 * LETTERS_MAX + 1];
        struct name_words folded, again, respelled;
        random_word(word);
        fold(word, &folded);
        assert_int_equal(folded.count, 1);
        fold(folded.word[0], &again);
        respell(folded.word[0], other);
        fold(other, &respelled);
        if (!name_equal(&folded, &again) || !name_equal(&folded, &respelled))
            fail_msg("%s folds to %s, but %s to %s", word, folded.word[0], other,
                     respelled.word[0]);
    }
}

static size_t random_name(char *out)
{
    static const char *const words[] = {"SITI", "NUR",   "HASAN",   "HASANAH", "WIJAYA", "AYU",
                                        "AYUB", "PUTRI", "LESTARI", "MADE",    "I",      "ANDI"};
    size_t len = 0;
    for (unsigned n = 1 + below(6); n > 0; n--)
        len += (size_t)sprintf(out + len, "%s%s", len ? " " : "",
                               words[below(sizeof words / sizeof *words)]);
    return len;
}

/* EXACT as the contract says it, by other means: each word in the other name, but for the last of a
 * full field, which need only begin one. */
static bool may_be_exact(const char *document, const char *record, bool full)
{
    struct name_words ours, theirs;
    name_split(document, &ours);
    name_split(record, &theirs);
    size_t common = name_common(&ours, &theirs);
    if (common == ours.count && common == theirs.count)
        return true;
    return full && common + 1 >= ours.count;
}

static void test_exact_is_never_more_than_the_contract_says(void **state)
{
    (void)state;
    size_t grades[MATCH_EXACT + 1] = {0}, cut = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct document document = sample_siti();
        struct candidate candidate = {.placement = sample_placement()};
        char name[64];
        size_t len = random_name(name);
        document.mrz.name_may_be_truncated = len >= ZONE_COLUMNS;
        snprintf(document.name, sizeof document.name, "%.*s", ZONE_COLUMNS, name);
        if (below(2))
            random_name(name);
        snprintf(candidate.placement.name_full, PLACEMENT_TEXT_LEN, "%s", name);
        candidate.placement.name_mrz[0] = '\0';
        struct match match;
        placement_match(&document, &candidate, 1, &match);
        grades[match.grade]++;
        if (match.grade != MATCH_EXACT)
            continue;
        cut += document.mrz.name_may_be_truncated;
        if (!may_be_exact(document.name, name, document.mrz.name_may_be_truncated))
            fail_msg("%s is not %s", document.name, name);
    }
    print_message("conflict %zu, near %zu, exact %zu, of them cut %zu\n", grades[MATCH_CONFLICT],
                  grades[MATCH_NEAR], grades[MATCH_EXACT], cut);
    assert_true(grades[MATCH_CONFLICT] && grades[MATCH_NEAR] && grades[MATCH_EXACT] && cut);
}

/* Whatever is different in birth date or sex, a name can't make up for. */
static void test_another_birth_or_sex_is_never_better_than_conflict(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct document document = sample_siti();
        struct candidate candidate = {.placement = sample_placement()};
        char name[64];
        random_name(name);
        snprintf(document.name, sizeof document.name, "%s", name);
        snprintf(candidate.placement.name_mrz, PLACEMENT_TEXT_LEN, "%s", name);
        if (below(2))
            candidate.placement.birth_date.day = (uint8_t)(13 + below(18));
        else
            candidate.placement.sex = "MX"[below(2)];
        const bool numbered = below(2);
        if (!numbered)
            strcpy(candidate.placement.passport_no, "X7777777");
        struct match match;
        placement_match(&document, &candidate, 1, &match);
        assert_int_equal(match.grade, numbered ? MATCH_CONFLICT : MATCH_NONE);
    }
}

static int set_up(void **state)
{
    (void)state;
    chance = property_begin();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings_of_one_word_fold_alike),
        cmocka_unit_test(test_exact_is_never_more_than_the_contract_says),
        cmocka_unit_test(test_another_birth_or_sex_is_never_better_than_conflict),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
