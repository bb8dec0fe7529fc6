/* A pty for tests: the master is the reader, the slave's path is what the driver opens. */
#ifndef PAMIT_TEST_PTY_H
#define PAMIT_TEST_PTY_H

#include <stddef.h>

struct pty {
    int master;
    char path[64];
};

/* Asserts on failure. The slave has no other user than the driver. */
struct pty pty_open(void);
void pty_write(const struct pty *pty, const void *p, size_t len);
void pty_close(struct pty *pty);

#endif
