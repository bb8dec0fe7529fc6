/* What the files of `pamit journal export` share: one pass over the journal. */
#ifndef PAMIT_EXPORT_WALK_H
#define PAMIT_EXPORT_WALK_H

#include "cli.h"
#include "event.h"
#include "fixes.h"

struct walk {
    const struct cli_options *options;
    struct journal_reader *reader;
    struct sync_state_db *acks; /* NULL: nothing is known of receipts */
    uint64_t acked_next;        /* what is below is acknowledged, as the receipt shows */
    struct verify_key *receipt_key;
    struct fixes *fixes; /* NULL: nothing is known of the registry's time */
    uint64_t *open;      /* PRESENTED without DECIDED, ascending */
    size_t n_open, room;
    struct event carried; /* of another file: the open crossing */
    bool carried_open;
    uint8_t (*carried_seen)[SIGN_HASH_LEN];
    size_t n_carried, carried_room;
    uint64_t n_unknown; /* entries that this version can't interpret */
    uint64_t n_purged;  /* entries of crossings whose payload is destroyed */
};

/* export_command.c: a line of the output. */
MUST_CHECK enum err walk_event_write(struct walk *walk, struct event *event);

/* export_carried.c: a RECOVERED, and what is still open when there is no more. */
MUST_CHECK enum err walk_recovered_take(struct walk *walk, const struct journal_row *row);
MUST_CHECK enum err walk_carried_finish(struct walk *walk);

#endif
