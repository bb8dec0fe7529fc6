/* The table of crossings says it without a payload being opened. An older journal has no such
 * table: there nothing is urgent, and all goes up in its turn.
 */
#include "journal_urgent.h"

#include "decision.h"
#include "journal_read.h"

/* A deferral has a row for the document and one for the person; a VOID of one has a row of its own,
 * and the deferral then none. */
#define FIND                                                                                       \
    "SELECT DISTINCT seq FROM crossing WHERE decision = ?1 AND seq >= ?2 AND seq < ?3"             \
    " ORDER BY seq DESC LIMIT ?4"

enum err journal_urgent_find(struct journal_reader *reader, const struct journal_range *range,
                             uint64_t seqs[JOURNAL_URGENT_MAX], size_t *n)
{
    sqlite3_stmt *select = NULL;
    int rc;
    *n = 0;
    if (range->before > INT64_MAX)
        return ERR_MISSING;
    const enum err err = database_prepare(&reader->database, FIND, &select);
    if (err)
        return err == ERR_CORRUPT ? ERR_MISSING : err; /* there is no such table */
    sqlite3_bind_int(select, 1, DECISION_DEFERRED);
    sqlite3_bind_int64(select, 2, (sqlite3_int64)range->from);
    sqlite3_bind_int64(select, 3, (sqlite3_int64)range->before);
    sqlite3_bind_int(select, 4, JOURNAL_URGENT_MAX);
    while ((rc = database_step(select)) == SQLITE_ROW && *n < JOURNAL_URGENT_MAX)
        seqs[(*n)++] = (uint64_t)sqlite3_column_int64(select, 0);
    sqlite3_finalize(select);
    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        return database_err(rc);
    return *n > 0 ? ERR_OK : ERR_MISSING;
}
