/* placement: look-up texts, the choice among candidates, and the grade, pair by pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core_samples.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- look-ups ---------------------------------------------------------------------------- */

static bool has(const struct lookup *lookups, size_t count, enum match_key key, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (lookups[i].key == key && strcmp(lookups[i].text, text) == 0)
            return true;
    return false;
}

static void test_index_texts(void **state)
{
    (void)state;
    struct placement placement = sample_placement();
    snprintf(placement.passport_prev[0], sizeof placement.passport_prev[0], "B0000001");
    struct lookup lookups[LOOKUPS_MAX];
    size_t count = placement_index(&placement, lookups);
    assert_int_equal(count, 6);
    assert_true(has(lookups, count, MATCH_KEY_PASSPORT, "IDN X0000001"));
    assert_true(has(lookups, count, MATCH_KEY_OLD_PASSPORT, "IDN B0000001"));
    assert_true(has(lookups, count, MATCH_KEY_NIK, "NIK 3204125204980001"));
    assert_true(has(lookups, count, MATCH_KEY_NAME_DOB, "1998-04-12 F NURHALIZA RAHMAWATI"));
    assert_true(has(lookups, count, MATCH_KEY_NAME_DOB, "1998-04-12 F NURHALIZA SITI"));
    assert_true(has(lookups, count, MATCH_KEY_NAME_DOB, "1998-04-12 F RAHMAWATI SITI"));
    snprintf(placement.name_full, sizeof placement.name_full, "Sitti");
    snprintf(placement.name_mrz, sizeof placement.name_mrz, "SITI");
    count = placement_index(&placement, lookups);
    assert_int_equal(count, 4);
    assert_true(has(lookups, count, MATCH_KEY_NAME_DOB, "1998-04-12 F SITI "));
}

static void test_lookup_texts(void **state)
{
    (void)state;
    struct document document = sample_siti();
    struct lookup lookups[LOOKUPS_MAX];
    assert_int_equal(placement_lookups_by_number(&document, lookups), 1);
    assert_int_equal(lookups[0].key, MATCH_KEY_PASSPORT);
    assert_string_equal(lookups[0].text, "IDN X0000001");
    size_t count = placement_lookups_by_name(&document, lookups);
    assert_int_equal(count, 3);
    assert_true(has(lookups, count, MATCH_KEY_NAME_DOB, "1998-04-12 F NURHALIZA SITI"));
    document.birth.day = 0;
    assert_int_equal(placement_lookups_by_name(&document, lookups), 0);
    document.number[0] = '\0';
    assert_int_equal(placement_lookups_by_number(&document, lookups), 0);
}

/* Of a NIK that was keyed there is no text any more. */
static void test_a_keyed_nik_is_looked_up_by_its_hash(void **state)
{
    (void)state;
    struct document document = sample_siti();
    struct lookup lookups[LOOKUPS_MAX];
    memcpy(document.nik_hash, "\x00hashed!", sizeof document.nik_hash);
    size_t count = placement_lookups_by_number(&document, lookups);
    assert_true(has(lookups, count, MATCH_KEY_PASSPORT, "IDN X0000001"));
    assert_true(has(lookups, count, MATCH_KEY_NIK, ""));
    assert_int_equal(lookups[1].key, MATCH_KEY_NIK);
    assert_memory_equal(lookups[1].nik_hash, document.nik_hash, sizeof document.nik_hash);
    document.number[0] = '\0';
    document.birth.day = 0;
    assert_int_equal(placement_lookups_by_number(&document, lookups), 1);
}

static void test_every_text_has_its_place(void **state)
{
    (void)state;
    struct placement placement = sample_placement();
    snprintf(placement.passport_prev[0], sizeof placement.passport_prev[0], "B0000001");
    snprintf(placement.passport_prev[1], sizeof placement.passport_prev[1], "B0000002");
    snprintf(placement.name_full, sizeof placement.name_full,
             "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z");
    snprintf(placement.name_mrz, sizeof placement.name_mrz,
             "AA2 BB2 CC2 DD2 EE2 FF2 GG2 HH2 II2 JJ2 KK2 LL2 MM2 NN2 OO2 PP2");
    struct lookup lookups[LOOKUPS_MAX];
    assert_int_equal(placement_index(&placement, lookups), LOOKUPS_MAX);
}

