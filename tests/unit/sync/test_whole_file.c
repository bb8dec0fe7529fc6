/* Files that are there whole or not at all: in which order they are written, synced and named, what
 * a failure of any of it leaves, and what they may be read by. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "device_key.h"
#include "whole_file.h"

/* What was called, a letter each; the call that is to fail. */
static char calls[64];
static size_t n_calls, failing;

static bool note(char call)
{
    calls[n_calls++] = call;
    calls[n_calls] = '\0';
    if (n_calls != failing)
        return true;
    errno = EIO;
    return false;
}

static void forget(size_t fail_at)
{
    n_calls = 0;
    calls[0] = '\0';
    failing = fail_at;
}

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
/* While something is written, this one is moved away. */
static const char *moving;

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    char away[80];
    if (moving) {
        snprintf(away, sizeof away, "%s.away", moving);
        assert_int_equal(rename(moving, away), 0);
        assert_int_equal(mkdir(moving, 0700), 0);
    }
    return note('w') ? __real_write(fd, bytes, len) : -1;
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    struct stat st;
    fstat(fd, &st);
    return note(S_ISDIR(st.st_mode) ? 'D' : 'S') ? __real_fsync(fd) : -1;
}

int __real_renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags);
int __wrap_renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags);
int __wrap_renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
    return note('N') ? __real_renameat2(from_at, from, to_at, to, flags) : -1;
}

