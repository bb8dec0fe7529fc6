/* The panel on a chip that is not the simulated one: edges that are lost, lines that fail or are
 * another program's, lamps that somebody has to put out. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "fake_chip.h"
#include "panel.h"

#define GREEN    1u
#define RED      3u
#define BUZZER   5u
#define BUTTON_1 11u
#define START_MS 1000000

static const struct panel_pins pins = {.green = "GPIO1",
                                       .amber = "2",
                                       .red = "GPIO3",
                                       .white = "4",
                                       .buzzer = "5",
                                       .button = {"11", "12", "13", "14"}};

static struct panel *open_panel(void)
{
    char why[DEVICE_WHY_LEN];
    struct panel *panel = NULL;
    fake_chip = (struct fake_chip){0};
    if (panel_open(&fake_chip_backend, "chip", &pins, &panel, why) < 0)
        fail_msg("%s", why);
    return panel;
}

/* ---- buttons -------------------------------------------------------------------------------- */

/* The next change by `now_ms`: '+' down, '-' up, '.' none. */
static char change_at(struct panel *panel, int64_t now_ms)
{
    struct panel_button button;
    const int r = panel_read_button(panel, now_ms, &button);
    assert_true(r == 0 || (r == 1 && button.number == 1));
    return r == 0 ? '.' : button.pressed ? '+' : '-';
}

static int64_t deadline_at(struct panel *panel, int64_t now_ms)
{
    int64_t deadline_ms;
    assert_int_equal(panel_tick(panel, now_ms, &deadline_ms), 0);
    return deadline_ms;
}

static void an_edge_that_was_lost_is_made_good_from_the_line_itself(void **state)
{
    (void)state;
    struct panel *panel = open_panel();
    int64_t now_ms = START_MS;
    fake_chip_pull(BUTTON_1, true);
    fake_chip_edge(0, true);
    assert_int_equal(change_at(panel, now_ms), '+');
    fake_chip_pull(BUTTON_1, false); /* and nobody tells */
    assert_int_equal(change_at(panel, now_ms + 1), '.');
    assert_int_equal(deadline_at(panel, now_ms + 1), now_ms + GPIO_DEBOUNCE_MS);
    now_ms += GPIO_DEBOUNCE_MS;
    assert_int_equal(change_at(panel, now_ms), '-');
    assert_int_equal(change_at(panel, now_ms), '.');
    assert_int_equal(deadline_at(panel, now_ms), now_ms + GPIO_DEBOUNCE_MS);
    now_ms += GPIO_DEBOUNCE_MS;
    assert_int_equal(change_at(panel, now_ms), '.');
    assert_true(deadline_at(panel, now_ms) == PANEL_NO_DEADLINE);
    assert_int_equal(panel_stuck(panel, now_ms + PANEL_STUCK_MS), 0);
    panel_close(panel);
}

static void an_edge_too_many_does_not_undo_what_the_line_says(void **state)
{
    (void)state;
    struct panel *panel = open_panel();
    fake_chip_pull(BUTTON_1, true);
    fake_chip_edge(0, true);
    fake_chip_edge(0, false);
    assert_int_equal(change_at(panel, START_MS), '+');
    assert_int_equal(change_at(panel, START_MS), '.');
    assert_int_equal(change_at(panel, START_MS + GPIO_DEBOUNCE_MS), '.');
    panel_close(panel);
}

static void a_bounce_that_is_read_late_is_no_press(void **state)
{
    (void)state;
    struct panel *panel = open_panel();
    fake_chip_pull(BUTTON_1, true);
    fake_chip_edge(0, true);
    assert_int_equal(change_at(panel, START_MS), '+');
    fake_chip_edge(0, false);
    fake_chip_edge(0, true);
    for (int64_t ms = 3 * GPIO_DEBOUNCE_MS; ms < 10 * GPIO_DEBOUNCE_MS; ms += GPIO_DEBOUNCE_MS)
        assert_int_equal(change_at(panel, START_MS + ms), '.');
    panel_close(panel);
}

/* ---- failures ------------------------------------------------------------------------------- */