/* ---- one pair: names and identity -------------------------------------------------------- */

struct pair {
    const char *says;
    const char *document; /* MRZ order */
    const char *record_mrz, *record_full;
    bool truncated; /* the document's name field is full */
    enum match_grade by_number, by_name;
};

static const struct pair pairs[] = {
    {"the same words", "RAHMAWATI SITI", "RAHMAWATI SITI", "", false, MATCH_EXACT, MATCH_EXACT},
    {"another order of words", "RAHMAWATI SITI", "", "Siti Rahmawati", false, MATCH_EXACT,
     MATCH_EXACT},
    {"the better of two names counts", "RAHMAWATI SITI", "RACHMAWATI SITI", "Siti Rahmawati", false,
     MATCH_EXACT, MATCH_EXACT},
    {"punctuation does not matter", "QURANI NURUL", "", "Nurul Qur'ani", false, MATCH_EXACT,
     MATCH_EXACT},
    {"one name", "SUHARTO", "SUHARTO", "Suharto", false, MATCH_EXACT, MATCH_EXACT},
    {"one name, old spelling", "SOEHARTO", "SUHARTO", "Suharto", false, MATCH_NEAR, MATCH_NEAR},
    {"a spelling differs", "SUPRIADI AGUS", "SUPRIYADI AGUS", "Agus Supriyadi", false, MATCH_NEAR,
     MATCH_NEAR},
    {"the record has a word more, two are shared", "RAHMAWATI SITI", "RAHMAWATI SITI NURHALIZA", "",
     false, MATCH_NEAR, MATCH_NEAR},
    {"the document has a word more, two are shared", "RAHMAWATI SITI NURHALIZA", "RAHMAWATI SITI",
     "", false, MATCH_NEAR, MATCH_NEAR},
    {"contained, but only one word is shared", "SITI", "RAHMAWATI SITI", "", false, MATCH_NEAR,
     MATCH_NONE},
    {"two shared, but neither contains the other", "RAHMAWATI SITI AYU", "RAHMAWATI SITI DEWI", "",
     false, MATCH_NEAR, MATCH_NONE},
    {"siblings share one word", "WIJAYA BUDI", "WIJAYA DEWI", "", false, MATCH_NEAR, MATCH_NONE},
    {"no word in common", "WIJAYA BUDI", "LESTARI PUTRI", "Putri Lestari", false, MATCH_CONFLICT,
     MATCH_NONE},
    {"no name in the document", "", "LESTARI PUTRI", "", false, MATCH_CONFLICT, MATCH_NONE},
    {"cut: the last word begins one of the record's", "KUSUMANINGRUM SOERJOKOESOEMO RADEN AJE", "",
     "Raden Ajeng Dwi Rahayu Kusumaningrum Soerjokoesoemo", true, MATCH_EXACT, MATCH_NONE},
    {"the same, but the name field is not full", "KUSUMANINGRUM SOERJOKOESOEMO RADEN AJE", "",
     "Raden Ajeng Dwi Rahayu Kusumaningrum Soerjokoesoemo", false, MATCH_NEAR, MATCH_NONE},
    {"cut, but the last word begins none", "KUSUMANINGRUM SOERJOKOESOEMO RADEN BUD", "",
     "Raden Ajeng Dwi Rahayu Kusumaningrum Soerjokoesoemo", true, MATCH_NEAR, MATCH_NONE},
    {"cut, but an earlier word is not in the record", "KUSUMANINGRUM SOERJOKOESOEMA RADEN AJE", "",
     "Raden Ajeng Dwi Rahayu Kusumaningrum Soerjokoesoemo", true, MATCH_NEAR, MATCH_NONE},
    {"cut, but the fragment only begins a word that is there already",
     "KUSUMANINGRUM SOERJOKOESOEMO RADEN RAD", "", "Kusumaningrum Soerjokoesoemo Raden", true,
     MATCH_NEAR, MATCH_NEAR},
    {"one name longer than the field", "SOEMODIHARDJOKOESOEMONINGRATWIDJOJOATMO", "",
     "Soemodihardjokoesoemoningratwidjojoatmodjo", true, MATCH_EXACT, MATCH_NONE},
    {"a record that is cut like the document", "KUSUMANINGRUM SOERJOKOESOEMO RADEN AJE",
     "KUSUMANINGRUM SOERJOKOESOEMO RADEN AJE", "", true, MATCH_EXACT, MATCH_EXACT},
};

