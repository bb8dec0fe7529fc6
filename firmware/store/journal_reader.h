/* Reading a journal that another process writes: pamit-sync, pamit, and pamit-lane at start.
 *
 * Opened read-only; every call resets its statement before it returns, retries SQLITE_BUSY and
 * READONLY_RECOVERY for a bounded time, uses no mmap and no schema it does not trust.
 */
#ifndef PAMIT_JOURNAL_READER_H
#define PAMIT_JOURNAL_READER_H

#include "journal.h"

struct journal_reader;

struct journal_row {
    struct entry_header header;
    size_t header_len;
    uint8_t header_bytes[ENTRY_HEADER_MAX]; /* as signed */
    uint8_t signature[SIGN_LEN];
    bool payload_opened; /* false: it is purged, or the reader has no storage key; payload_len is 0
                          */
    bool purged;         /* a PURGE entry covers it; only a reader with a storage key knows */
    size_t payload_len;
    uint8_t payload[ENTRY_PAYLOAD_MAX]; /* opened; its hash is checked against the header */
};

/* `root` may be NULL: payloads then stay shut. It is used only within the call. */
MUST_CHECK enum err journal_reader_open(const char *path, const struct seal_root *root,
                                        struct journal_reader **out, char why[JOURNAL_WHY_LEN]);
/* For an event loop, without payloads: a reader that waits for no lock; calls then end with
 * ERR_BUSY.
 */
MUST_CHECK enum err journal_reader_glance(const char *path, struct journal_reader **out,
                                          char why[JOURNAL_WHY_LEN]);
void journal_reader_close(struct journal_reader *reader);
/* Was the file set aside or replaced? Then only journal_reader_close is of use. */
bool journal_reader_has_moved(const struct journal_reader *reader);

/* What is read until journal_reader_end is of one state, and locks are taken once for all of it.
 * Not for long: meanwhile the WAL only grows. */
MUST_CHECK enum err journal_reader_begin(struct journal_reader *reader);
void journal_reader_end(struct journal_reader *reader);

/* The entry `seq`. ERR_MISSING: there is none; ERR_CORRUPT: it is not what its header says, or,
 * with a storage key, its payload does not open. */
MUST_CHECK enum err journal_reader_get(struct journal_reader *reader, uint64_t seq,
                                       struct journal_row *out);
/* The first number at or after `*seq` that there is an entry of: an epoch may leave numbers out.
 * ERR_MISSING: there is none. */
MUST_CHECK enum err journal_reader_seek(struct journal_reader *reader, uint64_t *seq);
/* The entry `*seq`, or the EPOCH that leaves that number out, of which `*seq` then is the number.
 * ERR_MISSING: there is none at or after it; ERR_CORRUPT: as journal_reader_get, and where entries
 * are missing that no EPOCH leaves out. */
MUST_CHECK enum err journal_reader_next(struct journal_reader *reader, uint64_t *seq,
                                        struct journal_row *out);
/* ERR_MISSING: the journal is empty. */
MUST_CHECK enum err journal_reader_head(struct journal_reader *reader, struct journal_head *out);
/* The entry `seq` as a head: its epoch and its header's hash; its payload is not looked at. */
MUST_CHECK enum err journal_reader_head_at(struct journal_reader *reader, uint64_t seq,
                                           struct journal_head *out);

/* What there is of payloads, and what went last. */
struct journal_remains {
    bool has_payloads;
    int64_t payloads_from;  /* the oldest day that has a key: days since 1970 */
    int64_t last_purge_ms;  /* wall time of the last PURGE entry; 0: there is none */
    bool being_overwritten; /* what it destroyed is not out of the files yet */
};
MUST_CHECK enum err journal_reader_remains(struct journal_reader *reader,
                                           struct journal_remains *out);

/* What retention will destroy, at `now_ms` by the registry's clock, if policy says `after_days`. */
struct journal_purge_due {
    uint64_t days;   /* that ended so long ago, and have payloads still */
    int64_t next_ms; /* when the next receipt that is kept becomes old enough; 0: there is none */
};
MUST_CHECK enum err journal_reader_purge_due(struct journal_reader *reader, int64_t now_ms,
                                             uint32_t after_days, struct journal_purge_due *out);

/* ---- verification ------------------------------------------------------------------------- */

enum journal_fault {
    JOURNAL_SOUND = 0,
    JOURNAL_UNREADABLE,    /* the row or its header does not parse */
    JOURNAL_MISSING,       /* a seq is absent */
    JOURNAL_MISPLACED,     /* another entry of this kiosk is in its row */
    JOURNAL_CHAIN_BROKEN,  /* prev is not the hash of the entry before */
    JOURNAL_BAD_SIGNATURE, /* not signed by this kiosk's entry key */
    JOURNAL_BAD_PAYLOAD,   /* the payload can't be opened, or is not the one the header names */
    JOURNAL_FOREIGN,       /* another kiosk's entry */
};

/* Numbers that an EPOCH leaves out. */
struct journal_left_out {
    uint32_t epoch; /* that it begins */
    uint64_t first, last;
};
#define JOURNAL_LEFT_OUT_MAX 16

struct journal_verdict {
    enum journal_fault fault;
    uint64_t seq;             /* the first bad entry; 0 if sound */
    uint64_t entries;         /* whose signatures were checked */
    bool payloads_opened;     /* false: no storage key, so payloads were not looked at */
    uint64_t purged;          /* entries whose payload a PURGE entry covers */
    struct journal_head head; /* the last entry, if it is sound */
    unsigned n_left_out;      /* of which the first JOURNAL_LEFT_OUT_MAX are named */
    struct journal_left_out left_out[JOURNAL_LEFT_OUT_MAX];
};

/* Checks chain, signatures and payloads from the first entry on, and stops at the first bad one;
 * signatures by a thread a processor, gone when it returns.
 * Numbers may be left out only by an EPOCH that names what it goes on from, which its payload says:
 * without a storage key that is not looked at either.
 * The loss of a tail can't be seen here, only against the registry's receipt. `progress` (may be
 * NULL) is called now and then with the entries checked so far. */
MUST_CHECK enum err journal_verify(struct journal_reader *reader, const struct verify_key *key,
                                   void (*progress)(uint64_t entries, void *user), void *user,
                                   struct journal_verdict *out);
/* Is the file whole in which all entries may be sound? `what` says what is wrong with it, "" if it
 * is. */
MUST_CHECK enum err journal_verify_file(struct journal_reader *reader, char what[JOURNAL_WHY_LEN]);
const char *journal_fault_text(enum journal_fault fault);

#endif
