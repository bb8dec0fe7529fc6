/* Makes a kiosk's files for the tests of `pamit`: store_sample FOLDER
 *
 * FOLDER holds entry.pem, receipt.pem, policy.pem and storage.key, made by the test; journal.db,
 * cache.db and sync.db are made here. The journal: 1 EPOCH; 2, 3 a worker cleared; 4, 5, 6 a
 * traveller judged anew as a tourist and logged; 7, 8 an expired document deferred, with a note
 * that is hard on CSV; 9 a return that nobody has decided. The registry has acknowledged 1 to 6.
 *
 * With JOURNAL, another one in FOLDER, its worker is taken over into the one that is there: once
 * for each digit of COPIES, 1 with the payloads, 0 without.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cache.h"
#include "journal_reader.h"
#include "sync_state.h"

#define KIOSK      "CGK-03-0412"
#define POLICY_MAX 1024

struct sample {
    const char *folder;
    struct sign_key *entry, *receipt, *policy;
    struct seal_root *root;
    struct journal *journal;
    struct clock_reading now;
    struct journal_head head;
    struct journal_head acked; /* the head when the receipt was given */
};

static void check(enum err err, const char *what)
{
    if (err) {
        fprintf(stderr, "store_sample: %s: %s\n", what, err_text(err));
        exit(1);
    }
}

static const char *path(const struct sample *sample, const char *name)
{
    static char text[512];
    snprintf(text, sizeof text, "%s/%s", sample->folder, name);
    return text;
}

static const struct entry_place place = {
    .mode = MODE_DESK, .tpi_code = "CGK", .counter = "03", .officer_id = "P-0001"};

static struct entry_presented traveller(const char *name, const char *number)
{
    struct entry_presented presented = {
        .place = place,
        .context = {.carrier_kind = CARRIER_AIR, .carrier_no = "XX 832", .dest_country = "MYS"},
        .document = {.capture = DOCUMENT_SCANNED,
                     .mrz = {.format = MRZ_FORMAT_TD3,
                             .check = {MRZ_CHECK_HOLDS, MRZ_CHECK_HOLDS, MRZ_CHECK_HOLDS,
                                       MRZ_CHECK_NONE, MRZ_CHECK_HOLDS}},
                     .country = "IDN",
                     .nationality = "IDN",
                     .sex = 'F',
                     .birth = {1990, 1, 1},
                     .expiry = {2030, 1, 1}},
        .data = {.placements_usable = true,
                 .placements_as_of = 1795250000,
                 .lists_as_of = 1795250000,
                 .placements_version = 7},
        .policy_version = 3,
    };
    snprintf(presented.document.name, sizeof presented.document.name, "%s", name);
    snprintf(presented.document.number, sizeof presented.document.number, "%s", number);
    return presented;
}

static void reason_add(struct entry_presented *presented, uint16_t code, enum colour colour,
                       const char *found)
{
    struct reason_said *reason = &presented->verdict.reasons[presented->verdict.n_reasons++];
    *reason = (struct reason_said){.code = code, .colour = colour};
    snprintf(reason->found, sizeof reason->found, "%s", found);
}

static void append(struct sample *sample, enum entry_kind kind, const uint8_t *payload, size_t len)
{
    sample->now.wall_ms += 4000;
    sample->now.boottime_ms += 4000;
    check(journal_append(sample->journal, kind, &sample->now, span_of(payload, len), &sample->head),
          "append");
}

static void present(struct sample *sample, const struct entry_presented *presented)
{
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    seal_random(salt, sizeof salt);
    check(entry_presented_encode(presented, salt, payload, sizeof payload, &len), "encode");
    append(sample, ENTRY_PRESENTED, payload, len);
}

static void decide(struct sample *sample, enum decision decision, const char *note)
{
    struct entry_decided decided = {.place = place,
                                    .presented = sample->head.seq,
                                    .decision = decision,
                                    .role = *note ? ROLE_SUPERVISOR : ROLE_OFFICER,
                                    .duration_ms = 3477};
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    snprintf(decided.note, sizeof decided.note, "%s", note);
    if (*note)
        snprintf(decided.second_officer_id, sizeof decided.second_officer_id, "S-0001");
    seal_random(salt, sizeof salt);
    check(entry_decided_encode(&decided, salt, payload, sizeof payload, &len), "encode");
    append(sample, ENTRY_DECIDED, payload, len);
}

