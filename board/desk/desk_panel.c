/* The simulated lamps, buzzer and buttons.
 *
 * Every change of a lamp gets a number that only rises, so that a test can ask "what has happened
 * since" without catching a blink in the act. When the lane goes away the panel is dark: what a
 * killed process leaves lit on a real board is the hardware tests' business.
 */
#include "desk_panel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

static const struct {
    enum desk_line line;
    const char *name;
} outputs[] = {
    {DESK_LINE_GREEN, "green"}, {DESK_LINE_AMBER, "amber"},   {DESK_LINE_RED, "red"},
    {DESK_LINE_WHITE, "white"}, {DESK_LINE_BUZZER, "buzzer"},
};

#define OUTPUTS (sizeof outputs / sizeof outputs[0])
#define BUZZER  (OUTPUTS - 1)

static const enum desk_line button_lines[DESK_BUTTONS] = {DESK_LINE_BUTTON_1, DESK_LINE_BUTTON_2,
                                                          DESK_LINE_BUTTON_3, DESK_LINE_BUTTON_4};

struct change {
    int64_t at_ms;
    uint8_t output;
    bool on;
};

struct desk_panel {
    struct desk *desk;
    char path[DESK_PATH_LEN];
    int listen_fd, lane_fd; /* lane_fd -1: no lane */
    sd_event_source *listen_source, *lane_source;
    sd_event_source *release[DESK_BUTTONS];
    bool on[OUTPUTS];
    size_t last_lit; /* the lamp last told in the log */
    struct change changes[DESK_CHANGES];
    uint64_t n_changes;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A blinking lamp is one line in the log: only a change to another lamp is told. */
static void output_set(struct desk_panel *panel, size_t output, bool on)
{
    if (panel->on[output] == on)
        return;
    panel->on[output] = on;
    panel->changes[panel->n_changes % DESK_CHANGES] =
        (struct change){.at_ms = now_ms(), .output = (uint8_t)output, .on = on};
    panel->n_changes++;
    if (on && output != BUZZER && output != panel->last_lit) {
        panel->last_lit = output;
        log_event(LOG_DESK_LAMP, "lamp=%s", outputs[output].name);
    }
    desk_changed(panel->desk);
}

static void lane_drop(struct desk_panel *panel)
{
    panel->lane_source = sd_event_source_disable_unref(panel->lane_source);
    if (panel->lane_fd >= 0)
        close(panel->lane_fd);
    panel->lane_fd = -1;
    for (size_t i = 0; i < OUTPUTS; i++)
        output_set(panel, i, false);
    panel->last_lit = OUTPUTS;
    desk_changed(panel->desk);
}

static int on_lane(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source, (void)events;
    struct desk_panel *panel = user;
    uint8_t message[3];
    ssize_t n = recv(fd, message, sizeof message, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        lane_drop(panel);
        return 0;
    }
    for (size_t i = 0; n == 2 && i < OUTPUTS; i++)
        if (message[0] == outputs[i].line)
            output_set(panel, i, message[1] != 0);
    return 0;
}

static int on_listen(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source, (void)events;
    struct desk_panel *panel = user;
    int lane = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (lane < 0)
        return 0;
    lane_drop(panel);
    panel->lane_fd = lane;
    /* What the lane has lit counts before any question about it. */
    if (sd_event_add_io(panel->desk->loop, &panel->lane_source, lane, EPOLLIN, on_lane, panel) <
            0 ||
        sd_event_source_set_priority(panel->lane_source, SD_EVENT_PRIORITY_IMPORTANT) < 0)
        lane_drop(panel);
    return 0;
}

bool desk_panel_wired(const struct desk_panel *panel)
{
    return panel->lane_fd >= 0;
}

int desk_panel_press(struct desk_panel *panel, unsigned button, bool pressed)
{
    if (button < 1 || button > DESK_BUTTONS)
        return -EINVAL;
    if (panel->lane_fd < 0)
        return -ENOTCONN;
    const uint8_t message[2] = {(uint8_t)button_lines[button - 1], pressed};
    return send(panel->lane_fd, message, sizeof message, MSG_NOSIGNAL) == sizeof message ? 0
                                                                                         : -errno;
}

static int on_release(sd_event_source *source, uint64_t usec, void *user)
{
    (void)usec;
    struct desk_panel *panel = user;
    for (unsigned i = 0; i < DESK_BUTTONS; i++)
        if (panel->release[i] == source)
            (void)desk_panel_press(panel, i + 1, false); /* no lane: nothing is held down */
    return 0;
}

int desk_panel_tap(struct desk_panel *panel, unsigned button)
{
    int r = desk_panel_press(panel, button, true);
    if (r < 0)
        return r;
    sd_event_source **release = &panel->release[button - 1];
    *release = sd_event_source_disable_unref(*release);
    return sd_event_add_time_relative(panel->desk->loop, release, CLOCK_MONOTONIC,
                                      DESK_PRESS_MS * 1000, 1000, on_release, panel);
}

json_t *desk_panel_levels(const struct desk_panel *panel)
{
    json_t *levels = json_object();
    for (size_t i = 0; i < OUTPUTS; i++)
        json_object_set_new(levels, outputs[i].name, json_boolean(panel->on[i]));
    return levels;
}

json_t *desk_panel_changes(const struct desk_panel *panel, uint64_t since)
{
    uint64_t oldest = panel->n_changes > DESK_CHANGES ? panel->n_changes - DESK_CHANGES : 0;
    json_t *list = json_array();
    for (uint64_t n = since > oldest ? since : oldest; n < panel->n_changes; n++) {
        const struct change *change = &panel->changes[n % DESK_CHANGES];
        json_array_append_new(list, json_pack("{s:I, s:I, s:s, s:b}", "n", (json_int_t)n, "at_ms",
                                              (json_int_t)change->at_ms, "line",
                                              outputs[change->output].name, "on", change->on));
    }
    return list;
}

uint64_t desk_panel_next(const struct desk_panel *panel)
{
    return panel->n_changes;
}

int desk_panel_open(struct desk *desk, struct desk_panel **out)
{
    struct desk_panel *panel = calloc(1, sizeof *panel);
    if (!panel)
        return -ENOMEM;
    panel->desk = desk;
    panel->lane_fd = -1;
    panel->last_lit = OUTPUTS;
    panel->listen_fd = desk_listen(desk, "gpio.sock", panel->path);
    int r = panel->listen_fd;
    if (r >= 0)
        r = sd_event_add_io(desk->loop, &panel->listen_source, panel->listen_fd, EPOLLIN, on_listen,
                            panel);
    if (r < 0) {
        desk_panel_close(panel);
        return r;
    }
    *out = panel;
    return 0;
}

void desk_panel_close(struct desk_panel *panel)
{
    if (!panel)
        return;
    for (unsigned i = 0; i < DESK_BUTTONS; i++)
        sd_event_source_disable_unref(panel->release[i]);
    sd_event_source_disable_unref(panel->lane_source);
    sd_event_source_disable_unref(panel->listen_source);
    if (panel->lane_fd >= 0)
        close(panel->lane_fd);
    if (panel->listen_fd >= 0) {
        close(panel->listen_fd);
        unlink(panel->path);
    }
    free(panel);
}
