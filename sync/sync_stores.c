/* Opening, watching and giving up databases, see sync_stores.h.
 *
 * A handle that fails is closed at once and opened anew at the next contact: a file that was
 * replaced, a disk that was full and is not any more, need no restart.
 */
#include "sync_stores.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "log.h"
#include "mount_options.h"
#include "quarantine.h"

void sync_stores_init(struct sync_stores *stores, const struct kiosk_config *config,
                      struct clock *clock, const struct seal_root *root)
{
    *stores = (struct sync_stores){.config = config, .clock = clock, .root = root};
}

void sync_stores_done(struct sync_stores *stores)
{
    journal_reader_close(stores->journal);
    cache_writer_close(stores->cache);
    sync_state_close(stores->state);
    stores->journal = NULL;
    stores->cache = NULL;
    stores->state = NULL;
}

/* One line when something new is wrong with a file. */
static void complain(char logged[SYNC_STORES_WHY_LEN], const char *why)
{
    if (strcmp(logged, why) == 0)
        return;
    snprintf(logged, SYNC_STORES_WHY_LEN, "%s", why);
    log_event(LOG_SYNC_STORE_FAILED, "reason=\"%s\"", why);
}

static bool open_journal(struct sync_stores *stores)
{
    char why[JOURNAL_WHY_LEN] = "";
    if (stores->journal && journal_reader_has_moved(stores->journal)) {
        journal_reader_close(stores->journal);
        stores->journal = NULL;
    }
    if (stores->journal)
        return true;
    if (journal_reader_open(stores->config->journal, stores->root, &stores->journal, why) !=
        ERR_OK) {
        complain(stores->logged.journal, why);
        return false;
    }
    return true;
}

static void mount_look(const struct kiosk_config *config, const char *path)
{
    struct mount_finding found;
    if (mount_options_look(path, &found) == ERR_OK && found.durability != MOUNT_DURABLE)
        log_event(config->mode == KIOSK_DESK ? LOG_STORAGE_OF_A_DESK : LOG_STORAGE_NOT_DURABLE,
                  "file=%s mount=%s type=%s option=%s", path, found.point, found.type,
                  found.option);
}

/* What a start finds: an interruption is ended, a -wal that is missing is told. */
static void file_look(struct sync_file *file, const struct kiosk_config *config, const char *path)
{
    char name[QUARANTINE_NAME_LEN], why[QUARANTINE_WHY_LEN];
    if (file->looked)
        return;
    file->looked = true;
    mount_look(config, path);
    if (quarantine_resume(path, name, why) == ERR_OK)
        log_event(LOG_FILE_SET_ASIDE, "file=%s why=\"it was interrupted\"", name);
    if (quarantine_wal_gone(path))
        log_event(LOG_WAL_REMOVED, "file=%s", path);
}

/* Sets a file aside for the damage that `why` says; true: it can be made anew. */
static bool file_set_aside(struct sync_file *file, const char *path, char why[SYNC_STORES_WHY_LEN])
{
    char name[QUARANTINE_NAME_LEN], damage[SYNC_STORES_WHY_LEN];
    if (file->set_aside)
        return false;
    snprintf(damage, sizeof damage, "%s", why);
    if (quarantine_file(path, time(NULL), name, why) != ERR_OK)
        return false;
    file->set_aside = true;
    file->damaged = false;
    log_event(LOG_FILE_SET_ASIDE, "file=%s why=\"%s\"", name, damage);
    return true;
}

static void open_cache(struct sync_stores *stores)
{
    const char *path = stores->config->cache;
    char why[CACHE_WHY_LEN] = "";
    if (stores->cache && cache_writer_has_moved(stores->cache)) {
        cache_writer_close(stores->cache);
        stores->cache = NULL;
        stores->cache_file.looked = false;
    }
    if (stores->cache)
        return;
    file_look(&stores->cache_file, stores->config, path);
    snprintf(why, sizeof why, "%s", stores->logged.cache);
    enum err err = ERR_CORRUPT;
    if (!stores->cache_file.damaged)
        err = cache_writer_open(path, stores->root, &stores->cache, why);
    if (quarantine_wanted(err) && file_set_aside(&stores->cache_file, path, why))
        err = cache_writer_open(path, stores->root, &stores->cache, why);
    if (err)
        complain(stores->logged.cache, why);
}

