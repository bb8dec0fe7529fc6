#include "bare.h"

#include <sqlite3.h>

#include "bench.h"
#include "entry.h"
#include "seal.h"

struct bare {
    sqlite3 *handle;
    sqlite3_stmt *insert;
};

static void need(const struct bare *bare, int rc)
{
    if (rc != SQLITE_OK && rc != SQLITE_DONE)
        bench_fail("bare SQLite", sqlite3_errmsg(bare->handle));
}

struct bare *bare_open(const char *path)
{
    struct bare *bare = calloc(1, sizeof *bare);

    if (!bare)
        bench_fail("bare SQLite", "out of memory");
    need(bare, sqlite3_open(path, &bare->handle));
    need(bare, sqlite3_exec(bare->handle,
                            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                            "CREATE TABLE entry(seq INTEGER PRIMARY KEY, header BLOB NOT NULL,"
                            " signature BLOB NOT NULL, payload BLOB) STRICT;",
                            NULL, NULL, NULL));
    need(bare, sqlite3_prepare_v2(bare->handle,
                                  "INSERT INTO entry(header, signature, payload)"
                                  " VALUES(?1, ?2, ?3)",
                                  -1, &bare->insert, NULL));
    return bare;
}

void bare_close(struct bare *bare)
{
    sqlite3_finalize(bare->insert);
    sqlite3_close(bare->handle);
    free(bare);
}

void bare_append(struct bare *bare, size_t header_len, size_t payload_len)
{
    static uint8_t header[ENTRY_HEADER_MAX], signature[SIGN_LEN],
        payload[ENTRY_PAYLOAD_MAX + SEAL_OVERHEAD];

    sqlite3_bind_blob(bare->insert, 1, header, (int)header_len, SQLITE_STATIC);
    sqlite3_bind_blob(bare->insert, 2, signature, sizeof signature, SQLITE_STATIC);
    sqlite3_bind_blob(bare->insert, 3, payload, (int)payload_len, SQLITE_STATIC);
    need(bare, sqlite3_step(bare->insert));
    need(bare, sqlite3_reset(bare->insert));
}

void bare_checkpoint(struct bare *bare)
{
    need(bare,
         sqlite3_wal_checkpoint_v2(bare->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
}
