/* The panel: each pattern's lamp and sound played in virtual time, following only the panel's own
 * deadlines; buttons with bounce; dark at both ends. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "panel.h"

static const struct panel_pins pins = {.green = "1",
                                       .amber = "2",
                                       .red = "3",
                                       .white = "4",
                                       .buzzer = "5",
                                       .button = {"11", "12", "13", "GPIO14"}};

#define START_MS 1000000

struct bench {
    int far; /* the desk's side */
    struct panel *panel;
    int64_t now_ms;
    char text[8192]; /* "t:G+ t:b-": what changed and when, since the start */
    size_t len;
};

static void drain(struct bench *b)
{
    uint8_t got[2];
    while (recv(b->far, got, sizeof got, MSG_DONTWAIT) == 2) {
        b->len += (size_t)snprintf(b->text + b->len, sizeof b->text - b->len, "%s%lld:%c%c",
                                   b->len ? " " : "", (long long)(b->now_ms - START_MS),
                                   "?GARWb"[got[0] <= 5 ? got[0] : 0], got[1] ? '+' : '-');
        assert_true(b->len < sizeof b->text);
    }
}

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    b->far = pair[1];
    b->now_ms = START_MS;
    assert_int_equal(panel_open_fd(pair[0], &pins, &b->panel), 0);
    drain(b);
    assert_string_equal(b->text, "0:G- 0:A- 0:R- 0:W- 0:b-");
    b->len = 0;
    b->text[0] = '\0';
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    panel_close(b->panel);
    close(b->far);
    free(b);
    return 0;
}

/* Follows the panel's deadlines until `end_ms` after the start. */
static void play_until(struct bench *b, int64_t end_ms)
{
    for (;;) {
        int64_t deadline_ms;
        assert_int_equal(panel_tick(b->panel, b->now_ms, &deadline_ms), 0);
        drain(b);
        assert_true(deadline_ms > b->now_ms);
        if (deadline_ms > START_MS + end_ms)
            break;
        b->now_ms = deadline_ms;
    }
    b->now_ms = START_MS + end_ms;
}

struct row {
    enum panel_pattern pattern;
    int64_t ms;
    const char *expected;
};

static const struct row rows[] = {
    {PANEL_DARK, 60000, ""},
    {PANEL_READING, 60000, ""},
    {PANEL_CLEAR, 59999, "0:G+ 0:b+ 60:b-"},
    {PANEL_CLEAR, 100000, "0:G+ 0:b+ 60:b- 60000:G-"},
    {PANEL_RECORDED, 100000, "0:G+ 0:b+ 60:b- 1500:G-"},
    {PANEL_STOP_ACKNOWLEDGED, 60000, "0:R+"},
    {PANEL_UNREADABLE, 1100, "0:W+ 0:b+ 80:b- 160:b+ 240:b- 500:W- 1000:W+"},
    {PANEL_REFER, 1700, "0:A+ 0:b+ 180:b- 300:b+ 480:b- 600:b+ 780:b- 833:A- 1666:A+"},
    {PANEL_NO_READER, 3100, "0:W+ 100:W- 3000:W+ 3100:W-"},
    {PANEL_FAULT, 2000, "0:W+ 0:b+ 600:b- 1000:W- 2000:W+"},
    {PANEL_STOP, 1300,
     "0:R+ 0:b+ 150:b- 250:R- 250:b+ 400:b- 500:R+ 500:b+ 650:b- 750:R- 900:b+ 1000:R+ 1050:b- "
     "1150:b+ 1250:R- 1300:b-"},
};

static void each_pattern_plays_as_the_design_guide_says(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_up(state);
        struct bench *b = *state;
        panel_show(b->panel, rows[i].pattern, b->now_ms);
        play_until(b, rows[i].ms);
        b->text[b->len] = '\0';
        if (strcmp(b->text, rows[i].expected) != 0)
            fail_msg("%s:\n  got      %s\n  expected %s", panel_pattern_name(rows[i].pattern),
                     b->text, rows[i].expected);
        tear_down(state);
    }
    set_up(state);
}

/* Times at which a burst begins: a buzzer that goes on after at least a second of quiet. */
static void expect_bursts(struct bench *b, const char *expected)
{
    char got[512] = "";
    size_t len = 0;
    long long last_ms = -10000;
    for (char *at = b->text; at && *at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL) {
        char *end;
        long long t_ms = strtoll(at, &end, 10);
        if (end[1] != 'b')
            continue;
        if (end[2] == '+' && t_ms - last_ms >= 1000)
            len += (size_t)snprintf(got + len, sizeof got - len, "%s%lld", len ? " " : "", t_ms);
        last_ms = t_ms;
    }
    assert_string_equal(got, expected);
}