static void open_state(struct sync_stores *stores)
{
    const char *path = stores->config->sync_db;
    char why[SYNC_STATE_WHY_LEN] = "";
    if (stores->state && sync_state_has_moved(stores->state)) {
        sync_state_close(stores->state);
        stores->state = NULL;
        stores->state_file.looked = false;
    }
    if (stores->state)
        return;
    file_look(&stores->state_file, stores->config, path);
    snprintf(why, sizeof why, "%s", stores->logged.state);
    enum err err = ERR_CORRUPT;
    if (!stores->state_file.damaged)
        err = sync_state_open(path, SYNC_STATE_WRITE, &stores->state, why);
    if (quarantine_wanted(err) && file_set_aside(&stores->state_file, path, why))
        err = sync_state_open(path, SYNC_STATE_WRITE, &stores->state, why);
    if (err)
        complain(stores->logged.state, why);
}

static void look_at_space(struct sync_stores *stores)
{
    static const enum log_id ids[] = {[SPACE_ENOUGH] = LOG_SPACE_ENOUGH,
                                      [SPACE_HALF] = LOG_SPACE_HALF,
                                      [SPACE_LITTLE] = LOG_SPACE_LITTLE,
                                      [SPACE_FULL] = LOG_SPACE_FULL};
    struct space space;
    if (space_look(stores->config->journal, &space) != ERR_OK)
        return;
    const unsigned percent = space_percent(&space);
    const enum space_level before = stores->space;
    stores->space = space_level_after(before, percent);
    const bool was_enough = before == SPACE_UNKNOWN && stores->space == SPACE_ENOUGH;
    if (stores->space != before && !was_enough)
        log_event(ids[stores->space], "file=%s used_percent=%u", stores->config->journal, percent);
}

bool sync_stores_open(struct sync_stores *stores)
{
    look_at_space(stores);
    open_cache(stores);
    open_state(stores);
    return open_journal(stores);
}

void sync_stores_journal_failed(struct sync_stores *stores, enum err err, uint64_t seq)
{
    char why[SYNC_STORES_WHY_LEN];
    const char *damaged = quarantine_wanted(err) ? SYNC_STATE_JOURNAL_DAMAGED : "";
    if (seq)
        snprintf(why, sizeof why, "%sentry %" PRIu64 " of %.180s: %s", damaged, seq,
                 stores->config->journal, err_text(err));
    else
        snprintf(why, sizeof why, "%sthe last entry of %.180s: %s", damaged,
                 stores->config->journal, err_text(err));
    complain(stores->logged.journal, why);
    journal_reader_close(stores->journal);
    stores->journal = NULL;
}

bool sync_stores_head(struct sync_stores *stores, struct journal_head *out)
{
    if (!open_journal(stores))
        return false;
    const enum err err = journal_reader_head(stores->journal, out);
    if (err == ERR_OK) {
        stores->logged.journal[0] = '\0';
        return true;
    }
    sync_stores_journal_failed(stores, err, 0);
    return false;
}

bool sync_stores_judge(struct sync_stores *stores, const struct receipt *receipt,
                       struct journal_standing *out)
{
    const enum err err = journal_receipt_judge(stores->journal, receipt, out);
    if (err == ERR_OK) {
        stores->parted = out->standing != RECEIPT_AGREES;
        return true;
    }
    sync_stores_journal_failed(stores, err, receipt->next - 1);
    return false;
}

void sync_stores_cache_failed(struct sync_stores *stores, enum err err)
{
    char why[SYNC_STORES_WHY_LEN];
    snprintf(why, sizeof why, "%.200s: %s", stores->config->cache, err_text(err));
    complain(stores->logged.cache, why);
    cache_writer_close(stores->cache);
    stores->cache = NULL;
    stores->cache_file.damaged |= quarantine_wanted(err);
}

