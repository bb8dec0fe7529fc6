/* Opening what the options and the configuration name. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static bool path_set(char out[KIOSK_PATH_LEN], const char *option, const char *configured)
{
    const char *path = option ? option : configured;

    if (strlen(path) >= KIOSK_PATH_LEN) {
        cli_fail("path too long: %s", path);
        return false;
    }
    strcpy(out, path);
    return true;
}

bool cli_paths_read(const struct cli_options *options, struct cli_paths *out)
{
    char why[CONFIG_WHY_LEN];

    memset(out, 0, sizeof *out);
    if (options->config && kiosk_config_load(options->config, &out->config, why)) {
        cli_fail("%s", why);
        return false;
    }
    return path_set(out->journal, options->journal, out->config.journal) &&
           path_set(out->entry_key_pub, options->entry_key_pub, "") &&
           path_set(out->storage_key, options->storage_key, out->config.storage_key) &&
           path_set(out->cache, options->cache, out->config.cache) &&
           path_set(out->sync_db, options->sync_db, out->config.sync_db);
}

bool cli_root_open(const struct cli_paths *paths, struct seal_root **root)
{
    char why[SEAL_WHY_LEN];

    *root = NULL;
    if (!paths->storage_key[0])
        return true;
    if (seal_root_load(paths->storage_key, root, why)) {
        cli_fail("%s", why);
        return false;
    }
    return true;
}

/* Never over a file that is there. */
static bool key_make(const char *path)
{
    uint8_t key[SEAL_ROOT_LEN];
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0) {
        if (errno == EEXIST)
            return true;
        cli_fail("%s: %s", path, strerror(errno));
        return false;
    }
    seal_random(key, sizeof key);
    const bool written = write(fd, key, sizeof key) == (ssize_t)sizeof key && fsync(fd) == 0;
    explicit_bzero(key, sizeof key);
    close(fd);
    if (!written) {
        unlink(path);
        cli_fail("%s: write failed", path);
    }
    return written;
}

bool cli_cache_root_open(const struct cli_paths *paths, const char *db, bool make,
                         struct seal_root **root)
{
    struct cli_paths beside;

    if (paths->storage_key[0])
        return cli_root_open(paths, root);
    if (!make && access(db, F_OK) < 0) { /* else it would be the key that is missing */
        cli_fail("%s: %s", db, strerror(errno));
        return false;
    }
    if ((size_t)snprintf(beside.storage_key, sizeof beside.storage_key, "%s.key", db) >=
        sizeof beside.storage_key) {
        cli_fail("path too long: %s", db);
        return false;
    }
    return (!make || key_make(beside.storage_key)) && cli_root_open(&beside, root);
}

bool cli_journal_open(const struct cli_paths *paths, const struct seal_root *root,
                      struct journal_reader **out)
{
    char why[JOURNAL_WHY_LEN];

    if (!paths->journal[0]) {
        cli_fail("--config or --journal is needed");
        return false;
    }
    if (journal_reader_open(paths->journal, root, out, why)) {
        cli_fail("%s", why);
        return false;
    }
    return true;
}

bool cli_entry_key_open(const struct cli_paths *paths, struct verify_key **out)
{
    char why[SIGN_WHY_LEN];
    uint8_t point[SIGN_POINT_LEN];
    struct sign_key *own = NULL;

    if (paths->entry_key_pub[0]) {
        if (!verify_key_load(paths->entry_key_pub, out, why))
            return true;
        cli_fail("%s", why);
        return false;
    }
    if (!paths->config.entry_key[0]) {
        cli_fail("--config or --entry-key-pub is needed");
        return false;
    }
    if (sign_key_load(paths->config.entry_key, &own, why)) {
        cli_fail("%s", why);
        return false;
    }
    sign_key_point(own, point);
    sign_key_close(own);
    const enum err err = verify_key_from_point(point, out);
    if (err)
        cli_fail("%s: %s", paths->config.entry_key, err_text(err));
    return !err;
}

/* ERR_MISSING: nothing is stored, or, with `why`, the file is not there or not yet as we read it.
 */
static enum err state_read(const struct cli_paths *paths, struct sync_state *out,
                           char why[CLI_WHY_LEN])
{
    struct sync_state_db *db = NULL;
    enum err err = sync_state_open(paths->sync_db, SYNC_STATE_READ, &db, why);

    if (err)
        return err;
    err = sync_state_load(db, out);
    sync_state_close(db);
    if (err && err != ERR_MISSING)
        snprintf(why, CLI_WHY_LEN, "%s: %s", paths->sync_db, err_text(err));
    return err;
}

/* Holds the stored receipt against the key and the journal. */
static bool receipt_judge(const struct cli_paths *paths, struct journal_reader *reader,
                          struct cli_uplink *uplink)
{
    struct verify_key *key = NULL;
    struct receipt receipt;
    struct journal_standing judged = {0};
    char why[SIGN_WHY_LEN];

    if (verify_key_load(paths->config.receipt_key, &key, why)) {
        cli_fail("%s", why);
        return false;
    }
    enum err err = receipt_stored_open(&uplink->state, key, paths->config.kiosk_id, &receipt);
    verify_key_close(key);
    if (err) {
        snprintf(uplink->finding, sizeof uplink->finding, "%s: the stored receipt does not verify",
                 paths->sync_db);
        return true;
    }
    if (reader)
        err = journal_receipt_judge(reader, &receipt, &judged);
    else
        judged.standing = receipt.next > 1 ? RECEIPT_AHEAD : RECEIPT_AGREES;
    if (err == ERR_CORRUPT)
        snprintf(uplink->finding, sizeof uplink->finding,
                 "entry %" PRIu64 ", which the registry has, is missing or altered here",
                 receipt.next - 1);
    else if (err)
        cli_fail("%s: %s", paths->journal, err_text(err));
    else if (judged.standing == RECEIPT_AGREES) {
        uplink->acked_next = judged.from ? judged.from : 1;
        uplink->registry_ms = receipt.registry_ms;
    } else
        receipt_standing_say(judged.standing, &receipt, uplink->head.seq, uplink->finding,
                             sizeof uplink->finding);
    return !err || err == ERR_CORRUPT;
}

bool cli_uplink_read(const struct cli_paths *paths, struct journal_reader *reader,
                     struct cli_uplink *out)
{
    char why[CLI_WHY_LEN] = "";

    *out = (struct cli_uplink){.acked_next = 1, .first = 1};
    enum err err = reader ? journal_reader_head(reader, &out->head) : ERR_OK;
    if (reader && !err)
        err = journal_reader_seek(reader, &out->first);
    if (err) {
        cli_fail("%s: %s", paths->journal, err_text(err));
        return false;
    }
    err = state_read(paths, &out->state, why);
    if (err && err != ERR_MISSING) {
        cli_fail("%s", why);
        return false;
    }
    if (err == ERR_MISSING && why[0] && access(paths->sync_db, F_OK) == 0)
        snprintf(out->unread, sizeof out->unread, "%.400s: start pamit-sync", why);
    out->has_receipt = out->state.receipt_len > 0;
    return !out->has_receipt || receipt_judge(paths, reader, out);
}
