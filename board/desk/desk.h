/* The counter's hardware, simulated: the parts of pamit-desk and who holds them together.
 *
 *   desk_pty      the scanner: a pty, and DIR/scanner as the plug
 *   desk_panel    lamps, buzzer, buttons: the far end of drivers/gpio_mem.c at DIR/gpio.sock
 *   desk_relay    the network cable: a TCP relay between sync and the registry
 *   desk_documents the passports in the drawer: DIR/documents.json
 *   desk_command  what can be done at the desk, in words; one place for both ways in:
 *   desk_control  DIR/desk.sock, for scripts (`pamit-desk ctl`)
 *   desk_http     the desk's page, for people
 *
 * One process, one loop, one thread. Simulation only: it holds no keys and no real person's data.
 */
#ifndef PAMIT_DESK_H
#define PAMIT_DESK_H

#include <stdint.h>
#include <systemd/sd-event.h>

#define DESK_TOKEN_FILE "console.token" /* in DIR: the key to the officer's page */
#define DESK_PATH_LEN   108             /* of a unix socket, unix(7) */

struct desk {
    sd_event *loop;
    const char *dir;    /* the run's directory */
    uint16_t page_port; /* where the officer's page is served */
    struct desk_pty *pty;
    struct desk_panel *panel;
    struct desk_relay *relay; /* NULL: no registry in this run */
    struct desk_control *control;
    struct desk_http *http;
};

/* Something that shows on the page changed. */
void desk_changed(struct desk *desk);

/* Listens on the SOCK_SEQPACKET socket DIR/name, replacing what is there. Returns the fd or a
 * negative errno. */
int desk_listen(const struct desk *desk, const char *name, char path[DESK_PATH_LEN]);

#endif
