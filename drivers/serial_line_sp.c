/* Serial line on a real tty, through libserialport.
 *
 * Two things the library does not do for us, both measured: version 0.1.1 refuses a symlink such as
 * /dev/serial/by-id/..., so the path is resolved here; and an unplugged adapter reads as "0 bytes"
 * for ever. The second is told apart from silence by polling the port's fd: HUP, ERR, or readable
 * and still 0 bytes, means gone.
 *
 * 7 data bits: a USB device with a serial port of its own takes the setting and may still send 8,
 * so the terminal clears bit 7 too.
 *
 * Exclusive use: TIOCEXCL keeps other users' programs out, the lock keeps a second root process
 * out; version 0.1.2 takes that lock itself, and where somebody has it says EAGAIN. The kernel
 * drops both when the tty is closed for the last time, also by our death.
 */
#include "serial_line_backend.h"

#include <errno.h>
#include <libserialport.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

struct sp_line {
    struct serial_line base;
    struct sp_port *port;
};

/* The errno that stands for what a libserialport call just returned. */
static int sp_errno(enum sp_return r)
{
    switch (r) {
    case SP_ERR_ARG:
        return EINVAL;
    case SP_ERR_MEM:
        return ENOMEM;
    case SP_ERR_SUPP:
        return EOPNOTSUPP;
    case SP_ERR_FAIL:
    case SP_OK:
        break;
    }
    int error = sp_last_error_code();
    return error > 0 ? error : EIO;
}

static enum sp_parity sp_parity_of(enum serial_parity parity)
{
    switch (parity) {
    case SERIAL_PARITY_EVEN:
        return SP_PARITY_EVEN;
    case SERIAL_PARITY_ODD:
        return SP_PARITY_ODD;
    case SERIAL_PARITY_NONE:
        break;
    }
    return SP_PARITY_NONE;
}

/* One setting, and what to call it if the line does not take it. */
struct step {
    enum sp_return r;
    char what[32];
};

/* Sets up a port as far as it takes it; *step is the last setting tried. */
static void sp_apply(struct sp_port *port, const struct serial_settings *settings,
                     struct step *step)
{
    static const char *const parities[] = {
        [SERIAL_PARITY_NONE] = "no", [SERIAL_PARITY_EVEN] = "even", [SERIAL_PARITY_ODD] = "odd"};
    snprintf(step->what, sizeof step->what, "%u baud", settings->baud);
    step->r = sp_set_baudrate(port, (int)settings->baud);
    if (step->r == SP_OK) {
        snprintf(step->what, sizeof step->what, "%u data bits", settings->data_bits);
        step->r = sp_set_bits(port, settings->data_bits);
    }
    if (step->r == SP_OK) {
        snprintf(step->what, sizeof step->what, "%s parity", parities[settings->parity]);
        step->r = sp_set_parity(port, sp_parity_of(settings->parity));
    }
    if (step->r == SP_OK) {
        snprintf(step->what, sizeof step->what, "%u stop bits", settings->stop_bits);
        step->r = sp_set_stopbits(port, settings->stop_bits);
    }
    if (step->r == SP_OK) {
        snprintf(step->what, sizeof step->what, "flow control off");
        step->r = sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE);
    }
    if (step->r == SP_OK && settings->dtr_off) { /* the kernel raised both when it opened it */
        snprintf(step->what, sizeof step->what, "DTR off");
        step->r = sp_set_dtr(port, SP_DTR_OFF);
    }
    if (step->r == SP_OK && settings->rts_off) {
        snprintf(step->what, sizeof step->what, "RTS off");
        step->r = sp_set_rts(port, SP_RTS_OFF);
    }
}

static int bit_7_strip(int fd)
{
    struct termios attributes;
    if (tcgetattr(fd, &attributes) < 0)
        return -errno;
    attributes.c_iflag |= ISTRIP;
    return tcsetattr(fd, TCSANOW, &attributes) < 0 ? -errno : 0;
}