static void the_stop_sound_comes_every_5_s_and_after_30_s_every_15_s(void **state)
{
    struct bench *b = *state;
    panel_show(b->panel, PANEL_STOP, b->now_ms);
    play_until(b, 80000);
    expect_bursts(b, "0 5000 10000 15000 20000 25000 30000 45000 60000 75000");
}

static void the_refer_sound_is_repeated_once(void **state)
{
    struct bench *b = *state;
    panel_show(b->panel, PANEL_REFER, b->now_ms);
    play_until(b, 60000);
    expect_bursts(b, "0 10000");
}

static void the_fault_sound_comes_every_20_s(void **state)
{
    struct bench *b = *state;
    panel_show(b->panel, PANEL_FAULT, b->now_ms);
    play_until(b, 70000);
    expect_bursts(b, "0 20000 40000 60000");
}

static void a_new_pattern_ends_lamp_and_sound_of_the_old(void **state)
{
    struct bench *b = *state;
    panel_show(b->panel, PANEL_STOP, b->now_ms);
    play_until(b, 100);
    panel_show(b->panel, PANEL_STOP_ACKNOWLEDGED, b->now_ms);
    play_until(b, 200);
    panel_show(b->panel, PANEL_DARK, b->now_ms);
    play_until(b, 300);
    assert_string_equal(b->text, "0:R+ 0:b+ 100:b- 200:R-");
}

static void a_chirp_ticks_once_but_not_over_a_sound(void **state)
{
    struct bench *b = *state;
    panel_chirp(b->panel, b->now_ms);
    play_until(b, 1000);
    panel_show(b->panel, PANEL_STOP, b->now_ms);
    panel_chirp(b->panel, b->now_ms);
    play_until(b, 1200);
    assert_string_equal(b->text, "0:b+ 25:b- 1000:R+ 1000:b+ 1150:b-");
}

static void a_new_pattern_ends_a_chirp(void **state)
{
    struct bench *b = *state;
    panel_chirp(b->panel, b->now_ms);
    play_until(b, 10);
    panel_show(b->panel, PANEL_DARK, b->now_ms);
    play_until(b, 100);
    assert_string_equal(b->text, "0:b+ 10:b-");
}

static void a_late_tick_shows_what_is_due_now(void **state)
{
    struct bench *b = *state;
    int64_t deadline_ms;
    panel_show(b->panel, PANEL_STOP, b->now_ms);
    b->now_ms += 7300; /* in the dark half of red, between two bursts */
    assert_int_equal(panel_tick(b->panel, b->now_ms, &deadline_ms), 0);
    drain(b);
    assert_string_equal(b->text, "");
    assert_int_equal(deadline_ms - START_MS, 7500);
}

/* The panel was gone when it began, or in between. */
static void what_began_earlier_is_shown_as_far_as_it_is(void **state)
{
    struct bench *b = *state;
    panel_show(b->panel, PANEL_CLEAR, b->now_ms - (PANEL_CLEAR_LIT_MS - 1000));
    play_until(b, 5000);
    panel_show(b->panel, PANEL_CLEAR, b->now_ms - PANEL_CLEAR_LIT_MS);
    play_until(b, 10000);
    panel_show(b->panel, PANEL_RECORDED, b->now_ms - PANEL_RECORDED_LIT_MS);
    play_until(b, 15000);
    assert_string_equal(b->text, "0:G+ 1000:G-"); /* and no tick */
}

static void closing_darkens_whatever_shows(void **state)
{
    struct bench *b = *state;
    panel_show(b->panel, PANEL_STOP, b->now_ms);
    play_until(b, 10);
    b->len = 0;
    panel_close(b->panel);
    b->panel = NULL;
    drain(b);
    assert_string_equal(b->text, "10:G- 10:A- 10:R- 10:W- 10:b-");
}

static void press(struct bench *b, uint8_t line, uint8_t value)
{
    const uint8_t message[2] = {line, value};
    assert_int_equal(send(b->far, message, sizeof message, 0), 2);
}

static void expect_button(struct bench *b, unsigned number, bool pressed)
{
    struct panel_button button = {0};
    assert_int_equal(panel_read_button(b->panel, b->now_ms, &button), 1);
    assert_int_equal(button.number, number);
    assert_int_equal(button.pressed, pressed);
}