static void a_failure_names_chip_line_and_reason(void **state)
{
    (void)state;
    struct panel *panel = open_panel();
    struct panel_button button;
    int64_t deadline_ms;
    assert_string_equal(panel_why(panel), "");
    fake_chip.set_error = EIO;
    panel_show(panel, PANEL_STOP, START_MS);
    assert_int_equal(panel_tick(panel, START_MS, &deadline_ms), -EIO);
    assert_string_equal(panel_why(panel),
                        "chip: line GPIO3 (lamp red) can't be set (Input/output error)");
    fake_chip.read_error = EIO;
    assert_int_equal(panel_read_button(panel, START_MS, &button), -EIO);
    assert_string_equal(panel_why(panel), "chip: buttons can't be read (Input/output error)");
    fake_chip.read_error = ENODEV;
    assert_int_equal(panel_read_button(panel, START_MS, &button), -ENODEV);
    assert_string_equal(panel_why(panel), "chip: the chip went away");
    panel_close(panel);
}

/* ---- lamps that a dead lane left lit -------------------------------------------------------- */

struct dark_row {
    const char *says;
    const char *red; /* the line */
    bool active_low;
    const char *holder_of_green, *holder_of_button;
    const char *why; /* all that is told, NULL: nothing */
    unsigned lit;    /* bit n: line n, after it */
};

static const struct dark_row dark_rows[] = {
    {"all at once", "GPIO3", false, NULL, NULL, NULL, 0},
    {"on when low", "GPIO3", true, NULL, NULL, NULL, 0},
    {"a button that is another's is none of its business", "GPIO3", false, NULL, "gpio-keys", NULL,
     0},
    {"a lamp that is another's, and all others", "GPIO3", false, "gpio-leds", NULL,
     "chip: line GPIO1 (lamp green) is in use by gpio-leds\n", 1u << GREEN},
    {"the same on when low", "GPIO3", true, "gpio-leds", NULL,
     "chip: line GPIO1 (lamp green) is in use by gpio-leds\n", 1u << GREEN},
    {"each that can't be had", "FAN", false, "gpio-leds", NULL,
     "chip: line GPIO1 (lamp green) is in use by gpio-leds\n"
     "chip: line FAN (lamp red) does not exist\n",
     1u << GREEN | 1u << RED},
};

static void what_can_be_put_out_is_and_the_rest_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dark_rows / sizeof dark_rows[0]; i++) {
        const struct dark_row *row = &dark_rows[i];
        struct panel_pins with = pins;
        with.red = row->red;
        with.lamps_active_low = row->active_low;
        fake_chip = (struct fake_chip){0};
        fake_chip.holder[GREEN] = row->holder_of_green;
        fake_chip.holder[BUTTON_1] = row->holder_of_button;
        for (unsigned line = GREEN; line <= BUZZER; line++)
            fake_chip.high[line] = !row->active_low;
        char why[PANEL_OUTPUTS][DEVICE_WHY_LEN], told[PANEL_OUTPUTS * DEVICE_WHY_LEN] = "";
        const unsigned n = panel_darken(&fake_chip_backend, "chip", &with, why);
        for (unsigned k = 0; k < n; k++)
            strcat(strcat(told, why[k]), "\n");
        unsigned lit = 0;
        for (unsigned line = GREEN; line <= BUZZER; line++)
            lit |= fake_chip.high[line] != row->active_low ? 1u << line : 0;
        if (lit != row->lit || strcmp(told, row->why ? row->why : "") != 0)
            fail_msg("%s: lit 0x%x, told \"%s\"", row->says, lit, told);
        assert_int_equal(fake_chip.opened, n == 0 ? 1 : PANEL_OUTPUTS - n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edge_that_was_lost_is_made_good_from_the_line_itself),
        cmocka_unit_test(an_edge_too_many_does_not_undo_what_the_line_says),
        cmocka_unit_test(a_bounce_that_is_read_late_is_no_press),
        cmocka_unit_test(a_failure_names_chip_line_and_reason),
        cmocka_unit_test(what_can_be_put_out_is_and_the_rest_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
