/* The serial line port: checks the caller, hands on to the back end. */
#include "serial_line_backend.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/file.h>

int serial_line_open(const struct serial_line_backend *backend, const char *path,
                     const struct serial_settings *settings, struct serial_line **out,
                     char why[DEVICE_WHY_LEN])
{
    assert(backend && path && out && why);
    assert(settings->data_bits == 7 || settings->data_bits == 8);
    assert(settings->stop_bits == 1 || settings->stop_bits == 2);
    return backend->open(path, settings, out, why);
}

int serial_line_read(struct serial_line *line, uint8_t *buf, size_t size)
{
    assert(size > 0 && size <= INT32_MAX);
    return line->backend->read(line, buf, size);
}

int serial_line_write(struct serial_line *line, const uint8_t *p, size_t len)
{
    assert(len <= INT32_MAX);
    return line->backend->write(line, p, len);
}

int serial_line_poll_fd(const struct serial_line *line)
{
    return line->fd;
}

void serial_line_close(struct serial_line *line)
{
    if (line)
        line->backend->close(line);
}

/* flock(2) and not a lock file: the kernel drops it when we die, and it also stops a second root
 * process, which TIOCEXCL lets through. */
int serial_line_lock(int fd)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

int serial_line_why(const char *path, int error, char why[DEVICE_WHY_LEN])
{
    if (error == EBUSY || error == EAGAIN)
        return device_why(why, EBUSY, "%s: in use by another program", path);
    if (error == EIO || error == ENXIO || error == ENODEV) /* of a tty that was hung up */
        return device_why(why, ENODEV, "%s: went away while it was opened", path);
    return device_why(why, error, "%s: %s", path, strerror(error));
}