static struct document document_of(const struct pair *pair)
{
    struct document document = sample_siti();
    snprintf(document.name, sizeof document.name, "%s", pair->document);
    document.mrz.name_may_be_truncated = pair->truncated;
    return document;
}

static struct candidate candidate_of(const struct pair *pair)
{
    struct candidate candidate = {.placement = sample_placement()};
    snprintf(candidate.placement.name_mrz, PLACEMENT_TEXT_LEN, "%s", pair->record_mrz);
    snprintf(candidate.placement.name_full, PLACEMENT_TEXT_LEN, "%s", pair->record_full);
    return candidate;
}

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct document document = document_of(&pairs[i]);
        struct candidate candidate = candidate_of(&pairs[i]);
        struct match match;
        placement_match(&document, &candidate, 1, &match);
        if (match.key != MATCH_KEY_PASSPORT || match.grade != pairs[i].by_number)
            fail_msg("%s: %s", pairs[i].says, match_grade_name(match.grade));

        snprintf(candidate.placement.passport_no, sizeof candidate.placement.passport_no, "Z9");
        placement_match(&document, &candidate, 1, &match);
        if (match.grade != pairs[i].by_name ||
            match.key != (match.grade ? MATCH_KEY_NAME_DOB : MATCH_KEY_NONE))
            fail_msg("%s, by name: %s", pairs[i].says, match_grade_name(match.grade));
    }
}

static void test_identity(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        const char *number, *country;
        struct date birth;
        char sex;
        enum match_key key;
        enum match_grade grade;
    } rows[] = {
        {"all the same", "X0000001", "IDN", {1998, 4, 12}, 'F', MATCH_KEY_PASSPORT, MATCH_EXACT},
        {"another day of birth",
         "X0000001",
         "IDN",
         {1998, 4, 13},
         'F',
         MATCH_KEY_PASSPORT,
         MATCH_CONFLICT},
        {"another sex", "X0000001", "IDN", {1998, 4, 12}, 'M', MATCH_KEY_PASSPORT, MATCH_CONFLICT},
        {"sex unspecified is not the same",
         "X0000001",
         "IDN",
         {1998, 4, 12},
         'X',
         MATCH_KEY_PASSPORT,
         MATCH_CONFLICT},
        {"a partly unknown birth date is not the same",
         "X0000001",
         "IDN",
         {1998, 4, 0},
         'F',
         MATCH_KEY_PASSPORT,
         MATCH_CONFLICT},
        {"an unknown birth date is not the same",
         "X0000001",
         "IDN",
         {0, 0, 0},
         'F',
         MATCH_KEY_PASSPORT,
         MATCH_CONFLICT},
        {"the previous number",
         "B0000001",
         "IDN",
         {1998, 4, 12},
         'F',
         MATCH_KEY_OLD_PASSPORT,
         MATCH_EXACT},
        {"the previous number, another day of birth",
         "B0000001",
         "IDN",
         {1998, 4, 13},
         'F',
         MATCH_KEY_OLD_PASSPORT,
         MATCH_CONFLICT},
        {"the number of another country is another number",
         "X0000001",
         "MYS",
         {1998, 4, 12},
         'F',
         MATCH_KEY_NAME_DOB,
         MATCH_EXACT},
        {"a number not known, found by name",
         "X7777777",
         "IDN",
         {1998, 4, 12},
         'F',
         MATCH_KEY_NAME_DOB,
         MATCH_EXACT},
        {"no number at all, found by name",
         "",
         "IDN",
         {1998, 4, 12},
         'F',
         MATCH_KEY_NAME_DOB,
         MATCH_EXACT},
        {"by name, another sex", "X7777777", "IDN", {1998, 4, 12}, 'M', MATCH_KEY_NONE, MATCH_NONE},
        {"by name, another day", "X7777777", "IDN", {1998, 4, 13}, 'F', MATCH_KEY_NONE, MATCH_NONE},
    };
    struct candidate candidate = {.placement = sample_placement()};
    snprintf(candidate.placement.passport_prev[0], 10, "B0000001");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct document document = sample_siti();
        snprintf(document.number, sizeof document.number, "%s", rows[i].number);
        snprintf(document.country, sizeof document.country, "%s", rows[i].country);
        document.birth = rows[i].birth;
        document.sex = rows[i].sex;
        struct match match;
        memset(&match, 0xAA, sizeof match);
        placement_match(&document, &candidate, 1, &match);
        if (match.key != rows[i].key || match.grade != rows[i].grade)
            fail_msg("%s: %s %s", rows[i].says, match_key_name(match.key),
                     match_grade_name(match.grade));
        if (match.grade == MATCH_NONE && *match.placement.placement_id)
            fail_msg("%s: a record was given", rows[i].says);
    }
}

