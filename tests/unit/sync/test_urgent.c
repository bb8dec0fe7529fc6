/* Deferrals out of a real journal, with what was presented, and VOIDs of such: newest first, whole,
 * each once. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal_crossing.h"
#include "test_keys.h"
#include "urgent.h"

#define TRAVELLERS 60 /* two entries each, after EPOCH */
#define EVERY      2  /* of them is deferred: more than one request holds */

#define DECIDED_OF(i) (2 * (uint64_t)(i) + 3)
#define END           DECIDED_OF(TRAVELLERS)

static char folder[] = "/tmp/pamit-test-urgent-XXXXXX";
static char path[64], storage_path[64];
static struct sign_key *key;
static struct verify_key *public_key;
static struct seal_root *root;
static struct journal_reader *reader;
static struct urgent *urgent;

static const struct clock_reading now = {.wall_ms = 1795250228000, .zone = CLOCK_WIB};

static struct journal_head cross(struct journal *journal, unsigned i)
{
    const bool defers = i % EVERY == 0;
    struct entry_presented presented = {
        .document = {.capture = DOCUMENT_SCANNED, .country = "IDN", .birth = {1990, 1, 1}}};
    struct crossing_decided about = {.decision = defers ? DECISION_DEFERRED : DECISION_CLEARED};
    const uint8_t salt[ENTRY_SALT_LEN] = {(uint8_t)i};
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    size_t len;
    struct journal_head head;
    snprintf(presented.document.number, sizeof presented.document.number, "X%07u", i);
    snprintf(presented.document.name, sizeof presented.document.name, "CONTOH ORANG");
    crossing_subject_of(&presented.document, MODE_LIVE, &about.subject);
    assert_int_equal(entry_presented_encode(&presented, salt, payload, sizeof payload, &len), 0);
    assert_int_equal(journal_append(journal, ENTRY_PRESENTED, &now, span_of(payload, len), &head),
                     0);
    const struct entry_decided decided = {
        .presented = head.seq, .decision = about.decision, .role = ROLE_SUPERVISOR};
    assert_int_equal(entry_decided_encode(&decided, salt, payload, sizeof payload, &len), 0);
    assert_int_equal(journal_append_decided(journal, &now, span_of(payload, len), &about, &head),
                     0);
    return head;
}

static void take_back(struct journal *journal, const struct journal_head *decided)
{
    struct entry_void names = {.epoch = decided->epoch,
                               .seq = decided->seq,
                               .kind = ENTRY_DECIDED,
                               .reason = VOID_WRONG_TRAVELLER,
                               .role = ROLE_SUPERVISOR};
    const uint8_t salt[ENTRY_SALT_LEN] = {9};
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    struct journal_head head;
    size_t len;
    memcpy(names.hash, decided->hash, sizeof names.hash);
    assert_int_equal(entry_void_encode(&names, salt, payload, sizeof payload, &len), 0);
    assert_int_equal(journal_append_void(journal, &now, span_of(payload, len), &head), 0);
}

static int make_journal(void **state)
{
    (void)state;
    char why[JOURNAL_WHY_LEN] = "";
    struct journal *journal;
    const uint8_t bytes[SEAL_ROOT_LEN] = {7};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/journal.db", folder);
    snprintf(storage_path, sizeof storage_path, "%s/storage.key", folder);
    key = test_key(0);
    public_key = test_public_key(key);
    FILE *file = fopen(storage_path, "wb");
    assert_true(file && fwrite(bytes, 1, sizeof bytes, file) == sizeof bytes);
    fchmod(fileno(file), 0600);
    fclose(file);
    assert_int_equal(seal_root_load(storage_path, &root, why), ERR_OK);
    const struct journal_keys keys = {.entry = key, .root = root};
    assert_int_equal(journal_open(path, "CGK-03-0412", &keys, &now, &journal, why), ERR_OK);
    for (unsigned i = 0; i < TRAVELLERS; i++)
        cross(journal, i);
    journal_close(journal);
    assert_int_equal(journal_reader_open(path, root, &reader, why), ERR_OK);
    assert_int_equal(urgent_open(&urgent), ERR_OK);
    return 0;
}

