/* What a scanner is sent: when its line opens, after each read, and again where it forgets. Real
 * ptys, virtual time. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "pty.h"
#include "reader.h"
#include "scanner.h"

struct counter {
    struct pty pty;
    struct scanner *scanner;
    const struct scan_profile *profile;
    int64_t now_ms;
};

static enum scan_event_kind next(struct counter *c)
{
    struct scan_event event;
    return scanner_next(c->scanner, c->now_ms, &event) ? event.kind : SCAN_EVENT_NONE;
}

static void expect(struct counter *c, enum scan_event_kind kind)
{
    assert_int_equal(next(c), kind);
}

/* All that the reader has received, and nothing more. */
static void expect_command(struct counter *c, const struct scan_command *command)
{
    uint8_t got[64];
    ssize_t n = read(c->pty.master, got, sizeof got);
    assert_int_equal(n < 0 ? 0 : n, command->len);
    if (command->len > 0)
        assert_memory_equal(got, command->bytes, command->len);
}

static const struct scan_command nothing = {.len = 0};

static struct counter counter_open(const char *profile)
{
    struct counter c = {.pty = pty_open(), .now_ms = 1000, .profile = scan_profile_find(profile)};
    assert_int_equal(fcntl(c.pty.master, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(scanner_open(&serial_line_fd, c.pty.path, c.profile, NULL, &c.scanner), 0);
    expect(&c, SCAN_EVENT_OPENED);
    return c;
}

static struct counter counter_armed(const char *profile)
{
    struct counter c = counter_open(profile);
    expect(&c, SCAN_EVENT_NONE);
    expect_command(&c, &c.profile->init);
    return c;
}

static void counter_close(struct counter *c)
{
    scanner_close(c->scanner);
    pty_close(&c->pty);
}

static void send_document(struct counter *c)
{
    uint8_t bytes[READER_LEN_MAX];
    pty_write(&c->pty, bytes, reader_send(c->profile, READER_ROWS, &reader_documents[0], bytes));
}

static void every_profile_says_its_commands_at_open_and_after_a_read(void **state)
{
    (void)state;
    for (unsigned i = 0; scan_profile_at(i); i++) {
        struct counter c = counter_armed(scan_profile_at(i)->name);
        send_document(&c);
        expect(&c, SCAN_EVENT_STARTED);
        expect(&c, SCAN_EVENT_FRAME);
        expect_command(&c, &nothing); /* not before all is told */
        expect(&c, SCAN_EVENT_NONE);
        expect_command(&c, &c.profile->rearm);
        expect(&c, SCAN_EVENT_NONE);
        expect_command(&c, &nothing);
        counter_close(&c);
    }
}

static void half_a_read_arms_it_again(void **state)
{
    (void)state;
    struct counter c = counter_armed("elyctis");
    pty_write(&c.pty, "I\0\x59P<IDN", 8);
    expect(&c, SCAN_EVENT_STARTED);
    expect(&c, SCAN_EVENT_NONE);
    expect_command(&c, &nothing);
    c.now_ms = scanner_deadline_ms(c.scanner);
    expect(&c, SCAN_EVENT_PARTIAL);
    expect(&c, SCAN_EVENT_NONE);
    expect_command(&c, &c.profile->rearm);
    counter_close(&c);
}

static void garbage_arms_it_again_and_with_a_frame_behind_it_once(void **state)
{
    (void)state;
    struct counter c = counter_armed("elyctis");
    pty_write(&c.pty, "noise", 5);
    send_document(&c);
    expect(&c, SCAN_EVENT_STARTED);
    expect(&c, SCAN_EVENT_GARBAGE);
    expect(&c, SCAN_EVENT_FRAME);
    expect(&c, SCAN_EVENT_NONE);
    expect_command(&c, &c.profile->rearm);
    pty_write(&c.pty, "noise", 5);
    expect(&c, SCAN_EVENT_STARTED);
    expect(&c, SCAN_EVENT_NONE);
    c.now_ms = scanner_deadline_ms(c.scanner);
    expect(&c, SCAN_EVENT_GARBAGE);
    expect(&c, SCAN_EVENT_NONE);
    expect_command(&c, &c.profile->rearm);
    counter_close(&c);
}

static void the_answer_to_a_command_is_no_event(void **state)
{
    (void)state;
    struct counter c = counter_armed("elyctis");
    pty_write(&c.pty, "C\0\x01\x01", 4);
    expect(&c, SCAN_EVENT_NONE);
    assert_true(scanner_deadline_ms(c.scanner) == SCANNER_NO_DEADLINE);
    expect_command(&c, &nothing);
    counter_close(&c);
}

/* Makes the line take nothing, as a full one does, or (TCOON) take bytes again. */
static void line_flow(const struct counter *c, int action)
{
    int fd = open(c->pty.path, O_WRONLY | O_NOCTTY | O_NONBLOCK);
    assert_true(fd >= 0);
    assert_int_equal(tcflow(fd, action), 0);
    assert_int_equal(write(fd, "", 1), action == TCOOFF ? -1 : 1);
    close(fd);
}

static void a_full_line_is_tried_again_and_blocks_nothing(void **state)
{
    (void)state;
    struct counter c = counter_open("elyctis");
    line_flow(&c, TCOOFF);
    send_document(&c);
    expect(&c, SCAN_EVENT_STARTED); /* reading goes on meanwhile */
    expect(&c, SCAN_EVENT_FRAME);
    expect(&c, SCAN_EVENT_NONE);
    int64_t again_ms = scanner_deadline_ms(c.scanner);
    assert_true(again_ms > c.now_ms && again_ms <= c.now_ms + 100);

    line_flow(&c, TCOON);
    assert_int_equal(read(c.pty.master, &(char){0}, 1), 1);
    c.now_ms = again_ms;
    expect(&c, SCAN_EVENT_NONE);
    expect_command(&c, &c.profile->init); /* the rest of what was due comes with the next call */
    expect(&c, SCAN_EVENT_NONE);
    expect_command(&c, &c.profile->rearm);
    assert_int_equal(scanner_deadline_ms(c.scanner), c.now_ms + SCANNER_ANSWER_MS);
    counter_close(&c);
}

/* Nothing until an answer is overdue, then QUIET, once. */
static void expect_quiet(struct counter *c)
{
    const int64_t due_ms = scanner_deadline_ms(c->scanner);
    c->now_ms = due_ms - 1;
    expect(c, SCAN_EVENT_NONE);
    assert_int_equal(scanner_state(c->scanner), SCANNER_OK);
    c->now_ms = due_ms;
    expect(c, SCAN_EVENT_QUIET);
    expect(c, SCAN_EVENT_NONE);
    assert_int_equal(scanner_state(c->scanner), SCANNER_QUIET);
    assert_non_null(strstr(scanner_why(c->scanner), ": does not answer"));
}

static void a_reader_that_owes_an_answer_is_quiet_and_asked_for_ever(void **state)
{
    (void)state;
    struct counter c = counter_armed("elyctis");
    assert_int_equal(scanner_deadline_ms(c.scanner), c.now_ms + SCANNER_ANSWER_MS);
    expect_quiet(&c);
    for (int i = 0; i < 3; i++) {
        c.now_ms = scanner_deadline_ms(c.scanner);
        expect(&c, SCAN_EVENT_NONE);
        expect_command(&c, &c.profile->rearm);
        assert_int_equal(scanner_deadline_ms(c.scanner), c.now_ms + SCANNER_ASK_MS);
    }
    pty_write(&c.pty, "C\0\x01\x01", 4);
    expect(&c, SCAN_EVENT_HEARD);
    expect(&c, SCAN_EVENT_NONE);
    assert_int_equal(scanner_state(c.scanner), SCANNER_OK);
    assert_string_equal(scanner_why(c.scanner), "");
    assert_true(scanner_deadline_ms(c.scanner) == SCANNER_NO_DEADLINE);

    send_document(&c); /* a document is a sign of life too, and is not lost behind HEARD */
    expect(&c, SCAN_EVENT_STARTED);
    expect(&c, SCAN_EVENT_FRAME);
    expect(&c, SCAN_EVENT_NONE);
    expect_command(&c, &c.profile->rearm);
    expect_quiet(&c);
    send_document(&c);
    expect(&c, SCAN_EVENT_HEARD);
    expect(&c, SCAN_EVENT_STARTED);
    expect(&c, SCAN_EVENT_FRAME);
    counter_close(&c);
}

static void a_line_that_takes_no_command_is_quiet_too(void **state)
{
    (void)state;
    struct counter c = counter_open("elyctis");
    line_flow(&c, TCOOFF);
    const int64_t opened_ms = c.now_ms;
    while (scanner_state(c.scanner) == SCANNER_OK) {
        assert_true(c.now_ms <= opened_ms + SCANNER_ANSWER_MS);
        (void)next(&c);
        if (scanner_state(c.scanner) == SCANNER_OK)
            c.now_ms = scanner_deadline_ms(c.scanner);
    }
    assert_int_equal(c.now_ms, opened_ms + SCANNER_ANSWER_MS);
    counter_close(&c);
}

static void a_reader_that_never_answers_is_not_quiet(void **state)
{
    (void)state;
    for (unsigned i = 0; scan_profile_at(i); i++) {
        if (scan_profile_at(i)->answer.len > 0)
            continue;
        struct counter c = counter_armed(scan_profile_at(i)->name);
        c.now_ms += 3600000;
        expect(&c, SCAN_EVENT_NONE);
        assert_int_equal(scanner_state(c.scanner), SCANNER_OK);
        counter_close(&c);
    }
}

static void a_quiet_reader_that_is_pulled_out_is_gone(void **state)
{
    (void)state;
    struct counter c = counter_armed("elyctis");
    expect_quiet(&c);
    close(c.pty.master);
    expect(&c, SCAN_EVENT_GONE);
    assert_int_equal(scanner_state(c.scanner), SCANNER_GONE);
    scanner_close(c.scanner);
}

static void a_reader_that_times_out_is_armed_again_in_time(void **state)
{
    (void)state;
    struct counter c = counter_armed("honeywell");
    for (int i = 0; i < 3; i++) {
        int64_t due_ms = c.now_ms + c.profile->rearm_every_ms;
        assert_int_equal(scanner_deadline_ms(c.scanner), due_ms);
        c.now_ms = due_ms - 1;
        expect(&c, SCAN_EVENT_NONE);
        expect_command(&c, &nothing);
        c.now_ms = due_ms;
        expect(&c, SCAN_EVENT_NONE);
        expect_command(&c, &c.profile->rearm);
    }
    counter_close(&c);
}

static void a_reader_that_comes_back_is_set_up_anew(void **state)
{
    (void)state;
    char dir[] = "/tmp/pamit-commands-XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/scanner", dir);
    struct counter c = {.now_ms = 1000, .profile = scan_profile_find("elyctis")};
    assert_int_equal(scanner_open(&serial_line_fd, path, c.profile, NULL, &c.scanner), 0);
    expect(&c, SCAN_EVENT_GONE);
    for (int i = 0; i < 3; i++) {
        c.pty = pty_open();
        assert_int_equal(fcntl(c.pty.master, F_SETFL, O_NONBLOCK), 0);
        assert_int_equal(symlink(c.pty.path, path), 0);
        c.now_ms = scanner_deadline_ms(c.scanner);
        expect(&c, SCAN_EVENT_OPENED);
        expect(&c, SCAN_EVENT_NONE);
        expect_command(&c, &c.profile->init);
        unlink(path);
        pty_close(&c.pty);
        expect(&c, SCAN_EVENT_GONE);
    }
    scanner_close(c.scanner);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_profile_says_its_commands_at_open_and_after_a_read),
        cmocka_unit_test(half_a_read_arms_it_again),
        cmocka_unit_test(garbage_arms_it_again_and_with_a_frame_behind_it_once),
        cmocka_unit_test(the_answer_to_a_command_is_no_event),
        cmocka_unit_test(a_full_line_is_tried_again_and_blocks_nothing),
        cmocka_unit_test(a_reader_that_owes_an_answer_is_quiet_and_asked_for_ever),
        cmocka_unit_test(a_line_that_takes_no_command_is_quiet_too),
        cmocka_unit_test(a_reader_that_never_answers_is_not_quiet),
        cmocka_unit_test(a_quiet_reader_that_is_pulled_out_is_gone),
        cmocka_unit_test(a_reader_that_times_out_is_armed_again_in_time),
        cmocka_unit_test(a_reader_that_comes_back_is_set_up_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