/* A record that the keyed NIK found is graded as one found by number: the NIK may be mistyped, or
 * somebody else's. */
static void test_identity_by_nik(void **state)
{
    (void)state;
    static const struct {
        const char *says, *number, *name;
        struct date birth;
        char sex;
        enum match_key found_by, key;
        enum match_grade grade;
    } rows[] = {
        {"all the same but the number",
         "SP0000001",
         "RAHMAWATI SITI NURHALIZA",
         {1998, 4, 12},
         'F',
         MATCH_KEY_NIK,
         MATCH_KEY_NIK,
         MATCH_EXACT},
        {"one word, which by name would not do",
         "SP0000001",
         "RAHMAWATI",
         {1998, 4, 12},
         'F',
         MATCH_KEY_NIK,
         MATCH_KEY_NIK,
         MATCH_NEAR},
        {"the NIK of somebody else",
         "SP0000001",
         "WIJAYA BUDI",
         {1998, 4, 12},
         'F',
         MATCH_KEY_NIK,
         MATCH_KEY_NIK,
         MATCH_CONFLICT},
        {"another day of birth",
         "SP0000001",
         "RAHMAWATI SITI NURHALIZA",
         {1998, 4, 13},
         'F',
         MATCH_KEY_NIK,
         MATCH_KEY_NIK,
         MATCH_CONFLICT},
        {"another sex",
         "SP0000001",
         "RAHMAWATI SITI NURHALIZA",
         {1998, 4, 12},
         'M',
         MATCH_KEY_NIK,
         MATCH_KEY_NIK,
         MATCH_CONFLICT},
        {"only the year of birth is known",
         "SP0000001",
         "RAHMAWATI SITI NURHALIZA",
         {1998, 0, 0},
         'F',
         MATCH_KEY_NIK,
         MATCH_KEY_NIK,
         MATCH_CONFLICT},
        {"a number that fits goes before it",
         "X0000001",
         "RAHMAWATI SITI NURHALIZA",
         {1998, 4, 12},
         'F',
         MATCH_KEY_NIK,
         MATCH_KEY_PASSPORT,
         MATCH_EXACT},
        {"also a previous one",
         "B0000001",
         "RAHMAWATI SITI NURHALIZA",
         {1998, 4, 12},
         'F',
         MATCH_KEY_NIK,
         MATCH_KEY_OLD_PASSPORT,
         MATCH_EXACT},
        {"what another look-up found is not found by NIK",
         "SP0000001",
         "WIJAYA BUDI",
         {1998, 4, 12},
         'F',
         MATCH_KEY_PASSPORT,
         MATCH_KEY_NONE,
         MATCH_NONE},
        {"nor what its name found",
         "SP0000001",
         "RAHMAWATI SITI NURHALIZA",
         {1998, 4, 12},
         'F',
         MATCH_KEY_NAME_DOB,
         MATCH_KEY_NAME_DOB,
         MATCH_EXACT},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct candidate candidate = {.key = rows[i].found_by, .placement = sample_placement()};
        snprintf(candidate.placement.passport_prev[0], 10, "B0000001");
        struct document document = sample_siti();
        snprintf(document.number, sizeof document.number, "%s", rows[i].number);
        snprintf(document.name, sizeof document.name, "%s", rows[i].name);
        document.birth = rows[i].birth;
        document.sex = rows[i].sex;
        struct match match;
        placement_match(&document, &candidate, 1, &match);
        if (match.key != rows[i].key || match.grade != rows[i].grade || match.may_miss)
            fail_msg("%s: %s %s", rows[i].says, match_key_name(match.key),
                     match_grade_name(match.grade));
    }
}

