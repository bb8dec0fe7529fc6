/* judge: whatever can't be read of the cache, the lists, the journal or the policy refers, and
 * takes nothing away from what could be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core_samples.h"
#include "journal_crossing.h"
#include "judge.h"
#include "store_fixture.h"

/* The public half of the fixture's entry key, which signs policies here. */
static const char policy_key[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
    "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END PUBLIC KEY-----\n";

/* A lane's files: a journal, and a cache with Siti's placement and a policy. */
struct bench {
    struct store_fixture *fixture;
    struct kiosk_config config;
    struct journal *journal;
    struct cache_writer *cache;
    struct judge *judge;
    struct document siti, other;
};

static void put_signed(const struct bench *bench, uint64_t version, const struct sign_key *key,
                       struct span payload)
{
    static uint8_t envelope[POLICY_CBOR_MAX + SIGN_COSE_OVERHEAD];
    size_t len = 0;

    assert_int_equal(cose_seal(key, payload, envelope, sizeof envelope, &len), ERR_OK);
    assert_int_equal(cache_put_policy(bench->cache, version, span_of(envelope, len)), ERR_OK);
}

/* The sample policy as `version`; borrowed until the next one. */
static struct span policy_of(uint64_t version)
{
    static uint8_t payload[POLICY_CBOR_MAX];
    struct policy policy = sample_policy();
    struct cbor_writer w;
    struct span written;

    policy.version = version;
    cbor_writer_init(&w, payload, sizeof payload);
    assert_int_equal(policy_encode(&policy, sample_policy_tables(), &w), ERR_OK);
    assert_int_equal(cbor_writer_finish(&w, &written), ERR_OK);
    return written;
}

static void put_policy(const struct bench *bench, uint64_t version, const struct sign_key *key)
{
    put_signed(bench, version, key, policy_of(version));
}

static void put_data(const struct bench *bench)
{
    const struct placement placement = sample_placement();
    const struct cache_delta delta = {
        .from = 0, .to = 1, .as_of = SAMPLE_MIDNIGHT_S, .rows = &placement, .n_rows = 1};
    const struct cache_listing_delta none = {.from = 0, .to = 1, .as_of = SAMPLE_MIDNIGHT_S};

    assert_int_equal(cache_apply(bench->cache, &delta), ERR_OK);
    assert_int_equal(cache_apply_listings(bench->cache, &none), ERR_OK);
}

/* `n` rows about Siti, told apart by who listed her. */
static void list_siti(const struct bench *bench, enum listing_kind kind, unsigned n)
{
    static struct listing rows[CACHE_DELTA_MAX];
    const struct cache_listing_delta delta = {
        .from = 1, .to = 2, .as_of = SAMPLE_MIDNIGHT_S, .rows = rows, .n_rows = n};

    for (unsigned i = 0; i < n; i++) {
        rows[i] = (struct listing){
            .kind = kind, .from = {2026, 1, 1}, .expires = {2027, 1, 1}, .passport_country = "IDN"};
        snprintf(rows[i].passport_no, sizeof rows[i].passport_no, "%.9s", bench->siti.number);
        snprintf(rows[i].issued_by, sizeof rows[i].issued_by, "IMI-%u", i);
    }
    assert_int_equal(cache_apply_listings(bench->cache, &delta), ERR_OK);
}

static int bench_make(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    char why[CACHE_WHY_LEN];
    void *fixture;

    assert_non_null(bench);
    store_fixture_make(&fixture);
    bench->fixture = fixture;
    struct kiosk_config *config = &bench->config;
    snprintf(config->cache, sizeof config->cache, "%s/cache.db", bench->fixture->folder);
    snprintf(config->policy_key, sizeof config->policy_key, "%s/policy.pem",
             bench->fixture->folder);
    snprintf(config->journal, sizeof config->journal, "%s", bench->fixture->path);
    snprintf(config->tpi_code, sizeof config->tpi_code, "CTH");
    snprintf(config->counter, sizeof config->counter, "01");
    config->site = KIOSK_ONLINE;
    config->zone = CLOCK_WIB;
    FILE *file = fopen(config->policy_key, "w");
    assert_non_null(file);
    fputs(policy_key, file);
    fclose(file);
    bench->journal = fixture_journal(bench->fixture);
    if (cache_writer_open(config->cache, bench->fixture->root, &bench->cache, why))
        fail_msg("%s", why);
    put_data(bench);
    put_policy(bench, 12, bench->fixture->entry_key);
    if (judge_open(config, bench->fixture->root, &bench->judge, why))
        fail_msg("%s", why);
    bench->siti = sample_siti();
    bench->other = sample_document("P<IDNWIJAYA<<BUDI<<<<<<<<<<<<<<<<<<<<<<<<<<<",
                                   "X0000099<1IDN9505058M3101012<<<<<<<<<<<<<<<0");
    *state = bench;
    return 0;
}

static int bench_remove(void **state)
{
    struct bench *bench = *state;
    void *fixture = bench->fixture;

    judge_close(bench->judge);
    cache_writer_close(bench->cache);
    journal_close(bench->journal);
    free(bench);
    return store_fixture_remove(&fixture);
}

/* Judges, and compares "RUJUK R093 R001" with what comes out. */
static struct judgement expect(const struct bench *bench, const char *says,
                               const struct document *document, const char *expected)
{
    const struct context context = {.dest_country = "TWN", .purpose = PURPOSE_WORK};
    struct judgement judgement;
    char said[192];
    size_t len;

    judge_traveller(bench->judge, document, &context, &bench->fixture->now, &judgement);
    len = (size_t)snprintf(said, sizeof said, "%s", verdict_name(judgement.verdict.result));
    for (size_t i = 0; i < judgement.verdict.n_reasons; i++) {
        char code[REASON_TEXT_LEN];
        reason_format(judgement.verdict.reasons[i].code, code);
        len += (size_t)snprintf(said + len, sizeof said - len, " %s", code);
    }
    if (strcmp(said, expected) != 0)
        fail_msg("%s: %s", says, said);
    return judgement;
}

static void a_placement_that_matches_clears(void **state)
{
    const struct judgement judgement =
        expect(*state, "all there", &((struct bench *)*state)->siti, "SESUAI R001");
    assert_int_equal(judgement.policy_version, 12);
    expect(*state, "nobody", &((struct bench *)*state)->other, "RUJUK R010");
}

static void lists_that_can_not_be_read_leave_the_placement(void **state)
{
    const struct bench *bench = *state;

    list_siti(bench, LISTING_DEPORTED, 1);
    expect(bench, "listed", &bench->siti, "RUJUK R074 R001");
    fixture_sql(bench->config.cache, "UPDATE listing SET sealed = zeroblob(90)");
    for (unsigned i = 0; i < 2; i++) {
        const struct judgement judgement =
            expect(bench, "damaged", &bench->siti, "RUJUK R093 R001");
        assert_string_equal(judgement.verdict.reasons[0].found, "lists");
        assert_int_equal(judgement.match.grade, MATCH_EXACT);
        assert_true(judgement.data.placements_usable);
    }
    expect(bench, "whom the damaged row is not about", &bench->other, "RUJUK R010");
}

static void a_row_that_can_not_be_read_leaves_the_others(void **state)
{
    const struct bench *bench = *state;

    list_siti(bench, LISTING_SOI, 3);
    for (unsigned damaged = 1; damaged < 3; damaged++) {
        fixture_sql(bench->config.cache,
                    "UPDATE listing SET sealed = zeroblob(90) WHERE id ="
                    " (SELECT id FROM listing WHERE sealed <> zeroblob(90) ORDER BY id LIMIT 1)");
        expect(bench, "one is left", &bench->siti, "TUNDA R072 R093 R001");
    }
}

static void more_rows_than_can_be_looked_at_are_said(void **state)
{
    const struct bench *bench = *state;

    list_siti(bench, LISTING_SOI, LISTINGS_MAX + 1);
    expect(bench, "one more", &bench->siti, "TUNDA R072 R093 R001");
}

static void a_cache_that_can_not_be_read_refers(void **state)
{
    const struct bench *bench = *state;

    expect(bench, "all there", &bench->siti, "SESUAI R001");
    fixture_sql(bench->config.cache, "UPDATE placement SET sealed = zeroblob(90)");
    const struct judgement judgement = expect(bench, "damaged", &bench->siti, "RUJUK R019 R093");
    assert_false(judgement.data.placements_usable);
}

static struct data_age age_at(const struct bench *bench, int64_t hours_later)
{
    struct data_age age;

    judge_refresh(bench->judge);
    judge_data_age(bench->judge, (SAMPLE_MIDNIGHT_S + hours_later * 3600) * 1000, &age);
    return age;
}

/* Of placements 72 hours, of lists 24. */
static void data_are_as_old_as_the_older_of_placements_and_lists(void **state)
{
    const struct bench *bench = *state;

    assert_int_equal(age_at(bench, 24).oldest, SAMPLE_MIDNIGHT_S);
    assert_false(age_at(bench, 24).stale);
    assert_true(age_at(bench, 25).stale);
    fixture_sql(bench->config.cache, "UPDATE list_feed SET as_of = as_of + 3600 * 50");
    assert_int_equal(age_at(bench, 72).oldest, SAMPLE_MIDNIGHT_S);
    assert_int_equal(age_at(bench, 72).newest, SAMPLE_MIDNIGHT_S + 3600 * 50);
    assert_false(age_at(bench, 72).stale);
    assert_true(age_at(bench, 73).stale);
    fixture_sql(bench->config.cache, "DELETE FROM list_feed");
    assert_int_equal(age_at(bench, 1).oldest, 0);
    assert_true(age_at(bench, 1).stale);
    fixture_sql(bench->config.cache, "DELETE FROM feed");
    assert_int_equal(age_at(bench, 1).newest, 0);
}

/* As in the hours of a first download, which brings the lists first. */
static void lists_speak_without_placements(void **state)
{
    const struct bench *bench = *state;

    list_siti(bench, LISTING_SOI, 1);
    fixture_sql(bench->config.cache, "DELETE FROM feed");
    const struct judgement judgement = expect(bench, "none yet", &bench->siti, "TUNDA R072 R093");
    assert_int_equal(judgement.match.grade, MATCH_NONE);
    expect(bench, "not listed", &bench->other, "RUJUK R093");
}

static void a_placement_that_can_not_be_read_leaves_the_lists(void **state)
{
    const struct bench *bench = *state;

    list_siti(bench, LISTING_SOI, 1);
    fixture_sql(bench->config.cache, "UPDATE placement SET sealed = zeroblob(90)");
    for (unsigned i = 0; i < 2; i++)
        expect(bench, "damaged", &bench->siti, "TUNDA R072 R019 R093");
}

static void defer_siti(const struct bench *bench)
{
    struct entry_decided decided = {.presented = 1, .decision = DECISION_DEFERRED, .note = "test"};
    struct crossing_decided about = {.decision = DECISION_DEFERRED};
    struct journal_head head;
    uint8_t salt[ENTRY_SALT_LEN] = {0}, payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    crossing_subject_of(&bench->siti, MODE_LIVE, &about.subject);
    assert_int_equal(entry_decided_encode(&decided, salt, payload, sizeof payload, &len), ERR_OK);
    assert_int_equal(journal_append_decided(bench->journal, &bench->fixture->now,
                                            span_of(payload, len), &about, &head),
                     ERR_OK);
}

/* 15:37 WIB; the zone's midnight is at 17:00 UTC. */
static void a_deferral_counts_at_once_and_its_day_ends_at_midnight(void **state)
{
    struct bench *bench = *state;

    expect(bench, "before", &bench->siti, "SESUAI R001");
    defer_siti(bench);
    struct judgement judgement = expect(bench, "at once", &bench->siti, "TUNDA R071 R070 R001");
    assert_string_equal(judgement.verdict.reasons[0].found, "2026-11-21");
    assert_string_equal(judgement.verdict.reasons[0].expected, "CTH 01");
    expect(bench, "another traveller", &bench->other, "RUJUK R010");
    bench->fixture->now.wall_ms = SAMPLE_MIDNIGHT_S * 1000 + 17 * 3600000 - 1;
    expect(bench, "the day's last moment", &bench->siti, "TUNDA R071 R070 R001");
    bench->fixture->now.wall_ms += 1;
    judgement = expect(bench, "midnight", &bench->siti, "RUJUK R070 R001");
    assert_string_equal(judgement.verdict.reasons[0].found, "2026-11-21");
    assert_string_equal(judgement.verdict.reasons[0].expected, "CTH 01");
}

static void cross_siti(const struct bench *bench, enum direction direction, enum decision decision,
                       struct journal_head *head)
{
    struct entry_decided decided = {.presented = 1, .decision = decision};
    struct crossing_decided about = {.direction = direction, .decision = decision};
    uint8_t salt[ENTRY_SALT_LEN] = {0}, payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    crossing_subject_of(&bench->siti, MODE_LIVE, &about.subject);
    assert_int_equal(entry_decided_encode(&decided, salt, payload, sizeof payload, &len), ERR_OK);
    assert_int_equal(journal_append_decided(bench->journal, &bench->fixture->now,
                                            span_of(payload, len), &about, head),
                     ERR_OK);
}

/* It is told, and changes no verdict. */
static void who_crossed_this_way_is_told_until_they_came_back(void **state)
{
    struct bench *bench = *state;
    struct journal_head head;

    assert_int_equal(expect(bench, "never", &bench->siti, "SESUAI R001").seen.seq, 0);
    cross_siti(bench, DIRECTION_DEPARTURE, DECISION_CLEARED, &head);
    const struct entry_crossing seen = expect(bench, "once", &bench->siti, "SESUAI R001").seen;
    assert_int_equal(seen.seq, head.seq);
    assert_int_equal(seen.wall_ms, bench->fixture->now.wall_ms);
    assert_int_equal(seen.decision, DECISION_CLEARED);
    assert_int_equal(expect(bench, "another", &bench->other, "RUJUK R010").seen.seq, 0);
    cross_siti(bench, DIRECTION_RETURN, DECISION_RETURN_LOGGED, &head);
    assert_int_equal(expect(bench, "came back", &bench->siti, "SESUAI R001").seen.seq, 0);
    cross_siti(bench, DIRECTION_DEPARTURE, DECISION_CLEARED, &head);
    assert_int_equal(expect(bench, "left again", &bench->siti, "SESUAI R001").seen.seq, head.seq);
    fixture_sql(bench->config.journal, "UPDATE crossing SET decision = 99");
    assert_int_equal(expect(bench, "damaged", &bench->siti, "RUJUK R093 R001").seen.seq, 0);
}

/* The counter's day begins at 17:00, 16:00 or 15:00 UTC. */
static void a_day_is_the_zones(void **state)
{
    static const enum clock_zone zones[] = {CLOCK_WIB, CLOCK_WITA, CLOCK_WIT};
    struct bench *bench = *state;
    struct clock_reading *now = &bench->fixture->now;

    bench->siti.expiry = sample_day("2026-11-21");
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        now->zone = zones[i];
        now->wall_ms = SAMPLE_MIDNIGHT_S * 1000 + (24 - (int)zones[i]) * 3600000LL - 1;
        expect(bench, clock_zone_name(zones[i]), &bench->siti, "RUJUK R021 R001");
        now->wall_ms += 1;
        expect(bench, clock_zone_name(zones[i]), &bench->siti, "TUNDA R020 R021 R001");
    }
}