bool sync_stores_patrol(struct sync_stores *stores)
{
    if (!stores->cache)
        return true;
    const enum err err = cache_writer_patrol(stores->cache, SYNC_PATROL_ROWS);
    if (quarantine_wanted(err))
        sync_stores_cache_failed(stores, err);
    return !quarantine_wanted(err) || stores->cache_file.set_aside;
}

bool sync_stores_versions(struct sync_stores *stores, struct cache_versions *out)
{
    if (!stores->cache)
        return false;
    const enum err err = cache_writer_versions(stores->cache, out);
    if (err == ERR_OK)
        return true;
    sync_stores_cache_failed(stores, err);
    return false;
}

int64_t sync_stores_wall_ms(const struct sync_stores *stores)
{
    struct clock_reading now;
    clock_read(stores->clock, &now);
    return now.wall_ms;
}

int64_t sync_stores_boottime_ms(const struct sync_stores *stores)
{
    struct clock_reading now;
    clock_read(stores->clock, &now);
    return now.boottime_ms;
}

static void state_failed(struct sync_stores *stores, enum err err)
{
    char why[SYNC_STORES_WHY_LEN];
    snprintf(why, sizeof why, "%.200s: %s", stores->config->sync_db, err_text(err));
    complain(stores->logged.state, why);
    sync_state_close(stores->state);
    stores->state = NULL;
    stores->state_file.damaged |= quarantine_wanted(err);
}

void sync_stores_learn_time(struct sync_stores *stores, const struct verify_key *key)
{
    struct sync_state state;
    struct receipt receipt;
    if (stores->clock->fixed || !stores->state ||
        sync_state_load(stores->state, &state) != ERR_OK ||
        receipt_stored_open(&state, key, stores->config->kiosk_id, &receipt) != ERR_OK)
        return;
    const struct sync_moment *contact = &state.contact;
    if (memcmp(contact->boot_id, stores->clock->boot_id, sizeof contact->boot_id) == 0)
        clock_take_fix(stores->clock, receipt.registry_ms, sync_moment_middle(contact));
    else
        clock_raise_floor(stores->clock, receipt.registry_ms - CLOCK_FIX_TOLERANCE_S * 1000LL);
}

void sync_stores_receipt(struct sync_stores *stores, const struct receipt *receipt,
                         struct span envelope, int64_t asked_ms, int64_t answered_ms)
{
    struct sync_moment moment = {
        .wall_ms = sync_stores_wall_ms(stores), .asked_ms = asked_ms, .answered_ms = answered_ms};
    memcpy(moment.boot_id, stores->clock->boot_id, sizeof moment.boot_id);
    clock_take_fix(stores->clock, receipt->registry_ms, sync_moment_middle(&moment));
    if (!stores->state)
        return;
    const enum err err = stores->parted
                             ? sync_state_store_parting(stores->state, &moment, receipt, envelope)
                             : sync_state_store_receipt(stores->state, &moment, receipt, envelope);
    if (err == ERR_OLD)
        log_event(LOG_SYNC_REFUSED,
                  "reason=\"the registry holds less than it acknowledged, sending again\" "
                  "next=%" PRIu64,
                  receipt->next);
    else if (err != ERR_OK)
        state_failed(stores, err);
    else
        stores->logged.state[0] = '\0';
}

void sync_stores_failure(struct sync_stores *stores, const char *why, bool stands)
{
    if (!stores->state)
        return;
    const int64_t now_ms = sync_stores_wall_ms(stores);
    struct sync_state before;
    enum err err = sync_state_load(stores->state, &before);
    if (!stands && err == ERR_OK && before.refused) {
        why = before.refusal;
        stands = true;
    }
    err = stands ? sync_state_store_refusal(stores->state, now_ms, why)
                 : sync_state_store_failure(stores->state, now_ms, why);
    if (err != ERR_OK)
        state_failed(stores, err);
}

void sync_stores_feeds(struct sync_stores *stores, const char *why)
{
    const enum err err = stores->state ? sync_state_store_feeds(stores->state, why) : ERR_OK;
    if (err != ERR_OK)
        state_failed(stores, err);
}