static void make_journal(struct sample *sample)
{
    char why[JOURNAL_WHY_LEN];
    const struct journal_keys keys = {.entry = sample->entry, .root = sample->root};
    struct entry_presented one = traveller("RAHAYU SITI CONTOH", "X0000001");

    check(
        journal_open(path(sample, "journal.db"), KIOSK, &keys, &sample->now, &sample->journal, why),
        why);
    one.match_key = MATCH_KEY_PASSPORT;
    one.match_grade = MATCH_EXACT;
    strcpy(one.placement_id, "PMI-1");
    one.context.purpose = PURPOSE_WORK;
    one.verdict.result = VERDICT_CLEAR;
    reason_add(&one, 1, COLOUR_GREEN, "");
    present(sample, &one);
    decide(sample, DECISION_CLEARED, "");

    one = traveller("CONTOH BUDI", "X0000002");
    reason_add(&one, 10, COLOUR_AMBER, "");
    present(sample, &one);
    one.replaces = sample->head.seq;
    one.context.category = PURPOSE_TOUR;
    one.verdict = (struct verdict){.result = VERDICT_CLEAR};
    reason_add(&one, 3, COLOUR_GREEN, "TOUR");
    present(sample, &one);
    decide(sample, DECISION_LOGGED_ONLY, "");
    sample->acked = sample->head;

    one = traveller("CONTOH AGUS", "X0000003");
    one.document.birth = (struct date){1990, 1, 0};
    one.verdict.result = VERDICT_STOP;
    reason_add(&one, 20, COLOUR_RED, "2020-01-01");
    reason_add(&one, 10, COLOUR_AMBER, "");
    present(sample, &one);
    decide(sample, DECISION_DEFERRED, "=1+1, kata \"petugas\"");

    one = traveller("CONTOH DEWI", "X0000004");
    one.context.direction = DIRECTION_RETURN;
    one.verdict.result = VERDICT_CLEAR;
    reason_add(&one, 4, COLOUR_GREEN, "");
    present(sample, &one);
    journal_close(sample->journal);
}

/* It keeps payloads for 30 days, and data never get too old. */
static size_t make_policy(const struct sample *sample, uint8_t *out, size_t cap)
{
    const struct policy policy = {.version = 3,
                                  .issued = 1795250000,
                                  .staleness_hours = {{POLICY_HOURS_MAX, POLICY_HOURS_MAX},
                                                      {POLICY_HOURS_MAX, POLICY_HOURS_MAX}},
                                  .passport_min_validity_months = 6,
                                  .min_work_age_years = 18,
                                  .payload_after_receipt_days = 30,
                                  .double_scan_hash_days = 180};
    uint8_t payload[POLICY_MAX];
    struct cbor_writer w;
    struct span written;
    size_t len = 0;

    cbor_writer_init(&w, payload, sizeof payload);
    check(policy_encode(&policy, span_of(NULL, 0), &w), "policy");
    check(cbor_writer_finish(&w, &written), "policy");
    check(cose_seal(sample->policy, written, out, cap, &len), "policy");
    return len;
}

static void make_cache(const struct sample *sample)
{
    uint8_t policy[POLICY_MAX];
    char why[CACHE_WHY_LEN];
    struct cache_writer *writer = NULL;
    const struct placement row = {.placement_id = "PMI-1",
                                  .status = PLACEMENT_READY,
                                  .scheme = SCHEME_P2P,
                                  .name_mrz = "RAHAYU SITI CONTOH",
                                  .sex = 'F',
                                  .birth_date = {1990, 1, 1},
                                  .passport_no = "X0000001",
                                  .passport_country = "IDN",
                                  .dest_country = "MYS"};
    const struct cache_delta delta = {
        .from = 0, .to = 7, .as_of = 1795250000, .rows = &row, .n_rows = 1};
    const struct cache_listing_delta listings = {.from = 0, .to = 5, .as_of = 1795240000};

    check(cache_writer_open(path(sample, "cache.db"), sample->root, &writer, why), why);
    check(cache_apply(writer, &delta), "delta");
    check(cache_apply_listings(writer, &listings), "lists");
    check(cache_put_policy(writer, 3, span_of(policy, make_policy(sample, policy, sizeof policy))),
          "policy");
    cache_writer_close(writer);
}