/* Whatever such a clock says, nothing goes by it: not the expiry, not whether a row has ended. */
static void a_clock_that_is_not_trusted_neither_clears_nor_stops(void **state)
{
    static const int64_t days[] = {0, 20778 - 30, 20778, 20778 + 30, 47482}; /* 1970 to 2100 */
    struct bench *bench = *state;
    struct clock_reading *now = &bench->fixture->now;

    list_siti(bench, LISTING_SOI, 1);
    now->quality = CLOCK_UNKNOWN;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        now->wall_ms = days[i] * 86400000;
        const struct judgement judgement =
            expect(bench, "listed", &bench->siti, "RUJUK R072 R093 R001");
        assert_string_equal(judgement.verdict.reasons[1].found, "clock");
        expect(bench, "nobody", &bench->other, "RUJUK R010 R093");
    }
}

static void practice_stops_nobody(void **state)
{
    struct bench *bench = *state;

    defer_siti(bench);
    bench->config.mode = KIOSK_TRAINING;
    expect(bench, "in training", &bench->siti, "SESUAI R001");
}

static void a_journal_that_can_not_be_asked_refers(void **state)
{
    struct bench *bench = *state;

    defer_siti(bench);
    snprintf(bench->config.journal, sizeof bench->config.journal, "%s/none.db",
             bench->fixture->folder);
    const struct judgement judgement = expect(bench, "none", &bench->siti, "RUJUK R093 R001");
    assert_string_equal(judgement.verdict.reasons[0].found, "journal");
    snprintf(bench->config.journal, sizeof bench->config.journal, "%s", bench->fixture->path);
    expect(bench, "there again", &bench->siti, "TUNDA R071 R070 R001");
}

