/* The kernel interrupts a call, or does half of it: for SQLite's own code (os_unix.c) on real
 * files.
 *
 * What the disk in memory can't show, since it is its own VFS: SQLite lets the calls it makes be
 * replaced (xSetSystemCall). The n-th call of a kind ends in EINTR, or moves only some bytes; n
 * rises until there are no more. A short write is not a full disk, and an interrupted call no loss:
 * the stores go on, or say ERR_IO or ERR_FULL and go on at the next try.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

#include "store_fixture.h"
#include "sync_state.h"

#define ENTRIES   1
#define TRIES_MAX 20

static struct {
    uint64_t at, calls; /* of the row's kind */
    int error;          /* 0: a short one */
    bool syncs;         /* the row is about them */
} plan;

static bool meets(void)
{
    return ++plan.calls == plan.at;
}

/* SQLite's syncs, and the store's, come here: the linker finds these before libc's. What reaches
 * the disk is no matter of this test. */
int fsync(int fd)
{
    (void)fd;
    if (!plan.syncs || !meets())
        return 0;
    errno = plan.error;
    return -1;
}

int fdatasync(int fd)
{
    return fsync(fd);
}

static size_t less(size_t len)
{
    return len > 1 ? len / 2 : len;
}

static ssize_t pwrite_cut(int fd, const void *bytes, size_t len, off_t at)
{
    if (!meets())
        return pwrite(fd, bytes, len, at);
    errno = plan.error;
    return plan.error ? -1 : pwrite(fd, bytes, less(len), at);
}

static ssize_t pread_cut(int fd, void *out, size_t len, off_t at)
{
    if (!meets())
        return pread(fd, out, len, at);
    errno = plan.error;
    return plan.error ? -1 : pread(fd, out, less(len), at);
}

static int open_cut(const char *path, int flags, int mode)
{
    if (!meets())
        return open(path, flags, mode);
    errno = plan.error;
    return -1;
}

static int ftruncate_cut(int fd, off_t size)
{
    if (!meets())
        return ftruncate(fd, size);
    errno = plan.error;
    return -1;
}

/* ---- a kiosk's stores --------------------------------------------------------------------- */

static bool named(enum err err)
{
    return !err || err == ERR_IO || err == ERR_FULL;
}

static void names_make(const struct store_fixture *fixture, char sync[64], char cache[64])
{
    snprintf(sync, 64, "%s/sync.db", fixture->folder);
    snprintf(cache, 64, "%s/cache.db", fixture->folder);
}

static void files_remove(const struct store_fixture *fixture)
{
    static const char *const files[] = {"test.db", "sync.db", "cache.db"};
    static const char *const parts[] = {"", "-wal", "-shm", "-journal"};
    char name[96];

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
            snprintf(name, sizeof name, "%s/%s%s", fixture->folder, files[i], parts[k]);
            unlink(name);
        }
}

struct stores {
    struct journal *journal;
    struct sync_state_db *sync;
    struct cache_writer *cache;
};

static enum err stores_open(const struct store_fixture *fixture, struct stores *out)
{
    char why[JOURNAL_WHY_LEN], sync[64], cache[64];
    enum err err = ERR_OK;

    names_make(fixture, sync, cache);
    if (!out->journal)
        err = journal_open(fixture->path, "CGK-03-0412", &fixture->keys, &fixture->now,
                           &out->journal, why);
    if (!err && !out->sync)
        err = sync_state_open(sync, SYNC_STATE_WRITE, &out->sync, why);
    if (!err && !out->cache)
        err = cache_writer_open(cache, fixture->root, &out->cache, why);
    return err;
}

static void stores_close(struct stores *stores)
{
    journal_close(stores->journal);
    sync_state_close(stores->sync);
    cache_writer_close(stores->cache);
}

static enum err work(const struct store_fixture *fixture, struct stores *stores, uint64_t *seq)
{
    struct journal_head head;
    struct cache_delta delta = {.as_of = 1000};
    struct cache_versions versions;
    enum err err = fixture_append(stores->journal, fixture, "x", &head);

    if (err)
        return err;
    *seq = head.seq;
    err = sync_state_store_failure(stores->sync, 1000, "no route to host");
    if (!err)
        err = cache_writer_versions(stores->cache, &versions);
    if (!err)
        err = cache_apply(stores->cache, &delta);
    return err ? err : journal_checkpoint(stores->journal);
}

/* Was there an n-th call? */
static bool run(const struct store_fixture *fixture, const char *proves, uint64_t n, int error)
{
    struct stores stores = {0};
    uint64_t seq = 0;
    unsigned tries = 0;

    files_remove(fixture);
    plan.at = n;
    plan.calls = 0;
    plan.error = error;
    for (unsigned done = 0; done < ENTRIES;) {
        enum err err = stores_open(fixture, &stores);
        if (!err)
            err = work(fixture, &stores, &seq);
        if (!named(err) || tries++ > TRIES_MAX)
            fail_msg("%s, call %" PRIu64 ": %s", proves, n, err_text(err));
        done += !err;
    }
    const bool met = plan.calls >= n;
    plan.at = 0;
    stores_close(&stores);
    const struct journal_verdict verdict = fixture_verify(fixture);
    if (verdict.fault || verdict.head.seq < seq)
        fail_msg("%s, call %" PRIu64 ": %s at %" PRIu64, proves, n,
                 journal_fault_text(verdict.fault), verdict.seq);
    return met;
}

typedef void (*call_fn)(void); /* as SQLite takes any of them */

static void every_call_is_interrupted_in_turn(void **state)
{
    static const struct {
        const char *proves, *call, *also;
        call_fn with;
        int error;
    } rows[] = {
        {"a write is short", "pwrite", "pwrite64", (call_fn)pwrite_cut, 0},
        {"a write is interrupted", "pwrite", "pwrite64", (call_fn)pwrite_cut, EINTR},
        {"a read is short", "pread", "pread64", (call_fn)pread_cut, 0},
        {"a read is interrupted", "pread", "pread64", (call_fn)pread_cut, EINTR},
        {"an open is interrupted", "open", NULL, (call_fn)open_cut, EINTR},
        {"a truncate is interrupted", "ftruncate", NULL, (call_fn)ftruncate_cut, EINTR},
        {"a sync is interrupted", NULL, NULL, NULL, EINTR},
    };
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

    assert_non_null(vfs->xSetSystemCall);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const sqlite3_syscall_ptr with = (sqlite3_syscall_ptr)rows[i].with;
        plan.syncs = !rows[i].call;
        if (rows[i].call)
            vfs->xSetSystemCall(vfs, rows[i].call, with);
        if (rows[i].also)
            vfs->xSetSystemCall(vfs, rows[i].also, with);
        uint64_t n = 1;
        while (run(*state, rows[i].proves, n, rows[i].error))
            n++;
        vfs->xSetSystemCall(vfs, NULL, NULL);
        print_message("%s: each of %" PRIu64 " calls\n", rows[i].proves, n - 1);
        assert_true(n > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_call_is_interrupted_in_turn, store_fixture_make,
                                        store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
