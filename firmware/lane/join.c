/* One step at a time: an officer's entry comes in between.
 *
 * What is to be taken over is read by a reader of its own, kept open from step to step. A source
 * that can't be opened now may open later (it is busy, the disk fails); one that is no journal of
 * this kiosk never will, and is given up with its name.
 */
#include "join.h"

#include <stdlib.h>

struct join {
    const char *path;
    const struct seal_root *root;
    struct journal_reader *source; /* NULL: none is open */
    char source_name[JOURNAL_SOURCE_LEN];
};

enum err join_open(const char *path, const struct seal_root *root, struct join **out)
{
    struct join *join = calloc(1, sizeof *join);
    if (!join)
        return ERR_MEMORY;
    join->path = path;
    join->root = root;
    *out = join;
    return ERR_OK;
}

static void source_close(struct join *join)
{
    journal_reader_close(join->source);
    join->source = NULL;
}

void join_close(struct join *join)
{
    if (!join)
        return;
    source_close(join);
    free(join);
}

static enum err source_open(struct join *join, const char *name, char why[JOURNAL_WHY_LEN])
{
    if (join->source && strcmp(join->source_name, name) == 0)
        return ERR_OK;
    source_close(join);
    strcpy(join->source_name, name);
    return journal_reader_open(name[0] ? name : join->path, join->root, &join->source, why);
}

static bool is_hopeless(enum err err)
{
    return err == ERR_MISSING || err == ERR_CORRUPT || err == ERR_AUTH || err == ERR_INVALID;
}

static enum err take_over(struct join *join, struct journal *journal, struct join_step *step)
{
    enum err err = journal_recovery_pending(journal, &step->recovery);
    if (err)
        return err == ERR_MISSING ? ERR_OK : err;
    step->outcome = JOIN_RECOVERED;
    err = source_open(join, step->recovery.source, step->why);
    if (is_hopeless(err)) {
        step->outcome = JOIN_GAVE_UP;
        return journal_recovery_give_up(journal, &step->recovery);
    }
    if (!err)
        err = journal_recover_step(journal, join->source, &step->recovery, &step->now,
                                   &step->recovered);
    if (err || step->recovered.done)
        source_close(join);
    return err;
}

void join_run(struct join *join, struct journal *journal, struct join_step *step)
{
    struct journal_head head;
    enum err err;
    step->outcome = JOIN_NOTHING;
    if (step->part) {
        err = journal_begin_epoch(journal, &step->parting, &step->now, &head);
        step->outcome = err == ERR_OLD ? JOIN_PLAYED_AGAIN : JOIN_BEGUN;
        err = err == ERR_OLD ? ERR_OK : err;
    } else {
        err = take_over(join, journal, step);
    }
    step->err = err;
    if (err)
        step->outcome = JOIN_FAILED;
    journal_head(journal, &step->head);
}
