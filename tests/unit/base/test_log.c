/* log: what a line looks like on a pipe, on a terminal and to journald.
 *
 * journald itself is not needed: sd_journal_send is replaced by the linker (--wrap), and stderr is
 * a pipe or a pseudo-terminal for the length of one event.
 */
#include "fixture.h"

#include <errno.h>
#include <pthread.h>
#include <pty.h>

#include "log.h"

static char journal_format[64];
static int n_journal;

int __wrap_sd_journal_send(const char *format, ...);
int __wrap_sd_journal_send(const char *format, ...)
{
    snprintf(journal_format, sizeof journal_format, "%s", format);
    n_journal++;
    return 0;
}

/* Makes `fd` stderr; returns what stderr was. */
static int stderr_replace(int fd)
{
    const int saved = dup(STDERR_FILENO);
    assert_true(saved >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    return saved;
}

static void stderr_restore(int saved)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
}

static void log_sample(void)
{
    log_event(LOG_PRESENTED, "seq=%d verdict=%s", 12, "RUJUK");
    log_event(LOG_JOURNAL_FAILED, "%s", "");
    log_event(LOG_READY, "text=%s", "a\nb\x1b\x7f\xc3\xa9");
}

static void a_log_that_can_not_be_written_changes_nothing(void **state)
{
    (void)state;
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int saved = stderr_replace(fd);
    log_open("pamit");
    errno = EXDEV;
    log_event(LOG_READY, "%s", "");
    const int after = errno;
    stderr_restore(saved);
    assert_int_equal(after, EXDEV);
    close(fd);
}

static void a_pipe_gets_priorities(void **state)
{
    (void)state;
    int ends[2];
    char text[512] = "";
    assert_int_equal(pipe(ends), 0);
    const int saved = stderr_replace(ends[1]);
    log_open("pamit-lane");
    log_sample();
    stderr_restore(saved);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    assert_string_equal(text, "<6>pamit-lane PRESENTED seq=12 verdict=RUJUK\n"
                              "<2>pamit-lane JOURNAL_FAILED\n"
                              "<5>pamit-lane READY text=a?b??\xc3\xa9\n");
    close(ends[0]);
    close(ends[1]);
}

static void a_terminal_gets_words(void **state)
{
    (void)state;
    int far, near;
    static const char words[] = "pamit-sync PRESENTED seq=12 (verdict shown)\r\n"
                                "pamit-sync READY (ready)\r\n";
    char text[512] = "";
    assert_int_equal(openpty(&far, &near, NULL, NULL, NULL), 0);
    const int saved = stderr_replace(near);
    log_open("pamit-sync");
    log_event(LOG_PRESENTED, "seq=%d", 12);
    log_event(LOG_READY, "%s", "");
    stderr_restore(saved);
    for (size_t len = 0; len < strlen(words);) { /* a pty hands on in pieces */
        const ssize_t n = read(far, text + len, sizeof text - 1 - len);
        assert_true(n > 0);
        len += (size_t)n;
    }
    assert_string_equal(text, words);
    close(far);
    close(near);
}

static void long_details_are_cut(void **state)
{
    (void)state;
    int ends[2];
    static char details[5000], text[2048];
    memset(details, 'x', sizeof details - 1);
    assert_int_equal(pipe(ends), 0);
    const int saved = stderr_replace(ends[1]);
    log_open("pamit");
    log_event(LOG_READY, "%s", details);
    stderr_restore(saved);
    const ssize_t len = read(ends[0], text, sizeof text - 1);
    assert_int_equal(len, strlen("<5>pamit READY ") + 512 + 1);
    assert_int_equal(text[len - 1], '\n');
    close(ends[0]);
    close(ends[1]);
}

static void journald_is_used_only_if_it_is_stderr(void **state)
{
    (void)state;
    int ends[2];
    struct stat st;
    char stream[64], text[256] = "";
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fstat(ends[1], &st), 0);
    const int saved = stderr_replace(ends[1]);

    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_open("pamit-lane");
    log_event(LOG_READY, "%s", "");
    const int n_sent = n_journal;

    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino + 1);
    setenv("JOURNAL_STREAM", stream, 1); /* inherited from a service, stderr since redirected */
    log_open("pamit-lane");
    log_event(LOG_READY, "%s", "");
    unsetenv("JOURNAL_STREAM");
    stderr_restore(saved);

    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    assert_int_equal(n_sent, 1);
    assert_int_equal(n_journal, 1);
    assert_non_null(strstr(journal_format, "MESSAGE="));
    assert_string_equal(text, "<5>pamit-lane READY\n"); /* of the second only */
    close(ends[0]);
    close(ends[1]);
}

#define N_LINES 200

static void *log_lines(void *letter)
{
    char details[101] = "";
    memset(details, *(const char *)letter, sizeof details - 1);
    for (int i = 0; i < N_LINES; i++)
        log_event(LOG_READY, "%s", details);
    return NULL;
}

static void lines_of_two_threads_never_mix(void **state)
{
    (void)state;
    char path[] = "/tmp/pamit-test-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(fcntl(fd, F_SETFL, O_APPEND), 0);
    const int saved = stderr_replace(fd);
    log_open("pamit");
    pthread_t threads[2];
    static const char letters[2] = {'a', 'b'};
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, log_lines, (void *)(uintptr_t)&letters[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    stderr_restore(saved);

    FILE *file = fdopen(fd, "r");
    char line[256], want[256];
    int n = 0;
    rewind(file);
    for (; fgets(line, sizeof line, file); n++) {
        const char letter = line[strlen("<5>pamit READY ")];
        memset(want, letter, sizeof want);
        assert_true(letter == 'a' || letter == 'b');
        assert_memory_equal(line + strlen("<5>pamit READY "), want, 100);
        assert_int_equal(strlen(line), strlen("<5>pamit READY ") + 101);
    }
    assert_int_equal(n, 2 * N_LINES);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pipe_gets_priorities),
        cmocka_unit_test(a_log_that_can_not_be_written_changes_nothing),
        cmocka_unit_test(a_terminal_gets_words),
        cmocka_unit_test(long_details_are_cut),
        cmocka_unit_test(journald_is_used_only_if_it_is_stderr),
        cmocka_unit_test(lines_of_two_threads_never_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
