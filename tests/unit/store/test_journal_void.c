/* A decision that is taken back: nobody is found by it any more, it is taken back once, and nothing
 * is that is no decision of this journal. */
#include "store_fixture.h"

#include "journal_crossing.h"
#include "journal_urgent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>

#include <cmocka.h>

static const struct document siti = {.number = "X0000001",
                                     .country = "IDN",
                                     .name = "RAHMAWATI SITI NURHALIZA",
                                     .sex = 'F',
                                     .birth = {1998, 4, 12}};
static const struct date today = {2026, 11, 21};

static struct journal_head decide(struct journal *journal, const struct store_fixture *fixture,
                                  enum decision decision)
{
    const struct entry_decided decided = {.presented = 1, .decision = decision};
    struct crossing_decided about = {.decision = decision};
    const uint8_t salt[ENTRY_SALT_LEN] = {1};
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    struct journal_head head;
    size_t len = 0;

    crossing_subject_of(&siti, MODE_LIVE, &about.subject);
    assert_int_equal(entry_decided_encode(&decided, salt, payload, sizeof payload, &len), ERR_OK);
    assert_int_equal(
        journal_append_decided(journal, &fixture->now, span_of(payload, len), &about, &head),
        ERR_OK);
    return head;
}

static enum err take_back(struct journal *journal, const struct store_fixture *fixture,
                          const struct journal_head *named, struct journal_head *head)
{
    struct entry_void names = {.epoch = named->epoch,
                               .seq = named->seq,
                               .kind = ENTRY_DECIDED,
                               .reason = VOID_WRONG_DECISION,
                               .role = ROLE_OFFICER};
    const uint8_t salt[ENTRY_SALT_LEN] = {2};
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    memcpy(names.hash, named->hash, sizeof names.hash);
    assert_int_equal(entry_void_encode(&names, salt, payload, sizeof payload, &len), ERR_OK);
    return journal_append_void(journal, &fixture->now, span_of(payload, len), head);
}

static struct crossing_hits find(const struct store_fixture *fixture)
{
    struct crossing_subject subject;
    struct crossing_reader *reader;
    struct crossing_hits hits;
    char why[JOURNAL_WHY_LEN];

    crossing_subject_of(&siti, MODE_LIVE, &subject);
    assert_int_equal(crossing_reader_open(fixture->path, fixture->root, &reader, why), ERR_OK);
    assert_int_equal(crossing_reader_find(reader, &subject, today, &hits), ERR_OK);
    crossing_reader_close(reader);
    return hits;
}

static void nobody_is_found_by_what_was_taken_back(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_head head;

    const struct journal_head first = decide(journal, fixture, DECISION_CLEARED);
    const struct journal_head second = decide(journal, fixture, DECISION_DEFERRED);
    assert_true(find(fixture).deferred_on_day);
    assert_int_equal(take_back(journal, fixture, &second, &head), ERR_OK);
    assert_int_equal(head.seq, second.seq + 1);
    assert_false(find(fixture).deferred_on_day);
    assert_false(date_known(find(fixture).deferred_newest));
    assert_int_equal(find(fixture).last.seq, first.seq); /* what was before it is told again */
    assert_int_equal(take_back(journal, fixture, &first, &head), ERR_OK);
    assert_int_equal(find(fixture).last.seq, 0);
    journal_close(journal);
    assert_int_equal(fixture_verify(fixture).fault, JOURNAL_SOUND);
    assert_int_equal(find(fixture).last.seq, 0);
}

static void the_same_decision_is_taken_back_once(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_head first, again, other;

    const struct journal_head decided = decide(journal, fixture, DECISION_CLEARED);
    const struct journal_head next = decide(journal, fixture, DECISION_CLEARED);
    assert_int_equal(take_back(journal, fixture, &decided, &first), ERR_OK);
    journal_close(journal);
    journal = fixture_journal(fixture);
    assert_int_equal(take_back(journal, fixture, &decided, &again), ERR_OK);
    assert_memory_equal(&again, &first, sizeof again); /* nothing was stored */
    assert_int_equal(take_back(journal, fixture, &next, &other), ERR_OK);
    assert_int_equal(other.seq, first.seq + 1);
    journal_close(journal);
}

