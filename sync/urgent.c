/* Pairs of entries, PRESENTED and the DECIDED that defers, and VOIDs, as many as a request holds.
 *
 * What is urgent is found by a table that nothing signed depends on, so each entry is looked at:
 * whatever is neither such a pair nor a VOID, or is damaged, is passed by. Nothing is lost with it:
 * its turn comes with the backlog, and then the upload says so. What can't be read for now is tried
 * again.
 */
#include "urgent.h"

#include <stdlib.h>

#include "journal_urgent.h"

#define PAIR 2

_Static_assert(WIRE_URGENT_COPIES == JOURNAL_URGENT_MAX * PAIR, "all that are found fit");

struct urgent {
    struct wire_urgent copies;
    size_t n_items, ends[JOURNAL_URGENT_MAX]; /* the copies up to and with each item */
    struct journal_row rows[WIRE_URGENT_COPIES];
    uint8_t plain[WIRE_URGENT_MAX];
    uint8_t body[WIRE_BODY_MAX];
};

enum err urgent_open(struct urgent **out)
{
    *out = malloc(sizeof **out);
    return *out ? ERR_OK : ERR_MEMORY;
}

void urgent_close(struct urgent *urgent)
{
    free(urgent);
}

static enum err row_get(struct journal_reader *reader, uint64_t seq, struct journal_row *out)
{
    const enum err err = journal_reader_get(reader, seq, out);
    return !err && !out->payload_opened ? ERR_MISSING : err;
}

static bool defers(const struct journal_row *row, uint64_t *presented)
{
    struct entry_decided decided;
    if (row->header.kind != ENTRY_DECIDED ||
        entry_decided_decode(span_of(row->payload, row->payload_len), &decided) != ERR_OK)
        return false;
    *presented = decided.presented;
    return decided.decision == DECISION_DEFERRED;
}

/* Reads the VOID `seq` into a row, or the DECIDED `seq` behind what it answers into two.
 * ERR_MISSING: it is neither; ERR_CORRUPT. */
static enum err item_read(struct journal_reader *reader, uint64_t seq,
                          struct journal_row rows[PAIR], size_t *n)
{
    uint64_t presented;
    enum err err = row_get(reader, seq, &rows[0]);
    if (err)
        return err;
    *n = 1;
    if (rows[0].header.kind == ENTRY_VOID)
        return ERR_OK;
    if (!defers(&rows[0], &presented))
        return ERR_MISSING;
    *n = PAIR;
    rows[1] = rows[0];
    err = row_get(reader, presented, &rows[0]);
    return !err && rows[0].header.kind != ENTRY_PRESENTED ? ERR_MISSING : err;
}

static void copy_set(const struct journal_row *row, struct wire_copy *out)
{
    out->header = span_of(row->header_bytes, row->header_len);
    out->payload = span_of(row->payload, row->payload_len);
    memcpy(out->signature, row->signature, sizeof out->signature);
}

/* Adds the item `seq`; what is none, or damaged, is passed by. */
static enum err item_add(struct urgent *urgent, struct journal_reader *reader, uint64_t seq)
{
    struct wire_urgent *copies = &urgent->copies;
    struct journal_row *rows = &urgent->rows[copies->n_copies];
    size_t n;
    const enum err err = item_read(reader, seq, rows, &n);
    if (err)
        return err == ERR_MISSING || err == ERR_CORRUPT ? ERR_OK : err;
    for (size_t i = 0; i < n; i++)
        copy_set(&rows[i], &copies->copies[copies->n_copies++]);
    urgent->ends[urgent->n_items++] = copies->n_copies;
    return ERR_OK;
}

/* Of many that are none the next ones are looked at. Leaves in `left` what was not. */
static enum err collect(struct urgent *urgent, struct journal_reader *reader,
                        struct journal_range *left)
{
    enum err err = ERR_OK;
    urgent->n_items = urgent->copies.n_copies = 0;
    while (!err && urgent->n_items == 0) {
        uint64_t seqs[JOURNAL_URGENT_MAX];
        size_t n_seqs;
        err = journal_urgent_find(reader, left, seqs, &n_seqs);
        for (size_t i = 0; !err && i < n_seqs; i++)
            err = item_add(urgent, reader, seqs[i]);
        if (!err)
            left->before = n_seqs < JOURNAL_URGENT_MAX ? left->from : seqs[n_seqs - 1];
    }
    return err;
}

/* Encodes and compresses the first items, fewer and fewer until they fit. */
static enum err pack(struct urgent *urgent, struct journal_range *left, struct span *body)
{
    struct wire_urgent *copies = &urgent->copies;
    for (;;) {
        size_t plain_len, body_len;
        enum err err = wire_urgent_encode(copies, urgent->plain, sizeof urgent->plain, &plain_len);
        if (err == ERR_OK)
            err = wire_compress(span_of(urgent->plain, plain_len), urgent->body,
                                sizeof urgent->body, &body_len);
        if (err == ERR_OK)
            *body = span_of(urgent->body, body_len);
        if (err != ERR_SIZE || urgent->n_items == 1)
            return err;
        urgent->n_items -= urgent->n_items / 2;
        copies->n_copies = urgent->ends[urgent->n_items - 1];
        left->before = urgent->rows[copies->n_copies - 1].header.seq; /* an item ends with it */
    }
}

enum err urgent_build(struct urgent *urgent, struct journal_reader *reader,
                      const struct journal_range *range, struct urgent_request *out)
{
    struct journal_range left = *range;
    enum err err = collect(urgent, reader, &left);
    if (err == ERR_OK)
        err = pack(urgent, &left, &out->body);
    out->n_copies = urgent->copies.n_copies;
    out->range = (struct journal_range){.from = left.before, .before = range->before};
    return err;
}

enum err urgent_next(struct urgent *urgent, struct urgent_cursor *cursor,
                     struct journal_reader *reader, const struct journal_range *backlog,
                     struct urgent_request *out)
{
    struct journal_range *sent = &cursor->sent;
    if (sent->before <= backlog->from || sent->before > backlog->before)
        *sent = (struct journal_range){.from = backlog->before, .before = backlog->before};
    const struct journal_range parts[] = {
        {.from = sent->before, .before = backlog->before},
        {.from = backlog->from, .before = sent->from},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].from >= parts[i].before)
            continue;
        const enum err err = urgent_build(urgent, reader, &parts[i], out);
        if (err != ERR_MISSING)
            return err;
        out->range = parts[i];
        urgent_sent(cursor, out);
    }
    return ERR_MISSING;
}

/* Newer ones that did not all fit leave a gap behind them: then what is below it is sent once more.
 */
void urgent_sent(struct urgent_cursor *cursor, const struct urgent_request *request)
{
    struct journal_range *sent = &cursor->sent;
    if (request->range.before <= sent->from || request->range.from > sent->before)
        sent->from = request->range.from;
    if (request->range.before > sent->before)
        sent->before = request->range.before;
}
