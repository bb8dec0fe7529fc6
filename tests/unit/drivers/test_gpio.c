/* GPIO: the simulated back end over a socketpair, and plain words when a chip is not there. */
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

#include "gpio_backend.h"

static const struct gpio_pin outputs[] = {{"17", false, "lamp green"},
                                          {"GPIO22", true, "lamp red"}};
static const struct gpio_pin inputs[] = {{"5", false, "button 1"}, {"6", true, "button 2"}};
static const struct gpio_request request = {
    .consumer = "test", .outputs = outputs, .n_outputs = 2, .inputs = inputs, .n_inputs = 2};

/* Of a chip with the names of a Raspberry Pi's. */
static int line_named(void *chip, const char *name)
{
    (void)chip;
    return strncmp(name, "GPIO", 4) == 0 ? atoi(name + 4) : -1;
}

static void expect_message(int far, uint8_t line, uint8_t value)
{
    uint8_t got[3] = {0};
    assert_int_equal(recv(far, got, sizeof got, MSG_DONTWAIT), 2);
    assert_int_equal(got[0], line);
    assert_int_equal(got[1], value);
}

static void expect_quiet(int far)
{
    uint8_t got[3];
    assert_int_equal(recv(far, got, sizeof got, MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
}

static struct gpio *open_pair(int *far)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    struct gpio *gpio = NULL;
    assert_int_equal(gpio_mem_open_fd(pair[0], &request, &gpio), 0);
    *far = pair[1];
    return gpio;
}

static void outputs_begin_and_end_inactive(void **state)
{
    (void)state;
    int far;
    struct gpio *gpio = open_pair(&far);
    expect_message(far, 17, 0);
    expect_message(far, 22, 0);
    assert_int_equal(gpio_set(gpio, 0, true), 0);
    expect_message(far, 17, 1);
    assert_int_equal(gpio_set(gpio, 1, true), 0);
    expect_message(far, 22, 1);
    expect_quiet(far);
    gpio_close(gpio);
    expect_message(far, 17, 0);
    expect_message(far, 22, 0);
    uint8_t end;
    assert_int_equal(recv(far, &end, 1, 0), 0);
    close(far);
}

static void inputs_tell_of_changes_and_nonsense_is_ignored(void **state)
{
    (void)state;
    int far;
    struct gpio *gpio = open_pair(&far);
    struct gpio_event event = {.input = 99};
    assert_int_equal(gpio_read_event(gpio, &event), 0);
    const uint8_t messages[][3] = {{99, 1}, {5, 2}, {17, 1}, {6, 1}};
    assert_int_equal(send(far, "x", 1, 0), 1);
    assert_int_equal(send(far, "\x05\x01\x01", 3, 0), 3);
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        assert_int_equal(send(far, messages[i], 2, 0), 2);
    assert_int_equal(gpio_read_event(gpio, &event), 1);
    assert_int_equal(event.input, 1);
    assert_true(event.active);
    assert_int_equal(gpio_read_event(gpio, &event), 0);
    close(far);
    assert_int_equal(gpio_read_event(gpio, &event), -ENODEV);
    assert_int_equal(gpio_set(gpio, 0, true), -ENODEV);
    gpio_close(gpio);
}

static void lines_go_by_number_or_name_and_no_two_are_one(void **state)
{
    (void)state;
    static const struct {
        const char *says, *lamp, *button, *why;
    } rows[] = {
        {"numbers", "17", "5", NULL},
        {"names", "GPIO17", "GPIO5", NULL},
        {"a name that no line has", "GPIO17", "FAN", "line FAN (button) does not exist"},
        {"no number", "17x", "5", "line 17x (lamp) does not exist"},
        {"a number beyond", "99999999999999999999", "5", "(lamp) does not exist"},
        {"one line by two names", "17", "GPIO17", "line GPIO17 (button) is that of lamp too"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct gpio_pin lamp = {rows[i].lamp, false, "lamp"};
        const struct gpio_pin button = {rows[i].button, false, "button"};
        const struct gpio_request both = {
            .consumer = "test", .outputs = &lamp, .n_outputs = 1, .inputs = &button, .n_inputs = 1};
        struct gpio_lines at = {{0}, {0}};
        char why[DEVICE_WHY_LEN] = "";
        const int r = gpio_find_lines("chip", &both, line_named, NULL, &at, why);
        if (r != (rows[i].why ? -EINVAL : 0) || (r < 0 && !strstr(why, rows[i].why)))
            fail_msg("%s: got %d, \"%s\"", rows[i].says, r, why);
        if (r == 0 && (at.outputs[0] != 17 || at.inputs[0] != 5))
            fail_msg("%s: lines %u and %u", rows[i].says, at.outputs[0], at.inputs[0]);
    }
}

struct refusal {
    const char *says;
    const struct gpio_backend *backend;
    const char *path;
    int error;
    const char *why;
};

static void what_is_no_chip_is_refused_with_path_and_reason(void **state)
{
    (void)state;
    char file[] = "/tmp/pamit-file-XXXXXX";
    close(mkstemp(file));
    const struct refusal rows[] = {
        {"no such chip", &gpio_gpiod, "/dev/gpiochip99", ENOENT, "No such file"},
        {"a regular file", &gpio_gpiod, file, ENOTTY, "not a gpiochip"},
        {"/dev/null", &gpio_gpiod, "/dev/null", ENOTTY, "not a gpiochip"},
        {"no chip with the label", &gpio_gpiod, "pinctrl-none", ENOENT,
         "no gpiochip with this label"},
        {"no desk", &gpio_mem, "/nonexistent/gpio.sock", ENOENT, "does not answer"},
        {"no socket", &gpio_mem, "/dev/null", ECONNREFUSED, "does not answer"},
        {"path of a socket too long", &gpio_mem,
         "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aa"
         "aaaaaaaaaaaaaaaaaaaaaaaa",
         ENAMETOOLONG, "too long"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gpio *gpio = NULL;
        char why[DEVICE_WHY_LEN] = "";
        int r = gpio_open(rows[i].backend, rows[i].path, &request, &gpio, why);
        if (r != -rows[i].error || gpio || strncmp(why, rows[i].path, strlen(rows[i].path)) != 0 ||
            !strstr(why, rows[i].why))
            fail_msg("%s: got %d, \"%s\"", rows[i].says, r, why);
    }
    unlink(file);
}

/* A chip is a file here: its name says how it opens, its content is its label. */
static void *open_labelled(const char *path, const char *label)
{
    static char found[32];
    FILE *chip = fopen(path, "re");
    assert_non_null(chip);
    assert_non_null(fgets(found, sizeof found, chip));
    fclose(chip);
    errno = strcmp(found, "locked") == 0 ? EACCES : strcmp(found, label) == 0 ? 0 : ENOENT;
    return errno ? NULL : found;
}

static void a_chip_is_found_by_its_label_also_behind_one_that_does_not_open(void **state)
{
    (void)state;
    static const struct {
        const char *says, *chips[2];
        int error;
        const char *why;
    } rows[] = {
        {"the second", {"other", "ours"}, 0, NULL},
        {"behind one that may not be opened", {"locked", "ours"}, 0, NULL},
        {"none has it", {"other", "third"}, ENOENT, "ours: no gpiochip with this label"},
        {"it may be the one that may not be opened",
         {"other", "locked"},
         EACCES,
         "ours: a gpiochip can't be asked for its label (Permission denied)"},
        {"no chips", {NULL, NULL}, ENOENT, "ours: no gpiochip with this label"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char dir[] = "/tmp/pamit-chips-XXXXXX", path[2][64], all[64], why[DEVICE_WHY_LEN];
        assert_non_null(mkdtemp(dir));
        snprintf(all, sizeof all, "%s/gpiochip*", dir);
        for (int k = 0; k < 2 && rows[i].chips[k]; k++) {
            snprintf(path[k], sizeof path[k], "%s/gpiochip%d", dir, k);
            FILE *chip = fopen(path[k], "we");
            assert_true(chip && fputs(rows[i].chips[k], chip) >= 0 && fclose(chip) == 0);
        }
        const bool found = gpio_find_chip(all, "ours", open_labelled);
        const int error = found ? 0 : errno;
        if (error != rows[i].error)
            fail_msg("%s: got %s", rows[i].says, strerror(error));
        if (error) {
            assert_int_equal(gpio_why_chip("ours", error, why), -error);
            assert_string_equal(why, rows[i].why);
        }
        for (int k = 0; k < 2 && rows[i].chips[k]; k++)
            unlink(path[k]);
        rmdir(dir);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_begin_and_end_inactive),
        cmocka_unit_test(inputs_tell_of_changes_and_nonsense_is_ignored),
        cmocka_unit_test(lines_go_by_number_or_name_and_no_two_are_one),
        cmocka_unit_test(what_is_no_chip_is_refused_with_path_and_reason),
        cmocka_unit_test(a_chip_is_found_by_its_label_also_behind_one_that_does_not_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
