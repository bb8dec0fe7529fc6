/* pamit journal export: the journal as events, or as the entries themselves.
 *
 * One pass over the entries in their order. A DECIDED names its PRESENTED, which is fetched by
 * number, and with it those that it replaced; so nothing is kept but the numbers of those PRESENTED
 * that nobody has decided yet, which come last.
 */
#include "export_walk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- which PRESENTED are open ------------------------------------------------------------- */

static enum err open_add(struct walk *walk, uint64_t seq)
{
    if (walk->n_open == walk->room) {
        const size_t room = walk->room ? walk->room * 2 : 64;
        uint64_t *grown = realloc(walk->open, room * sizeof *grown);
        if (!grown)
            return ERR_MEMORY;
        walk->open = grown;
        walk->room = room;
    }
    walk->open[walk->n_open++] = seq;
    return ERR_OK;
}

/* Newest first: what is closed was nearly always opened last. */
static void open_remove(struct walk *walk, uint64_t seq)
{
    for (size_t i = walk->n_open; i > 0; i--) {
        if (walk->open[i - 1] != seq)
            continue;
        memmove(&walk->open[i - 1], &walk->open[i], (walk->n_open - i) * sizeof walk->open[0]);
        walk->n_open--;
        return;
    }
}

/* ---- times -------------------------------------------------------------------------------- */

static bool time_correct(struct walk *walk, const struct clock_reading *time,
                         struct time_correction *out)
{
    return walk->fixes && fixes_correct(walk->fixes, time, out);
}

/* ---- events ------------------------------------------------------------------------------- */

static void entry_keep(const struct journal_row *row, struct event_entry *out)
{
    out->header = row->header;
    out->has_signature = true;
    memcpy(out->signature, row->signature, sizeof out->signature);
    sign_hash(span_of(row->header_bytes, row->header_len), out->hash);
}

/* Follows `replaces` back to the first PRESENTED. */
static enum err replaced_find(struct walk *walk, struct event *event)
{
    uint64_t found[EVENT_REPLACED_MAX], seq = event->presented.replaces;
    struct entry_presented presented;
    size_t n = 0;

    while (seq && n < EVENT_REPLACED_MAX) {
        struct journal_row row;
        const enum err err = journal_reader_get(walk->reader, seq, &row);
        if (err)
            return err;
        found[n++] = seq;
        seq = 0;
        if (!entry_presented_decode(span_of(row.payload, row.payload_len), &presented) &&
            presented.replaces < row.header.seq)
            seq = presented.replaces;
    }
    event->n_replaced = n;
    for (size_t i = 0; i < n; i++)
        event->replaced[i] = found[n - 1 - i];
    event->first_seq = n ? event->replaced[0] : event->presented_entry.header.seq;
    return ERR_OK;
}

enum err walk_event_write(struct walk *walk, struct event *event)
{
    const struct event_entry *newest = event->voided ? &event->void_entry : event_dated_by(event);
    const uint64_t own = newest->header.seq;
    const uint64_t last = event->recovered_seq ? event->recovered_seq : own;

    if (last < walk->acked_next && sync_state_acked_at(walk->acks, last, &event->acked_ms))
        event->acked_ms = 0;
    event->corrected = time_correct(walk, &event_dated_by(event)->header.time, &event->correction);
    json_t *json = event_to_json(event);
    if (!json)
        return ERR_MEMORY;
    bool written = true;
    if (walk->options->format == CLI_CSV) {
        written = event_csv_row(json, stdout);
    } else {
        written = json_dumpf(json, stdout, EVENT_JSON_FLAGS) == 0;
        putchar('\n');
    }
    json_decref(json);
    return written && !ferror(stdout) ? ERR_OK : ERR_IO;
}

/* The VOID of the event's decision, which the counter stores before it judges anybody else. What is
 * damaged on the way is named when the walk gets there. */
static void void_find(struct walk *walk, struct event *event)
{
    struct journal_row row;
    struct event_entry entry;
    struct entry_void names;

    for (uint64_t seq = event->decided_entry.header.seq + 1;; seq++) {
        if (journal_reader_next(walk->reader, &seq, &row) || row.header.kind == ENTRY_PRESENTED ||
            row.header.kind == ENTRY_DECIDED)
            return;
        if (row.header.kind != ENTRY_VOID ||
            entry_void_decode(span_of(row.payload, row.payload_len), &names))
            continue;
        entry_keep(&row, &entry);
        if (event_void(event, &entry, &names))
            return;
    }
}

