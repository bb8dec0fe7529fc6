/* What can be done at the desk: a table of verbs. */
#include "desk_command.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_documents.h"
#include "desk_panel.h"
#include "desk_pty.h"
#include "desk_relay.h"
#include "log.h"

static json_t *done(void)
{
    return json_pack("{s:b}", "ok", 1);
}

static json_t *refuse(const char *why)
{
    log_event(LOG_DESK_REFUSED, "why=\"%s\"", why);
    return json_pack("{s:b, s:s}", "ok", 0, "error", why);
}

static json_t *do_documents(struct desk *desk, const char *argument)
{
    (void)argument;
    char why[DESK_WHY_LEN];
    json_t *documents = desk_documents_load(desk->dir, why);
    return documents ? json_pack("{s:b, s:o}", "ok", 1, "documents", documents) : refuse(why);
}

static json_t *send_bytes(struct desk *desk, const uint8_t *p, size_t len)
{
    int r = desk_pty_send(desk->pty, p, len);
    if (r == -ENODEV)
        return refuse("the scanner is unplugged");
    return r == 0 ? done() : refuse(strerror(-r));
}

static json_t *do_scan(struct desk *desk, const char *argument)
{
    char why[DESK_WHY_LEN];
    json_t *documents = desk_documents_load(desk->dir, why);
    if (!documents)
        return refuse(why);
    const json_t *document = desk_documents_find(documents, argument);
    uint8_t text[512];
    size_t len = 0;
    const json_t *lines = json_object_get(document, "lines");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        size_t n = json_string_length(line);
        assert(len + n + 2 <= sizeof text); /* desk_documents_load() bounds them */
        memcpy(text + len, json_string_value(line), n);
        memcpy(text + len + n, "\r\n", 2);
        len += n + 2;
    }
    json_t *reply;
    if (!document) {
        snprintf(why, sizeof why, "no document named \"%.64s\"", argument);
        reply = refuse(why);
    } else {
        log_event(LOG_DESK_SCAN, "document=%.64s", argument);
        reply = send_bytes(desk, text, len);
    }
    json_decref(documents);
    return reply;
}

static json_t *do_scan_raw(struct desk *desk, const char *argument)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    size_t n = strlen(argument);
    uint8_t *bytes = malloc(n / 2 + 1);
    bool good = bytes && n > 0 && n % 2 == 0;
    for (size_t i = 0; good && i < n; i++) {
        const char *digit = strchr(digits, argument[i]);
        good = digit != NULL;
        if (good)
            bytes[i / 2] = (uint8_t)((i % 2 ? bytes[i / 2] << 4 : 0) | ((digit - digits) & 15));
    }
    if (good)
        log_event(LOG_DESK_SCAN, "bytes=%zu", n / 2);
    json_t *reply = good ? send_bytes(desk, bytes, n / 2)
                         : refuse("scan-raw wants bytes as an even number of hexadecimal digits");
    free(bytes);
    return reply;
}

static json_t *button_reply(int r)
{
    switch (r) {
    case 0:
        return done();
    case -EINVAL:
        return refuse("buttons are 1 to 4");
    case -ENOTCONN:
        return refuse("no lane is wired to the panel");
    default:
        return refuse(strerror(-r));
    }
}

/* 0, which is no button, for anything but one digit. */
static unsigned button_of(const char *argument)
{
    return argument[0] >= '0' && argument[0] <= '9' && argument[1] == '\0'
               ? (unsigned)(argument[0] - '0')
               : 0;
}

static json_t *do_press(struct desk *desk, const char *argument)
{
    int r = desk_panel_tap(desk->panel, button_of(argument));
    return button_reply(r > 0 ? 0 : r);
}

static json_t *do_hold(struct desk *desk, const char *argument)
{
    return button_reply(desk_panel_press(desk->panel, button_of(argument), true));
}

static json_t *do_release(struct desk *desk, const char *argument)
{
    return button_reply(desk_panel_press(desk->panel, button_of(argument), false));
}

