/* A counter's panel that comes, goes and comes back, by a clock of the test: what it then shows,
 * what is logged of it, and buttons that the loop does not take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "counter_part.h"
#include "log.h"

#define GREEN    1
#define WHITE    4
#define LINES    6
#define BUTTON_2 12
#define MINUTE   PANEL_CLEAR_LIT_MS

static int64_t now_ms;

int __wrap_clock_gettime(clockid_t which, struct timespec *out);
int __wrap_clock_gettime(clockid_t which, struct timespec *out)
{
    assert_int_equal(which, CLOCK_MONOTONIC);
    *out = (struct timespec){.tv_sec = now_ms / 1000, .tv_nsec = now_ms % 1000 * 1000000};
    return 0;
}

static bool loop_is_full;

int __real_sd_event_add_io(sd_event *loop, sd_event_source **source, int fd, uint32_t events,
                           sd_event_io_handler_t on_io, void *user);
int __wrap_sd_event_add_io(sd_event *loop, sd_event_source **source, int fd, uint32_t events,
                           sd_event_io_handler_t on_io, void *user);
int __wrap_sd_event_add_io(sd_event *loop, sd_event_source **source, int fd, uint32_t events,
                           sd_event_io_handler_t on_io, void *user)
{
    return loop_is_full ? -ENOMEM : __real_sd_event_add_io(loop, source, fd, events, on_io, user);
}

static unsigned n_failed, n_ready;
static char failed[DEVICE_WHY_LEN + 16]; /* the last one's details */

void __wrap_log_event(enum log_id id, const char *details, ...)
    __attribute__((format(printf, 2, 3)));
void __wrap_log_event(enum log_id id, const char *details, ...)
{
    va_list args;
    va_start(args, details);
    if (id == LOG_PANEL_FAILED)
        vsnprintf(failed, sizeof failed, details, args);
    va_end(args);
    n_failed += id == LOG_PANEL_FAILED;
    n_ready += id == LOG_PANEL_READY;
}

struct bench {
    char dir[32], path[64];
    struct kiosk_config config;
    sd_event *loop;
    int listening, far; /* the panel's side: -1: unplugged */
    bool lit[LINES];
    unsigned pressed; /* the last button that was told */
    struct counter *counter;
};

static void on_scan(const struct scan_event *event, void *user)
{
    (void)event;
    (void)user;
}

static void on_button(unsigned number, bool pressed, void *user)
{
    ((struct bench *)user)->pressed = pressed ? number : 0;
}

static void on_changed(void *user)
{
    (void)user;
}

static const struct counter_handlers handlers = {
    .scan = on_scan, .button = on_button, .panel_changed = on_changed};

static int set_up(void **state)
{
    static const struct kiosk_config config = {.mode = KIOSK_DESK,
                                               .scanner_device = "/nonexistent/scanner",
                                               .scanner_profile = "auto",
                                               .lamp_green = "1",
                                               .lamp_amber = "2",
                                               .lamp_red = "3",
                                               .lamp_white = "4",
                                               .buzzer = "5",
                                               .button_1 = "11",
                                               .button_2 = "12",
                                               .button_3 = "13",
                                               .button_4 = "14"};
    struct bench *b = calloc(1, sizeof *b);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(b->dir, "/tmp/pamit-panel-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    snprintf(b->path, sizeof b->path, "%s/gpio.sock", b->dir);
    strcpy(address.sun_path, b->path);
    b->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(b->listening, (struct sockaddr *)&address, sizeof address), 0);
    b->far = -1;
    b->config = config;
    strcpy(b->config.gpio_chip, b->path);
    now_ms = 1000000;
    loop_is_full = false;
    n_failed = n_ready = 0;
    assert_true(sd_event_new(&b->loop) >= 0);
    assert_int_equal(counter_open(b->loop, &b->config, &handlers, b, &b->counter), ERR_OK);
    *state = b;
    return 0;
}

static void unplug(struct bench *b)
{
    close(b->far);
    b->far = -1;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    counter_close(b->counter);
    sd_event_unref(b->loop);
    unplug(b);
    close(b->listening);
    unlink(b->path);
    rmdir(b->dir);
    free(b);
    return 0;
}

/* The panel's deadline has come. Then the lamps are as its socket says; none is lit without one. */
static void run(struct bench *b)
{
    uint8_t got[2];
    counter_on_panel_time(NULL, 0, b->counter);
    const int far = accept(b->listening, NULL, NULL);
    if (far >= 0)
        b->far = far;
    if (b->far < 0)
        memset(b->lit, 0, sizeof b->lit);
    while (b->far >= 0 && recv(b->far, got, sizeof got, MSG_DONTWAIT) == 2)
        b->lit[got[0]] = got[1];
}

