/* The table of crossings says it without a payload being opened. An older journal has no such
 * table: there nothing is urgent, and all goes up in its turn.
 */
#include "journal_urgent.h"

#include "decision.h"
#include "journal_read.h"

#define SEEK "SELECT min(seq) FROM crossing WHERE decision = ?1 AND seq >= ?2"

enum err journal_urgent_seek(struct journal_reader *reader, uint64_t from, uint64_t *seq)
{
    sqlite3_stmt *select = NULL;
    if (from > INT64_MAX || database_prepare(&reader->database, SEEK, &select) != ERR_OK)
        return ERR_MISSING;
    sqlite3_bind_int(select, 1, DECISION_DEFERRED);
    sqlite3_bind_int64(select, 2, (sqlite3_int64)from);
    const int rc = database_step(select);
    enum err err = rc == SQLITE_ROW ? ERR_OK : database_err(rc);
    if (!err && sqlite3_column_type(select, 0) == SQLITE_NULL)
        err = ERR_MISSING;
    if (!err)
        *seq = (uint64_t)sqlite3_column_int64(select, 0);
    sqlite3_finalize(select);
    return err;
}
