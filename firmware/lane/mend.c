/* Mending the journal, see mend.h.
 *
 * A damaged journal is found at three places: it does not open; its newest entries can't be read
 * back; an append or a look-up meets a page that is none. Each ends in the same way: everything is
 * closed, and opened again as at a start, with the file set aside. So there is one way to go on,
 * and it is the one that every power cut tests.
 *
 * What this refuses: to do it twice in one life. A disk that damages what was just written would be
 * filled with set-aside files, one a second; then the fault stays on the screen, and each attempt
 * to store fails by its name.
 */
#include "mend.h"

#include <stdio.h>
#include <stdlib.h>

#include "journal_salvage.h"
#include "log.h"
#include "mount_options.h"
#include "quarantine.h"

/* A desk's disk is no counter's: it is told, and frightens nobody. */
static void look_at_mount(struct mend *mend, const struct kiosk_config *config)
{
    const bool desk = config->mode == KIOSK_DESK;
    struct mount_finding found;
    if (mount_options_look(config->journal, &found) || found.durability == MOUNT_DURABLE)
        return;
    mend->not_durable = !desk;
    log_event(desk ? LOG_STORAGE_OF_A_DESK : LOG_STORAGE_NOT_DURABLE,
              "file=%s mount=%s type=%s option=%s", config->journal, found.point, found.type,
              found.option);
}

static void look(struct mend *mend, const struct kiosk_config *config)
{
    const char *path = config->journal;
    char name[QUARANTINE_NAME_LEN], why[QUARANTINE_WHY_LEN];
    if (mend->looked)
        return;
    mend->looked = true;
    look_at_mount(mend, config);
    if (quarantine_resume(path, name, why) == ERR_OK)
        log_event(LOG_FILE_SET_ASIDE, "file=%s why=\"it was interrupted\"", name);
    mend->wal_gone = quarantine_wal_gone(path);
    if (mend->wal_gone)
        log_event(LOG_WAL_REMOVED, "file=%s", path);
}

static enum err set_aside(struct mend *mend, const char *path, const struct clock_reading *now,
                          char why[JOURNAL_WHY_LEN])
{
    char name[QUARANTINE_NAME_LEN], damage[JOURNAL_WHY_LEN];
    snprintf(damage, sizeof damage, "%s", why);
    const enum err err = quarantine_file(path, now->wall_ms / 1000, name, why);
    if (err)
        return err;
    mend->set_aside = true;
    mend->damaged = false;
    log_event(LOG_FILE_SET_ASIDE, "file=%s why=\"%s\"", name, damage);
    return ERR_OK;
}

/* Journals that lie there, from this start or from earlier ones: what they hold is not lost. */
static void take_over(struct journal *journal, const struct kiosk_config *config,
                      const struct journal_keys *keys)
{
    char why[JOURNAL_WHY_LEN];
    struct quarantine_list *list = malloc(sizeof *list);
    if (!list)
        return; /* the next start does it */
    (void)!quarantine_list(config->journal, list);
    for (unsigned i = 0; i < list->count; i++) {
        const enum err err =
            journal_salvage(journal, list->name[i], keys->root, keys->receipt, why);
        if (err)
            log_event(LOG_SALVAGE_FAILED, "file=%s why=\"%s\"", list->name[i], why);
    }
    free(list);
}

enum err mend_open(struct mend *mend, const struct kiosk_config *config,
                   const struct journal_keys *keys, const struct clock_reading *now,
                   struct journal **out, char why[JOURNAL_WHY_LEN])
{
    enum err err = ERR_CORRUPT;
    look(mend, config);
    mend->turns++;
    snprintf(why, JOURNAL_WHY_LEN, "found damaged at work");
    if (!mend->damaged || mend->set_aside)
        err = journal_open(config->journal, config->kiosk_id, keys, now, out, why);
    if (quarantine_wanted(err) && !mend->set_aside) {
        err = set_aside(mend, config->journal, now, why);
        if (!err)
            err = journal_open(config->journal, config->kiosk_id, keys, now, out, why);
    }
    if (!err && journal_wal_cut(*out))
        log_event(LOG_WAL_CUT, "file=%s pages=%u", config->journal, journal_wal_cut(*out));
    if (!err)
        take_over(*out, config, keys);
    return err;
}

bool mend_may_reopen(const struct mend *mend)
{
    return mend->turns < MEND_TURNS_MAX;
}

bool mend_may_set_aside(const struct mend *mend)
{
    return !mend->set_aside && mend_may_reopen(mend);
}

bool mend_again(struct mend *mend, int code)
{
    if (code == LANE_JOURNAL_DAMAGED)
        mend->damaged = true;
    else if (code == LANE_JOURNAL_MOVED)
        mend->looked = false;
    else
        return false;
    return true;
}

void mend_tell(const struct mend *mend, const struct kiosk_config *config, struct lane *lane)
{
    struct quarantine_list *list = malloc(sizeof *list);
    if (list && (!quarantine_list(config->journal, list) || list->count))
        lane_notice(lane, NOTICE_JOURNAL_DAMAGED);
    if (mend->was_serving && !lane_is_serving(lane))
        lane_notice(lane, NOTICE_SCAN_AGAIN);
    if (mend->wal_gone)
        lane_notice(lane, NOTICE_WAL_REMOVED);
    if (mend->not_durable)
        lane_notice(lane, NOTICE_STORAGE_NOT_DURABLE);
    free(list);
}
