/* The kiosk's one configuration file (/etc/pamit/pamit.conf), as every kiosk process reads it.
 *
 * board/ holds the files themselves; this holds their keys. Each process uses its own section and
 * [kiosk]; all keys are checked by all, so a misspelt key never goes unseen.
 */
#ifndef PAMIT_KIOSK_CONFIG_H
#define PAMIT_KIOSK_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "config.h"

#define KIOSK_PATH_LEN 256
#define KIOSK_TEXT_LEN 64
#define KIOSK_LINE_LEN 32

#define KIOSK_AS_ENROLLED "enrolled"

/* Zero, the safe one, is the real counter: simulated devices need to be asked for. */
enum kiosk_mode {
    KIOSK_LIVE = 0,
    KIOSK_TRAINING = 1, /* real devices; every entry marked TRAINING */
    KIOSK_DESK = 2,     /* simulated devices; every entry marked DESK */
};

enum kiosk_site {
    KIOSK_REMOTE = 0,
    KIOSK_ONLINE = 1,
};

/* What the configuration says of a line instead of the scanner's profile; zero: nothing. */
enum kiosk_parity {
    KIOSK_PARITY_PROFILE = 0,
    KIOSK_PARITY_NONE,
    KIOSK_PARITY_EVEN,
    KIOSK_PARITY_ODD,
};

enum kiosk_data_bits {
    KIOSK_DATA_BITS_PROFILE = 0,
    KIOSK_DATA_BITS_7 = 7,
    KIOSK_DATA_BITS_8 = 8,
};

enum kiosk_modem_line {
    KIOSK_MODEM_LINE_PROFILE = 0,
    KIOSK_MODEM_LINE_ON,
    KIOSK_MODEM_LINE_OFF,
};

struct kiosk_config {
    /* [kiosk] */
    char kiosk_id[KIOSK_TEXT_LEN]; /* as in the certificate, e.g. "CGK-03-0412" */
    enum kiosk_mode mode;
    enum kiosk_site site; /* class of site, picks the staleness limits of policy */
    enum clock_zone zone;
    bool assume_clock_synced; /* accepted only with mode = desk */
    char tpi_code[KIOSK_TEXT_LEN];
    char tpi_name[KIOSK_TEXT_LEN];
    char counter[KIOSK_TEXT_LEN];
    char storage_key[KIOSK_PATH_LEN]; /* 32 bytes, 0600 */

    /* [lane] */
    char journal[KIOSK_PATH_LEN];      /* journal.db */
    char entry_key[KIOSK_PATH_LEN];    /* PEM, P-256, 0600 */
    char lane_socket[KIOSK_PATH_LEN];  /* where the console connects */
    uint32_t console_uid;              /* the only other uid that may connect to it */
    char officer_id[KIOSK_TEXT_LEN];   /* on duty, until logins exist */
    char officer_name[KIOSK_TEXT_LEN]; /* shown on the strip */
    char refer_to[KIOSK_TEXT_LEN];     /* where a referred traveller goes, site text */

    /* [scanner] */
    char scanner_device[KIOSK_PATH_LEN];
    char scanner_profile[KIOSK_TEXT_LEN]; /* a name of drivers/scan_profile.c */
    uint32_t scanner_baud;                /* 0: the profile's */
    enum kiosk_data_bits scanner_data_bits;
    enum kiosk_parity scanner_parity;
    enum kiosk_modem_line scanner_dtr, scanner_rts;

    /* [panel] */
    char board[KIOSK_PATH_LEN];      /* a table of board/panels: the keys below, for a machine */
    char gpio_chip[KIOSK_PATH_LEN];  /* /dev/gpiochipN; mode desk: the desk's socket; or */
    char gpio_label[KIOSK_LINE_LEN]; /* the chip's label, as pinctrl-rp1; one of both is empty */
    char lamp_green[KIOSK_LINE_LEN], lamp_amber[KIOSK_LINE_LEN], lamp_red[KIOSK_LINE_LEN],
        lamp_white[KIOSK_LINE_LEN], buzzer[KIOSK_LINE_LEN]; /* the chip's lines: 17, or GPIO17 */
    char button_1[KIOSK_LINE_LEN], button_2[KIOSK_LINE_LEN], button_3[KIOSK_LINE_LEN],
        button_4[KIOSK_LINE_LEN];
    bool lamps_active_low, buttons_active_low;

    /* [sync] */
    char cache[KIOSK_PATH_LEN];         /* cache.db */
    char sync_db[KIOSK_PATH_LEN];       /* sync.db */
    char registry_host[KIOSK_PATH_LEN]; /* host name, as in the registry's certificate; or
                                         * KIOSK_AS_ENROLLED: it and the port are in `endpoint` */
    uint32_t registry_port;
    char endpoint[KIOSK_PATH_LEN];    /* a line that enrolling writes: https://HOST:PORT */
    char ca_cert[KIOSK_PATH_LEN];     /* PEM: the only CA we trust */
    char tls_cert[KIOSK_PATH_LEN];    /* PEM: ours */
    char tls_key[KIOSK_PATH_LEN];     /* PEM, 0600 */
    char receipt_key[KIOSK_PATH_LEN]; /* PEM public key: receipts and feeds of the registry */
    char policy_key[KIOSK_PATH_LEN];  /* PEM public key: policy bundles */
    uint32_t sync_interval_s;         /* between contacts when there is nothing to send */
    uint32_t long_poll_s;             /* the registry is asked to wait for news so long; 0: never */
    uint32_t backoff_min_ms, backoff_max_ms;

    /* [console] */
    uint32_t console_port; /* on 127.0.0.1 and ::1 only */
    uint32_t desk_port;    /* the desk page that may frame the officer's page; 0 none; desk only */
    uint32_t panel_width_mm;       /* physical width of the screen: the page's scale */
    char language[KIOSK_TEXT_LEN]; /* "id" or "en" at start */
};

/* Reads and cross-checks it (desk-only keys need mode = desk). Errors as config_load. */
MUST_CHECK enum err kiosk_config_load(const char *path, struct kiosk_config *out,
                                      char why[CONFIG_WHY_LEN]);

/* [panel] alone, all else zero: for what has to be done to lamps whatever is wrong with the rest of
 * the file. What is wrong with [panel] itself is an error: a lamp whose wiring is not known for
 * sure may be lit by what is meant to put it out. */
MUST_CHECK enum err kiosk_config_load_panel(const char *path, struct kiosk_config *out,
                                            char why[CONFIG_WHY_LEN]);

#endif
