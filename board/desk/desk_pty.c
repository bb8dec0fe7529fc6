/* The simulated scanner.
 *
 * We keep a slave fd open ourselves: without one, the master reports HUP for ever once the lane
 * closed its own, and what a reader sends while nobody listens would be lost. Unplugging closes
 * both ends, which hangs up the lane's.
 */
#include "desk_pty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct desk_pty {
    struct desk *desk;
    char link[DESK_PATH_LEN];
    int master, slave; /* -1 while unplugged */
    sd_event_source *source;
    uint8_t *queue;
    size_t queue_len;
};

bool desk_pty_plugged(const struct desk_pty *pty)
{
    return pty->master >= 0;
}

static void pull(struct desk_pty *pty)
{
    unlink(pty->link);
    pty->source = sd_event_source_disable_unref(pty->source);
    if (pty->slave >= 0)
        close(pty->slave);
    if (pty->master >= 0)
        close(pty->master);
    pty->master = pty->slave = -1;
    free(pty->queue);
    pty->queue = NULL;
    pty->queue_len = 0;
}

/* Hands the queue on, as far as the pty takes it. */
static int flush(struct desk_pty *pty)
{
    size_t done = 0;
    while (done < pty->queue_len) {
        ssize_t n = write(pty->master, pty->queue + done, pty->queue_len - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    pty->queue_len -= done;
    if (pty->queue_len > 0 && done > 0)
        memmove(pty->queue, pty->queue + done, pty->queue_len);
    return sd_event_source_set_io_events(pty->source,
                                         EPOLLIN | (pty->queue_len > 0 ? EPOLLOUT : 0));
}

static int on_master(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    struct desk_pty *pty = user;
    uint8_t ignored[256]; /* commands to the reader: it obeys by doing nothing */
    if (events & EPOLLIN && read(fd, ignored, sizeof ignored) < 0 && errno != EAGAIN)
        return sd_event_source_set_enabled(pty->source, SD_EVENT_OFF);
    return flush(pty);
}

static int make_raw(int fd)
{
    struct termios attributes;
    if (tcgetattr(fd, &attributes) < 0)
        return -errno;
    cfmakeraw(&attributes);
    return tcsetattr(fd, TCSANOW, &attributes) == 0 ? 0 : -errno;
}

static int plug(struct desk_pty *pty)
{
    char slave[64];
    pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (pty->master < 0 || grantpt(pty->master) < 0 || unlockpt(pty->master) < 0 ||
        ptsname_r(pty->master, slave, sizeof slave) != 0)
        return -errno;
    pty->slave = open(slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (pty->slave < 0)
        return -errno;
    int r = make_raw(pty->slave);
    if (r == 0)
        r = sd_event_add_io(pty->desk->loop, &pty->source, pty->master, EPOLLIN, on_master, pty);
    if (r < 0)
        return r;
    unlink(pty->link);
    return symlink(slave, pty->link) == 0 ? 0 : -errno;
}

int desk_pty_plug(struct desk_pty *pty, bool plugged)
{
    int r = 0;
    if (plugged == desk_pty_plugged(pty))
        return 0;
    if (plugged)
        r = plug(pty);
    if (!plugged || r < 0)
        pull(pty);
    desk_changed(pty->desk);
    return r;
}

int desk_pty_send(struct desk_pty *pty, const uint8_t *p, size_t len)
{
    if (!desk_pty_plugged(pty))
        return -ENODEV;
    if (len > DESK_PTY_QUEUE_MAX - pty->queue_len)
        return -ENOBUFS;
    uint8_t *queue = realloc(pty->queue, pty->queue_len + len);
    if (!queue)
        return -ENOMEM;
    memcpy(queue + pty->queue_len, p, len);
    pty->queue = queue;
    pty->queue_len += len;
    return flush(pty);
}

int desk_pty_open(struct desk *desk, struct desk_pty **out)
{
    struct desk_pty *pty = calloc(1, sizeof *pty);
    if (!pty)
        return -ENOMEM;
    pty->desk = desk;
    pty->master = pty->slave = -1;
    snprintf(pty->link, sizeof pty->link, "%s/scanner", desk->dir);
    int r = plug(pty);
    if (r < 0) {
        desk_pty_close(pty);
        return r;
    }
    *out = pty;
    return 0;
}

void desk_pty_close(struct desk_pty *pty)
{
    if (!pty)
        return;
    pull(pty);
    free(pty);
}
