/* The whole journal, entry by entry: chain, signatures, payloads.
 *
 * Every entry is judged only by what came before it, so the first bad one is named and nothing
 * after it is believed. The walk is one statement in one read transaction: a writer that appends
 * meanwhile neither waits nor confuses it (its WAL grows until the walk is over).
 *
 * Signatures lag behind by a batch. Where the walk ends, at a bad entry too, those before it are
 * checked first: one of them that is not signed comes first.
 *
 * Entries can't say that there were more of them. So the file is looked at too: a page that lost
 * its last row, and a WAL that SQLite cut off, show there.
 *
 * It refuses to say more than it can: a tail that is gone leaves a shorter journal that is sound,
 * and whoever holds the entry key can sign another history. Both show against the registry's
 * receipts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "database_check.h"
#include "journal_check.h"
#include "journal_read.h"
#include "signature_crew.h"

struct walk {
    struct journal_check check;
    struct signature_crew crew;
    struct journal_verdict verdict; /* its entries: those whose signatures are checked too */
    void (*progress)(uint64_t entries, void *user);
    void *user;
};

/* Are those signed whose headers were looked at? */
static enum err batch_end(struct walk *walk)
{
    struct journal_verdict *verdict = &walk->verdict;
    const struct signed_header *bad = NULL;
    const size_t n = walk->crew.n;
    const enum err err = signature_crew_check(&walk->crew, &bad);

    if (err)
        return err;
    verdict->entries += n;
    if (bad) {
        verdict->fault = JOURNAL_BAD_SIGNATURE;
        verdict->seq = bad->seq;
    }
    if (walk->progress)
        walk->progress(verdict->entries, walk->user);
    return ERR_OK;
}

/* This entry is bad, if those before it are signed. */
static enum err fault_end(struct walk *walk, enum journal_fault fault, uint64_t seq)
{
    const enum err err = batch_end(walk);

    if (!err && !walk->verdict.fault) {
        walk->verdict.fault = fault;
        walk->verdict.seq = seq;
    }
    return err;
}

/* It was judged: only a sound EPOCH leaves numbers out. */
static void left_out_note(struct walk *walk, const struct entry_header *header)
{
    struct journal_verdict *verdict = &walk->verdict;
    const uint64_t next = walk->check.head.seq + 1;

    if (header->seq == next)
        return;
    if (verdict->n_left_out < JOURNAL_LEFT_OUT_MAX)
        verdict->left_out[verdict->n_left_out] = (struct journal_left_out){
            .epoch = header->epoch, .first = next, .last = header->seq - 1};
    verdict->n_left_out++;
}

static enum err entry_take(struct walk *walk, const struct stored_entry *stored)
{
    struct entry_header header;
    enum journal_fault fault = journal_check_header(&walk->check, stored, &header);

    if (fault)
        return fault_end(walk, fault,
                         fault == JOURNAL_MISSING ? walk->check.head.seq + 1 : stored->seq);
    const enum err err = journal_check_payload(&walk->check, stored, &header, &fault);
    if (err)
        return err;
    signature_crew_add(&walk->crew, stored);
    if (fault)
        return fault_end(walk, fault, stored->seq);
    left_out_note(walk, &header);
    journal_check_go_on(&walk->check, stored, &header);
    return walk->crew.n == SIGNATURE_BATCH_MAX ? batch_end(walk) : ERR_OK;
}

static enum err walk_entries(struct walk *walk, sqlite3_stmt *all)
{
    int rc;

    while ((rc = database_step(all)) == SQLITE_ROW) {
        struct stored_entry stored;
        stored_entry_read(all, &stored);
        const enum err err = entry_take(walk, &stored);
        if (err || walk->verdict.fault)
            return err;
    }
    const enum err err = database_err(rc);
    if (err == ERR_CORRUPT) /* a damaged page of the file: the next entry can't be had */
        return fault_end(walk, JOURNAL_UNREADABLE, walk->check.head.seq + 1);
    return err ? err : batch_end(walk);
}

static enum err walk_run(struct journal_reader *reader, struct walk *walk)
{
    sqlite3_stmt *all = NULL;
    enum err err = database_prepare(
        &reader->database, "SELECT " STORED_ENTRY_COLUMNS " FROM entry ORDER BY seq", &all);

    if (err)
        return err;
    err = walk_entries(walk, all);
    sqlite3_finalize(all);
    return err;
}

enum err journal_verify(struct journal_reader *reader, const struct verify_key *key,
                        void (*progress)(uint64_t entries, void *user), void *user,
                        struct journal_verdict *out)
{
    struct walk *walk = calloc(1, sizeof *walk);

    if (!walk)
        return ERR_MEMORY;
    *walk = (struct walk){.check = {.kiosk = reader->kiosk, .days = &reader->days},
                          .verdict = {.payloads_opened = reader->days.wrap != NULL},
                          .progress = progress,
                          .user = user};
    enum err err = signature_crew_open(key, &walk->crew);
    if (!err)
        err = walk_run(reader, walk);
    walk->verdict.head = walk->check.head;
    walk->verdict.purged = walk->check.purged;
    if (!err)
        *out = walk->verdict;
    signature_crew_close(&walk->crew);
    free(walk);
    return err;
}

enum err journal_verify_file(struct journal_reader *reader, char what[JOURNAL_WHY_LEN])
{
    static const char *const words[] = {
        [DATABASE_WHOLE] = "",
        [DATABASE_PAGES_BAD] = "its pages do not fit together: entries may be missing",
        [DATABASE_WAL_BAD] = "its -wal was altered or is damaged: entries are missing",
        [DATABASE_WAL_TORN] = ("its -wal ends in what is no whole transaction: the power failed"
                               " before it was acknowledged, or entries are missing")};
    char found[DATABASE_WHY_LEN] = "";
    enum database_damage damage = DATABASE_WHOLE;
    const enum err err = database_check(&reader->database, &damage, found);

    if (err)
        return err;
    snprintf(what, JOURNAL_WHY_LEN, damage ? "%s (%.80s)" : "%s", words[damage], found);
    return ERR_OK;
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
    case JOURNAL_MISPLACED:
        return "another entry of this journal is in its place";
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