/* The event of the PRESENTED `seq`; `decided` may be NULL. */
static enum err crossing_write(struct walk *walk, uint64_t seq, const struct journal_row *decided,
                               const struct entry_decided *decision)
{
    struct journal_row row;
    struct event event = {.decided = decided != NULL};
    enum err err = journal_reader_get(walk->reader, seq, &row);

    if (err)
        return err == ERR_MISSING ? ERR_CORRUPT : err;
    if (row.purged) {
        walk->n_purged++; /* with its PRESENTED the crossing is gone */
        return ERR_OK;
    }
    if (row.header.kind != ENTRY_PRESENTED ||
        entry_presented_decode(span_of(row.payload, row.payload_len), &event.presented)) {
        walk->n_unknown++;
        return ERR_OK;
    }
    entry_keep(&row, &event.presented_entry);
    if (decided) {
        entry_keep(decided, &event.decided_entry);
        event.decision = *decision;
        void_find(walk, &event);
    }
    err = replaced_find(walk, &event);
    return err ? err : walk_event_write(walk, &event);
}

static enum err decided_take(struct walk *walk, const struct journal_row *row)
{
    struct entry_decided decision;

    if (entry_decided_decode(span_of(row->payload, row->payload_len), &decision)) {
        walk->n_unknown++;
        return ERR_OK;
    }
    open_remove(walk, decision.presented);
    return row->header.seq < walk->options->from
               ? ERR_OK
               : crossing_write(walk, decision.presented, row, &decision);
}

/* With its crossing it was told, unless that is before where the export begins: then once more. */
static enum err void_take(struct walk *walk, const struct journal_row *row)
{
    struct entry_void names;
    struct entry_decided decision;
    struct journal_row decided;

    if (entry_void_decode(span_of(row->payload, row->payload_len), &names)) {
        walk->n_unknown++;
        return ERR_OK;
    }
    if (row->header.seq < walk->options->from || names.seq >= walk->options->from)
        return ERR_OK;
    const enum err err = journal_reader_get(walk->reader, names.seq, &decided);
    if (err || decided.header.kind != ENTRY_DECIDED ||
        entry_decided_decode(span_of(decided.payload, decided.payload_len), &decision))
        return err == ERR_MISSING ? ERR_OK : err;
    return crossing_write(walk, decision.presented, &decided, &decision);
}

static enum err presented_take(struct walk *walk, const struct journal_row *row)
{
    struct entry_presented presented;

    if (entry_presented_decode(span_of(row->payload, row->payload_len), &presented)) {
        walk->n_unknown++;
        return ERR_OK;
    }
    open_remove(walk, presented.replaces);
    return open_add(walk, row->header.seq);
}

static enum err event_take(struct walk *walk, const struct journal_row *row)
{
    if (row->purged) {
        walk->n_purged += row->header.kind == ENTRY_PRESENTED ||
                          row->header.kind == ENTRY_DECIDED || row->header.kind == ENTRY_VOID ||
                          row->header.kind == ENTRY_RECOVERED;
        return ERR_OK;
    }
    if (row->header.kind == ENTRY_RECOVERED)
        return walk_recovered_take(walk, row);
    if (row->header.kind == ENTRY_PRESENTED)
        return presented_take(walk, row);
    if (row->header.kind == ENTRY_VOID)
        return void_take(walk, row);
    return row->header.kind == ENTRY_DECIDED ? decided_take(walk, row) : ERR_OK;
}

/* ---- raw entries -------------------------------------------------------------------------- */

static void put_hex(json_t *json, const char *key, const uint8_t *bytes, size_t len)
{
    static char text[2 * ENTRY_PAYLOAD_MAX + 1];

    event_hex(bytes, len, text);
    json_object_set_new(json, key, json_string(text));
}

static enum err entry_take(struct walk *walk, const struct journal_row *row)
{
    uint8_t hash[SIGN_HASH_LEN];
    char time[CLOCK_TEXT_LEN];
    struct time_correction correction;
    const bool corrected = time_correct(walk, &row->header.time, &correction);
    json_t *json = json_object();

    if (row->header.seq < walk->options->from) {
        json_decref(json);
        return ERR_OK;
    }
    sign_hash(span_of(row->header_bytes, row->header_len), hash);
    clock_format_utc(row->header.time.wall_ms, time);
    json_object_set_new(json, "kiosk", json_string(row->header.kiosk));
    json_object_set_new(json, "epoch", json_integer(row->header.epoch));
    json_object_set_new(json, "seq", json_integer((json_int_t)row->header.seq));
    json_object_set_new(json, "kind", json_string(entry_kind_name(row->header.kind)));
    json_object_set_new(json, "t_utc", json_string(time));
    event_put_correction(json, corrected ? &correction : NULL);
    put_hex(json, "prev_hash", row->header.prev, SIGN_HASH_LEN);
    put_hex(json, "payload_hash", row->header.payload_hash, SIGN_HASH_LEN);
    put_hex(json, "hash", hash, sizeof hash);
    put_hex(json, "header", row->header_bytes, row->header_len);
    put_hex(json, "sig", row->signature, SIGN_LEN);
    if (row->payload_opened)
        put_hex(json, "payload", row->payload, row->payload_len);
    else
        json_object_set_new(json, "payload", json_null());
    const bool written = json_dumpf(json, stdout, JSON_COMPACT) == 0 && putchar('\n') != EOF;
    json_decref(json);
    return written ? ERR_OK : ERR_IO;
}