/* 1 on, 0 off, -1 neither. */
static int switch_of(const char *argument)
{
    if (strcmp(argument, "on") == 0)
        return 1;
    return strcmp(argument, "off") == 0 ? 0 : -1;
}

static json_t *do_network(struct desk *desk, const char *argument)
{
    int on = switch_of(argument);
    if (!desk->relay)
        return refuse("this desk has no network cable: it was started without --relay-port");
    if (on < 0)
        return refuse("network on, or network off");
    int r = desk_relay_plug(desk->relay, on);
    if (r < 0)
        return refuse(strerror(-r));
    log_event(LOG_DESK_SWITCH, "network=%s", argument);
    return done();
}

static json_t *do_scanner(struct desk *desk, const char *argument)
{
    int on = switch_of(argument);
    if (on < 0)
        return refuse("scanner on, or scanner off");
    int r = desk_pty_plug(desk->pty, on);
    if (r < 0)
        return refuse(strerror(-r));
    log_event(LOG_DESK_SWITCH, "scanner=%s", argument);
    return done();
}

static json_t *do_lamps(struct desk *desk, const char *argument)
{
    char *end;
    unsigned long long since = strtoull(argument, &end, 10);
    if (*end || argument[0] == '-')
        return refuse("lamps, or lamps and the number of the first change wanted");
    return json_pack("{s:b, s:b, s:o, s:I, s:o}", "ok", 1, "wired", desk_panel_wired(desk->panel),
                     "lamps", desk_panel_levels(desk->panel), "next",
                     (json_int_t)desk_panel_next(desk->panel), "changes",
                     desk_panel_changes(desk->panel, since));
}

static json_t *do_status(struct desk *desk, const char *argument)
{
    (void)argument;
    return desk_status(desk);
}

void desk_page_path(const struct desk *desk, char path[DESK_PAGE_PATH_LEN])
{
    char name[512], token[128] = "";
    snprintf(name, sizeof name, "%s/" DESK_TOKEN_FILE, desk->dir);
    FILE *file = fopen(name, "re");
    if (file) {
        if (!fgets(token, sizeof token, file))
            token[0] = '\0';
        fclose(file);
    }
    size_t len = strspn(token, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_");
    snprintf(path, DESK_PAGE_PATH_LEN, len > 0 ? "/?token=%.*s" : "/", (int)len, token);
}

json_t *desk_status(const struct desk *desk)
{
    char page_path[DESK_PAGE_PATH_LEN];
    desk_page_path(desk, page_path);
    json_t *network = NULL;
    if (desk->relay)
        network = json_pack("{s:b, s:i}", "plugged", desk_relay_plugged(desk->relay), "links",
                            (int)desk_relay_links(desk->relay));
    return json_pack("{s:b, s:b, s:o, s:{s:b}, s:o?, s:{s:i, s:s}}", "ok", 1, "wired",
                     desk_panel_wired(desk->panel), "lamps", desk_panel_levels(desk->panel),
                     "scanner", "plugged", desk_pty_plugged(desk->pty), "network", network, "page",
                     "port", (int)desk->page_port, "path", page_path);
}

static const struct {
    const char *verb;
    json_t *(*run)(struct desk *desk, const char *argument);
    bool needs_argument;
} verbs[] = {
    {"documents", do_documents, false},
    {"scan", do_scan, true},
    {"scan-raw", do_scan_raw, true},
    {"press", do_press, true},
    {"hold", do_hold, true},
    {"release", do_release, true},
    {"network", do_network, true},
    {"scanner", do_scanner, true},
    {"lamps", do_lamps, false},
    {"status", do_status, false},
};

json_t *desk_command(struct desk *desk, const char *verb, const char *argument)
{
    char why[DESK_WHY_LEN];
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verb, verbs[i].verb) != 0)
            continue;
        if (!verbs[i].needs_argument || argument[0])
            return verbs[i].run(desk, argument);
        snprintf(why, sizeof why, "%s needs an argument", verbs[i].verb);
        return refuse(why);
    }
    snprintf(why, sizeof why, "no command \"%.32s\"", verb);
    return refuse(why);
}
