/* Enrolling: a kiosk that has nothing but a code becomes one that the registry knows.
 *
 * Makes what keys are missing, asks what the CA is and holds it against the code, then sends the
 * request over a connection that this CA vouches for, and installs the answer. It may be cut off at
 * any point and run again with the same code: keys that are there are used again, and the registry
 * gives the same keys a certificate again until the code has expired. pamit-sync's own subcommand.
 */
#ifndef PAMIT_ENROL_H
#define PAMIT_ENROL_H

#include "enrol_code.h"
#include "enrol_url.h"
#include "exchange.h"
#include "kiosk_config.h"

#define ENROL_WHY_LEN 512

struct enrol_parts {
    const struct kiosk_config *config;
    const struct clock *clock;
    struct enrol_url url;
    struct enrol_code code;
    bool another_registry; /* it may be another one than before */
};

/* Zero, the safe one, is not enrolled. */
enum enrol_result {
    ENROL_NOT_REACHED = 0, /* or cut off: the same again is right */
    ENROL_REFUSED,         /* by the registry */
    ENROL_STRANGER,        /* it is not the registry that the code is of */
    ENROL_UNUSABLE,        /* a file of ours */
    ENROL_DONE,
};

struct enrol_outcome {
    enum enrol_result result;
    char why[ENROL_WHY_LEN];       /* unless DONE */
    bool made_entry_key;           /* a new journal begins with it */
    char host[ENROL_URL_HOST_LEN]; /* DONE: of the registry from now on */
    uint32_t port;
};

/* Blocks until it is over: for two exchanges, each of LINK_EXCHANGE_MAX_S at worst, and as long as
 * the disk does. Needs sign_init. */
void enrol_run(const struct enrol_parts *parts, struct enrol_outcome *out);

/* `pamit-sync enrol`: its own command line, from the word on. Returns the exit code. */
int enrol_command(int argc, char **argv);

#endif
