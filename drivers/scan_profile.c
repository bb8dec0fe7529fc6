/* The scanner profiles.
 *
 * What a row says has a source, or says that it has none. A line's speed and parity are settings of
 * the device that its owner may have changed: where no manual was found they are the usual 9600
 * 8N1, and the configuration overrides them (scanner_baud, scanner_data_bits, scanner_parity). DTR
 * and RTS are raised, as the kernel does, unless it says off.
 *
 * Silence: 400 ms are four times what the longest row takes at 9600 baud (94 ms), so rows that come
 * one by one stay together, and short enough that nobody waits at "reading" in vain.
 */
#include "scan_profile.h"

#include <stddef.h>
#include <string.h>

#define SILENCE_MS 400

const struct scan_profile scan_profile_auto = {
    .name = "auto",
    .settings = {.baud = 9600, .data_bits = 8, .stop_bits = 1},
    .framing = SCAN_FRAMING_AUTO,
    .silence_ms = SILENCE_MS,
};

static const struct scan_profile profile_lines = {
    .name = "lines",
    .settings = {.baud = 9600, .data_bits = 8, .stop_bits = 1},
    .framing = SCAN_FRAMING_LINES,
    .silence_ms = SILENCE_MS,
};

static const struct scan_profile profile_stx_etx = {
    .name = "stx-etx",
    .settings = {.baud = 9600, .data_bits = 8, .stop_bits = 1},
    .framing = SCAN_FRAMING_STX_ETX,
    .silence_ms = SILENCE_MS,
};

/* Elyctis, "IDBOX One - Scanner Command Set" v1.7 (2020-09-14): what was read comes as 'I' (0x49),
 * the length's high and low byte, and the MRZ as ASCII. 'C' 00 01 01 turns Continuous Reading on;
 * it is answered with the same four bytes, and turns itself off after each successful reading. A
 * USB serial port: its speed means nothing. */
static const struct scan_profile profile_elyctis = {
    .name = "elyctis",
    .settings = {.baud = 115200, .data_bits = 8, .stop_bits = 1},
    .framing = SCAN_FRAMING_LENGTH,
    .silence_ms = SILENCE_MS,
    .init = {{'C', 0x00, 0x01, 0x01}, 4},
    .rearm = {{'C', 0x00, 0x01, 0x01}, 4},
    .answer = {{'C', 0x00, 0x01}, 3},
};

/* DESKO, "Protocol Description for DESKO Devices According to Misc. Reader Interface Specification
 * for CUTE System" 2.12 (7 000 310 001): SOD STX row CR row CR [row CR] ETX EOD, up to 1024 bytes;
 * there is no CR for a third row that is not there, and what could not be read is replaced, not
 * left out. SOD and EOD are set in the device; as control bytes they begin nothing. Line
 * settings: as commonly configured. */
static const struct scan_profile profile_desko = {
    .name = "desko",
    .settings = {.baud = 9600, .data_bits = 8, .stop_bits = 1},
    .framing = SCAN_FRAMING_STX_ETX,
    .silence_ms = SILENCE_MS,
};

/* 3M / Rochford Thompson swipe readers, "RTE6701-OEM Integration Manual VC27U" V1.03, 9.1 RTE
 * Native Protocol: SOH, length word (low byte first, 14 significant bits), "OU", STX, a flag, three
 * rows each with its CR also when it is empty, ETX, BCC; '_' fills what was not read. It takes no
 * commands. The manual seen does not say over what the BCC goes: ISO 1745 is taken, the exclusive
 * or of all that stands between SOH and BCC. Line settings: as commonly configured. */
static const struct scan_profile profile_rte = {
    .name = "rte",
    .settings = {.baud = 9600, .data_bits = 8, .stop_bits = 1},
    .framing = SCAN_FRAMING_SOH_BCC,
    .silence_ms = SILENCE_MS,
};

/* Honeywell area imagers with the passport template of the "OCR Programming User's Guide", in
 * manual (serial) trigger mode: SYN T CR starts a try (user guides, "Trigger Commands"); it ends
 * with a read or after the scanner's own time-out, 30 s as commonly configured, before which it is
 * started again. Rows come in one run with a CR at its end, or row by row. Line settings: as
 * commonly configured. */
static const struct scan_profile profile_honeywell = {
    .name = "honeywell",
    .settings = {.baud = 115200, .data_bits = 8, .stop_bits = 1},
    .framing = SCAN_FRAMING_AUTO,
    .silence_ms = SILENCE_MS,
    .init = {{0x16, 'T', '\r'}, 3},
    .rearm = {{0x16, 'T', '\r'}, 3},
    .rearm_every_ms = 25000,
};

/* Code handhelds, "CR1200/CR2/CR3 Interface Configuration Document" V002450, 12.5.1 Passport
 * Internal Template: each row is read, and may be sent, by itself, so its second row may be late.
 * It needs no command. Line settings and row ends: as commonly configured. */
static const struct scan_profile profile_code = {
    .name = "code",
    .settings = {.baud = 115200, .data_bits = 8, .stop_bits = 1},
    .framing = SCAN_FRAMING_LINES,
    .silence_ms = 2 * SILENCE_MS,
};

static const struct scan_profile *const profiles[] = {
    &scan_profile_auto, &profile_lines, &profile_stx_etx,   &profile_elyctis,
    &profile_desko,     &profile_rte,   &profile_honeywell, &profile_code,
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
