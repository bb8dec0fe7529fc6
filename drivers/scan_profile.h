/* Scanner profiles: what differs from reader to reader, as rows of data.
 *
 * To add a reader, add a row to scan_profile.c. Pure.
 */
#ifndef PAMIT_SCAN_PROFILE_H
#define PAMIT_SCAN_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "serial_line.h"

/* Any of CR, LF and CR LF ends a line in every profile (an empty line is nothing): readers of one
 * type are set up differently, and no document contains either byte. */
struct scan_profile {
    const char *name;                /* as in the configuration */
    struct serial_settings settings; /* of the line, unless the configuration says otherwise */
    uint8_t frame_start;             /* 0: the reader marks no start */
    uint8_t frame_end;               /* 0 with frame_start 0 */
    bool brackets_needed;            /* what stands outside start..end is garbage */
    uint32_t silence_ms;             /* a frame that pauses longer than this is over */
};

/* The row for readers nobody described: lines, with or without STX/ETX. */
extern const struct scan_profile scan_profile_auto;

/* The row named `name`, or NULL. Static. */
const struct scan_profile *scan_profile_find(const char *name);

/* The i-th row, NULL after the last; for help texts. */
const struct scan_profile *scan_profile_at(unsigned i);

#endif