static void a_bad_policy_is_read_once_and_the_old_one_stays(void **state)
{
    const struct bench *bench = *state;

    expect(bench, "the first", &bench->siti, "SESUAI R001");
    put_policy(bench, 13, bench->fixture->other_entry_key);
    struct judgement judgement = expect(bench, "another's", &bench->siti, "SESUAI R001");
    assert_int_equal(judgement.policy_version, 12);

    /* A good one under the number of the refused one: it would be taken if it were read. */
    fixture_sql(bench->config.cache, "DELETE FROM policy");
    put_policy(bench, 13, bench->fixture->entry_key);
    judgement = expect(bench, "refused already", &bench->siti, "SESUAI R001");
    assert_int_equal(judgement.policy_version, 12);
    put_policy(bench, 14, bench->fixture->entry_key);
    judgement = expect(bench, "newer", &bench->siti, "SESUAI R001");
    assert_int_equal(judgement.policy_version, 14);
}

/* By the right key, in a cache that somebody put back or filled otherwise. */
static void an_older_or_malformed_policy_is_refused_and_the_old_one_stays(void **state)
{
    const struct bench *bench = *state;
    static const struct {
        const char *says;
        uint64_t version, of_bundle; /* 0: it is none */
    } rows[] = {
        {"an older one", 11, 11},
        {"an older one under a newer number", 13, 11},
        {"signed, and no policy", 14, 0},
    };

    expect(bench, "the first", &bench->siti, "SESUAI R001");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fixture_sql(bench->config.cache, "DELETE FROM policy");
        put_signed(bench, rows[i].version, bench->fixture->entry_key,
                   rows[i].of_bundle ? policy_of(rows[i].of_bundle) : span_of_text("nonsense"));
        const struct judgement judgement = expect(bench, rows[i].says, &bench->siti, "SESUAI R001");
        if (judgement.policy_version != 12)
            fail_msg("%s: version %u", rows[i].says, (unsigned)judgement.policy_version);
    }
}