static void plug(struct bench *b)
{
    assert_int_equal(listen(b->listening, 1), 0);
    run(b);
    assert_true(counter_panel_ok(b->counter));
}

/* ... and no other can be had until the next plug(). */
static void pull(struct bench *b)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, b->path);
    close(b->listening);
    unlink(b->path);
    b->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(b->listening, (struct sockaddr *)&address, sizeof address), 0);
    unplug(b);
    run(b);
    assert_false(counter_panel_ok(b->counter));
}

static int64_t deadline_ms(const struct bench *b)
{
    uint64_t at_us;
    assert_true(sd_event_source_get_time(b->counter->panel_watch.timer, &at_us) >= 0);
    return (int64_t)(at_us / 1000);
}

static void a_verdict_s_light_comes_back_for_the_rest_of_its_minute_only(void **state)
{
    struct bench *b = *state;
    plug(b);
    const int64_t began_ms = now_ms;
    counter_show(b->counter, PANEL_CLEAR, began_ms);
    run(b);
    assert_true(b->lit[GREEN]);
    pull(b);
    now_ms = began_ms + MINUTE / 3;
    plug(b);
    assert_true(b->lit[GREEN]);
    assert_int_equal(deadline_ms(b), began_ms + MINUTE);
    now_ms = began_ms + MINUTE;
    run(b);
    assert_false(b->lit[GREEN]);
    pull(b);
    now_ms += MINUTE / 3;
    plug(b);
    assert_false(b->lit[GREEN]);
}

static void a_panel_that_was_missing_when_a_light_began_shows_the_rest_of_it(void **state)
{
    struct bench *b = *state;
    const int64_t began_ms = now_ms;
    counter_show(b->counter, PANEL_CLEAR, began_ms);
    run(b);
    now_ms += MINUTE - 1;
    plug(b);
    assert_true(b->lit[GREEN]);
    pull(b);
    now_ms += 1;
    plug(b);
    assert_false(b->lit[GREEN]);
    counter_show(b->counter, PANEL_NO_READER, now_ms);
    run(b);
    assert_true(b->lit[WHITE]);
}

static void that_it_is_missing_is_logged_once_with_its_line_and_that_it_came(void **state)
{
    struct bench *b = *state;
    plug(b);
    assert_int_equal(n_ready, 1);
    unplug(b);
    counter_show(b->counter, PANEL_CLEAR, now_ms);
    assert_non_null(strstr(failed, "gpio.sock: line 1 (lamp green) can't be set (No such device)"));
    for (int i = 0; i < 100; i++, now_ms += 3000)
        pull(b);
    assert_int_equal(n_failed, 2); /* and that nobody answers there */
    assert_non_null(strstr(failed, "the simulated panel does not answer"));
    plug(b);
    assert_int_equal(n_ready, 2);
}

static void a_panel_that_comes_and_goes_is_logged_ever_more_rarely(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < 1200; i++, now_ms += 3000) { /* an hour */
        plug(b);
        pull(b);
    }
    assert_in_range(n_failed, 10, 25);
    assert_in_range(n_ready, n_failed, n_failed + 1);
    plug(b);
    now_ms += 60000; /* it stays */
    pull(b);
    const unsigned before = n_failed;
    plug(b);
    now_ms += 60000;
    pull(b);
    assert_int_equal(n_failed, before + 1);
}

static void buttons_that_the_loop_does_not_take_are_looked_at_all_the_same(void **state)
{
    struct bench *b = *state;
    const uint8_t press[2] = {BUTTON_2, 1};
    loop_is_full = true;
    plug(b);
    assert_int_equal(deadline_ms(b), now_ms + WATCH_RETRY_MS);
    assert_int_equal(send(b->far, press, sizeof press, 0), 2);
    loop_is_full = false;
    now_ms += WATCH_RETRY_MS;
    run(b);
    assert_int_equal(b->pressed, 2);
    assert_true(b->counter->panel_watch.fd >= 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_verdict_s_light_comes_back_for_the_rest_of_its_minute_only),
        TEST(a_panel_that_was_missing_when_a_light_began_shows_the_rest_of_it),
        TEST(that_it_is_missing_is_logged_once_with_its_line_and_that_it_came),
        TEST(a_panel_that_comes_and_goes_is_logged_ever_more_rarely),
        TEST(buttons_that_the_loop_does_not_take_are_looked_at_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