static void make_sync_state(const struct sample *sample)
{
    char why[SYNC_STATE_WHY_LEN];
    struct sync_state_db *db = NULL;
    struct receipt receipt = {.kiosk = KIOSK,
                              .epoch = sample->acked.epoch,
                              .next = sample->acked.seq + 1,
                              .registry_ms = sample->now.wall_ms,
                              .policy_version = 3,
                              .placements_version = 7};
    struct sync_moment moment = {.wall_ms = sample->now.wall_ms,
                                 .asked_ms = sample->now.boottime_ms,
                                 .answered_ms = sample->now.boottime_ms};
    uint8_t payload[RECEIPT_MAX], envelope[RECEIPT_MAX];
    size_t len = 0, envelope_len = 0;

    memcpy(moment.boot_id, sample->now.boot_id, sizeof moment.boot_id);
    memcpy(receipt.head, sample->acked.hash, sizeof receipt.head);
    check(receipt_encode(&receipt, payload, sizeof payload, &len), "receipt");
    check(
        cose_seal(sample->receipt, span_of(payload, len), envelope, sizeof envelope, &envelope_len),
        "receipt");
    check(sync_state_open(path(sample, "sync.db"), SYNC_STATE_WRITE, &db, why), why);
    check(sync_state_store_receipt(db, &moment, &receipt, span_of(envelope, envelope_len)),
          "receipt");
    check(sync_state_store_failure(db, sample->now.wall_ms + 30000, "no route to host"), "failure");
    sync_state_close(db);
}

static void recover(struct sample *sample, const struct journal_row *row, bool whole)
{
    struct entry_recovered recovered = {.header = span_of(row->header_bytes, row->header_len)};
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    memcpy(recovered.signature, row->signature, sizeof recovered.signature);
    if (whole)
        recovered.payload = span_of(row->payload, row->payload_len);
    seal_random(salt, sizeof salt);
    check(entry_recovered_encode(&recovered, salt, payload, sizeof payload, &len), "encode");
    append(sample, ENTRY_RECOVERED, payload, len);
}

static void take_over(struct sample *sample, const char *source, const char *copies)
{
    static struct journal_row row;
    char why[JOURNAL_WHY_LEN];
    const struct journal_keys keys = {.entry = sample->entry, .root = sample->root};
    struct journal_reader *reader = NULL;

    check(journal_reader_open(path(sample, source), sample->root, &reader, why), why);
    check(
        journal_open(path(sample, "journal.db"), KIOSK, &keys, &sample->now, &sample->journal, why),
        why);
    for (; *copies; copies++)
        for (uint64_t seq = 2; seq <= 3; seq++) {
            check(journal_reader_get(reader, seq, &row), "source");
            recover(sample, &row, *copies == '1');
        }
    journal_close(sample->journal);
    journal_reader_close(reader);
}

int main(int argc, char **argv)
{
    char why[SIGN_WHY_LEN];
    struct sample sample = {.now = {.wall_ms = 1795250228000,
                                    .zone = CLOCK_WIB,
                                    .quality = CLOCK_SYNCED,
                                    .uncertainty_s = 1,
                                    .boot_id = {0xb0, 0x07},
                                    .boottime_ms = 60000}};

    if (argc != 2 && argc != 4) {
        fputs("usage: store_sample FOLDER [JOURNAL COPIES]\n", stderr);
        return 2;
    }
    sample.folder = argv[1];
    check(sign_init(), "crypto");
    check(sign_key_load(path(&sample, "entry.pem"), &sample.entry, why), why);
    check(sign_key_load(path(&sample, "receipt.pem"), &sample.receipt, why), why);
    check(sign_key_load(path(&sample, "policy.pem"), &sample.policy, why), why);
    check(seal_root_load(path(&sample, "storage.key"), &sample.root, why), why);
    if (argc == 4) {
        take_over(&sample, argv[2], argv[3]);
    } else {
        make_journal(&sample);
        make_cache(&sample);
        make_sync_state(&sample);
    }
    sign_key_close(sample.entry);
    sign_key_close(sample.receipt);
    sign_key_close(sample.policy);
    seal_root_close(sample.root);
    return 0;
}
