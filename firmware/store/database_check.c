/* Pages are SQLite's to judge (PRAGMA quick_check: b-trees, free list, every byte of a page
 * accounted for), the WAL is wal_scan's.
 */
#include "database_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "wal_scan.h"

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
    sqlite3_file *wal = database_wal_file(database), *file = NULL;
    struct wal_scan scan;

    *out = DATABASE_WHOLE;
    if (!wal || writer_may_live(database))
        return ERR_OK;
    sqlite3_file_control(database->handle, NULL, SQLITE_FCNTL_FILE_POINTER, &file);
    const int rc = wal_scan(wal, file, &scan);
    /* A writer that began in between may have left it like that. */
    if (rc || !scan.left || writer_may_live(database))
        return database_err(rc);
    *out = scan.lost ? DATABASE_WAL_BAD : DATABASE_WAL_TORN;
    snprintf(why, DATABASE_WHY_LEN, "%u pages after the last whole transaction", scan.left);
    return ERR_OK;
}

enum err database_check(struct database *database, enum database_damage *out,
                        char why[DATABASE_WHY_LEN])
{
    const enum err err = pages_check(database, out, why);

    return err || *out ? err : wal_check(database, out, why);
}
