/* Pages are SQLite's to judge (PRAGMA quick_check: b-trees, free list, every byte of a page
 * accounted for); the WAL it only cuts off where a checksum fails, since that is how a power cut
 * looks. So we look at what it cut off: frames of this round of the WAL, told by its salts, after
 * the last commit that checks. A flipped bit leaves one of a frame's two salts.
 */
#include "database_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "wal_format.h"

#define PATH_ROOM 4096

/* ---- pages -------------------------------------------------------------------------------- */

static enum err pages_check(struct database *database, enum database_damage *out,
                            char why[DATABASE_WHY_LEN])
{
    sqlite3_stmt *statement = NULL;
    enum err err = database_prepare(database, "PRAGMA quick_check(1)", &statement);

    if (err)
        return err;
    const int rc = database_step(statement);
    err = database_err(rc);
    if (err == ERR_CORRUPT)
        snprintf(why, DATABASE_WHY_LEN, "%s", sqlite3_errmsg(database->handle));
    else if (rc == SQLITE_ROW)
        snprintf(why, DATABASE_WHY_LEN, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    if (err && err != ERR_CORRUPT)
        return err;
    *out = strcmp(why, "ok") == 0 ? DATABASE_WHOLE : DATABASE_PAGES_BAD;
    return ERR_OK;
}

/* ---- the WAL ------------------------------------------------------------------------------ */

struct sum {
    bool big_endian;
    uint32_t s0, s1;
};

static uint32_t word_at(const uint8_t *p, bool big_endian)
{
    return big_endian ? wal_number(p)
                      : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void sum_add(struct sum *sum, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i + 8 <= len; i += 8) {
        sum->s0 += word_at(p + i, sum->big_endian) + sum->s1;
        sum->s1 += word_at(p + i + 4, sum->big_endian) + sum->s0;
    }
}

static bool sum_is(const struct sum *sum, const uint8_t *p)
{
    return wal_number(p) == sum->s0 && wal_number(p + 4) == sum->s1;
}

static bool header_check(const uint8_t header[WAL_HEADER_LEN], struct sum *sum)
{
    const uint32_t page_len = wal_number(header + WAL_PAGE_LEN_AT);

    *sum = (struct sum){.big_endian = wal_number(header) & 1};
    sum_add(sum, header, WAL_HEADER_SUM_AT);
    return (wal_number(header) & ~1u) == WAL_MAGIC &&
           wal_number(header + WAL_VERSION_AT) == WAL_VERSION && page_len > 0 &&
           page_len <= WAL_PAGE_LEN_MAX && sum_is(sum, header + WAL_HEADER_SUM_AT);
}

static bool frame_check(const uint8_t *frame, size_t page_len, const uint8_t *salts,
                        struct sum *sum)
{
    sum_add(sum, frame, WAL_FRAME_SALT_AT);
    sum_add(sum, frame + WAL_FRAME_HEADER_LEN, page_len);
    return memcmp(frame + WAL_FRAME_SALT_AT, salts, WAL_SALT_LEN) == 0 && wal_number(frame) &&
           sum_is(sum, frame + WAL_FRAME_SUM_AT);
}

static bool of_this_round(const uint8_t *frame, const uint8_t *salts)
{
    const uint8_t *own = frame + WAL_FRAME_SALT_AT;

    return memcmp(own, salts, WAL_SALT_LEN / 2) == 0 ||
           memcmp(own + WAL_SALT_LEN / 2, salts + WAL_SALT_LEN / 2, WAL_SALT_LEN / 2) == 0;
}

/* How many frames there are of this round that no commit holds. */
static int frames_left(sqlite3_file *wal, sqlite3_int64 size, unsigned *left)
{
    uint8_t header[WAL_HEADER_LEN], frame[WAL_FRAME_HEADER_LEN + WAL_PAGE_LEN_MAX];
    struct sum sum;
    bool valid = true;

    *left = 0;
    if (size < WAL_HEADER_LEN)
        return SQLITE_OK;
    int rc = wal->pMethods->xRead(wal, header, WAL_HEADER_LEN, 0);
    if (rc == SQLITE_OK && !header_check(header, &sum)) {
        *left = size > WAL_HEADER_LEN;
        return SQLITE_OK;
    }
    const size_t page_len = wal_number(header + WAL_PAGE_LEN_AT);
    const int len = (int)(WAL_FRAME_HEADER_LEN + page_len);
    for (sqlite3_int64 at = WAL_HEADER_LEN; rc == SQLITE_OK && at + len <= size; at += len) {
        rc = wal->pMethods->xRead(wal, frame, len, at);
        valid = valid && frame_check(frame, page_len, header + WAL_SALT_AT, &sum);
        if (valid && wal_number(frame + WAL_FRAME_COMMIT_AT))
            *left = 0;
        else if (of_this_round(frame, header + WAL_SALT_AT))
            ++*left;
    }
    return rc;
}

/* Who can't tell leaves the WAL alone. */
static bool writer_may_live(const struct database *database)
{
    char name[PATH_ROOM];

    snprintf(name, sizeof name, "%s.lock", sqlite3_db_filename(database->handle, "main"));
    const int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno != ENOENT;
    const bool locked = flock(fd, LOCK_SH | LOCK_NB) != 0;
    close(fd);
    return locked;
}

static enum err wal_check(struct database *database, enum database_damage *out,
                          char why[DATABASE_WHY_LEN])
{
    sqlite3_file *wal = database_wal_file(database);
    sqlite3_int64 size = 0;
    unsigned left = 0;

    *out = DATABASE_WHOLE;
    if (!wal || writer_may_live(database))
        return ERR_OK;
    int rc = wal->pMethods->xFileSize(wal, &size);
    if (rc == SQLITE_OK)
        rc = frames_left(wal, size, &left);
    /* A writer that began in between may have left it like that. */
    if (rc || !left || writer_may_live(database))
        return database_err(rc);
    *out = DATABASE_WAL_TORN;
    snprintf(why, DATABASE_WHY_LEN, "%u pages after the last whole transaction", left);
    return ERR_OK;
}

enum err database_check(struct database *database, enum database_damage *out,
                        char why[DATABASE_WHY_LEN])
{
    const enum err err = pages_check(database, out, why);

    return err || *out ? err : wal_check(database, out, why);
}
