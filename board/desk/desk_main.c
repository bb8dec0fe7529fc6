/* pamit-desk: a counter without hardware. See desk.h.
 *
 *   pamit-desk --dir DIR [options]        simulates until SIGTERM or SIGINT
 *   pamit-desk ctl --dir DIR COMMAND...   does something at a running desk
 *
 * Exit code: 0 fine; 1 failed or refused; 2 wrong usage.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "desk.h"
#include "desk_command.h"
#include "desk_control.h"
#include "desk_http.h"
#include "desk_panel.h"
#include "desk_pty.h"
#include "desk_relay.h"
#include "log.h"
#include "loop.h"

#define EXIT_USAGE 2

static const char usage[] =
    "pamit-desk: a counter without hardware, for demonstration and tests\n"
    "\n"
    "  pamit-desk --dir DIR [--port N] [--page-port N] [--registry-port N --relay-port N]\n"
    "  pamit-desk ctl --dir DIR COMMAND [ARGUMENT]\n"
    "\n"
    "  --dir DIR          where the simulated devices appear: DIR/scanner, DIR/gpio.sock,\n"
    "                     DIR/desk.sock; documents are read from DIR/documents.json\n"
    "  --port N           the desk's page on 127.0.0.1 and ::1 (8090)\n"
    "  --page-port N      where the officer's page is served (8080); its key is DIR/console.token\n"
    "  --relay-port N     relay 127.0.0.1:N ...\n"
    "  --registry-port N  ... to 127.0.0.1:N: the network cable\n"
    "\n"
    "  commands: documents | scan NAME | scan-raw HEX | press N | hold N | release N |\n"
    "            network on|off | scanner on|off | lamps [SINCE] | status\n"
    "            Each prints its answer as JSON.\n";

struct options {
    const char *dir;
    uint16_t port, page_port, registry_port, relay_port; /* the last two 0: not given */
    bool help;
};

void desk_changed(struct desk *desk)
{
    if (desk->http)
        desk_http_changed(desk->http);
}

int desk_listen(const struct desk *desk, const char *name, char path[DESK_PATH_LEN])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (snprintf(path, DESK_PATH_LEN, "%s/%s", desk->dir, name) >= DESK_PATH_LEN)
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, DESK_PATH_LEN);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    unlink(path);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        chmod(path, S_IRUSR | S_IWUSR) < 0 || listen(fd, 4) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

static bool port_of(const char *text, uint16_t *out)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*end || n < 1 || n > 65535 || text[0] == '-')
        return false;
    *out = (uint16_t)n;
    return true;
}

/* Returns false after saying what is wrong. */
static bool options_parse(int argc, char **argv, struct options *options)
{
    enum {
        DIR,
        PORT,
        PAGE_PORT,
        REGISTRY_PORT,
        RELAY_PORT,
        HELP,
    };
    static const struct option table[] = {
        {"dir", required_argument, NULL, DIR},
        {"port", required_argument, NULL, PORT},
        {"page-port", required_argument, NULL, PAGE_PORT},
        {"registry-port", required_argument, NULL, REGISTRY_PORT},
        {"relay-port", required_argument, NULL, RELAY_PORT},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    uint16_t *const ports[] = {[PORT] = &options->port,
                               [PAGE_PORT] = &options->page_port,
                               [REGISTRY_PORT] = &options->registry_port,
                               [RELAY_PORT] = &options->relay_port};
    int which;
    while ((which = getopt_long(argc, argv, "+", table, NULL)) != -1) {
        if (which == '?')
            return false;
        if (which == HELP)
            options->help = true;
        else if (which == DIR)
            options->dir = optarg;
        else if (!port_of(optarg, ports[which])) {
            fprintf(stderr, "pamit-desk: --%s: no port: %s\n", table[which].name, optarg);
            return false;
        }
    }
    if (options->help)
        return true;
    if (!options->dir)
        fputs("pamit-desk: --dir is needed\n", stderr);
    else if (!options->relay_port != !options->registry_port)
        fputs("pamit-desk: --registry-port and --relay-port go together\n", stderr);
    else
        return true;
    return false;
}

/* Starts all parts. Returns 0, or a negative errno with the part's name in *what. */
static int desk_start(struct desk *desk, const struct options *options, const char **what)
{
    *what = "scanner";
    int r = desk_pty_open(desk, &desk->pty);
    if (r >= 0) {
        *what = "gpio.sock";
        r = desk_panel_open(desk, &desk->panel);
    }
    if (r >= 0 && options->relay_port) {
        *what = "relay-port";
        r = desk_relay_open(desk, options->relay_port, options->registry_port, &desk->relay);
    }
    if (r >= 0) {
        *what = "desk.sock";
        r = desk_control_open(desk, &desk->control);
    }
    if (r >= 0) {
        *what = "port";
        r = desk_http_open(desk, options->port, &desk->http);
    }
    return r;
}

static void desk_stop(struct desk *desk)
{
    desk_http_close(desk->http);
    desk->http = NULL;
    desk_control_close(desk->control);
    desk_relay_close(desk->relay);
    desk_panel_close(desk->panel);
    desk_pty_close(desk->pty);
}

static int run(const struct options *options)
{
    struct desk desk = {.dir = options->dir, .page_port = options->page_port};
    log_open("pamit-desk");
    enum err failed = loop_open(&desk.loop);
    if (failed) {
        log_event(LOG_START_FAILED, "loop: %s", err_text(failed));
        return EXIT_FAILURE;
    }
    const char *what;
    int r = desk_start(&desk, options, &what);
    int code = EXIT_FAILURE;
    if (r < 0) {
        log_event(LOG_START_FAILED, "dir=%s %s: %s", options->dir, what, strerror(-r));
    } else {
        log_event(LOG_READY, "desk=http://127.0.0.1:%u/", options->port);
        code = loop_run(desk.loop);
        log_event(LOG_STOPPING, "%s", "");
    }
    desk_stop(&desk);
    sd_event_unref(desk.loop);
    return code;
}

int main(int argc, char **argv)
{
    struct options options = {.port = 8090, .page_port = 8080};
    bool ctl = argc > 1 && strcmp(argv[1], "ctl") == 0;
    if (!options_parse(argc - ctl, argv + ctl, &options)) {
        fputs("pamit-desk --help says how\n", stderr);
        return EXIT_USAGE;
    }
    if (options.help) {
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    int n_words = argc - ctl - optind;
    if (ctl ? n_words < 1 : n_words > 0) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return ctl ? desk_control_ask(options.dir, argv + ctl + optind, n_words) : run(&options);
}
