/* The scanner profiles. */
#include "scan_profile.h"

#include <stddef.h>
#include <string.h>

enum {
    STX = 0x02,
    ETX = 0x03,
};

/* 400 ms of silence: four times what the longest line takes at 9600 baud (94 ms), so rows that come
 * one by one stay together, and short enough that nobody waits at "reading" in vain. */
const struct scan_profile scan_profile_auto = {
    .name = "auto",
    .settings = {.baud = 9600, .data_bits = 8, .stop_bits = 1},
    .frame_start = STX,
    .frame_end = ETX,
    .silence_ms = 400,
};

static const struct scan_profile profile_lines = {
    .name = "lines",
    .settings = {.baud = 9600, .data_bits = 8, .stop_bits = 1},
    .silence_ms = 400,
};

static const struct scan_profile profile_stx_etx = {
    .name = "stx-etx",
    .settings = {.baud = 9600, .data_bits = 8, .stop_bits = 1},
    .frame_start = STX,
    .frame_end = ETX,
    .brackets_needed = true,
    .silence_ms = 400,
};

static const struct scan_profile *const profiles[] = {
    &scan_profile_auto,
    &profile_lines,
    &profile_stx_etx,
};

const struct scan_profile *scan_profile_at(unsigned i)
{
    return i < sizeof profiles / sizeof profiles[0] ? profiles[i] : NULL;
}

const struct scan_profile *scan_profile_find(const char *name)
{
    for (unsigned i = 0; scan_profile_at(i); i++)
        if (strcmp(scan_profile_at(i)->name, name) == 0)
            return scan_profile_at(i);
    return NULL;
}
