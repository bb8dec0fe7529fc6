/* loop: it ends on both signals with code 0, survives a closed pipe, and tells systemd. */
#include "fixture.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "loop.h"

static int raise_signal(sd_event_source *source, void *user)
{
    (void)source;
    return raise(*(int *)user);
}

/* A process that runs a loop which sends itself a signal; returns waitpid's status. */
static int run_with_signal(int signal_number)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        sd_event *loop = NULL;
        if (loop_open(&loop) != ERR_OK)
            _exit(99);
        if (sd_event_add_defer(loop, NULL, raise_signal, &signal_number) < 0)
            _exit(98);
        const int code = loop_run(loop);
        sd_event_unref(loop);
        _exit(code);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void term_and_int_end_it_well(void **state)
{
    (void)state;
    assert_int_equal(run_with_signal(SIGTERM), 0);
    assert_int_equal(run_with_signal(SIGINT), 0);
}

static int exit_with(sd_event_source *source, void *user)
{
    return sd_event_exit(sd_event_source_get_event(source), *(int *)user);
}

static int write_to_closed_pipe(sd_event_source *source, void *user)
{
    int ends[2];
    (void)user;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1);
    close(ends[1]);
    return sd_event_exit(sd_event_source_get_event(source), 7);
}

static void a_closed_pipe_does_not_end_it(void **state)
{
    (void)state;
    sd_event *loop = NULL;
    assert_int_equal(loop_open(&loop), ERR_OK);
    assert_true(sd_event_add_defer(loop, NULL, write_to_closed_pipe, NULL) >= 0);
    assert_int_equal(loop_run(loop), 7);
    sd_event_unref(loop);
}

static void hears(int fd, const char *expected)
{
    char text[256] = "";
    assert_true(recv(fd, text, sizeof text - 1, 0) > 0);
    assert_string_equal(text, expected);
}

/* A loop that ends by itself may run again: lane_main.c. */
static void systemd_hears_ready_and_what_it_asked_for(void **state)
{
    sd_event *loop = NULL;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int code = 0, term = SIGTERM;
    snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", (char *)*state);
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    assert_int_equal(loop_open(&loop), ERR_OK);
    assert_true(sd_event_add_defer(loop, NULL, exit_with, &code) >= 0);
    assert_int_equal(loop_run(loop), 0);
    sd_event_unref(loop);
    assert_int_equal(loop_open(&loop), ERR_OK);
    assert_true(sd_event_add_defer(loop, NULL, raise_signal, &term) >= 0);
    assert_int_equal(loop_run(loop), 0);
    sd_event_unref(loop);
    unsetenv("NOTIFY_SOCKET");
    hears(fd, "READY=1");
    hears(fd, "READY=1");
    hears(fd, "STOPPING=1");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(term_and_int_end_it_well),
        cmocka_unit_test(a_closed_pipe_does_not_end_it),
        cmocka_unit_test(systemd_hears_ready_and_what_it_asked_for),
    };
    return cmocka_run_group_tests(tests, fixture_folder_make, fixture_folder_remove);
}