/* ---- several records ---------------------------------------------------------------------- */

struct few {
    const char *id;
    enum { CURRENT, PREVIOUS, BY_NIK, BY_NAME, STRANGER } how;
    enum placement_status status;
    int64_t updated;
};

static struct candidate few_candidate(const struct few *few)
{
    struct candidate candidate = {.placement = sample_placement()};
    struct placement *placement = &candidate.placement;
    snprintf(placement->placement_id, sizeof placement->placement_id, "%s", few->id);
    placement->status = few->status;
    placement->rec_updated_at = few->updated;
    if (few->how != CURRENT)
        snprintf(placement->passport_no, sizeof placement->passport_no, "Z%s", few->id);
    if (few->how == PREVIOUS)
        snprintf(placement->passport_prev[1], 10, "X0000001");
    if (few->how == BY_NIK)
        candidate.key = MATCH_KEY_NIK;
    if (few->how == STRANGER)
        placement->birth_date.day = 1;
    return candidate;
}

static void test_choice(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        struct few few[3];
        const char *chosen;
        enum match_key key;
        bool several;
    } rows[] = {
        {"a valid one goes before a newer one that is not",
         {{"1", CURRENT, PLACEMENT_READY, 10}, {"2", CURRENT, PLACEMENT_CANCELLED, 20}},
         "1",
         MATCH_KEY_PASSPORT,
         false},
        {"of two valid ones the newer, and it is said",
         {{"1", CURRENT, PLACEMENT_READY, 10}, {"2", CURRENT, PLACEMENT_ACTIVE, 20}},
         "2",
         MATCH_KEY_PASSPORT,
         true},
        {"of two that are not valid the newer",
         {{"1", CURRENT, PLACEMENT_REVOKED, 30}, {"2", CURRENT, PLACEMENT_COMPLETED, 20}},
         "1",
         MATCH_KEY_PASSPORT,
         false},
        {"the current number decides, though the previous has a valid one",
         {{"1", PREVIOUS, PLACEMENT_READY, 30}, {"2", CURRENT, PLACEMENT_CANCELLED, 20}},
         "2",
         MATCH_KEY_PASSPORT,
         false},
        {"a valid one by another way is not another of this number",
         {{"1", PREVIOUS, PLACEMENT_READY, 30}, {"2", CURRENT, PLACEMENT_READY, 20}},
         "2",
         MATCH_KEY_PASSPORT,
         false},
        {"two valid ones with the same previous number",
         {{"1", PREVIOUS, PLACEMENT_READY, 30}, {"2", PREVIOUS, PLACEMENT_READY, 20}},
         "1",
         MATCH_KEY_OLD_PASSPORT,
         true},
        {"a number goes before a name",
         {{"1", BY_NAME, PLACEMENT_READY, 30}, {"2", PREVIOUS, PLACEMENT_CANCELLED, 20}},
         "2",
         MATCH_KEY_OLD_PASSPORT,
         false},
        {"a NIK goes before a name",
         {{"1", BY_NAME, PLACEMENT_READY, 30}, {"2", BY_NIK, PLACEMENT_CANCELLED, 20}},
         "2",
         MATCH_KEY_NIK,
         false},
        {"but after a previous number",
         {{"1", BY_NIK, PLACEMENT_READY, 30}, {"2", PREVIOUS, PLACEMENT_CANCELLED, 20}},
         "2",
         MATCH_KEY_OLD_PASSPORT,
         false},
        {"two valid placements of one NIK",
         {{"1", BY_NIK, PLACEMENT_READY, 30}, {"2", BY_NIK, PLACEMENT_ACTIVE, 20}},
         "1",
         MATCH_KEY_NIK,
         true},
        {"by name too a valid one goes first",
         {{"1", BY_NAME, PLACEMENT_CANCELLED, 30}, {"2", BY_NAME, PLACEMENT_READY, 20}},
         "2",
         MATCH_KEY_NAME_DOB,
         false},
        {"several by name are not several of one number",
         {{"1", BY_NAME, PLACEMENT_READY, 30}, {"2", BY_NAME, PLACEMENT_READY, 20}},
         "1",
         MATCH_KEY_NAME_DOB,
         false},
        {"the same record found twice is one record",
         {{"1", CURRENT, PLACEMENT_READY, 30}, {"1", CURRENT, PLACEMENT_READY, 30}},
         "1",
         MATCH_KEY_PASSPORT,
         false},
        {"a text that collided is passed over",
         {{"1", STRANGER, PLACEMENT_READY, 30}, {"2", BY_NAME, PLACEMENT_READY, 20}},
         "2",
         MATCH_KEY_NAME_DOB,
         false},
        {"three, of which two are valid",
         {{"1", CURRENT, PLACEMENT_READY, 10},
          {"2", CURRENT, PLACEMENT_SUSPENDED, 99},
          {"3", CURRENT, PLACEMENT_ON_LEAVE, 5}},
         "1",
         MATCH_KEY_PASSPORT,
         true},
        {"of the same age the order they come in does not matter",
         {{"1", CURRENT, PLACEMENT_READY, 10}, {"2", CURRENT, PLACEMENT_READY, 10}},
         "2",
         MATCH_KEY_PASSPORT,
         true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t n = 0;
        struct candidate forth[3], back[3];
        while (n < 3 && rows[i].few[n].id)
            n++;
        for (size_t k = 0; k < n; k++) {
            forth[k] = few_candidate(&rows[i].few[k]);
            back[n - 1 - k] = forth[k];
        }
        struct document document = sample_siti();
        struct match match, mirrored;
        placement_match(&document, forth, n, &match);
        placement_match(&document, back, n, &mirrored);
        if (strcmp(match.placement.placement_id, rows[i].chosen) != 0 || match.key != rows[i].key ||
            match.several_valid != rows[i].several)
            fail_msg("%s: %s", rows[i].says, match.placement.placement_id);
        assert_memory_equal(&match, &mirrored, sizeof match);
    }
}