static void what_is_no_decision_of_this_journal_is_not_taken_back(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_head head = {0};

    const struct journal_head decided = decide(journal, fixture, DECISION_CLEARED);
    struct journal_head other_hash = decided, other_epoch = decided, other_seq = decided;
    struct journal_head ahead = decided, epoch_entry = {.epoch = 1, .seq = 1};
    other_hash.hash[0] ^= 1;
    other_epoch.epoch++;
    other_seq.seq--;
    ahead.seq = 999;
    struct journal_reader *reader = fixture_reader(fixture);
    assert_int_equal(journal_reader_head_at(reader, 1, &epoch_entry), ERR_OK);
    journal_reader_close(reader);
    const struct {
        const char *says;
        const struct journal_head *named;
    } rows[] = {
        {"another entry of its number", &other_hash},
        {"of another epoch", &other_epoch},
        {"another number", &other_seq},
        {"no entry", &ahead},
        {"an entry that decides nothing", &epoch_entry},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (take_back(journal, fixture, rows[i].named, &head) != ERR_INVALID || head.seq != 0)
            fail_msg("%s", rows[i].says);
    assert_int_equal(find(fixture).last.seq, decided.seq);
    assert_int_equal(take_back(journal, fixture, &decided, &head), ERR_OK);
    const struct journal_head taken = head;
    assert_int_equal(take_back(journal, fixture, &taken, &head),
                     ERR_INVALID); /* a VOID is for ever */
    assert_int_equal(journal_append_void(journal, &fixture->now, span_of_text("nonsense"), &head),
                     ERR_INVALID);
    journal_close(journal);
}

/* Entry and rows are one transaction. */
static void what_could_not_be_stored_takes_nothing_back(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct rlimit before, tight;
    struct journal_head head;

    const struct journal_head decided = decide(journal, fixture, DECISION_DEFERRED);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    const enum err err = take_back(journal, fixture, &decided, &head);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_not_equal(err, ERR_OK);
    assert_true(find(fixture).deferred_on_day);
    assert_int_equal(take_back(journal, fixture, &decided, &head), ERR_OK);
    assert_int_equal(head.seq, decided.seq + 1);
    assert_false(find(fixture).deferred_on_day);
    journal_close(journal);
}

/* A deferral that is taken back need not go ahead of a backlog, but that it was does. */
static void the_void_of_a_deferral_is_urgent_instead_of_it(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    uint64_t seqs[JOURNAL_URGENT_MAX];
    struct journal_head head, ignored;
    size_t n = 0;

    const struct journal_head deferred = decide(journal, fixture, DECISION_DEFERRED);
    const struct journal_head cleared = decide(journal, fixture, DECISION_CLEARED);
    assert_int_equal(take_back(journal, fixture, &deferred, &head), ERR_OK);
    assert_int_equal(take_back(journal, fixture, &cleared, &ignored), ERR_OK);
    struct journal_reader *reader = fixture_reader(fixture);
    const struct journal_range all = {1, 100};
    assert_int_equal(journal_urgent_find(reader, &all, seqs, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(seqs[0], head.seq);
    journal_reader_close(reader);
    journal_close(journal);
}

int main(void)
{
#define VOID_TEST(name)                                                                            \
    cmocka_unit_test_setup_teardown(name, store_fixture_make, store_fixture_remove)
    const struct CMUnitTest tests[] = {
        VOID_TEST(nobody_is_found_by_what_was_taken_back),
        VOID_TEST(the_same_decision_is_taken_back_once),
        VOID_TEST(what_is_no_decision_of_this_journal_is_not_taken_back),
        VOID_TEST(what_could_not_be_stored_takes_nothing_back),
        VOID_TEST(the_void_of_a_deferral_is_urgent_instead_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
