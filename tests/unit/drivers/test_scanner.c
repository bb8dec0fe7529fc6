/* The scanner's life: absent at start, plugged in, unplugged in the middle of a document, back
 * again, flooding. Real ptys, virtual time. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pty.h"
#include "scanner.h"

#define ROW1       "P<IDNRAHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<"
#define ROW2       "X0000012<5IDN9603147F3109027<<<<<<<<<<<<<<06"
#define SILENCE_MS 400 /* of the auto profile */

/* A counter: a folder with a symlink "scanner" to the pty while it is plugged in. */
struct counter {
    char dir[32];
    char path[64];
    struct pty pty;
    struct scanner *scanner;
    int64_t now_ms;
};

static void plug(struct counter *c)
{
    c->pty = pty_open();
    assert_int_equal(symlink(c->pty.path, c->path), 0);
}

static void unplug(struct counter *c)
{
    unlink(c->path);
    pty_close(&c->pty);
}

static int set_up(void **state)
{
    struct counter *c = calloc(1, sizeof *c);
    strcpy(c->dir, "/tmp/pamit-scanner-XXXXXX");
    assert_non_null(mkdtemp(c->dir));
    snprintf(c->path, sizeof c->path, "%s/scanner", c->dir);
    c->pty.master = -1;
    c->now_ms = 1000;
    assert_int_equal(scanner_open(&serial_line_fd, c->path, &scan_profile_auto, NULL, &c->scanner),
                     0);
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    struct counter *c = *state;
    scanner_close(c->scanner);
    unplug(c);
    rmdir(c->dir);
    free(c);
    return 0;
}

static enum scan_event_kind next(struct counter *c)
{
    struct scan_event event = {.kind = SCAN_EVENT_NONE};
    return scanner_next(c->scanner, c->now_ms, &event) ? event.kind : SCAN_EVENT_NONE;
}

static void expect(struct counter *c, enum scan_event_kind kind)
{
    assert_int_equal(next(c), kind);
}

static void a_scanner_absent_at_start_is_found_later(void **state)
{
    struct counter *c = *state;
    assert_true(scanner_deadline_ms(c->scanner) <= c->now_ms);
    expect(c, SCAN_EVENT_GONE);
    expect(c, SCAN_EVENT_NONE);
    assert_int_equal(scanner_state(c->scanner), SCANNER_GONE);
    assert_int_equal(scanner_fd(c->scanner), -1);
    assert_non_null(strstr(scanner_why(c->scanner), "No such file"));

    int64_t pause_ms = 0;
    for (int i = 0; i < 20; i++) { /* told once, tried for ever, ever more rarely */
        int64_t next_ms = scanner_deadline_ms(c->scanner);
        assert_true(next_ms - c->now_ms >= pause_ms && next_ms > c->now_ms);
        pause_ms = next_ms - c->now_ms;
        c->now_ms = next_ms;
        expect(c, SCAN_EVENT_NONE);
    }
    assert_int_equal(pause_ms, SCANNER_RETRY_MAX_MS);

    plug(c);
    expect(c, SCAN_EVENT_NONE); /* not due */
    c->now_ms = scanner_deadline_ms(c->scanner);
    expect(c, SCAN_EVENT_OPENED);
    expect(c, SCAN_EVENT_NONE);
    assert_int_equal(scanner_state(c->scanner), SCANNER_OK);
    assert_true(scanner_fd(c->scanner) >= 0);
    assert_string_equal(scanner_why(c->scanner), "");
    assert_true(scanner_deadline_ms(c->scanner) == SCANNER_NO_DEADLINE);
}

static void a_document_comes_through(void **state)
{
    struct counter *c = *state;
    plug(c);
    expect(c, SCAN_EVENT_OPENED);
    pty_write(&c->pty, ROW1 "\r\n" ROW2 "\r\n", 92);
    expect(c, SCAN_EVENT_STARTED);
    struct scan_event event;
    assert_true(scanner_next(c->scanner, c->now_ms, &event));
    assert_int_equal(event.kind, SCAN_EVENT_FRAME);
    assert_int_equal(event.n_lines, 2);
    assert_memory_equal(event.lines[0].text, ROW1, 44);
    assert_memory_equal(event.lines[1].text, ROW2, 44);
    expect(c, SCAN_EVENT_NONE);
    assert_true(scanner_deadline_ms(c->scanner) == SCANNER_NO_DEADLINE);
}

