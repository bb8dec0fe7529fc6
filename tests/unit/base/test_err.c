/* err: every failure has its words, every errno value a failure. */
#include "fixture.h"

#include <errno.h>

#include "err.h"

static void every_failure_has_words_of_its_own(void **state)
{
    (void)state;
    for (int a = ERR_OK; a >= ERR_OLD; a--) {
        assert_string_not_equal(err_text((enum err)a), "unknown failure");
        for (int b = ERR_OK; b > a; b--)
            assert_string_not_equal(err_text((enum err)a), err_text((enum err)b));
    }
    assert_string_equal(err_text((enum err)(ERR_OLD - 1)), "unknown failure");
    assert_string_equal(err_text((enum err)1), "unknown failure");
}

static void errno_values_become_failures(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        int error;
        enum err want;
    } rows[] = {
        {"a full disk is full", ENOSPC, ERR_FULL},
        {"so is a used-up quota", EDQUOT, ERR_FULL},
        {"no such file is missing", ENOENT, ERR_MISSING},
        {"an unplugged device is missing", ENODEV, ERR_MISSING},
        {"a read-only file system denies", EROFS, ERR_DENIED},
        {"permission denied", EACCES, ERR_DENIED},
        {"a reader that went away closed", EPIPE, ERR_CLOSED},
        {"a broken card is I/O", EIO, ERR_IO},
        {"what has no name here is I/O", EXDEV, ERR_IO},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        if (err_from_errno(rows[i].error) != rows[i].want)
            fail_msg("%s", rows[i].says);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failure_has_words_of_its_own),
        cmocka_unit_test(errno_values_become_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
