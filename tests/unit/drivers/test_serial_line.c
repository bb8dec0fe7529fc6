/* Serial lines: a pty behaves like a reader that is plugged in and out; both back ends say plainly
 * why something is no serial line. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pty.h"
#include "serial_line.h"

static const struct serial_settings settings = {.baud = 9600, .data_bits = 8, .stop_bits = 1};

static struct serial_line *open_pty_with(const struct pty *pty, const struct serial_settings *with)
{
    struct serial_line *line = NULL;
    char why[DEVICE_WHY_LEN] = "";
    int r = serial_line_open(&serial_line_fd, pty->path, with, &line, why);
    if (r < 0)
        fail_msg("%s", why);
    return line;
}

static struct serial_line *open_pty(const struct pty *pty)
{
    return open_pty_with(pty, &settings);
}

static void bytes_pass_unchanged_both_ways(void **state)
{
    (void)state;
    uint8_t all[256], got[300];
    for (unsigned i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    struct pty pty = pty_open();
    struct serial_line *line = open_pty(&pty);
    assert_int_equal(serial_line_read(line, got, sizeof got), 0);
    pty_write(&pty, all, sizeof all);
    assert_int_equal(serial_line_read(line, got, sizeof got), sizeof all);
    assert_memory_equal(got, all, sizeof all);
    assert_int_equal(serial_line_write(line, all, sizeof all), sizeof all);
    assert_int_equal(read(pty.master, got, sizeof got), sizeof all);
    assert_memory_equal(got, all, sizeof all);
    serial_line_close(line);
    pty_close(&pty);
}

static void with_7_data_bits_a_parity_bit_is_gone(void **state)
{
    (void)state;
    const struct serial_settings seven = {
        .baud = 9600, .parity = SERIAL_PARITY_EVEN, .data_bits = 7, .stop_bits = 1};
    uint8_t got[8];
    struct pty pty = pty_open();
    struct serial_line *line = open_pty_with(&pty, &seven);
    pty_write(&pty, "P<\xc9\xc4\xcb\x8d\0", 7);
    assert_int_equal(serial_line_read(line, got, sizeof got), 7);
    assert_memory_equal(got, "P<IDK\r\0", 7);
    serial_line_close(line);
    pty_close(&pty);
}

/* A pty has none: they are not asked for, whatever the settings say. */
static void modem_lines_are_no_hindrance_on_a_pty(void **state)
{
    (void)state;
    const struct serial_settings off = {
        .baud = 9600, .data_bits = 8, .stop_bits = 1, .dtr_off = true, .rts_off = true};
    struct pty pty = pty_open();
    serial_line_close(open_pty_with(&pty, &off));
    pty_close(&pty);
}

static void unplugging_is_told_after_the_last_bytes(void **state)
{
    (void)state;
    uint8_t got[8];
    struct pty pty = pty_open();
    struct serial_line *line = open_pty(&pty);
    pty_close(&pty);
    struct pollfd ready = {.fd = serial_line_poll_fd(line), .events = POLLIN};
    assert_int_equal(poll(&ready, 1, 0), 1);
    assert_int_equal(serial_line_read(line, got, sizeof got), -ENODEV);
    assert_int_equal(serial_line_read(line, got, sizeof got), -ENODEV);
    assert_int_equal(serial_line_write(line, got, 1), -ENODEV);
    serial_line_close(line);
}

static void a_line_has_one_owner(void **state)
{
    (void)state;
    struct pty pty = pty_open();
    struct serial_line *line = open_pty(&pty), *second = NULL;
    char why[DEVICE_WHY_LEN] = "";
    assert_int_equal(serial_line_open(&serial_line_fd, pty.path, &settings, &second, why), -EBUSY);
    assert_non_null(strstr(why, "in use"));
    assert_null(second);
    serial_line_close(line);
    serial_line_close(open_pty(&pty));
    pty_close(&pty);
}

static void a_symlink_is_followed(void **state)
{
    (void)state;
    struct pty pty = pty_open();
    char dir[] = "/tmp/pamit-line-XXXXXX", path[64], why[DEVICE_WHY_LEN];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/scanner", dir);
    assert_int_equal(symlink(pty.path, path), 0);
    struct serial_line *line = NULL;
    assert_int_equal(serial_line_open(&serial_line_fd, path, &settings, &line, why), 0);
    serial_line_close(line);
    unlink(path);
    rmdir(dir);
    pty_close(&pty);
}

struct refusal {
    const char *says;
    const struct serial_line_backend *backend;
    const char *path;
    int error;
    const char *why;
};

static void what_is_no_serial_line_is_refused_with_path_and_reason(void **state)
{
    (void)state;
    char file[] = "/tmp/pamit-file-XXXXXX";
    close(mkstemp(file));
    const struct refusal rows[] = {
        {"libserialport: nothing there", &serial_line_sp, "/dev/ttyPAMIT0", ENOENT, "No such file"},
        {"libserialport: regular file", &serial_line_sp, file, ENOTTY, "not a serial line"},
        {"libserialport: /dev/null", &serial_line_sp, "/dev/null", ENOTTY, "not a serial line"},
        {"libserialport: directory", &serial_line_sp, "/dev", ENOTTY, "not a serial line"},
        {"pty: nothing there", &serial_line_fd, "/dev/ttyPAMIT0", ENOENT, "No such file"},
        {"pty: /dev/null", &serial_line_fd, "/dev/null", ENOTTY, "not a serial line"},
        {"pty: directory", &serial_line_fd, "/dev", EISDIR, "Is a directory"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct serial_line *line = NULL;
        char why[DEVICE_WHY_LEN] = "";
        int r = serial_line_open(rows[i].backend, rows[i].path, &settings, &line, why);
        if (r != -rows[i].error || line || strncmp(why, rows[i].path, strlen(rows[i].path)) != 0 ||
            !strstr(why, rows[i].why))
            fail_msg("%s: got %d, \"%s\"", rows[i].says, r, why);
    }
    unlink(file);
}

static void a_pty_is_refused_by_libserialport_not_crashed_on(void **state)
{
    (void)state;
    struct pty pty = pty_open();
    struct serial_line *line = NULL;
    char why[DEVICE_WHY_LEN] = "";
    assert_true(serial_line_open(&serial_line_sp, pty.path, &settings, &line, why) < 0);
    assert_null(line);
    assert_non_null(strstr(why, pty.path));
    pty_close(&pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_pass_unchanged_both_ways),
        cmocka_unit_test(with_7_data_bits_a_parity_bit_is_gone),
        cmocka_unit_test(modem_lines_are_no_hindrance_on_a_pty),
        cmocka_unit_test(unplugging_is_told_after_the_last_bytes),
        cmocka_unit_test(a_line_has_one_owner),
        cmocka_unit_test(a_symlink_is_followed),
        cmocka_unit_test(what_is_no_serial_line_is_refused_with_path_and_reason),
        cmocka_unit_test(a_pty_is_refused_by_libserialport_not_crashed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
