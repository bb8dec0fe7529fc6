/* An acknowledged entry is on the disk, not in the kernel's memory: power may fail right after.
 *
 * A killed process can't show that, since the kernel keeps what was written. So this program stands
 * between SQLite and the kernel: its own pwrite64, fdatasync and fsync replace the C library's (a
 * program's symbols go before its libraries'), count what is written to the WAL and not yet synced,
 * and fail a sync when told to.
 */
#include "store_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned writes, unsynced, syncs_to_fail;

static bool is_wal(int fd)
{
    static const char suffix[] = "-wal";
    char link[64], path[256];

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t len = readlink(link, path, sizeof path);
    return len > (ssize_t)sizeof suffix &&
           memcmp(path + len - (sizeof suffix - 1), suffix, sizeof suffix - 1) == 0;
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    if (is_wal(fd)) {
        writes++;
        unsynced++;
    }
    return syscall(SYS_pwrite64, fd, bytes, len, at);
}

static int sync_with(long number, int fd)
{
    if (is_wal(fd)) {
        if (syncs_to_fail > 0) {
            syncs_to_fail--;
            errno = EIO;
            return -1;
        }
        unsynced = 0;
    }
    return (int)syscall(number, fd);
}

int fdatasync(int fd)
{
    return sync_with(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    return sync_with(SYS_fsync, fd);
}

static void an_entry_is_synced_before_it_is_acknowledged(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal_head head;

    writes = unsynced = 0;
    struct journal *journal = fixture_journal(fixture);
    assert_true(writes > 0);
    assert_int_equal(unsynced, 0);
    for (unsigned i = 0; i < 20; i++) {
        writes = 0;
        assert_int_equal(fixture_append(journal, fixture, "x", &head), ERR_OK);
        assert_true(writes > 0);
        assert_int_equal(unsynced, 0);
        if (i % 7 == 0)
            assert_int_equal(journal_checkpoint(journal), ERR_OK);
    }
    journal_close(journal);
}

static void a_failed_sync_acknowledges_nothing_and_breaks_nothing(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_head head, before;

    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(fixture_append(journal, fixture, "x", &before), ERR_OK);
        syncs_to_fail = 1;
        assert_int_equal(fixture_append(journal, fixture, "lost", &head), ERR_IO);
        assert_int_equal(syncs_to_fail, 0);
        journal_head(journal, &head);
        assert_memory_equal(&head, &before, sizeof head);
        if (i % 2) { /* as found by the next process */
            journal_close(journal);
            journal = fixture_journal(fixture);
        }
    }
    assert_int_equal(fixture_append(journal, fixture, "last", &head), ERR_OK);
    journal_close(journal);
    const struct journal_verdict verdict = fixture_verify(fixture);
    assert_int_equal(verdict.fault, JOURNAL_SOUND);
    assert_int_equal(verdict.entries, head.seq);
    assert_in_range(head.seq, 12, 22);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_entry_is_synced_before_it_is_acknowledged,
                                        store_fixture_make, store_fixture_remove),
        cmocka_unit_test_setup_teardown(a_failed_sync_acknowledges_nothing_and_breaks_nothing,
                                        store_fixture_make, store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
