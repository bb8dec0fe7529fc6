/* One SOCK_SEQPACKET connection to pamit-lane, kept up.
 *
 * The lane may start after us, restart, or be half updated; so every failure here has one answer:
 * close, tell the page that nothing is known any more, try again: at once, then ever more rarely
 * until a packet comes. A packet that does not decode, or is of a type that only we send, is such a
 * failure too: what follows it can't be trusted to be about the same crossing.
 */
#include "lane_link.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

/* Packets handled before the loop gets its turn again. */
#define PACKETS_PER_TURN 16
/* How precise the retry is: the kernel may join it with other wake-ups. */
#define RETRY_ACCURACY_US 20000

struct lane_link {
    sd_event *loop;
    struct lane_link_events events;
    struct sockaddr_un address;
    int fd;            /* -1: none */
    uint32_t retry_ms; /* before the next attempt */
    sd_event_source *readable, *retry;
};

static void link_drop(struct lane_link *link)
{
    link->readable = sd_event_source_disable_unref(link->readable);
    if (link->fd >= 0)
        close(link->fd);
    link->fd = -1;
}

static void link_retry_later(struct lane_link *link)
{
    if (sd_event_source_set_time_relative(link->retry, link->retry_ms * UINT64_C(1000)) < 0 ||
        sd_event_source_set_enabled(link->retry, SD_EVENT_ONESHOT) < 0)
        sd_event_exit(link->loop, EXIT_FAILURE);
    const uint32_t longer_ms = link->retry_ms * 2;
    link->retry_ms = longer_ms < LANE_LINK_RETRY_MAX_MS ? longer_ms : LANE_LINK_RETRY_MAX_MS;
}

static void link_lost(struct lane_link *link, const char *reason)
{
    log_event(LOG_LANE_GONE, "reason=%s", reason);
    link_drop(link);
    link->events.gone(link->events.user);
    link_retry_later(link);
}

static bool message_is_the_lanes(enum view_message_type type)
{
    return type == VIEW_MESSAGE_VIEW || type == VIEW_MESSAGE_HEARTBEAT ||
           type == VIEW_MESSAGE_REFUSED || type == VIEW_MESSAGE_BUTTON;
}

/* Takes one packet; false when there is none now or the link is lost. */
static bool packet_take(struct lane_link *link)
{
    uint8_t bytes[VIEW_MESSAGE_MAX + 1];
    const ssize_t len = recv(link->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (len <= 0) {
        link_lost(link, len == 0 ? "closed" : err_text(err_from_errno(errno)));
        return false;
    }
    struct view_message message;
    if (len > VIEW_MESSAGE_MAX ||
        view_message_decode(span_of(bytes, (size_t)len), &message) != ERR_OK ||
        !message_is_the_lanes(message.type)) {
        link_lost(link, "protocol");
        return false;
    }
    link->retry_ms = LANE_LINK_RETRY_MIN_MS;
    link->events.message(&message, link->events.user);
    return true;
}

static int link_ready(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)fd;
    (void)events;
    struct lane_link *link = user;
    for (int i = 0; i < PACKETS_PER_TURN && packet_take(link); i++)
        ;
    return 0;
}

/* Connects and says HELLO. A unix socket connects at once or not at all. */
static enum err link_connect(struct lane_link *link)
{
    link->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (link->fd < 0)
        return err_from_errno(errno);
    if (connect(link->fd, (const struct sockaddr *)&link->address, sizeof link->address) != 0)
        return err_from_errno(errno);
    const int failed =
        sd_event_add_io(link->loop, &link->readable, link->fd, EPOLLIN, link_ready, link);
    if (failed < 0)
        return err_from_errno(-failed);
    const struct view_message hello = {.type = VIEW_MESSAGE_HELLO};
    return lane_link_send(link, &hello);
}

static int retry_due(sd_event_source *source, uint64_t now_us, void *user)
{
    (void)source;
    (void)now_us;
    struct lane_link *link = user;
    if (link_connect(link) == ERR_OK) {
        log_event(LOG_LANE_CONNECTED, "");
    } else {
        link_drop(link);
        link_retry_later(link);
    }
    return 0;
}

enum err lane_link_open(sd_event *loop, const char *path, const struct lane_link_events *events,
                        struct lane_link **out)
{
    assert(loop && path && events && events->message && events->gone && out);
    struct lane_link *link = calloc(1, sizeof *link);
    if (!link)
        return ERR_MEMORY;
    if (strlen(path) >= sizeof link->address.sun_path) {
        free(link);
        return ERR_SIZE;
    }
    link->loop = loop;
    link->events = *events;
    link->address.sun_family = AF_UNIX;
    strcpy(link->address.sun_path, path);
    link->fd = -1;
    link->retry_ms = LANE_LINK_RETRY_MIN_MS;
    const int failed = sd_event_add_time_relative(loop, &link->retry, CLOCK_MONOTONIC, 0,
                                                  RETRY_ACCURACY_US, retry_due, link);
    if (failed < 0) {
        lane_link_close(link);
        return err_from_errno(-failed);
    }
    *out = link;
    return ERR_OK;
}

void lane_link_close(struct lane_link *link)
{
    if (!link)
        return;
    link_drop(link);
    sd_event_source_disable_unref(link->retry);
    free(link);
}

enum err lane_link_send(struct lane_link *link, const struct view_message *message)
{
    if (link->fd < 0)
        return ERR_CLOSED;
    uint8_t bytes[VIEW_MESSAGE_MAX];
    size_t len;
    const enum err err = view_message_encode(message, bytes, sizeof bytes, &len);
    if (err != ERR_OK)
        return err;
    const ssize_t sent = send(link->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    const int failed = sent < 0 ? errno : 0;
    explicit_bzero(bytes, len);
    if (sent == (ssize_t)len)
        return ERR_OK;
    return failed == EAGAIN ? ERR_BUSY : ERR_CLOSED;
}
