/* Scanner profiles: what differs from reader to reader, as rows of data.
 *
 * To add a reader, add a row to scan_profile.c. Pure.
 */
#ifndef PAMIT_SCAN_PROFILE_H
#define PAMIT_SCAN_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "serial_line.h"

/* How a reader marks a document. In all of them CR, LF and CR LF end a row (an empty one is
 * nothing), and rows may also come without anything between, as one run of 72, 88 or 90 bytes:
 * readers of one type are set up differently, and no document contains either byte. */
enum scan_framing {
    SCAN_FRAMING_AUTO = 0, /* rows, with or without STX..ETX around them */
    SCAN_FRAMING_LINES,    /* rows; STX and ETX mean nothing */
    SCAN_FRAMING_STX_ETX,  /* rows between STX and ETX; all else is noise */
    SCAN_FRAMING_LENGTH,   /* 'I', 16-bit length (high byte first), rows */
    SCAN_FRAMING_SOH_BCC,  /* SOH, length word, "OU", STX, flag, rows, ETX, BCC */
};

/* Bytes we send. */
#define SCAN_COMMAND_LEN_MAX 8

struct scan_command {
    uint8_t bytes[SCAN_COMMAND_LEN_MAX];
    uint8_t len; /* 0: nothing is sent */
};

struct scan_profile {
    const char *name;                /* as in the configuration */
    struct serial_settings settings; /* of the line, unless the configuration says otherwise */
    enum scan_framing framing;
    uint32_t silence_ms;        /* a frame that pauses longer than this is over */
    struct scan_command init;   /* sent when the line opens */
    struct scan_command rearm;  /* sent after each read, good or bad */
    uint32_t rearm_every_ms;    /* and this long after the last command; 0: not */
    struct scan_command answer; /* the reader's answer to a command begins so and has one byte
                                 * more, which begins no frame; it is nothing */
};

/* The row for readers nobody described: rows, with or without STX/ETX. */
extern const struct scan_profile scan_profile_auto;

/* The row named `name`, or NULL. Static. */
const struct scan_profile *scan_profile_find(const char *name);

/* The i-th row, NULL after the last; for help texts. */
const struct scan_profile *scan_profile_at(unsigned i);

#endif
