/* The whole journal, entry by entry: chain, signatures, payloads.
 *
 * Every entry is judged only by what came before it, so the first bad one is named and nothing
 * after it is believed. The walk is one statement in one read transaction: a writer that appends
 * meanwhile neither waits nor confuses it (its WAL grows until the walk is over).
 *
 * It refuses to say more than it can: a tail that is gone leaves a shorter journal that is sound,
 * and whoever holds the entry key can sign another history. Both show against the registry's
 * receipts.
 */
#include "journal_read.h"

#define PROGRESS_EVERY 1000

struct walk {
    struct journal_reader *reader;
    const struct verify_key *key;
    struct journal_verdict verdict;
};

static enum journal_fault header_fault(const struct walk *walk, const struct stored_entry *stored,
                                       struct entry_header *header)
{
    const struct journal_head *head = &walk->verdict.head;

    if (stored->seq != head->seq + 1)
        return JOURNAL_MISSING;
    if (entry_header_decode(stored->header, ENTRY_WHOLE, header) || header->seq != stored->seq ||
        stored->signature.len != SIGN_LEN)
        return JOURNAL_UNREADABLE;
    if (strcmp(header->kiosk, walk->reader->kiosk) != 0)
        return JOURNAL_FOREIGN;
    if (memcmp(header->prev, head->hash, sizeof head->hash) != 0 || header->epoch < head->epoch)
        return JOURNAL_CHAIN_BROKEN;
    return JOURNAL_SOUND;
}

/* What is wrong with the entry, or a failure to look at it. */
static enum err entry_check(struct walk *walk, const struct stored_entry *stored,
                            enum journal_fault *fault)
{
    struct entry_header header;
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    size_t len;

    *fault = header_fault(walk, stored, &header);
    if (*fault)
        return ERR_OK;
    enum err err = cose_check(walk->key, stored->header, stored->signature.p);
    if (err) {
        *fault = JOURNAL_BAD_SIGNATURE;
        return err == ERR_AUTH || err == ERR_INVALID ? ERR_OK : err;
    }
    if (walk->verdict.payloads_opened)
        err = payload_open(&walk->reader->days, stored, &header, payload, &len);
    if (err == ERR_CORRUPT) {
        *fault = JOURNAL_BAD_PAYLOAD;
        return ERR_OK;
    }
    if (err)
        return err;
    walk->verdict.entries++;
    walk->verdict.head = (struct journal_head){.epoch = header.epoch, .seq = header.seq};
    sign_hash(stored->header, walk->verdict.head.hash);
    return ERR_OK;
}

static enum err walk_entries(struct walk *walk, sqlite3_stmt *all,
                             void (*progress)(uint64_t entries, void *user), void *user)
{
    struct journal_verdict *verdict = &walk->verdict;
    int rc;

    while ((rc = database_step(all)) == SQLITE_ROW) {
        struct stored_entry stored;
        stored_entry_read(all, &stored);
        const enum err err = entry_check(walk, &stored, &verdict->fault);
        if (err)
            return err;
        if (verdict->fault) {
            /* What is missing is the number after the last good one. */
            verdict->seq = verdict->head.seq + 1;
            return ERR_OK;
        }
        if (progress && verdict->entries % PROGRESS_EVERY == 0)
            progress(verdict->entries, user);
    }
    const enum err err = database_err(rc);
    if (err != ERR_CORRUPT)
        return err;
    /* A damaged page of the file: the next entry can't be had. */
    verdict->fault = JOURNAL_UNREADABLE;
    verdict->seq = verdict->head.seq + 1;
    return ERR_OK;
}

enum err journal_verify(struct journal_reader *reader, const struct verify_key *key,
                        void (*progress)(uint64_t entries, void *user), void *user,
                        struct journal_verdict *out)
{
    struct walk walk = {
        .reader = reader, .key = key, .verdict = {.payloads_opened = reader->days.wrap != NULL}};
    sqlite3_stmt *all = NULL;
    enum err err = database_prepare(
        &reader->database, "SELECT " STORED_ENTRY_COLUMNS " FROM entry ORDER BY seq", &all);

    if (err)
        return err;
    err = walk_entries(&walk, all, progress, user);
    sqlite3_finalize(all);
    if (!err)
        *out = walk.verdict;
    return err;
}

const char *journal_fault_text(enum journal_fault fault)
{
    switch (fault) {
    case JOURNAL_SOUND:
        return "sound";
    case JOURNAL_UNREADABLE:
        return "the entry does not parse";
    case JOURNAL_MISSING:
        return "the entry is missing";
    case JOURNAL_CHAIN_BROKEN:
        return "the entry does not continue the one before";
    case JOURNAL_BAD_SIGNATURE:
        return "the entry is not signed by this kiosk's entry key";
    case JOURNAL_BAD_PAYLOAD:
        return "the payload can't be opened, or is not the one the entry names";
    case JOURNAL_FOREIGN:
        return "the entry is another kiosk's";
    }
    return "unknown fault";
}
