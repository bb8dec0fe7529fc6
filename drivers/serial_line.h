/* Serial line: bytes from and to a reader, without framing.
 *
 * The port that scanner.h stands on. Two back ends: serial_line_sp (libserialport, real tty
 * devices) and serial_line_fd (plain termios, for ptys, which libserialport refuses). Never blocks:
 * poll serial_line_fd(), then read. A line that went away (unplugged, other end closed) says
 * -ENODEV once and for ever; close it and open again. One process owns a line: opening takes it
 * exclusively. Not thread safe. Used by pamit-lane through scanner.h.
 */
#ifndef PAMIT_SERIAL_LINE_H
#define PAMIT_SERIAL_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device_why.h"

enum serial_parity {
    SERIAL_PARITY_NONE = 0,
    SERIAL_PARITY_EVEN = 1,
    SERIAL_PARITY_ODD = 2,
};

struct serial_settings {
    uint32_t baud; /* a rate the device takes */
    enum serial_parity parity;
    uint8_t
        data_bits; /* 7 or 8; with 7, bit 7 of what is read is clear, whatever the device sends */
    uint8_t stop_bits; /* 1 or 2 */
    bool dtr_off;      /* both are raised unless; many readers send nothing without */
    bool rts_off;
};

struct serial_line;
struct serial_line_backend;

extern const struct serial_line_backend serial_line_sp; /* real devices */
extern const struct serial_line_backend serial_line_fd; /* ptys: the desk and tests */

/* Opens `path` (symlinks are followed) raw, with `settings`, exclusively. On success *out is the
 * caller's. On failure explains in `why` and leaves *out. -ENOENT or -ENODEV: not there (yet);
 * -ENOTTY: not a serial line; -EACCES: permission; -EBUSY: another program holds it; -EINVAL: a
 * setting the line does not take. */
int serial_line_open(const struct serial_line_backend *backend, const char *path,
                     const struct serial_settings *settings, struct serial_line **out,
                     char why[DEVICE_WHY_LEN]);

/* Reads what is there, at most `size` bytes (size > 0). Returns the count, 0 when nothing is there
 * now, -ENODEV when the line is gone, another negative errno when reading fails. */
int serial_line_read(struct serial_line *line, uint8_t *buf, size_t size);

/* Writes without waiting. Returns the count taken (0 when the line is full now), or as read. */
int serial_line_write(struct serial_line *line, const uint8_t *p, size_t len);

/* To poll for input. Good until close. */
int serial_line_poll_fd(const struct serial_line *line);

/* NULL is fine. */
void serial_line_close(struct serial_line *line);

#endif