static int why_not_set(const char *path, const char *what, int error, char why[DEVICE_WHY_LEN])
{
    if (error != EINVAL && error != EOPNOTSUPP)
        return serial_line_why(path, error, why);
    return device_why(why, EINVAL, "%s: does not take %s", path, what);
}

/* Takes an open port for us alone and sets it up; stores its fd. */
static int sp_prepare(struct sp_port *port, const struct serial_settings *settings, int *fd,
                      const char *path, char why[DEVICE_WHY_LEN])
{
    enum sp_return got = sp_get_port_handle(port, fd);
    if (got != SP_OK)
        return device_why(why, sp_errno(got), "%s: no file descriptor", path);
    int r = serial_line_lock(*fd);
    if (r < 0)
        return serial_line_why(path, -r, why);
    if (ioctl(*fd, TIOCEXCL) < 0)
        return serial_line_why(path, errno, why);
    struct step step;
    sp_apply(port, settings, &step);
    if (step.r != SP_OK)
        return why_not_set(path, step.what, sp_errno(step.r), why);
    r = settings->data_bits == 7 ? bit_7_strip(*fd) : 0;
    return r < 0 ? why_not_set(path, "7 data bits", -r, why) : 0;
}

static int sp_line_open(const char *path, const struct serial_settings *settings,
                        struct serial_line **out, char why[DEVICE_WHY_LEN])
{
    char real[PATH_MAX];
    if (!realpath(path, real))
        return device_why(why, errno, "%s: %s", path, strerror(errno));
    struct sp_line *line = calloc(1, sizeof *line);
    if (!line)
        return device_why(why, ENOMEM, "%s: out of memory", path);

    int r;
    enum sp_return sp = sp_get_port_by_name(real, &line->port);
    if (sp != SP_OK) {
        r = access(real, F_OK) < 0 ? serial_line_why(path, errno, why)
                                   : device_why(why, ENOTTY, "%s: not a serial line", path);
        goto failed;
    }
    sp = sp_open(line->port, SP_MODE_READ_WRITE);
    if (sp != SP_OK) {
        r = serial_line_why(path, sp_errno(sp), why);
        goto failed;
    }
    r = sp_prepare(line->port, settings, &line->base.fd, path, why);
    if (r < 0) {
        sp_close(line->port);
        goto failed;
    }
    line->base.backend = &serial_line_sp;
    *out = &line->base;
    return 0;

failed:
    sp_free_port(line->port);
    free(line);
    return r;
}

static int sp_take(struct sp_line *line, uint8_t *buf, size_t size)
{
    enum sp_return n = sp_nonblocking_read(line->port, buf, size);
    return n >= 0 ? (int)n : -sp_errno(n);
}

static int sp_line_read(struct serial_line *base, uint8_t *buf, size_t size)
{
    struct sp_line *line = (struct sp_line *)base;
    int n = sp_take(line, buf, size);
    if (n == -EIO || n == -ENXIO)
        return -ENODEV;
    if (n != 0)
        return n;
    struct pollfd state = {.fd = base->fd, .events = POLLIN};
    if (poll(&state, 1, 0) <= 0)
        return 0;
    if (state.revents & (POLLHUP | POLLERR | POLLNVAL))
        return -ENODEV;
    n = sp_take(line, buf, size); /* came in after the first read, or the end */
    return n > 0 ? n : -ENODEV;
}

static int sp_line_write(struct serial_line *base, const uint8_t *p, size_t len)
{
    struct sp_line *line = (struct sp_line *)base;
    enum sp_return n = sp_nonblocking_write(line->port, p, len);
    if (n >= 0)
        return (int)n;
    int error = sp_errno(n);
    return error == EIO || error == ENXIO ? -ENODEV : -error;
}

static void sp_line_close(struct serial_line *base)
{
    struct sp_line *line = (struct sp_line *)base;
    sp_close(line->port);
    sp_free_port(line->port);
    free(line);
}

const struct serial_line_backend serial_line_sp = {
    .open = sp_line_open,
    .read = sp_line_read,
    .write = sp_line_write,
    .close = sp_line_close,
};
