/* What a serial line back end provides. For serial_line*.c only.
 *
 * A back end's own struct begins with a struct serial_line.
 */
#ifndef PAMIT_SERIAL_LINE_BACKEND_H
#define PAMIT_SERIAL_LINE_BACKEND_H

#include "serial_line.h"

struct serial_line {
    const struct serial_line_backend *backend;
    int fd; /* to poll; closed by the back end */
};

/* Each function keeps the contract of its namesake in serial_line.h. */
struct serial_line_backend {
    int (*open)(const char *path, const struct serial_settings *settings, struct serial_line **out,
                char why[DEVICE_WHY_LEN]);
    int (*read)(struct serial_line *line, uint8_t *buf, size_t size);
    int (*write)(struct serial_line *line, const uint8_t *p, size_t len);
    void (*close)(struct serial_line *line);
};

/* Takes the line for this process alone, until it is closed or the process dies. 0, -EBUSY when
 * another program has it, or another negative errno. */
int serial_line_lock(int fd);

/* Explains why a line that is there can't be opened, by an errno of any call on it. Returns the
 * negative errno of serial_line_open(). */
int serial_line_why(const char *path, int error, char why[DEVICE_WHY_LEN]);

#endif
