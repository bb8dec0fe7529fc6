/* The clocks of Linux, and how far to believe them.
 *
 * A board without power loses its time unless its real-time clock has a battery; with a network,
 * the kernel's clock is disciplined by an NTP daemon, which the kernel itself reports
 * (adjtimex(2)): no need to know which daemon. The kernel takes that back (STA_UNSYNC) once its own
 * error estimate, growing 500 ppm without updates, reaches 16 s: about nine hours after the link is
 * lost.
 *
 * From then on the clock runs on in HOLDOVER. Its uncertainty is the drift of an uncompensated
 * watch crystal, 40 ppm over temperature, during the 90 days a kiosk may be alone.
 *
 * A clock before the floor is wrong, whatever the kernel says of it, and so is one five years
 * beyond it (a clock chip that makes up 2099 does it at any start) and one that has jumped away
 * from what the registry said in this boot: CLOCK_BOOTTIME, which nobody can set, tells how long
 * ago that was.
 *
 * A supervisor who sets the clock changes nothing of the system's: the lane may not, and what
 * others on the machine make of the time is not theirs to say. Their word is carried on by
 * CLOCK_BOOTTIME. Beside the minute that it may be off from the first, it drifts as the processor's
 * crystal does, which nothing disciplines: 100 ppm covers those of the boards over their
 * temperatures. It too may be anything from the floor to five years after it. The floor is at least
 * as late as this build, and rises with every contact: a kiosk that has done without both for
 * longer is not one to trust with today's rules, and what lies beyond is a slip of the finger (2062
 * for 2026), which would turn every document into an expired one.
 */
#include "clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "span.h"

#define HOLDOVER_UNCERTAINTY_S (90u * 86400u * 40u / 1000000u)
#define ASSUMED_UNCERTAINTY_S  1u
#define SET_DRIFT_PPM          100
#define POSSIBLE_MS            (CLOCK_POSSIBLE_YEARS * INT64_C(366) * 86400 * 1000)

/* What the system says about its clock. */
struct facts {
    bool disciplined;
    uint32_t error_s; /* if disciplined */
    bool has_rtc;
};

