/* What the lane believes of pamit-sync: how far the registry had us when the two have parted, and
 * when it said what time it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal_retention.h"
#include "store_fixture.h"
#include "sync_state.h"
#include "uplink.h"

#define KIOSK     "CGK-03-0412"
#define ENTRIES   5
#define STEPS_MAX 4
#define THEN_MS   INT64_C(1795246628000)

enum what {
    NOTHING = 0,
    AGREES,      /* the registry has up to this entry */
    PARTED,      /* it has another one of this number */
    MARKED,      /* the journal keeps a receipt of up to this entry ... */
    MARKED_BY_X, /* ... that another has signed */
    MARKED_ELSE, /* ... of another history */
    BEGUN,       /* an epoch goes on from what has parted */
    STARTED,     /* the lane is started anew */
};

struct held_row {
    const char *says;
    struct step {
        enum what what;
        uint64_t last;
    } steps[STEPS_MAX];
    uint64_t held;
};

static const struct held_row rows[] = {
    {"nothing is known", {{PARTED, 30}}, 0},
    {"the newest receipt that agreed", {{AGREES, 2}, {AGREES, 4}, {PARTED, 30}}, 4},
    {"it takes back what one before it said", {{AGREES, 4}, {AGREES, 2}, {PARTED, 30}}, 2},
    {"the registry lost all", {{MARKED, 3}, {AGREES, 4}, {AGREES, 0}, {PARTED, 30}}, 0},
    {"it has less than that now", {{AGREES, 4}, {PARTED, 3}}, 3},
    {"one that the journal keeps", {{MARKED, 3}, {PARTED, 30}}, 3},
    {"a newer one goes before it", {{MARKED, 3}, {AGREES, 4}, {PARTED, 30}}, 4},
    {"what pamit-sync has counts again after a start",
     {{AGREES, 4}, {STARTED, 0}, {PARTED, 30}},
     4},
    {"if they parted before that, the kept one does",
     {{MARKED, 3}, {AGREES, 4}, {PARTED, 30}, {STARTED, 0}},
     3},
    {"a kept one that another signed", {{MARKED_BY_X, 3}, {PARTED, 30}}, 0},
    {"a kept one of another history", {{MARKED_ELSE, 3}, {PARTED, 30}}, 0},
    {"what an epoch left is taken over in it", {{PARTED, 30}, {BEGUN, 0}, {PARTED, 40}}, 30},
    {"and a kept one of before it says less",
     {{MARKED, 3}, {PARTED, 30}, {BEGUN, 0}, {PARTED, 40}},
     30},
};

struct counter {
    struct store_fixture *store;
    struct kiosk_config config;
    struct journal *journal;
    struct uplink *uplink;
    struct sync_moment moment; /* when its receipts come */
    struct receipt last;       /* that pamit-sync has stored */
    int64_t at_ms;
};

static void uplink_start(struct counter *counter)
{
    char why[SIGN_WHY_LEN];

    uplink_close(counter->uplink);
    assert_int_equal(uplink_open(&counter->config, &counter->uplink, why), ERR_OK);
}

static void counter_make(struct counter *counter)
{
    void *state = NULL;
    struct kiosk_config *config = &counter->config;
    struct journal_head head;
    FILE *file;

    assert_int_equal(store_fixture_make(&state), 0);
    *counter = (struct counter){.store = state, .at_ms = THEN_MS};
    snprintf(config->kiosk_id, sizeof config->kiosk_id, "%s", KIOSK);
    snprintf(config->journal, sizeof config->journal, "%s", counter->store->path);
    snprintf(config->sync_db, sizeof config->sync_db, "%s/sync.db", counter->store->folder);
    snprintf(config->receipt_key, sizeof config->receipt_key, "%s/receipt.pub",
             counter->store->folder);
    file = fopen(config->receipt_key, "w");
    assert_non_null(file);
    fputs(fixture_entry_pub_pem, file);
    assert_int_equal(fclose(file), 0);
    counter->journal = fixture_journal(counter->store);
    for (journal_head(counter->journal, &head); head.seq < ENTRIES;)
        assert_int_equal(fixture_append(counter->journal, counter->store, "n", &head), ERR_OK);
    uplink_start(counter);
}

