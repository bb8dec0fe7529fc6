/* placement: what must hold of every document and every handful of records, over random ones whose
 * names, days and numbers come from small pools, so that they meet often.
 *
 * The seed is printed and taken from PAMIT_TEST_SEED.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core_samples.h"
#include "test_random.h"

#define ROUNDS  20000
#define RECORDS 5

static struct test_random chance;

static unsigned below(unsigned n)
{
    return test_random_below(&chance, n);
}

static void random_name(char *out, size_t size)
{
    static const char *const words[] = {"SITI",    "SYITI",    "RAHMAWATI", "RACHMAWATI",
                                        "SUHARTO", "SOEHARTO", "NUR",       "DEWI"};
    size_t len = 0;
    out[0] = '\0';
    for (unsigned n = 1 + below(3); n > 0; n--)
        len += (size_t)snprintf(out + len, size - len, "%s%s", len ? " " : "", words[below(8)]);
}

static void random_number(char out[10])
{
    snprintf(out, 10, "X%u", below(4));
}

/* What keys a NIK here: its last eight digits. */
static const char *hash_of(const char *nik)
{
    return nik + DOCUMENT_NIK_DIGITS - DOCUMENT_NIK_HASH;
}

static bool has_nik(const struct document *document, const struct placement *placement)
{
    return *placement->nik &&
           memcmp(document->nik_hash, hash_of(placement->nik), DOCUMENT_NIK_HASH) == 0;
}

static void random_nik(char nik[DOCUMENT_NIK_LEN])
{
    snprintf(nik, DOCUMENT_NIK_LEN, "320412520498000%u", below(6));
}

/* As the store gives it: what has the document's NIK was found by it, or by a number. */
static struct candidate random_record(const struct document *document, unsigned id)
{
    struct candidate candidate = {.placement = sample_placement()};
    struct placement *placement = &candidate.placement;
    placement->nik[0] = '\0';
    if (!test_random_one_in(&chance, 4))
        random_nik(placement->nik);
    if (has_nik(document, placement))
        candidate.key = MATCH_KEY_NIK;
    snprintf(placement->placement_id, sizeof placement->placement_id, "P%u", id);
    random_number(placement->passport_no);
    if (test_random_one_in(&chance, 3))
        random_number(placement->passport_prev[below(PLACEMENT_PREV_MAX)]);
    random_name(placement->name_mrz, sizeof placement->name_mrz);
    random_name(placement->name_full, sizeof placement->name_full);
    placement->birth_date.day = (uint8_t)(12 + below(2));
    placement->sex = "MF"[below(2)];
    placement->status = (enum placement_status)(1 + below(PLACEMENT_REVOKED));
    placement->rec_updated_at += below(3);
    return candidate;
}

static struct document random_document(void)
{
    struct document document = sample_siti();
    snprintf(document.number, sizeof document.number, "X%u", below(7));
    random_name(document.name, sizeof document.name);
    document.birth.day = (uint8_t)(12 + below(2));
    document.sex = "MF"[below(2)];
    document.mrz.name_may_be_truncated = test_random_one_in(&chance, 4);
    if (test_random_one_in(&chance, 2)) {
        char nik[DOCUMENT_NIK_LEN];
        random_nik(nik);
        memcpy(document.nik_hash, hash_of(nik), sizeof document.nik_hash);
    }
    return document;
}

/* A number's look-up stands for current and previous ones; a NIK's has no text but its hash; else
 * keys and texts are the same. */
static bool text_finds(const struct lookup *ours, const struct lookup *theirs)
{
    if (ours->key == MATCH_KEY_NIK && theirs->key == MATCH_KEY_NIK)
        return memcmp(ours->nik_hash, hash_of(theirs->text + strlen("NIK ")),
                      sizeof ours->nik_hash) == 0;
    return strcmp(ours->text, theirs->text) == 0 &&
           (ours->key == theirs->key ||
            (ours->key == MATCH_KEY_PASSPORT && theirs->key == MATCH_KEY_OLD_PASSPORT));
}

static bool look_up_finds(const struct document *document, const struct placement *placement)
{
    static size_t (*const ways[])(const struct document *, struct lookup *) = {
        placement_lookups_by_number, placement_lookups_by_name};
    struct lookup ours[LOOKUPS_MAX], theirs[LOOKUPS_MAX];
    size_t n_theirs = placement_index(placement, theirs);
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        size_t n_ours = ways[way](document, ours);
        for (size_t i = 0; i < n_ours; i++)
            for (size_t k = 0; k < n_theirs; k++)
                if (text_finds(&ours[i], &theirs[k]))
                    return true;
    }
    return false;
}

static bool has_number(const struct document *document, const struct placement *placement)
{
    return strcmp(document->number, placement->passport_no) == 0 ||
           strcmp(document->number, placement->passport_prev[0]) == 0 ||
           strcmp(document->number, placement->passport_prev[1]) == 0;
}

static void check_match(const struct document *document, const struct candidate *candidates,
                        const struct match *match)
{
    const struct placement *placement = &match->placement;
    bool any_number = false, any_nik = false;
    for (size_t i = 0; i < RECORDS; i++) {
        any_number |= has_number(document, &candidates[i].placement);
        any_nik |= has_nik(document, &candidates[i].placement);
    }
    if (match->grade == MATCH_NONE) {
        assert_false(any_number || any_nik);
        return;
    }
    assert_true(look_up_finds(document, placement));
    assert_int_equal(any_number,
                     match->key == MATCH_KEY_PASSPORT || match->key == MATCH_KEY_OLD_PASSPORT);
    assert_int_equal(!any_number && any_nik, match->key == MATCH_KEY_NIK);
    bool same_person = date_compare(document->birth, placement->birth_date) == 0 &&
                       document->sex == placement->sex;
    if (!same_person)
        assert_int_equal(match->grade, MATCH_CONFLICT);
    if (match->key == MATCH_KEY_NAME_DOB)
        assert_true(match->grade == MATCH_EXACT || match->grade == MATCH_NEAR);
}

static void test_matches_of_random_records(void **state)
{
    (void)state;
    chance = test_random_begin();
    size_t grades[MATCH_EXACT + 1] = {0}, several = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct document document = random_document();
        struct candidate candidates[RECORDS], mirrored[RECORDS], found[RECORDS];
        size_t n_found = 0;
        for (unsigned i = 0; i < RECORDS; i++) {
            candidates[i] = mirrored[RECORDS - 1 - i] = random_record(&document, i);
            if (look_up_finds(&document, &candidates[i].placement))
                found[n_found++] = candidates[i];
        }
        struct match match, other_order, through_lookups;
        placement_match(&document, candidates, RECORDS, &match);
        placement_match(&document, mirrored, RECORDS, &other_order);
        placement_match(&document, found, n_found, &through_lookups);
        check_match(&document, candidates, &match);
        /* The order does not matter, and look-ups lose nothing that comparing would find. */
        assert_memory_equal(&match, &other_order, sizeof match);
        assert_memory_equal(&match, &through_lookups, sizeof match);
        grades[match.grade]++;
        several += match.several_valid;
    }
    print_message("none %zu, conflict %zu, near %zu, exact %zu, several %zu\n", grades[MATCH_NONE],
                  grades[MATCH_CONFLICT], grades[MATCH_NEAR], grades[MATCH_EXACT], several);
    for (int i = MATCH_NONE; i <= MATCH_EXACT; i++)
        assert_true(grades[i] > 0);
    assert_true(several > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches_of_random_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