static void test_of_one_age_the_later_in_the_feed(void **state)
{
    (void)state;
    struct candidate candidates[2] = {{.placement = sample_placement()},
                                      {.placement = sample_placement()}};
    snprintf(candidates[0].placement.placement_id, PLACEMENT_ID_LEN, "Z");
    candidates[1].placement.rec_seq++;
    struct document document = sample_siti();
    struct match match;
    placement_match(&document, candidates, 2, &match);
    assert_int_equal(match.placement.rec_seq, candidates[1].placement.rec_seq);
}

static void test_two_unknown_birth_dates_are_not_the_same(void **state)
{
    (void)state;
    struct document document = sample_siti();
    struct candidate candidate = {.placement = sample_placement()};
    document.birth = candidate.placement.birth_date = (struct date){0};
    struct match match;
    placement_match(&document, &candidate, 1, &match);
    assert_int_equal(match.grade, MATCH_CONFLICT);
    document.number[0] = '\0';
    placement_match(&document, &candidate, 1, &match);
    assert_int_equal(match.grade, MATCH_NONE);
}

static void test_what_differs(void **state)
{
    (void)state;
    static const struct {
        const char *says, *document, *record_mrz, *record_full, *found, *expected;
    } rows[] = {
        {"the words that are spelled differently", "SUPRIADI AGUS", "SUPRIYADI AGUS", "",
         "SUPRIADI", "SUPRIYADI"},
        {"all of them", "WIJAYA BUDI SANTOSO", "WIJAYA DEWI AYU", "", "BUDI SANTOSO", "AYU DEWI"},
        {"both whole where the record has a word more", "RAHMAWATI SITI", "RAHMAWATI SITI AYU", "",
         "RAHMAWATI SITI", "RAHMAWATI SITI AYU"},
        {"both whole where the document has", "RAHMAWATI SITI", "", "Siti", "RAHMAWATI SITI",
         "Siti"},
        {"against the name that grades better", "SUPRIADI AGUS", "LESTARI PUTRI", "Agus Supriyadi",
         "SUPRIADI", "SUPRIYADI"},
        {"against the MRZ's name where both grade alike", "SUPRIADI AGUS", "SUPRIYADI AGUS",
         "Agus Supriyadie", "SUPRIADI", "SUPRIYADI"},
        {"two strangers", "WIJAYA BUDI", "LESTARI PUTRI", "", "BUDI WIJAYA", "LESTARI PUTRI"},
        {"no name in the document", "", "LESTARI PUTRI", "", "", "LESTARI PUTRI"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct document document = sample_siti();
        struct placement placement = sample_placement();
        snprintf(document.name, sizeof document.name, "%s", rows[i].document);
        snprintf(placement.name_mrz, PLACEMENT_TEXT_LEN, "%s", rows[i].record_mrz);
        snprintf(placement.name_full, PLACEMENT_TEXT_LEN, "%s", rows[i].record_full);
        char found[DOCUMENT_NAME_LEN], expected[DOCUMENT_NAME_LEN];
        placement_name_difference(&document, &placement, found, expected);
        if (strcmp(found, rows[i].found) != 0 || strcmp(expected, rows[i].expected) != 0)
            fail_msg("%s: %s, %s", rows[i].says, found, expected);
    }
}

/* What the cache leaves out may be the record: only a find by number says enough. */
static void test_too_many_candidates_are_told(void **state)
{
    (void)state;
    static struct candidate candidates[CANDIDATES_MAX];
    struct few stranger = {"1", STRANGER, PLACEMENT_READY, 1};
    for (size_t i = 0; i < CANDIDATES_MAX; i++)
        candidates[i] = few_candidate(&stranger);
    struct document document = sample_siti();
    snprintf(document.number, sizeof document.number, "X0000009");
    struct match match;
    placement_match(&document, candidates, CANDIDATES_MAX - 1, &match);
    assert_false(match.may_miss);
    placement_match(&document, candidates, CANDIDATES_MAX, &match);
    assert_int_equal(match.grade, MATCH_NONE);
    assert_true(match.may_miss);
    stranger.how = BY_NAME;
    candidates[0] = few_candidate(&stranger);
    placement_match(&document, candidates, CANDIDATES_MAX, &match);
    assert_int_equal(match.key, MATCH_KEY_NAME_DOB);
    assert_true(match.may_miss);
    snprintf(document.number, sizeof document.number, "Z1");
    placement_match(&document, candidates, CANDIDATES_MAX, &match);
    assert_int_equal(match.key, MATCH_KEY_PASSPORT);
    assert_false(match.may_miss);
}

static void test_no_candidates(void **state)
{
    (void)state;
    struct document document = sample_siti();
    struct match match;
    memset(&match, 0xAA, sizeof match);
    placement_match(&document, NULL, 0, &match);
    assert_int_equal(match.grade, MATCH_NONE);
    assert_int_equal(match.key, MATCH_KEY_NONE);
    assert_false(match.several_valid);
}

static void test_statuses(void **state)
{
    (void)state;
    for (int status = 0; status <= PLACEMENT_REVOKED; status++)
        assert_int_equal(placement_status_valid((enum placement_status)status),
                         status == PLACEMENT_READY || status == PLACEMENT_ACTIVE ||
                             status == PLACEMENT_ON_LEAVE);
    assert_string_equal(match_key_name(MATCH_KEY_OLD_PASSPORT), "OLD_PASSPORT");
    assert_string_equal(match_grade_name(MATCH_CONFLICT), "CONFLICT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index_texts),
        cmocka_unit_test(test_lookup_texts),
        cmocka_unit_test(test_a_keyed_nik_is_looked_up_by_its_hash),
        cmocka_unit_test(test_every_text_has_its_place),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_identity_by_nik),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_of_one_age_the_later_in_the_feed),
        cmocka_unit_test(test_two_unknown_birth_dates_are_not_the_same),
        cmocka_unit_test(test_what_differs),
        cmocka_unit_test(test_too_many_candidates_are_told),
        cmocka_unit_test(test_no_candidates),
        cmocka_unit_test(test_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