/* ---- the walk ----------------------------------------------------------------------------- */

static int walk_fail(uint64_t seq, enum err err)
{
    if (err == ERR_CORRUPT) {
        cli_fail("entry %" PRIu64 " is missing or not what it says it is; `pamit journal verify`"
                 " says more",
                 seq);
        return CLI_FINDING;
    }
    return cli_fail("at entry %" PRIu64 ": %s", seq, err_text(err));
}

static int leftovers_write(struct walk *walk)
{
    const enum err carried = walk_carried_finish(walk);

    if (carried)
        return walk_fail(walk->carried.recovered_seq, carried);
    for (size_t i = 0; i < walk->n_open; i++) {
        if (walk->open[i] < walk->options->from)
            continue;
        const enum err err = crossing_write(walk, walk->open[i], NULL, NULL);
        if (err)
            return walk_fail(walk->open[i], err);
    }
    return CLI_OK;
}

static int journal_walk(struct walk *walk)
{
    static struct journal_row row;
    struct journal_head head;
    enum err err = journal_reader_head(walk->reader, &head);

    if (err)
        return cli_fail("the journal's head: %s", err_text(err));
    if (walk->options->format == CLI_CSV && !event_csv_header(stdout))
        return cli_fail("standard output: write failed");
    for (uint64_t seq = 1; seq <= head.seq; seq++) {
        err = journal_reader_next(walk->reader, &seq, &row);
        if (!err)
            err = walk->options->entries ? entry_take(walk, &row) : event_take(walk, &row);
        if (err)
            return walk_fail(seq, err == ERR_MISSING ? ERR_CORRUPT : err);
    }
    return leftovers_write(walk);
}

static int export_run(struct walk *walk)
{
    const int code = journal_walk(walk);

    if (walk->n_purged)
        fprintf(stderr, "pamit: %" PRIu64 " entries left out: purged, the registry has them\n",
                walk->n_purged);
    if (walk->n_unknown) {
        fprintf(stderr, "pamit: %" PRIu64 " entries left out: not understood\n", walk->n_unknown);
        return code == CLI_OK ? CLI_FINDING : code;
    }
    return code;
}

/* Without fixes the times that the kiosk signed are all there is. */
static void fixes_load(struct walk *walk, const struct cli_paths *paths)
{
    char why[SIGN_WHY_LEN];

    if (verify_key_load(paths->config.receipt_key, &walk->receipt_key, why)) {
        cli_fail("time_corrected is left out: %s", why);
        return;
    }
    const enum err err =
        fixes_open(walk->acks, walk->receipt_key, paths->config.kiosk_id, &walk->fixes);
    if (err)
        cli_fail("time_corrected is left out: %s: %s", paths->sync_db, err_text(err));
}

/* When entries were acknowledged, and what the time was then, is a courtesy: without it they are
 * exported all the same. Only the configuration names the key that a receipt is verified with. */
static void acks_open(struct walk *walk, const struct cli_paths *paths)
{
    struct cli_uplink uplink;
    char why[SYNC_STATE_WHY_LEN];

    if (!paths->config.kiosk_id[0] || !cli_uplink_read(paths, walk->reader, &uplink))
        return;
    if (uplink.finding[0])
        cli_fail("acked_at is left out: %s", uplink.finding);
    if (sync_state_open(paths->sync_db, SYNC_STATE_READ, &walk->acks, why))
        return;
    walk->acked_next = uplink.acked_next;
    fixes_load(walk, paths);
}

int cli_journal_export(const struct cli_options *options, const struct cli_paths *paths)
{
    struct walk walk = {.options = options};
    struct seal_root *root = NULL;
    int code = CLI_FAILURE;

    if (!cli_root_open(paths, &root))
        return CLI_FAILURE;
    if (!root && !options->entries)
        cli_fail("--config or --storage-key is needed to open payloads");
    else if (cli_journal_open(paths, root, &walk.reader)) {
        acks_open(&walk, paths);
        code = export_run(&walk);
    }
    if (walk.fixes && fixes_refused(walk.fixes))
        cli_fail("%zu fixes of the time passed by: not signed by the registry for this kiosk",
                 fixes_refused(walk.fixes));
    fixes_close(walk.fixes);
    verify_key_close(walk.receipt_key);
    journal_reader_close(walk.reader);
    sync_state_close(walk.acks);
    if (root)
        seal_root_close(root);
    free(walk.open);
    free(walk.carried_seen);
    return code;
}
