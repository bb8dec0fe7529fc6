/* What time it is, how well we know it, and where in this boot we are.
 *
 * Every entry carries a reading; core code gets it as an argument and never reads a clock itself.
 * Quality: SYNCED when the kernel says the clock is disciplined (adjtimex(2), STA_UNSYNC clear);
 * HOLDOVER when not, but a battery-backed clock set it (/dev/rtc0 or /sys/class/rtc/rtc0 exists)
 * and it is not before the monotone floor; OPERATOR_SET when a supervisor has said in this boot
 * what time it is, and nothing that says it by itself is SYNCED; else UNKNOWN, which never clears
 * anybody. A wall time before the floor, CLOCK_POSSIBLE_YEARS beyond it, or in contradiction to
 * what the registry has signed in this boot is UNKNOWN whatever else speaks for it. Used by
 * pamit-lane and pamit-sync; only the lane takes a supervisor's word.
 */
#ifndef PAMIT_CLOCK_H
#define PAMIT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum clock_quality {
    CLOCK_UNKNOWN = 0,
    CLOCK_OPERATOR_SET = 1,
    CLOCK_HOLDOVER = 2,
    CLOCK_SYNCED = 3,
};

/* Indonesia's zones, as whole hours east of UTC; no daylight saving. */
enum clock_zone {
    CLOCK_WIB = 7,
    CLOCK_WITA = 8,
    CLOCK_WIT = 9,
};

#define CLOCK_BOOT_ID_LEN 16

/* Without a newer build or a contact for so long, no kiosk's clock is to be gone by. */
#define CLOCK_POSSIBLE_YEARS 5

/* No clock that was ever set is before it. */
#define CLOCK_SET_S INT64_C(1767225600) /* 2026-01-01 */

struct clock_reading {
    int64_t wall_ms; /* since 1970-01-01T00:00:00Z */
    enum clock_zone zone;
    enum clock_quality quality;
    uint32_t uncertainty_s;
    uint8_t boot_id[CLOCK_BOOT_ID_LEN]; /* /proc/sys/kernel/random/boot_id as bytes */
    int64_t boottime_ms;                /* CLOCK_BOOTTIME */
};

struct clock {
    enum clock_zone zone;
    bool assume_synced; /* the desk only: the host's clock is taken as good */
    int64_t floor_ms;   /* wall time below this is UNKNOWN: the build's date or a signed time */
    uint8_t boot_id[CLOCK_BOOT_ID_LEN];
    bool fixed; /* the registry has said in this boot what time it is: at fix_boottime_ms, this */
    int64_t fix_wall_ms, fix_boottime_ms;
    bool set; /* a supervisor has said in this boot what time it is: likewise */
    int64_t set_wall_ms, set_boottime_ms;
    uint32_t set_uncertainty_s; /* then; it grows */
};

/* Prepares `clock`; reads the boot id once. The floor starts at this build's own date. */
void clock_init(struct clock *clock, enum clock_zone zone, bool assume_synced);

/* Raises the floor; never lowers it. Only by what the registry has signed: a floor from a reading
 * of ours, however SYNCED, would make one lie of a time server outlast it. */
void clock_raise_floor(struct clock *clock, int64_t floor_ms);

/* Takes the registry's signed time as what it was at `boottime_ms` of this boot, in place of the
 * fix before; less the tolerance it is a floor. A clock that is set away from it by more than the
 * tolerance is UNKNOWN until it is set back. The tolerance is wide because what hangs on the clock
 * are days: the registry's minutes are its own affair. */
#define CLOCK_FIX_TOLERANCE_S 3600
void clock_take_fix(struct clock *clock, int64_t registry_ms, int64_t boottime_ms);

/* Takes a supervisor's word for what the time was at `boottime_ms` of this boot, in place of the
 * one before. The system's clock stays as it is, and goes before it wherever it is SYNCED. A word
 * that turns out to be before the floor, or to contradict a fix, is not gone by. `uncertainty_s`:
 * of the word at that moment; a minute when it is fresh. */
#define CLOCK_WORD_UNCERTAINTY_S 60
void clock_set(struct clock *clock, int64_t wall_ms, int64_t boottime_ms, uint32_t uncertainty_s);

/* What a supervisor's word may say of now, both ends included: not what is impossible, and nothing
 * that can only be a slip of the finger. */
struct clock_span {
    int64_t earliest_ms, latest_ms;
};
struct clock_span clock_settable(const struct clock *clock, int64_t boottime_ms);

/* The time that a supervisor would most likely set in place of `now`: what the registry said,
 * carried on; else what the clock says, but no less than the floor. */
int64_t clock_likely_ms(const struct clock *clock, const struct clock_reading *now);

/* One of the system's clocks, in milliseconds: CLOCK_REALTIME is the wall's, as it was set;
 * CLOCK_MONOTONIC and CLOCK_BOOTTIME nobody can set. */
int64_t clock_ms(clockid_t which);

/* Reads the clocks. Never fails: what can't be known is marked CLOCK_UNKNOWN. */
void clock_read(const struct clock *clock, struct clock_reading *out);

/* "SYNCED", ... and "WIB", ...; never NULL. */
const char *clock_quality_name(enum clock_quality quality);
const char *clock_zone_name(enum clock_zone zone);

/* Writes "2026-11-21T07:37:08Z" for a wall time. `out` has room for CLOCK_TEXT_LEN bytes. */
#define CLOCK_TEXT_LEN 32
void clock_format_utc(int64_t wall_ms, char out[CLOCK_TEXT_LEN]);

#endif