int main(void)
{
#define JUDGE_TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_remove)
    const struct CMUnitTest tests[] = {
        JUDGE_TEST(a_placement_that_matches_clears),
        JUDGE_TEST(lists_that_can_not_be_read_leave_the_placement),
        JUDGE_TEST(a_row_that_can_not_be_read_leaves_the_others),
        JUDGE_TEST(more_rows_than_can_be_looked_at_are_said),
        JUDGE_TEST(a_cache_that_can_not_be_read_refers),
        JUDGE_TEST(data_are_as_old_as_the_older_of_placements_and_lists),
        JUDGE_TEST(lists_speak_without_placements),
        JUDGE_TEST(a_placement_that_can_not_be_read_leaves_the_lists),
        JUDGE_TEST(a_deferral_counts_at_once_and_its_day_ends_at_midnight),
        JUDGE_TEST(who_crossed_this_way_is_told_until_they_came_back),
        JUDGE_TEST(a_day_is_the_zones),
        JUDGE_TEST(a_clock_that_is_not_trusted_neither_clears_nor_stops),
        JUDGE_TEST(practice_stops_nobody),
        JUDGE_TEST(a_journal_that_can_not_be_asked_refers),
        JUDGE_TEST(a_bad_policy_is_read_once_and_the_old_one_stays),
        JUDGE_TEST(an_older_or_malformed_policy_is_refused_and_the_old_one_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