static void expect_no_button(struct bench *b)
{
    struct panel_button button;
    assert_int_equal(panel_read_button(b->panel, b->now_ms, &button), 0);
}

static void a_press_counts_at_once_and_its_bounce_does_not(void **state)
{
    struct bench *b = *state;
    int64_t deadline_ms;
    expect_no_button(b);
    press(b, 12, 1);
    press(b, 12, 0);
    press(b, 12, 1);
    expect_button(b, 2, true);
    expect_no_button(b);
    b->now_ms += 30;
    expect_no_button(b);
    press(b, 12, 0);
    press(b, 12, 1);
    press(b, 12, 0);
    expect_button(b, 2, false);
    expect_no_button(b);
    b->now_ms += GPIO_DEBOUNCE_MS;
    expect_no_button(b);
    assert_int_equal(panel_tick(b->panel, b->now_ms, &deadline_ms), 0);
    assert_true(deadline_ms == PANEL_NO_DEADLINE);
}

static void a_release_lost_in_the_bounce_is_found_by_the_deadline(void **state)
{
    struct bench *b = *state;
    int64_t deadline_ms;
    press(b, 11, 1);
    press(b, 11, 0);
    expect_button(b, 1, true);
    expect_no_button(b);
    assert_int_equal(panel_tick(b->panel, b->now_ms, &deadline_ms), 0);
    assert_int_equal(deadline_ms, b->now_ms + GPIO_DEBOUNCE_MS);
    b->now_ms = deadline_ms;
    expect_button(b, 1, false);
    expect_no_button(b);
}

static void two_buttons_at_once_are_two_presses(void **state)
{
    struct bench *b = *state;
    press(b, 11, 1);
    press(b, 14, 1);
    expect_button(b, 1, true);
    expect_button(b, 4, true);
    expect_no_button(b);
}

static void a_button_that_stays_down_is_stuck_until_it_comes_up(void **state)
{
    struct bench *b = *state;
    int64_t deadline_ms;
    press(b, 12, 1);
    expect_button(b, 2, true);
    const int64_t stuck_ms = b->now_ms + PANEL_STUCK_MS;
    b->now_ms += GPIO_DEBOUNCE_MS;
    expect_no_button(b);
    assert_int_equal(panel_tick(b->panel, b->now_ms, &deadline_ms), 0);
    assert_int_equal(deadline_ms, stuck_ms);
    assert_int_equal(panel_stuck(b->panel, stuck_ms - 1), 0);
    assert_int_equal(panel_stuck(b->panel, stuck_ms), 1u << 1);
    b->now_ms = stuck_ms;
    assert_int_equal(panel_tick(b->panel, b->now_ms, &deadline_ms), 0);
    assert_true(deadline_ms == PANEL_NO_DEADLINE);
    expect_no_button(b); /* one press, however long */

    press(b, 13, 1); /* the others go on */
    expect_button(b, 3, true);
    press(b, 12, 0);
    expect_button(b, 2, false);
    assert_int_equal(panel_stuck(b->panel, b->now_ms), 0);
}

static void a_panel_that_went_away_says_so(void **state)
{
    struct bench *b = *state;
    struct panel_button button;
    int64_t deadline_ms;
    close(b->far);
    b->far = -1;
    assert_int_equal(panel_read_button(b->panel, b->now_ms, &button), -ENODEV);
    panel_show(b->panel, PANEL_STOP, b->now_ms);
    assert_int_equal(panel_tick(b->panel, b->now_ms, &deadline_ms), -ENODEV);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_pattern_plays_as_the_design_guide_says, tear_down),
        TEST(the_stop_sound_comes_every_5_s_and_after_30_s_every_15_s),
        TEST(the_refer_sound_is_repeated_once),
        TEST(the_fault_sound_comes_every_20_s),
        TEST(a_new_pattern_ends_lamp_and_sound_of_the_old),
        TEST(a_chirp_ticks_once_but_not_over_a_sound),
        TEST(a_new_pattern_ends_a_chirp),
        TEST(a_late_tick_shows_what_is_due_now),
        TEST(what_began_earlier_is_shown_as_far_as_it_is),
        TEST(closing_darkens_whatever_shows),
        TEST(a_press_counts_at_once_and_its_bounce_does_not),
        TEST(a_release_lost_in_the_bounce_is_found_by_the_deadline),
        TEST(two_buttons_at_once_are_two_presses),
        TEST(a_button_that_stays_down_is_stuck_until_it_comes_up),
        TEST(a_panel_that_went_away_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