int64_t clock_ms(clockid_t which)
{
    struct timespec now;
    if (clock_gettime(which, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct facts facts_read(void)
{
    struct timex kernel = {.modes = 0};
    const int code = adjtimex(&kernel);
    struct facts facts = {.has_rtc = access("/dev/rtc0", F_OK) == 0 ||
                                     access("/sys/class/rtc/rtc0", F_OK) == 0};
    if (code >= 0 && code != TIME_ERROR && !(kernel.status & STA_UNSYNC)) {
        facts.disciplined = true;
        facts.error_s = (uint32_t)((kernel.maxerror + 999999) / 1000000);
    }
    return facts;
}

/* Wall times are from anywhere: no difference of two may overflow. */
static bool is_near(int64_t a_ms, int64_t b_ms)
{
    const uint64_t apart =
        a_ms > b_ms ? (uint64_t)a_ms - (uint64_t)b_ms : (uint64_t)b_ms - (uint64_t)a_ms;
    return apart <= CLOCK_FIX_TOLERANCE_S * UINT64_C(1000);
}

/* What a wall that was `wall_ms` at `from_ms` is at `boottime_ms`. Outside what a sum can hold, the
 * nearest: it can only be refused then. */
static int64_t carried(int64_t wall_ms, int64_t from_ms, int64_t boottime_ms)
{
    const int64_t since_ms = boottime_ms - from_ms;
    if (since_ms > 0 && wall_ms > INT64_MAX - since_ms)
        return INT64_MAX;
    return wall_ms + since_ms;
}

/* Where the wall would be had nobody set it since the fix: its distance from CLOCK_BOOTTIME is the
 * same. */
static bool contradicts_fix(const struct clock *clock, const struct clock_reading *reading)
{
    return clock->fixed && !is_near(reading->wall_ms - reading->boottime_ms,
                                    clock->fix_wall_ms - clock->fix_boottime_ms);
}

/* Not before the floor, nor further beyond it than a kiosk may be without a contact. */
static bool is_possible(const struct clock *clock, int64_t wall_ms)
{
    return wall_ms >= clock->floor_ms && wall_ms <= carried(clock->floor_ms, 0, POSSIBLE_MS);
}

/* Sets quality and uncertainty of a reading whose wall time is known. */
static void reading_judge(const struct clock *clock, const struct facts *facts,
                          struct clock_reading *reading)
{
    reading->quality = CLOCK_UNKNOWN;
    reading->uncertainty_s = UINT32_MAX;
    if (!is_possible(clock, reading->wall_ms) || contradicts_fix(clock, reading))
        return;
    if (facts->disciplined) {
        reading->quality = CLOCK_SYNCED;
        reading->uncertainty_s = facts->error_s;
    } else if (clock->assume_synced) {
        reading->quality = CLOCK_SYNCED;
        reading->uncertainty_s = ASSUMED_UNCERTAINTY_S;
    } else if (facts->has_rtc) {
        reading->quality = CLOCK_HOLDOVER;
        reading->uncertainty_s = HOLDOVER_UNCERTAINTY_S;
    }
}

/* Puts a supervisor's word in the place of the system's, where that is not SYNCED and this one is
 * possible. */
static void reading_take_set(const struct clock *clock, struct clock_reading *reading)
{
    struct clock_reading word = *reading;
    if (!clock->set || reading->quality == CLOCK_SYNCED)
        return;
    word.wall_ms = carried(clock->set_wall_ms, clock->set_boottime_ms, reading->boottime_ms);
    if (word.wall_ms < clock->floor_ms || contradicts_fix(clock, &word))
        return;
    const int64_t since_s = (reading->boottime_ms - clock->set_boottime_ms) / 1000;
    word.quality = CLOCK_OPERATOR_SET;
    word.uncertainty_s = clock->set_uncertainty_s + (uint32_t)(since_s * SET_DRIFT_PPM / 1000000);
    *reading = word;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Reads a UUID's text; false, and `out` untouched, if it is none. */
static bool uuid_parse(struct span text, uint8_t out[CLOCK_BOOT_ID_LEN])
{
    uint8_t bytes[CLOCK_BOOT_ID_LEN] = {0};
    size_t n_digits = 0;
    for (size_t i = 0; i < text.len && text.p[i] != '\n'; i++) {
        if (text.p[i] == '-')
            continue;
        const int digit = hex_digit((char)text.p[i]);
        if (digit < 0 || n_digits == 2 * sizeof bytes)
            return false;
        bytes[n_digits / 2] = (uint8_t)(bytes[n_digits / 2] << 4 | digit);
        n_digits++;
    }
    if (n_digits != 2 * sizeof bytes)
        return false;
    memcpy(out, bytes, sizeof bytes);
    return true;
}

/* Leaves `out` as it is when the system has no boot id: readings of two boots then look like one,
 * and only CLOCK_BOOTTIME tells them apart. */
static void boot_id_read(uint8_t out[CLOCK_BOOT_ID_LEN])
{
    char text[64];
    const int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    const ssize_t len = read(fd, text, sizeof text);
    close(fd);
    if (len > 0)
        uuid_parse(span_of(text, (size_t)len), out);
}

void clock_init(struct clock *clock, enum clock_zone zone, bool assume_synced)
{
    *clock = (struct clock){
        .zone = zone,
        .assume_synced = assume_synced,
        .floor_ms = (int64_t)PAMIT_BUILD_DAY * 86400 * 1000,
    };
    boot_id_read(clock->boot_id);
}

void clock_raise_floor(struct clock *clock, int64_t floor_ms)
{
    if (floor_ms > clock->floor_ms)
        clock->floor_ms = floor_ms;
}

void clock_take_fix(struct clock *clock, int64_t registry_ms, int64_t boottime_ms)
{
    if (registry_ms < 0 || boottime_ms < 0)
        return; /* no registry's, nor of any boot */
    clock_raise_floor(clock, registry_ms - CLOCK_FIX_TOLERANCE_S * 1000);
    clock->fixed = true;
    clock->fix_wall_ms = registry_ms;
    clock->fix_boottime_ms = boottime_ms;
}

void clock_set(struct clock *clock, int64_t wall_ms, int64_t boottime_ms, uint32_t uncertainty_s)
{
    if (wall_ms < 0 || boottime_ms < 0)
        return; /* nobody's word, nor of any boot */
    clock->set = true;
    clock->set_wall_ms = wall_ms;
    clock->set_boottime_ms = boottime_ms;
    clock->set_uncertainty_s = uncertainty_s;
}

struct clock_span clock_settable(const struct clock *clock, int64_t boottime_ms)
{
    struct clock_span span = {clock->floor_ms, carried(clock->floor_ms, 0, POSSIBLE_MS)};
    if (!clock->fixed)
        return span;
    const int64_t now_ms = carried(clock->fix_wall_ms, clock->fix_boottime_ms, boottime_ms);
    const int64_t tolerance_ms = CLOCK_FIX_TOLERANCE_S * 1000;
    if (now_ms - tolerance_ms > span.earliest_ms)
        span.earliest_ms = now_ms - tolerance_ms;
    if (now_ms < span.latest_ms - tolerance_ms)
        span.latest_ms = now_ms + tolerance_ms;
    return span;
}

int64_t clock_likely_ms(const struct clock *clock, const struct clock_reading *now)
{
    if (clock->fixed)
        return carried(clock->fix_wall_ms, clock->fix_boottime_ms, now->boottime_ms);
    return now->wall_ms > clock->floor_ms ? now->wall_ms : clock->floor_ms;
}

void clock_read(const struct clock *clock, struct clock_reading *out)
{
    const struct facts facts = facts_read();
    struct clock_reading reading = {
        .wall_ms = clock_ms(CLOCK_REALTIME),
        .zone = clock->zone,
        .boottime_ms = clock_ms(CLOCK_BOOTTIME),
    };
    memcpy(reading.boot_id, clock->boot_id, sizeof reading.boot_id);
    reading_judge(clock, &facts, &reading);
    reading_take_set(clock, &reading);
    *out = reading;
}

const char *clock_quality_name(enum clock_quality quality)
{
    switch (quality) {
    case CLOCK_OPERATOR_SET:
        return "OPERATOR_SET";
    case CLOCK_HOLDOVER:
        return "HOLDOVER";
    case CLOCK_SYNCED:
        return "SYNCED";
    case CLOCK_UNKNOWN:
        break;
    }
    return "UNKNOWN";
}

const char *clock_zone_name(enum clock_zone zone)
{
    switch (zone) {
    case CLOCK_WIB:
        return "WIB";
    case CLOCK_WITA:
        return "WITA";
    case CLOCK_WIT:
        return "WIT";
    }
    return "UTC?";
}

void clock_format_utc(int64_t wall_ms, char out[CLOCK_TEXT_LEN])
{
    const time_t seconds = wall_ms / 1000 - (wall_ms % 1000 < 0);
    struct tm utc;
    if (!gmtime_r(&seconds, &utc) || strftime(out, CLOCK_TEXT_LEN, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        out[0] = '\0';
}
