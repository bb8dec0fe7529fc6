/* Opening SQLite the one way Pamit does: who writes, what is durable, which failures have names.
 *
 * A kiosk's database file has one writing process at a time, held by flock(2) on FILE.lock, and any
 * number of readers; a registry's is written by its server and its commands, transaction by
 * transaction. WAL, synchronous=FULL: when database_commit has returned ERR_OK the transaction is
 * on the disk. WAL is not checkpointed by SQLite's own count but when idle (database_checkpoint),
 * and at the latest when it has DATABASE_WAL_PAGES_MAX pages, or as few as its kind says: a commit
 * that finds room in its WAL is one write, one that has to make it longer writes ext4's journal too
 * (some 50 KB, measured). Internal to store and to the registry's store. All calls block on the
 * disk; none is thread safe.
 */
#ifndef PAMIT_DATABASE_H
#define PAMIT_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "span.h"

#define DATABASE_WHY_LEN       256
#define DATABASE_WAL_PAGES_MAX 1000 /* of 4 KiB */
#define DATABASE_BUSY_MS       2000 /* wait for a lock that another connection holds */
#define DATABASE_RETRY_MS      20
#define DATABASE_RETRIES_MAX   100
#define DATABASE_GLANCE_US     100 /* a glance's pause between tries, ours and SQLite's */

/* What a file is; checked against what it says of itself. */
struct database_kind {
    const char *what;       /* "journal": for messages */
    int32_t application_id; /* SQLite's file header, offset 68 */
    int32_t version;        /* of the schema: user_version */
    const char *schema;     /* what makes a fresh one */
    const char *upgrade;    /* what makes one of version - 1 this one; NULL: it is refused */
    unsigned wal_pages_max; /* 0: DATABASE_WAL_PAGES_MAX */
};

enum database_access {
    DATABASE_READ,   /* a file whose -wal is gone: as it is, and none is made */
    DATABASE_GLANCE, /* as READ, in an event loop: waits some 20 ms at most, then ERR_BUSY */
    DATABASE_WRITE,  /* makes the file (0600) if there is none */
    DATABASE_SHARE,  /* as WRITE, but beside other processes that write: a registry's store */
    DATABASE_BUILD,  /* a file that nobody else sees yet: no lock, no journal, nothing durable */
};

struct database {
    sqlite3 *handle;
    const struct database_kind *kind;
    int lock;           /* descriptor that holds the flock; -1: none is held */
    bool fresh;         /* it has no schema yet: database_create comes next */
    bool old;           /* of version - 1: a writer upgrades it when it opens it */
    unsigned wal_pages; /* in the WAL after the last commit */
    unsigned cut;   /* pages behind the WAL's last whole transaction, gone since it was opened */
    ino_t wal, shm; /* the files of these names when it was opened; 0: there was none */
};

/* `why` says file and reason. ERR_CORRUPT: not a database, not one of Pamit, or its WAL is there
 * without it; ERR_INVALID: Pamit's, but of another kind or version; ERR_MISSING: none, empty, or of
 * the version before (readers); ERR_BUSY: another process writes it; ERR_DENIED, ERR_FULL, ERR_IO.
 * `out` stays where it is until database_close; after a failure it is meaningless. */
MUST_CHECK enum err database_open(const char *path, const struct database_kind *kind,
                                  enum database_access access, struct database *out,
                                  char why[DATABASE_WHY_LEN]);
void database_close(struct database *database);
/* What is open is damaged: closing it will change nothing of it. */
void database_leave(struct database *database);

/* Was the file, its -wal or its -shm set aside, replaced or removed since it was opened? Then what
 * is read here stays as it is, and what is written is lost: it has to be opened anew. */
bool database_has_moved(const struct database *database);
/* For database_open: as they are now. */
void database_place_note(struct database *database);

/* A file made anew beside `path` and put in its place whole: open, write, close or abandon. Until
 * then whoever has `path` open or opens it sees the old one, or none. ERR_BUSY: a process writes
 * `path`, or builds it. */
MUST_CHECK enum err database_build_open(const char *path, const struct database_kind *kind,
                                        struct database *out, char why[DATABASE_WHY_LEN]);
/* Makes it durable and puts it in its place. It is closed in any case; on failure what was there
 * before is there still. */
MUST_CHECK enum err database_build_close(struct database *database, const char *path,
                                         char why[DATABASE_WHY_LEN]);
void database_build_abandon(struct database *database, const char *path);

/* For database_open: the connection, which is to be closed after a failure too. */
MUST_CHECK enum err database_handle_open(const char *path, enum database_access access,
                                         sqlite3 **out, char why[DATABASE_WHY_LEN]);
bool database_reads(enum database_access access);

/* Makes the names in the folder of `path` durable: SQLite does, but takes no failure of it. */
MUST_CHECK enum err database_folder_sync(const char *path, char why[DATABASE_WHY_LEN]);

/* Takes the writer's lock of `path`, for database_build.c. */
MUST_CHECK enum err database_lock(const char *path, int *lock, char why[DATABASE_WHY_LEN]);

/* The failure that a result of SQLite stands for; ERR_OK for OK, ROW and DONE. Called right after
 * the call that gave it: a failed write is told apart by errno. */
MUST_CHECK enum err database_err(int rc);

/* Writes "path: reason", cut with "..." where it is too long, and returns `err`. */
enum err database_say(char why[DATABASE_WHY_LEN], const char *path, enum err err,
                      const char *reason);

/* Runs statements that give no rows. */
MUST_CHECK enum err database_run(struct database *database, const char *sql);
/* Writers: takes the write lock at once. */
MUST_CHECK enum err database_begin(struct database *database);
/* Readers: what follows, up to database_rollback, sees one state. */
MUST_CHECK enum err database_begin_reading(struct database *database);
/* On failure nothing is open any more, and the transaction may or may not be stored. */
MUST_CHECK enum err database_commit(struct database *database);
void database_rollback(struct database *database);
/* Within a transaction of a fresh file. */
MUST_CHECK enum err database_create(struct database *database);

MUST_CHECK enum err database_prepare(struct database *database, const char *sql,
                                     sqlite3_stmt **out);
/* sqlite3_step, again and again for a bounded time while a writer recovers or restarts. */
MUST_CHECK int database_step(sqlite3_stmt *statement);
/* Steps a statement that gives no row, and resets it. */
MUST_CHECK enum err database_step_done(sqlite3_stmt *statement);
/* A blob or text column, good until the statement is stepped or reset. */
struct span database_column(sqlite3_stmt *statement, int column);

/* For database_open: WAL mode, for good. ERR_IO: the file system can't share memory. */
MUST_CHECK enum err database_wal_turn_on(struct database *database);
/* For database_open: makes what is found in the WAL durable: a reader syncs it, a writer writes it
 * once more. */
MUST_CHECK enum err database_wal_sync(struct database *database);
MUST_CHECK enum err database_wal_renew(struct database *database);
/* The WAL as SQLite has it open, borrowed; NULL: none is. */
sqlite3_file *database_wal_file(const struct database *database);

/* Moves all of the WAL into the file, and cuts it to nothing. ERR_BUSY: a reader is in the way. */
MUST_CHECK enum err database_wal_truncate(struct database *database);

/* Moves what readers allow of the WAL into the file. */
MUST_CHECK enum err database_checkpoint(struct database *database);

#endif
