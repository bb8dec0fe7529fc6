/* How entries lie in journal.db: shared by its writer, its readers and its verification.
 *
 * entry(seq, header, signature, payload): header as signed, bare COSE signature, payload sealed
 * with the day key of the header's UTC day (of a kind that is kept: with a key derived from the
 * storage key), bound to epoch and seq. NULL once it is purged.
 * day_key(day, wrapped): the random key of a day (days since 1970), sealed with a key derived from
 * the storage key. Destroying the row makes the day's payloads unreadable for ever.
 * purge(seq, rest, done): which entries are PURGE. Nothing is believed for it: those entries say
 * what is purged. rest, done: journal_retention.c. mark(next, at_ms, receipt): journal_marks.c.
 * recovery(no, source, next, last): journal_epoch.c. crossing(key, seq, day, direction, decision):
 * journal_crossing.h. meta: whose journal it is.
 * Internal to store.
 */
#ifndef PAMIT_JOURNAL_FORMAT_H
#define PAMIT_JOURNAL_FORMAT_H

#include "database.h"
#include "entry.h"
#include "journal.h"
#include "journal_crossing.h"
#include "seal.h"

#define JOURNAL_SEALED_MAX (ENTRY_PAYLOAD_MAX + SEAL_OVERHEAD)

extern const struct database_kind journal_kind;

/* What the journal's PURGE entries cover: one row per purged day, by day. */
struct purge_set {
    struct purge_row {
        struct entry_purge_day days;
        uint64_t by; /* the PURGE entry */
    } * rows;
    size_t n;
    uint64_t newest; /* the last PURGE entry that was read; 0: none */
    sqlite3_stmt *next;
};

/* The keys of one connection; the last day's is kept open. */
struct day_keys {
    struct database *database;
    struct seal_key *wrap; /* NULL: no storage key, nothing can be opened */
    struct seal_key *keep; /* of kinds that are kept, if there is wrap */
    struct purge_set purges;
    sqlite3_stmt *find;
    int64_t day;
    struct seal_key *key; /* of `day`, or NULL */
};

/* `root` may be NULL; it is not kept. ERR_AUTH: the journal is sealed with another storage key. */
MUST_CHECK enum err day_keys_open(struct database *database, const struct seal_root *root,
                                  struct day_keys *out);
void day_keys_close(struct day_keys *keys);
/* The key that an entry's payload is sealed with, borrowed until the next call; made within the
 * open transaction if there is none. Only with a storage key. ERR_AUTH: its row was altered. */
MUST_CHECK enum err payload_key_make(struct day_keys *keys, const struct entry_header *header,
                                     const struct seal_key **out);
/* Forgets the key in memory: after a rollback it may not be in the file. */
void day_keys_forget(struct day_keys *keys);

/* Days since 1970, of the entry's wall time in UTC. */
int64_t entry_day(const struct entry_header *header);

/* What a payload is sealed with beside its key. */
#define PAYLOAD_CONTEXT_LEN 24
struct span payload_context(const struct entry_header *header, uint8_t out[PAYLOAD_CONTEXT_LEN]);

/* ---- what is purged (journal_purges.c) ---------------------------------------------------- */

void purge_set_close(struct purge_set *purges);
/* Reads the PURGE entries that it does not know yet. ERR_CORRUPT: one of them is damaged; what was
 * read before counts. */
MUST_CHECK enum err purge_set_refresh(struct day_keys *keys);
/* Was this entry's payload destroyed, as far as is known? */
bool purge_set_covers(const struct purge_set *purges, const struct entry_header *header);

/* ---- crossings, as the writer stores them (journal_crossing.c) ---------------------------- */

#define CROSSING_COLUMNS "key, seq, day, direction, decision"
/* Can a row of these columns be one of ours? Nothing vouches for them but what they say. */
bool crossing_row_sound(sqlite3_stmt *row);
/* Of two files that were set aside the later one may hold rows of the earlier. */
#define CROSSING_INSERT                                                                            \
    "INSERT OR REPLACE INTO crossing(" CROSSING_COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5)"

struct crossing_rows {
    struct mac_key *mac;
    sqlite3_stmt *insert;
};

/* After a failure only crossing_rows_close is of use. */
MUST_CHECK enum err crossing_rows_open(struct database *database, const struct seal_root *root,
                                       struct crossing_rows *out);
void crossing_rows_close(struct crossing_rows *rows);
/* Within the open transaction of the entry `seq`. */
MUST_CHECK enum err crossing_rows_add(struct crossing_rows *rows, uint64_t seq, struct date day,
                                      const struct crossing_decided *decided);

/* ---- entries ------------------------------------------------------------------------------ */

/* One stored entry as bytes, borrowed until the statement is stepped or reset. */
struct stored_entry {
    uint64_t seq;
    struct span header, signature, payload;
};
#define STORED_ENTRY_COLUMNS "seq, header, signature, payload"
void stored_entry_read(sqlite3_stmt *statement, struct stored_entry *out);
/* The row as a head: what its header says, and the header's hash. ERR_CORRUPT: it is none. */
MUST_CHECK enum err stored_entry_head(sqlite3_stmt *statement, struct journal_head *out);

/* Opens the payload of a stored entry; `keys` has a storage key. `len` is 0 when a PURGE entry
 * covers it, whatever is stored. ERR_CORRUPT: its day key is not there, it does not open, or it is
 * not what the header names. */
MUST_CHECK enum err payload_open(struct day_keys *keys, const struct stored_entry *stored,
                                 const struct entry_header *header, uint8_t out[ENTRY_PAYLOAD_MAX],
                                 size_t *len);

#endif
