/* The back end for real devices on a libserialport that does as it is told: what is said when a
 * line is there and can't be had all the same. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pty.h"
#include "serial_line.h"

/* What the library does next. */
static struct {
    int fd;             /* of the port */
    const char *fails;  /* the call that does, NULL: none */
    int error;          /* its errno; 0: the library itself says that it can't */
    int opened, closed; /* ports */
} lib;

static enum sp_return result_of(const char *call)
{
    if (!lib.fails || strcmp(call, lib.fails) != 0)
        return SP_OK;
    errno = lib.error;
    return lib.error ? SP_ERR_FAIL : SP_ERR_SUPP;
}

/* The name of the call, its other arguments. */
#define LIBRARY_CALL(name, ...)                                                                    \
    enum sp_return __wrap_sp_##name(struct sp_port *port, __VA_ARGS__);                            \
    enum sp_return __wrap_sp_##name(struct sp_port *port, __VA_ARGS__)                             \
    {                                                                                              \
        (void)port;                                                                                \
        (void)value;                                                                               \
        return result_of(#name);                                                                   \
    }

LIBRARY_CALL(set_baudrate, int value)
LIBRARY_CALL(set_bits, int value)
LIBRARY_CALL(set_parity, enum sp_parity value)
LIBRARY_CALL(set_stopbits, int value)
LIBRARY_CALL(set_flowcontrol, enum sp_flowcontrol value)
LIBRARY_CALL(set_dtr, enum sp_dtr value)
LIBRARY_CALL(set_rts, enum sp_rts value)

enum sp_return __wrap_sp_open(struct sp_port *port, enum sp_mode mode);
enum sp_return __wrap_sp_open(struct sp_port *port, enum sp_mode mode)
{
    (void)port;
    (void)mode;
    const enum sp_return r = result_of("open");
    lib.opened += r == SP_OK;
    return r;
}

enum sp_return __wrap_sp_close(struct sp_port *port);
enum sp_return __wrap_sp_close(struct sp_port *port)
{
    (void)port;
    lib.closed++;
    return SP_OK;
}

enum sp_return __wrap_sp_get_port_by_name(const char *name, struct sp_port **port);
enum sp_return __wrap_sp_get_port_by_name(const char *name, struct sp_port **port)
{
    (void)name;
    *port = (struct sp_port *)(void *)&lib;
    return SP_OK;
}

enum sp_return __wrap_sp_get_port_handle(const struct sp_port *port, void *handle);
enum sp_return __wrap_sp_get_port_handle(const struct sp_port *port, void *handle)
{
    (void)port;
    *(int *)handle = lib.fd;
    return SP_OK;
}

void __wrap_sp_free_port(struct sp_port *port);
void __wrap_sp_free_port(struct sp_port *port)
{
    (void)port;
}

int __wrap_sp_last_error_code(void);
int __wrap_sp_last_error_code(void)
{
    return errno;
}

static const struct {
    const char *says;
    const char *fails;
    int error;    /* of the call */
    bool hung_up; /* the reader goes when it has just been opened */
    int r;
    const char *why;
} rows[] = {
    {"somebody else has it", "open", EAGAIN, false, -EBUSY, "in use by another program"},
    {"no permission", "open", EACCES, false, -EACCES, "Permission denied"},
    {"it goes while it is opened", NULL, 0, true, -ENODEV, "went away while it was opened"},
    {"it goes a little later", "set_parity", EIO, false, -ENODEV, "went away while it was opened"},
    {"a speed that is not taken", "set_baudrate", EINVAL, false, -EINVAL,
     "does not take 19200 baud"},
    {"nor by the library", "set_baudrate", 0, false, -EINVAL, "does not take 19200 baud"},
    {"data bits", "set_bits", EINVAL, false, -EINVAL, "does not take 7 data bits"},
    {"parity", "set_parity", EINVAL, false, -EINVAL, "does not take even parity"},
    {"stop bits", "set_stopbits", EINVAL, false, -EINVAL, "does not take 2 stop bits"},
    {"a line that can't be lowered", "set_dtr", EINVAL, false, -EINVAL, "does not take DTR off"},
    {"all well", NULL, 0, false, 0, ""},
};

static void the_true_cause_is_told(void **state)
{
    (void)state;
    const struct serial_settings settings = {.baud = 19200,
                                             .parity = SERIAL_PARITY_EVEN,
                                             .data_bits = 7,
                                             .stop_bits = 2,
                                             .dtr_off = true,
                                             .rts_off = true};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pty pty = pty_open();
        struct serial_line *line = NULL;
        char why[DEVICE_WHY_LEN] = "", expected[DEVICE_WHY_LEN] = "";
        memset(&lib, 0, sizeof lib);
        lib.fd = open(pty.path, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (rows[i].hung_up)
            pty_close(&pty);
        lib.fails = rows[i].fails;
        lib.error = rows[i].error;
        const int r = serial_line_open(&serial_line_sp, "/dev/null", &settings, &line, why);
        if (rows[i].why[0])
            snprintf(expected, sizeof expected, "/dev/null: %s", rows[i].why);
        if (r != rows[i].r || strcmp(why, expected) != 0)
            fail_msg("%s: got %d, \"%s\"", rows[i].says, r, why);
        serial_line_close(line);
        assert_int_equal(lib.opened, lib.closed);
        close(lib.fd);
        pty_close(&pty);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_true_cause_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