static int drop_journal(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    urgent_close(urgent);
    journal_reader_close(reader);
    seal_root_close(root);
    verify_key_close(public_key);
    sign_key_close(key);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
    unlink(storage_path);
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

static void alter(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* The numbers of the DECIDED and VOID of the next request; 0: there is none. */
static size_t send_next(struct urgent_cursor *cursor, struct journal_range backlog, uint64_t *seqs)
{
    static uint8_t plain[WIRE_URGENT_MAX];
    static struct wire_urgent decoded;
    struct urgent_request request;
    size_t n = 0, len;
    bool after_presented = false;
    if (urgent_next(urgent, cursor, reader, &backlog, &request) != ERR_OK)
        return 0;
    assert_true(request.body.len <= WIRE_BODY_MAX);
    assert_int_equal(wire_decompress(request.body, plain, sizeof plain, &len), ERR_OK);
    assert_int_equal(wire_urgent_decode(span_of(plain, len), &decoded), ERR_OK);
    assert_int_equal(decoded.n_copies, request.n_copies);
    for (size_t i = 0; i < decoded.n_copies; i++) {
        const struct wire_copy *copy = &decoded.copies[i];
        struct entry_header header;
        assert_int_equal(cose_check(public_key, copy->header, copy->signature), ERR_OK);
        assert_int_equal(entry_header_decode(copy->header, ENTRY_WHOLE, &header), ERR_OK);
        assert_int_equal(header.kind == ENTRY_DECIDED, after_presented);
        after_presented = header.kind == ENTRY_PRESENTED;
        if (!after_presented)
            seqs[n++] = header.seq;
    }
    assert_false(after_presented);
    urgent_sent(cursor, &request);
    return n;
}

/* Those of all requests together. */
static size_t send_all(uint64_t from, uint64_t seqs[TRAVELLERS])
{
    struct urgent_cursor cursor = {0};
    size_t n = 0, more;
    while ((more = send_next(&cursor, (struct journal_range){from, END}, seqs + n)) > 0)
        n += more;
    return n;
}

static void all_deferrals_are_sent_newest_first_each_once(void **state)
{
    (void)state;
    uint64_t seqs[TRAVELLERS];
    const size_t n = TRAVELLERS / EVERY;
    assert_int_equal(send_all(1, seqs), n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(seqs[i], DECIDED_OF(EVERY * (n - 1 - i)));
}

static void what_was_acknowledged_is_not_sent(void **state)
{
    (void)state;
    uint64_t seqs[TRAVELLERS];
    assert_int_equal(send_all(DECIDED_OF(EVERY * 5), seqs), TRAVELLERS / EVERY - 5);
    assert_int_equal(send_all(DECIDED_OF(TRAVELLERS), seqs), 0);
}

/* One that is made while older ones are on their way is the next; then the older ones go on. */
static void what_is_new_goes_first(void **state)
{
    (void)state;
    uint64_t seqs[TRAVELLERS];
    struct urgent_cursor cursor = {0};
    const struct journal_range before = {1, DECIDED_OF(50)}, after = {1, DECIDED_OF(50) + 1};
    assert_int_equal(send_next(&cursor, before, seqs), JOURNAL_URGENT_MAX);
    assert_int_equal(seqs[0], DECIDED_OF(48));
    assert_int_equal(send_next(&cursor, after, seqs), 1);
    assert_int_equal(seqs[0], DECIDED_OF(50));
    assert_int_equal(send_next(&cursor, after, seqs), 25 - JOURNAL_URGENT_MAX);
    assert_int_equal(seqs[0], DECIDED_OF(48 - EVERY * JOURNAL_URGENT_MAX));
    assert_int_equal(send_next(&cursor, after, seqs), 0);
}

/* More new ones than a request holds: none is left out, though some go twice. */
static void many_new_ones_leave_no_gap(void **state)
{
    (void)state;
    uint64_t seqs[TRAVELLERS];
    struct urgent_cursor cursor = {0};
    bool seen[TRAVELLERS] = {false};
    size_t n;
    struct journal_range backlog = {1, DECIDED_OF(4)};
    while ((n = send_next(&cursor, backlog, seqs)) > 0) {
        for (size_t i = 0; i < n; i++)
            seen[(seqs[i] - 3) / 2] = true;
        backlog.before = END;
    }
    for (size_t i = 0; i < TRAVELLERS; i += EVERY)
        assert_true(seen[i]);
}

/* A registry that was restored, or a journal that begins anew: numbers go back. */
static void numbers_that_go_back_begin_again(void **state)
{
    (void)state;
    uint64_t seqs[TRAVELLERS];
    struct urgent_cursor cursor = {.sent = {5000, 9000}};
    assert_int_equal(send_next(&cursor, (struct journal_range){1, END}, seqs), JOURNAL_URGENT_MAX);
    cursor.sent = (struct journal_range){1, 2};
    assert_int_equal(send_next(&cursor, (struct journal_range){3, END}, seqs), JOURNAL_URGENT_MAX);
}

/* The table of crossings is nobody's word: rows that lie are passed by, also many in a row. */
static void rows_of_other_entries_are_passed_by(void **state)
{
    (void)state;
    uint64_t seqs[TRAVELLERS];
    alter("CREATE TABLE kept AS SELECT * FROM crossing; UPDATE crossing SET decision = 4;"
          "INSERT INTO crossing SELECT -key - 1, 100000 + seq, day, direction, 4 FROM kept");
    assert_int_equal(send_all(1, seqs), TRAVELLERS / EVERY);
    alter("DELETE FROM crossing; INSERT INTO crossing SELECT * FROM kept; DROP TABLE kept");
}

static void an_entry_that_can_not_be_read_waits_for_its_turn(void **state)
{
    (void)state;
    uint64_t seqs[TRAVELLERS];
    alter("CREATE TABLE kept AS SELECT * FROM entry WHERE seq IN (2, 7);"
          "UPDATE entry SET payload = x'00' WHERE seq IN (2, 7)");
    assert_int_equal(send_all(1, seqs), TRAVELLERS / EVERY - 2);
    alter("REPLACE INTO entry SELECT * FROM kept; DROP TABLE kept");
}

static void a_journal_without_the_table_has_nothing_urgent(void **state)
{
    (void)state;
    uint64_t seqs[TRAVELLERS];
    alter("ALTER TABLE crossing RENAME TO other");
    assert_int_equal(send_all(1, seqs), 0);
    alter("ALTER TABLE other RENAME TO crossing");
}

/* A table that fails now is looked at again, and no range of it counts as sent. */
static void what_fails_for_now_is_tried_again(void **state)
{
    (void)state;
    uint64_t seqs[TRAVELLERS];
    struct urgent_cursor cursor = {0};
    struct urgent_request request;
    const struct journal_range backlog = {1, END};
    alter("ALTER TABLE crossing RENAME TO other; CREATE VIEW crossing AS "
          "SELECT seq, abs(-9223372036854775807 - 1) AS decision FROM other");
    const enum err err = urgent_next(urgent, &cursor, reader, &backlog, &request);
    alter("DROP VIEW crossing; ALTER TABLE other RENAME TO crossing");
    assert_true(err != ERR_OK && err != ERR_MISSING);
    assert_int_equal(send_next(&cursor, backlog, seqs), JOURNAL_URGENT_MAX);
}

/* The last of the tests: it writes. */
static void what_was_taken_back_is_sent_instead_of_the_deferral(void **state)
{
    (void)state;
    const struct journal_keys keys = {.entry = key, .root = root};
    uint64_t seqs[TRAVELLERS];
    char why[JOURNAL_WHY_LEN];
    struct journal *journal;
    struct urgent_cursor cursor = {0};
    assert_int_equal(journal_open(path, "CGK-03-0412", &keys, &now, &journal, why), ERR_OK);
    cross(journal, 1000); /* deferred, to stay */
    const struct journal_head voided = cross(journal, 1002), cleared = cross(journal, 1001);
    take_back(journal, &voided);
    take_back(journal, &cleared);
    cross(journal, 1004);
    journal_close(journal);
    const struct journal_range backlog = {END, END + 100};
    assert_int_equal(send_next(&cursor, backlog, seqs), 3);
    assert_int_equal(seqs[0], cleared.seq + 4); /* of 1004 */
    assert_int_equal(seqs[1], cleared.seq + 1); /* the VOID */
    assert_int_equal(seqs[2], voided.seq - 2);  /* of 1000 */
    assert_int_equal(send_next(&cursor, backlog, seqs), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_deferrals_are_sent_newest_first_each_once),
        cmocka_unit_test(what_is_new_goes_first),
        cmocka_unit_test(many_new_ones_leave_no_gap),
        cmocka_unit_test(numbers_that_go_back_begin_again),
        cmocka_unit_test(what_was_acknowledged_is_not_sent),
        cmocka_unit_test(rows_of_other_entries_are_passed_by),
        cmocka_unit_test(an_entry_that_can_not_be_read_waits_for_its_turn),
        cmocka_unit_test(a_journal_without_the_table_has_nothing_urgent),
        cmocka_unit_test(what_fails_for_now_is_tried_again),
        cmocka_unit_test(what_was_taken_back_is_sent_instead_of_the_deferral),
    };
    return cmocka_run_group_tests(tests, make_journal, drop_journal);
}
