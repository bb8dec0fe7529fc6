/* Serial line on a pty: the simulated counter and the tests.
 *
 * libserialport wants an entry under /sys/class/tty and TIOCMGET; a pty has neither. Nor has it a
 * baud rate, parity, DTR or RTS: of the settings only the number of data bits means anything here.
 * The line is made raw, and with 7 data bits the terminal clears bit 7, as a UART would.
 *
 * TIOCEXCL is not used: the flag stays on a pty until its master closes, so after a kill -9 of its
 * user nobody but root could open it again.
 *
 * When the master closes, poll says HUP, read says 0 bytes (or EIO, as terminals may) and write
 * EIO: gone.
 */
#include "serial_line_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static int fd_prepare(int fd, const char *path, const struct serial_settings *settings,
                      char why[DEVICE_WHY_LEN])
{
    struct termios attributes;
    if (tcgetattr(fd, &attributes) < 0)
        return errno == ENOTTY ? device_why(why, ENOTTY, "%s: not a serial line", path)
                               : serial_line_why(path, errno, why);
    const int r = serial_line_lock(fd);
    if (r < 0)
        return serial_line_why(path, -r, why);
    cfmakeraw(&attributes);
    attributes.c_cflag |= CLOCAL | CREAD;
    if (settings->data_bits == 7)
        attributes.c_iflag |= ISTRIP;
    if (tcsetattr(fd, TCSANOW, &attributes) < 0)
        return device_why(why, errno, "%s: can't be set up (%s)", path, strerror(errno));
    return 0;
}

static int fd_open(const char *path, const struct serial_settings *settings,
                   struct serial_line **out, char why[DEVICE_WHY_LEN])
{
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return device_why(why, errno, "%s: %s", path, strerror(errno));
    int r = fd_prepare(fd, path, settings, why);
    struct serial_line *line = r < 0 ? NULL : malloc(sizeof *line);
    if (!line) {
        close(fd);
        return r < 0 ? r : device_why(why, ENOMEM, "%s: out of memory", path);
    }
    *line = (struct serial_line){.backend = &serial_line_fd, .fd = fd};
    *out = line;
    return 0;
}

static int fd_read(struct serial_line *line, uint8_t *buf, size_t size)
{
    ssize_t n = read(line->fd, buf, size);
    if (n > 0)
        return (int)n;
    if (n == 0 || errno == EIO)
        return -ENODEV;
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

static int fd_write(struct serial_line *line, const uint8_t *p, size_t len)
{
    ssize_t n = write(line->fd, p, len);
    if (n >= 0)
        return (int)n;
    if (errno == EIO)
        return -ENODEV;
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

static void fd_close(struct serial_line *line)
{
    close(line->fd);
    free(line);
}

const struct serial_line_backend serial_line_fd = {
    .open = fd_open,
    .read = fd_read,
    .write = fd_write,
    .close = fd_close,
};
