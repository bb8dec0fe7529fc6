/* pamit-console: the officer's page, served to this machine alone.
 *
 *   pamit-console --config FILE
 *
 * It turns the lane's views into JSON for the page, and the page's clicks into messages for the
 * lane. It holds no key, opens no device and no database, and decides nothing: when it dies, lamps,
 * buzzer and buttons go on, and when the lane dies, the page says so and shows nothing else.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "guard.h"
#include "http_server.h"
#include "kiosk_config.h"
#include "lane_link.h"
#include "log.h"
#include "loop.h"
#include "page_data.h"
#include "page_feed.h"
#include "routes.h"
#include "token_file.h"
#include "view_json.h"

#define EXIT_USAGE 2

static const char usage[] =
    "usage: pamit-console [--config FILE]\n"
    "\n"
    "Serves the officer's page on 127.0.0.1 and ::1: shows what pamit-lane says and hands it what\n"
    "the officer decides. The page's address and the file with its token are on the log.\n"
    "\n"
    "  --config FILE  the kiosk's configuration (/etc/pamit/pamit.conf)\n"
    "  --version      print the version and exit\n"
    "  --help         print this and exit\n"
    "\n"
    "exit: 0 ended as told, 1 refused to start or failed (the log says why), 2 usage\n";

struct console {
    struct kiosk_config config;
    struct guard guard;
    struct routes routes;
    struct page_feed *feed;
    struct lane_link *link;
    struct http_server *server;
    char token_path[TOKEN_PATH_LEN];
};

static void on_lane_message(const struct view_message *message, void *user)
{
    struct console *console = user;
    if (message->type == VIEW_MESSAGE_VIEW)
        page_feed_set_view(console->feed, view_to_json(&message->body.view));
    else if (message->type == VIEW_MESSAGE_REFUSED)
        page_feed_set_refused(console->feed, view_refused_to_json(&message->body.refused));
    else if (message->type == VIEW_MESSAGE_BUTTON)
        page_feed_add_button(console->feed, json_pack("{s:I, s:b, s:b}", "number",
                                                      (json_int_t)message->body.button.number,
                                                      "pressed", message->body.button.pressed,
                                                      "acted", message->body.button.acted));
    else
        page_feed_set_heartbeat(
            console->feed, json_pack("{s:I}", "now_ms", (json_int_t)message->body.heartbeat_ms));
    http_server_wake(console->server);
}

static void on_lane_gone(void *user)
{
    struct console *console = user;
    page_feed_lane_gone(console->feed);
    http_server_wake(console->server);
}

/* A panel that nobody shows covers nothing: the counter's keys are the verdict's again. */
static void on_pages_gone(void *user)
{
    struct console *console = user;
    const struct view_message uncovered = {
        .type = VIEW_MESSAGE_PAINTED,
        .body.painted = {.seq = console->routes.painted_seq, .covered = false}};
    if (console->routes.painted_seq == 0)
        return;
    const enum err err = lane_link_send(console->link, &uncovered);
    log_event(LOG_PAGE_UNWATCHED, "lane=\"%s\"", err_text(err));
}

static enum err secrets_make(struct console *console)
{
    console->guard.port = (uint16_t)console->config.console_port;
    enum err err = token_make(console->guard.token);
    if (err == ERR_OK)
        err = token_make(console->guard.cookie);
    if (err == ERR_OK)
        err = token_file_path(console->config.lane_socket, console->token_path);
    if (err == ERR_OK)
        err = token_file_write(console->token_path, console->guard.token);
    return err;
}

/* On failure `*what` names the step. */
static enum err console_start(struct console *console, sd_event *loop, const char **what)
{
    *what = "event feed";
    enum err err = page_feed_open(on_pages_gone, console, &console->feed);
    if (err != ERR_OK)
        return err;
    const struct lane_link_events events = {
        .message = on_lane_message, .gone = on_lane_gone, .user = console};
    *what = "lane socket";
    err = lane_link_open(loop, console->config.lane_socket, &events, &console->link);
    if (err != ERR_OK)
        return err;
    console->routes = (struct routes){
        .guard = &console->guard,
        .feed = console->feed,
        .link = console->link,
        .settings = page_settings(&console->config),
        .reasons = page_reasons(),
        .desk_port = console->config.mode == KIOSK_DESK ? (uint16_t)console->config.desk_port : 0,
    };
    routes_prepare(&console->routes);
    const struct http_handler handler = {
        .request = routes_request, .completed = routes_completed, .user = &console->routes};
    *what = "console_port";
    err =
        http_server_open(loop, (uint16_t)console->config.console_port, &handler, &console->server);
    if (err != ERR_OK)
        return err;
    *what = "token file";
    return secrets_make(console);
}

static void console_end(struct console *console)
{
    if (console->feed)
        page_feed_end(console->feed);
    http_server_close(console->server);
    lane_link_close(console->link);
    page_feed_close(console->feed);
    json_decref(console->routes.settings);
    json_decref(console->routes.reasons);
    if (console->token_path[0])
        unlink(console->token_path);
}

static int console_run(struct console *console)
{
    sd_event *loop = NULL;
    const char *what = "event loop";
    enum err err = loop_open(&loop);
    if (err == ERR_OK)
        err = console_start(console, loop, &what);
    int code = EXIT_FAILURE;
    if (err == ERR_OK) {
        log_event(LOG_PAGE_ADDRESS, "url=http://127.0.0.1:%u/ token_file=%s", console->guard.port,
                  console->token_path);
        log_event(LOG_READY, "");
        code = loop_run(loop);
        log_event(LOG_STOPPING, "");
    } else {
        log_event(LOG_START_FAILED, "what=\"%s\" reason=\"%s\"", what, err_text(err));
    }
    console_end(console);
    sd_event_unref(loop);
    return code;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"version", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *path = "/etc/pamit/pamit.conf";
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'v') {
            puts("pamit-console " PAMIT_VERSION);
            return EXIT_SUCCESS;
        }
        if (option == 'h') {
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        }
        if (option != 'c') {
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
        path = optarg;
    }
    if (optind != argc) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    log_open("pamit-console");
    static struct console console;
    char why[CONFIG_WHY_LEN];
    if (kiosk_config_load(path, &console.config, why) != ERR_OK) {
        log_event(LOG_CONFIG_BAD, "reason=\"%s\"", why);
        return EXIT_FAILURE;
    }
    return console_run(&console);
}