static void counter_remove(struct counter *counter)
{
    void *state = counter->store;

    uplink_close(counter->uplink);
    journal_close(counter->journal);
    assert_int_equal(store_fixture_remove(&state), 0);
}

/* ---- receipts ----------------------------------------------------------------------------- */

static struct receipt receipt_make(struct counter *counter, uint64_t last, bool ours)
{
    struct receipt receipt = {.kiosk = KIOSK,
                              .epoch = last > 0,
                              .next = last + 1,
                              .head = {last > 0},
                              .registry_ms = counter->at_ms++};
    struct journal_reader *reader = fixture_reader(counter->store);
    struct journal_head at;

    if (last && ours) {
        assert_int_equal(journal_reader_head_at(reader, last, &at), ERR_OK);
        memcpy(receipt.head, at.hash, sizeof receipt.head);
    }
    journal_reader_close(reader);
    return receipt;
}

static size_t receipt_seal(const struct sign_key *key, const struct receipt *receipt,
                           uint8_t out[RECEIPT_MAX])
{
    uint8_t payload[RECEIPT_MAX];
    size_t len, sealed = 0;

    assert_int_equal(receipt_encode(receipt, payload, sizeof payload, &len), ERR_OK);
    assert_int_equal(cose_seal(key, span_of(payload, len), out, RECEIPT_MAX, &sealed), ERR_OK);
    return sealed;
}

/* pamit-sync stores what the registry says, and the lane looks. */
static void receipt_comes(struct counter *counter, uint64_t last, bool agrees)
{
    struct sync_state_db *db;
    char why[SYNC_STATE_WHY_LEN];
    uint8_t envelope[RECEIPT_MAX];

    counter->last = receipt_make(counter, last, agrees);
    const size_t len = receipt_seal(counter->store->entry_key, &counter->last, envelope);
    assert_int_equal(sync_state_open(counter->config.sync_db, SYNC_STATE_WRITE, &db, why), ERR_OK);
    /* A registry that has less than it said is no parting, but the lane sees that as well. */
    assert_int_equal(
        sync_state_store_parting(db, &counter->moment, &counter->last, span_of(envelope, len)),
        ERR_OK);
    sync_state_close(db);
}

/* As retention keeps them. */
static void mark(struct counter *counter, uint64_t last, enum what what)
{
    const struct receipt receipt = receipt_make(counter, last, what != MARKED_ELSE);
    struct retention *retention;
    uint8_t envelope[RECEIPT_MAX];
    char sql[64 + 2 * RECEIPT_MAX], *at = sql;
    const size_t len = receipt_seal(what == MARKED_BY_X ? counter->store->other_entry_key
                                                        : counter->store->entry_key,
                                    &receipt, envelope);

    assert_int_equal(retention_open(counter->journal, &retention), ERR_OK);
    retention_close(retention);
    at += sprintf(at, "INSERT INTO mark VALUES(%u, 1, x'", (unsigned)receipt.next);
    for (size_t i = 0; i < len; i++)
        at += sprintf(at, "%02x", envelope[i]);
    sprintf(at, "')");
    fixture_sql(counter->store->path, sql);
}

static void look(struct counter *counter, struct journal_parting *out, bool *parted)
{
    struct view_link link;
    struct journal_head head;

    journal_head(counter->journal, &head);
    uplink_read(counter->uplink, &counter->store->now, head.seq, &link);
    *parted = uplink_parting(counter->uplink, out);
}