static void half_a_document_is_over_after_its_silence(void **state)
{
    struct counter *c = *state;
    plug(c);
    expect(c, SCAN_EVENT_OPENED);
    pty_write(&c->pty, ROW1 "\r\n", 46);
    expect(c, SCAN_EVENT_STARTED);
    expect(c, SCAN_EVENT_NONE);
    assert_int_equal(scanner_deadline_ms(c->scanner), c->now_ms + SILENCE_MS);
    c->now_ms += SILENCE_MS - 1;
    expect(c, SCAN_EVENT_NONE);
    c->now_ms += 1;
    expect(c, SCAN_EVENT_PARTIAL);
    expect(c, SCAN_EVENT_NONE);
}

static void rows_that_come_one_by_one_stay_together(void **state)
{
    struct counter *c = *state;
    plug(c);
    expect(c, SCAN_EVENT_OPENED);
    pty_write(&c->pty, ROW1 "\r", 45);
    expect(c, SCAN_EVENT_STARTED);
    expect(c, SCAN_EVENT_NONE);
    c->now_ms += SILENCE_MS - 1;
    pty_write(&c->pty, ROW2 "\r", 45);
    expect(c, SCAN_EVENT_FRAME);
}

static void unplugged_in_the_middle_of_a_document_it_says_so_and_comes_back(void **state)
{
    struct counter *c = *state;
    plug(c);
    expect(c, SCAN_EVENT_OPENED);
    pty_write(&c->pty, ROW1 "\r\nX000", 50);
    expect(c, SCAN_EVENT_STARTED);
    expect(c, SCAN_EVENT_NONE);
    c->now_ms += 60000;
    unplug(c);
    expect(c, SCAN_EVENT_PARTIAL);
    assert_int_equal(scanner_fd(c->scanner), -1);
    expect(c, SCAN_EVENT_GONE);
    expect(c, SCAN_EVENT_NONE);
    assert_non_null(strstr(scanner_why(c->scanner), "disconnected"));
    assert_true(scanner_deadline_ms(c->scanner) <= c->now_ms + 2 * SCANNER_RETRY_MIN_MS);

    plug(c);
    c->now_ms = scanner_deadline_ms(c->scanner);
    expect(c, SCAN_EVENT_OPENED);
    pty_write(&c->pty, ROW1 "\r\n" ROW2 "\r\n", 92);
    expect(c, SCAN_EVENT_STARTED);
    expect(c, SCAN_EVENT_FRAME);
}

static void a_line_that_dies_at_once_is_tried_ever_more_rarely(void **state)
{
    struct counter *c = *state;
    int64_t last_pause_ms = 0;
    for (int i = 0; i < 10; i++) {
        plug(c);
        expect(c, SCAN_EVENT_OPENED);
        unplug(c);
        expect(c, SCAN_EVENT_GONE);
        int64_t pause_ms = scanner_deadline_ms(c->scanner) - c->now_ms;
        assert_true(pause_ms >= last_pause_ms);
        last_pause_ms = pause_ms;
        c->now_ms += pause_ms;
    }
    assert_int_equal(last_pause_ms, SCANNER_RETRY_MAX_MS);
}

static void ten_megabytes_without_a_line_end_are_one_report(void **state)
{
    struct counter *c = *state;
    plug(c);
    expect(c, SCAN_EVENT_OPENED);
    static uint8_t noise[2048];
    memset(noise, 'N', sizeof noise);
    unsigned started = 0;
    for (size_t sent = 0; sent < 10u << 20; sent += sizeof noise) {
        pty_write(&c->pty, noise, sizeof noise);
        c->now_ms++;
        enum scan_event_kind kind;
        while ((kind = next(c)) != SCAN_EVENT_NONE) {
            assert_int_equal(kind, SCAN_EVENT_STARTED);
            started++;
        }
    }
    assert_int_equal(started, 1);
    c->now_ms = scanner_deadline_ms(c->scanner);
    struct scan_event event;
    assert_true(scanner_next(c->scanner, c->now_ms, &event));
    assert_int_equal(event.kind, SCAN_EVENT_GARBAGE);
    assert_int_equal(event.garbage, SCAN_GARBAGE_TOO_LONG);
    assert_int_equal(event.garbage_bytes, 10u << 20);
    expect(c, SCAN_EVENT_NONE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_scanner_absent_at_start_is_found_later),
        TEST(a_document_comes_through),
        TEST(half_a_document_is_over_after_its_silence),
        TEST(rows_that_come_one_by_one_stay_together),
        TEST(unplugged_in_the_middle_of_a_document_it_says_so_and_comes_back),
        TEST(a_line_that_dies_at_once_is_tried_ever_more_rarely),
        TEST(ten_megabytes_without_a_line_end_are_one_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
