/* Where an epoch begins.
 *
 * Epochs rise with the numbers, so the first entry of one is found by halving: some twenty rows are
 * looked at in a journal of a million. Nothing is stored for it that could differ from the entries.
 */
#include "journal_find.h"

static enum err header_at(sqlite3_stmt *at_or_after, uint64_t seq, struct entry_header *out)
{
    struct stored_entry stored;
    enum err err = ERR_OK;

    sqlite3_bind_int64(at_or_after, 1, (sqlite3_int64)seq);
    const int rc = database_step(at_or_after);
    if (rc == SQLITE_ROW) {
        stored_entry_read(at_or_after, &stored);
        if (entry_header_decode(stored.header, ENTRY_WHOLE, out) || out->seq != stored.seq)
            err = ERR_CORRUPT;
    } else {
        err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    }
    sqlite3_reset(at_or_after);
    return err;
}

enum err journal_begin_find(sqlite3_stmt *at_or_after, uint64_t last, uint32_t epoch,
                            struct journal_begin *out)
{
    uint64_t low = 1, high = last;
    struct entry_header header;

    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        const enum err err = header_at(at_or_after, middle, &header);
        if (err)
            return err;
        if (header.epoch < epoch)
            low = header.seq + 1;
        else
            high = middle;
    }
    const enum err err = header_at(at_or_after, low, &header);
    if (err)
        return err;
    if (header.epoch < epoch)
        return ERR_MISSING;
    *out = (struct journal_begin){.seq = header.seq};
    memcpy(out->prev, header.prev, sizeof out->prev);
    return ERR_OK;
}