struct fixture {
    char folder[64], path[96], part[104];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    memcpy(f->folder, "/tmp/pamit-whole-XXXXXX", 24);
    if (!f || !mkdtemp(f->folder))
        return -1;
    snprintf(f->path, sizeof f->path, "%s/file", f->folder);
    snprintf(f->part, sizeof f->part, "%s.part", f->path);
    forget(0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    unlink(f->path);
    unlink(f->part);
    rmdir(f->folder);
    free(f);
    return 0;
}

static enum err put(const struct fixture *f, const char *text, enum whole_file_how how)
{
    char why[WHOLE_FILE_WHY_LEN];
    return whole_file_write(f->path, 0600, span_of_text(text), how, why);
}

static void assert_holds(const char *path, const char *text)
{
    char held[64] = "";
    FILE *file = fopen(path, "re");
    if (!text) {
        assert_null(file);
        return;
    }
    assert_non_null(file);
    held[fread(held, 1, sizeof held - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(held, text);
}

static void content_is_on_the_disk_before_the_name_and_the_name_before_we_return(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(put(f, "one", WHOLE_FILE_NEW), ERR_OK);
    assert_string_equal(calls, "wSND");
    forget(0);
    assert_int_equal(put(f, "two", WHOLE_FILE_REPLACE), ERR_OK);
    assert_string_equal(calls, "wSND");
    assert_holds(f->path, "two");
    assert_holds(f->part, NULL);
}

static void whatever_fails_the_old_one_or_the_new_one_is_there(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(put(f, "old", WHOLE_FILE_REPLACE), ERR_OK);
    for (size_t at = 1; at <= 4; at++) {
        forget(at);
        assert_int_equal(put(f, "new", WHOLE_FILE_REPLACE), ERR_IO);
        assert_holds(f->path, at < 4 ? "old" : "new"); /* 4: is it durable? unknown */
        assert_holds(f->part, NULL);
    }
}

static void a_new_file_takes_nobodys_place(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(put(f, "first", WHOLE_FILE_NEW), ERR_OK);
    assert_int_equal(put(f, "second", WHOLE_FILE_NEW), ERR_BUSY);
    assert_holds(f->path, "first");
    assert_holds(f->part, NULL);
}

static void what_a_cut_left_is_overwritten(void **state)
{
    const struct fixture *f = *state;
    FILE *left = fopen(f->part, "we");
    fputs("half of something that was longer", left);
    fclose(left);
    assert_int_equal(put(f, "whole", WHOLE_FILE_NEW), ERR_OK);
    assert_holds(f->path, "whole");
}

static void it_is_all_done_in_one_folder(void **state)
{
    const struct fixture *f = *state;
    char away[80], there[96];
    snprintf(away, sizeof away, "%s.away", f->folder);
    snprintf(there, sizeof there, "%s/file", away);
    moving = f->folder;
    const enum err err = put(f, "here", WHOLE_FILE_NEW);
    moving = NULL;
    assert_int_equal(err, ERR_OK);
    assert_holds(f->path, NULL);
    assert_holds(there, "here");
    unlink(there);
    rmdir(away);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    char why[WHOLE_FILE_WHY_LEN];
    assert_int_equal(whole_file_write("/nowhere/file", 0600, span_of_text(""), WHOLE_FILE_NEW, why),
                     ERR_MISSING);
    assert_string_equal(why, "/nowhere: No such file or directory");
}

static void one_at_a_time_works_in_a_folder(void **state)
{
    const struct fixture *f = *state;
    char why[WHOLE_FILE_WHY_LEN];
    int lock, second;
    assert_int_equal(whole_file_lock(f->path, WHOLE_FILE_TRY, &lock, why), ERR_OK);
    assert_int_equal(whole_file_lock(f->part, WHOLE_FILE_TRY, &second, why), ERR_BUSY);
    whole_file_unlock(lock);
    assert_int_equal(whole_file_lock(f->path, WHOLE_FILE_WAIT, &second, why), ERR_OK);
    whole_file_unlock(second);
}

static void keys_are_their_owners_alone_whatever_the_umask(void **state)
{
    const struct fixture *f = *state;
    struct stat st;
    char why[WHOLE_FILE_WHY_LEN];
    bool made;
    const mode_t before = umask(0);
    assert_int_equal(sign_init(), ERR_OK);
    assert_int_equal(device_key_make(f->path, &made, why), ERR_OK);
    umask(before);
    assert_true(made);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void what_root_writes_is_its_folders_owners(void **state)
{
    enum { SOMEBODY = 12345 };
    const struct fixture *f = *state;
    struct stat st;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(f->folder, SOMEBODY, SOMEBODY), 0);
    assert_int_equal(put(f, "whose", WHOLE_FILE_NEW), ERR_OK);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_uid, SOMEBODY);
}

static void a_key_that_is_there_stays(void **state)
{
    const struct fixture *f = *state;
    char why[WHOLE_FILE_WHY_LEN];
    bool made;
    struct sign_key *key;
    uint8_t first[SIGN_POINT_LEN], again[SIGN_POINT_LEN];
    assert_int_equal(sign_init(), ERR_OK);
    assert_int_equal(device_key_make(f->path, &made, why), ERR_OK);
    assert_int_equal(sign_key_load(f->path, &key, why), ERR_OK);
    sign_key_point(key, first);
    sign_key_close(key);
    assert_int_equal(device_key_make(f->path, &made, why), ERR_OK);
    assert_false(made);
    assert_int_equal(sign_key_load(f->path, &key, why), ERR_OK);
    sign_key_point(key, again);
    sign_key_close(key);
    assert_memory_equal(first, again, sizeof first);
}

static void a_public_key_is_read_back_from_its_pem(void **state)
{
    const struct fixture *f = *state;
    char why[WHOLE_FILE_WHY_LEN], pem[DEVICE_POINT_PEM_MAX];
    bool made;
    struct sign_key *key;
    struct verify_key *public_key;
    uint8_t point[SIGN_POINT_LEN], read[SIGN_POINT_LEN];
    assert_int_equal(sign_init(), ERR_OK);
    assert_int_equal(device_key_make(f->path, &made, why), ERR_OK);
    assert_int_equal(sign_key_load(f->path, &key, why), ERR_OK);
    sign_key_point(key, point);
    sign_key_close(key);
    device_point_pem(point, pem);
    assert_int_equal(put(f, pem, WHOLE_FILE_REPLACE), ERR_OK);
    assert_int_equal(verify_key_load(f->path, &public_key, why), ERR_OK);
    verify_key_point(public_key, read);
    verify_key_close(public_key);
    assert_memory_equal(point, read, sizeof point);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(content_is_on_the_disk_before_the_name_and_the_name_before_we_return),
        TEST(whatever_fails_the_old_one_or_the_new_one_is_there),
        TEST(a_new_file_takes_nobodys_place),
        TEST(what_a_cut_left_is_overwritten),
        TEST(it_is_all_done_in_one_folder),
        TEST(what_is_missing_is_named),
        TEST(one_at_a_time_works_in_a_folder),
        TEST(keys_are_their_owners_alone_whatever_the_umask),
        TEST(what_root_writes_is_its_folders_owners),
        TEST(a_key_that_is_there_stays),
        TEST(a_public_key_is_read_back_from_its_pem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