static void step(struct counter *counter, const struct step *step)
{
    struct journal_parting parting;
    struct journal_head head;
    bool parted;

    switch (step->what) {
    case NOTHING:
        return;
    case AGREES:
    case PARTED:
        receipt_comes(counter, step->last, step->what == AGREES);
        break;
    case MARKED:
    case MARKED_BY_X:
    case MARKED_ELSE:
        mark(counter, step->last, step->what);
        break;
    case BEGUN:
        parting = (struct journal_parting){.receipt = counter->last};
        assert_int_equal(
            journal_begin_epoch(counter->journal, &parting, &counter->store->now, &head), ERR_OK);
        break;
    case STARTED:
        uplink_start(counter);
        break;
    }
    look(counter, &parting, &parted);
    assert_int_equal(parted, step->what == PARTED || (parted && step->what != AGREES));
}

static void what_the_registry_had_when_they_parted_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct counter counter;
        struct journal_parting parting = {0};
        bool parted;
        counter_make(&counter);
        for (size_t k = 0; k < STEPS_MAX; k++)
            step(&counter, &rows[i].steps[k]);
        look(&counter, &parting, &parted);
        if (!parted || parting.held != rows[i].held)
            fail_msg("%s: %d, %u", rows[i].says, parted, (unsigned)parting.held);
        counter_remove(&counter);
    }
}

/* ---- damage ------------------------------------------------------------------------------- */

/* Nothing can be sent before it is known how far the registry is, however long the journal is. */
static void an_entry_that_a_receipt_names_and_that_is_gone_is_damage(void **state)
{
    struct counter counter;
    struct view_link link;

    (void)state;
    counter_make(&counter);
    receipt_comes(&counter, 3, true);
    uplink_read(counter.uplink, &counter.store->now, ENTRIES, &link);
    assert_false(uplink_met_damage(counter.uplink));
    receipt_comes(&counter, 4, true);
    fixture_sql(counter.store->path, "UPDATE entry SET seq = -4 WHERE seq = 4");
    uplink_read(counter.uplink, &counter.store->now, ENTRIES, &link);
    assert_true(uplink_met_damage(counter.uplink));
    assert_int_equal(link.unsent, ENTRIES);
    fixture_sql(counter.store->path, "UPDATE entry SET seq = 4 WHERE seq = -4");
    uplink_read(counter.uplink, &counter.store->now, ENTRIES, &link);
    assert_false(uplink_met_damage(counter.uplink));
    assert_int_equal(link.unsent, ENTRIES - 4);
    counter_remove(&counter);
}

/* ---- the time ----------------------------------------------------------------------------- */

/* pamit-sync names the moment; what the lane makes of it lies in this boot, up to now. */
static void a_moment_that_can_not_be_is_no_fix(void **state)
{
    static const struct {
        const char *says;
        uint8_t boot;
        int64_t asked_ms, answered_ms;
        bool known;
    } moments[] = {
        {"of this boot", 1, 400, 600, true},
        {"from its beginning to now", 1, 0, 1000, true},
        {"it is not yet", 1, 400, 1001, false},
        {"of another boot", 2, 400, 600, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        struct counter counter;
        struct view_link link;
        const struct clock_reading now = {.boot_id = {1}, .boottime_ms = 1000};
        int64_t registry_ms, boottime_ms = -1;
        counter_make(&counter);
        counter.moment = (struct sync_moment){.boot_id = {moments[i].boot},
                                              .asked_ms = moments[i].asked_ms,
                                              .answered_ms = moments[i].answered_ms};
        receipt_comes(&counter, ENTRIES, true);
        uplink_read(counter.uplink, &now, ENTRIES, &link);
        const bool known = uplink_time(counter.uplink, &now, &registry_ms, &boottime_ms);
        if (known != moments[i].known || registry_ms != THEN_MS ||
            boottime_ms != (known ? 500 : -1))
            fail_msg("%s: %d, at %d", moments[i].says, known, (int)boottime_ms);
        counter_remove(&counter);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_registry_had_when_they_parted_is_known),
        cmocka_unit_test(an_entry_that_a_receipt_names_and_that_is_gone_is_damage),
        cmocka_unit_test(a_moment_that_can_not_be_is_no_fix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
