#include "pty.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct pty pty_open(void)
{
    struct pty pty = {.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    assert(pty.master >= 0 && grantpt(pty.master) == 0 && unlockpt(pty.master) == 0);
    struct termios raw;
    assert(tcgetattr(pty.master, &raw) == 0);
    cfmakeraw(&raw);
    assert(tcsetattr(pty.master, TCSANOW, &raw) == 0);
    const char *name = ptsname(pty.master);
    assert(name && strlen(name) < sizeof pty.path);
    strcpy(pty.path, name);
    return pty;
}

void pty_write(const struct pty *pty, const void *p, size_t len)
{
    ssize_t n = write(pty->master, p, len);
    assert(n == (ssize_t)len);
}

void pty_close(struct pty *pty)
{
    if (pty->master >= 0)
        close(pty->master);
    pty->master = -1;
}
