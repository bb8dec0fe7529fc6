/* A file system that is really full: every entry is refused until there is space again.
 *
 * A tmpfs of its own in a mount namespace of its own; that needs root or unprivileged user
 * namespaces. Where neither is there the test is skipped by name; tests/unit/store/test_journal.c
 * does the same with a file size limit, which needs nothing.
 */
#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

#include "sync_state.h"

static bool file_set(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    const bool set = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return set;
}

/* Who is not root becomes root of a user namespace of its own (user_namespaces(7)). */
static bool become_root(void)
{
    const unsigned uid = geteuid(), gid = getegid();
    char users[32], groups[32];

    if (uid == 0)
        return true;
    snprintf(users, sizeof users, "0 %u 1", uid);
    snprintf(groups, sizeof groups, "0 %u 1", gid);
    return unshare(CLONE_NEWUSER) == 0 && file_set("/proc/self/setgroups", "deny") &&
           file_set("/proc/self/uid_map", users) && file_set("/proc/self/gid_map", groups);
}

static bool small_disk(const char *folder)
{
    return become_root() && unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("pamit-test", folder, "tmpfs", 0, "size=512k") == 0;
}

static void fill(const char *path)
{
    static const char block[4096];
    const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

    assert_true(fd >= 0);
    while (write(fd, block, sizeof block) > 0)
        continue;
    assert_int_equal(errno, ENOSPC);
    close(fd);
}

static void a_full_disk_refuses_until_there_is_space(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal_head head, before;
    char filler[96];

    if (!small_disk(fixture->folder)) {
        print_message("SKIPPED: needs root or user namespaces to mount a tmpfs\n");
        skip();
    }
    snprintf(filler, sizeof filler, "%s/filler", fixture->folder);
    struct journal *journal = fixture_journal(fixture);
    for (unsigned round = 0; round < 3; round++) {
        enum err err = ERR_OK;
        assert_int_equal(fixture_append(journal, fixture, "x", &before), ERR_OK);
        fill(filler);
        /* The WAL has room to be written over after a checkpoint; then it wants to grow. */
        for (unsigned i = 0; !err && i < 200; i++) {
            err = fixture_append(journal, fixture, "y", &head);
            if (!err)
                before = head;
        }
        assert_int_equal(err, ERR_FULL);
        assert_int_equal(fixture_append(journal, fixture, "y", &head), ERR_FULL);
        assert_int_equal(unlink(filler), 0);
        assert_int_equal(fixture_append(journal, fixture, "z", &head), ERR_OK);
        assert_int_equal(head.seq, before.seq + 1);
        assert_int_equal(journal_checkpoint(journal), ERR_OK);
    }
    journal_close(journal);
    const struct journal_verdict verdict = fixture_verify(fixture);
    assert_int_equal(verdict.fault, JOURNAL_SOUND);
    assert_int_equal(verdict.entries, head.seq);
}

static void a_full_disk_makes_no_half_database(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = NULL;
    char filler[96], why[JOURNAL_WHY_LEN] = "";

    if (!small_disk(fixture->folder)) {
        print_message("SKIPPED: needs root or user namespaces to mount a tmpfs\n");
        skip();
    }
    snprintf(filler, sizeof filler, "%s/filler", fixture->folder);
    fill(filler);
    assert_int_equal(
        journal_open(fixture->path, "CGK-03-0412", &fixture->keys, &fixture->now, &journal, why),
        ERR_FULL);
    assert_int_equal(unlink(filler), 0);
    journal_close(fixture_journal(fixture));
}

/* Leaves the small disk behind before the folder is removed. */
static int disk_remove(void **state)
{
    const struct store_fixture *fixture = *state;

    umount2(fixture->folder, MNT_DETACH);
    return store_fixture_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_disk_refuses_until_there_is_space,
                                        store_fixture_make, disk_remove),
        cmocka_unit_test_setup_teardown(a_full_disk_makes_no_half_database, store_fixture_make,
                                        disk_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
