/* Pairs of entries, PRESENTED and the DECIDED that defers, as many as a request holds.
 *
 * Whatever is not such a pair, or is damaged, is passed by. Nothing is lost with it: its turn comes
 * with the backlog, and then the upload says so. What can't be read for now is tried again.
 */
#include "urgent.h"

#include <stdlib.h>

#include "journal_urgent.h"

#define PAIR 2

_Static_assert(WIRE_URGENT_COPIES == JOURNAL_URGENT_MAX * PAIR, "all that are found fit");

struct urgent {
    struct wire_urgent copies;
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

static enum err row_get(struct journal_reader *reader, uint64_t seq, enum entry_kind kind,
                        struct journal_row *out)
{
    const enum err err = journal_reader_get(reader, seq, out);
    if (err)
        return err;
    return out->header.kind == kind && out->payload_opened ? ERR_OK : ERR_MISSING;
}

/* Reads the pair of the DECIDED `seq` into two rows. ERR_MISSING: it is none; ERR_CORRUPT. */
static enum err pair_read(struct journal_reader *reader, uint64_t seq,
                          struct journal_row rows[PAIR])
{
    struct entry_decided decided;
    struct journal_row *presented = &rows[0], *defers = &rows[1];
    const enum err err = row_get(reader, seq, ENTRY_DECIDED, defers);
    if (err)
        return err;
    if (entry_decided_decode(span_of(defers->payload, defers->payload_len), &decided) != ERR_OK ||
        decided.decision != DECISION_DEFERRED)
        return ERR_MISSING;
    return row_get(reader, decided.presented, ENTRY_PRESENTED, presented);
}

static void copy_set(const struct journal_row *row, struct wire_copy *out)
{
    out->header = span_of(row->header_bytes, row->header_len);
    out->payload = span_of(row->payload, row->payload_len);
    memcpy(out->signature, row->signature, sizeof out->signature);
}

/* What is found and is a pair; none if there is none. Leaves in `left` what was not looked at. */
static enum err collect(struct urgent *urgent, struct journal_reader *reader,
                        struct journal_range *left)
{
    uint64_t seqs[JOURNAL_URGENT_MAX];
    size_t n_seqs;
    urgent->copies.n_copies = 0;
    const enum err err = journal_urgent_find(reader, left, seqs, &n_seqs);
    for (size_t i = 0; !err && i < n_seqs; i++) {
        const size_t n = urgent->copies.n_copies;
        const enum err read = pair_read(reader, seqs[i], &urgent->rows[n]);
        if (read == ERR_MISSING || read == ERR_CORRUPT)
            continue;
        if (read)
            return read;
        copy_set(&urgent->rows[n], &urgent->copies.copies[n]);
        copy_set(&urgent->rows[n + 1], &urgent->copies.copies[n + 1]);
        urgent->copies.n_copies = n + PAIR;
    }
    return err;
}

/* Encodes and compresses the first pairs, fewer and fewer until they fit. */
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
        if (err != ERR_SIZE || copies->n_copies == PAIR)
            return err;
        copies->n_copies -= PAIR * (copies->n_copies / PAIR / 2);
        left->before = urgent->rows[copies->n_copies - 1].header.seq;
    }
}

enum err urgent_build(struct urgent *urgent, struct journal_reader *reader,
                      const struct journal_range *range, struct urgent_request *out)
{
    struct journal_range left = *range;
    enum err err = collect(urgent, reader, &left);
    if (err == ERR_OK && urgent->copies.n_copies == 0)
        err = ERR_MISSING;
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
        urgent_sent(cursor, out);
        if (out->range.from > parts[i].from)
            return ERR_MISSING; /* the rest another time */
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
