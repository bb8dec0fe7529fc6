/* What lamps and buzzer do, as data.
 *
 * A pattern is a row: which lamp, its rhythm, one burst of sound and when the burst comes again.
 * The durations come from the screen design guide ("Verdict encoding", "Sounds"). Lamp rates lie in
 * IEC 60601-1-8's ranges: high priority 1.4-2.8 Hz, medium 0.4-0.8 Hz. Pitch is the buzzer's own.
 */
#include "panel_part.h"

const struct pattern panel_patterns[PANEL_PATTERNS] = {
    [PANEL_DARK] = {"DARK", LAMP_NONE, 0, 0, 0, {{0}, 0, 0, 0}},
    [PANEL_READING] = {"READING", LAMP_NONE, 0, 0, 0, {{0}, 0, 0, 0}},
    [PANEL_CLEAR] = {"CLEAR", LAMP_GREEN, 1, 0, PANEL_CLEAR_LIT_MS, {{60}, 0, 0, 0}},
    [PANEL_REFER] =
        {"REFER", LAMP_AMBER, 833, 833, 0, {{180, 120, 180, 120, 180}, 10000, 20000, 0}},
    [PANEL_STOP] = {"STOP",
                    LAMP_RED,
                    250,
                    250,
                    0,
                    {{150, 100, 150, 100, 150, 250, 150, 100, 150}, 5000, 30000, 15000}},
    [PANEL_STOP_ACKNOWLEDGED] = {"STOP_ACKNOWLEDGED", LAMP_RED, 1, 0, 0, {{0}, 0, 0, 0}},
    [PANEL_UNREADABLE] = {"UNREADABLE", LAMP_WHITE, 500, 500, 0, {{80, 80, 80}, 0, 0, 0}},
    [PANEL_RECORDED] = {"RECORDED", LAMP_GREEN, 1, 0, PANEL_RECORDED_LIT_MS, {{60}, 0, 0, 0}},
    [PANEL_NO_READER] = {"NO_READER", LAMP_WHITE, 100, 2900, 0, {{0}, 0, 0, 0}},
    [PANEL_FAULT] = {"FAULT", LAMP_WHITE, 1000, 1000, 0, {{600}, 0, 0, 20000}},
};

struct moment panel_lamp_at(const struct pattern *pattern, int64_t t_ms)
{
    if (pattern->lamp == LAMP_NONE || (pattern->lit_ms > 0 && t_ms >= pattern->lit_ms))
        return (struct moment){.on = false, .until_ms = PANEL_NO_DEADLINE};
    struct moment now = {.on = true,
                         .until_ms = pattern->lit_ms > 0 ? pattern->lit_ms : PANEL_NO_DEADLINE};
    if (pattern->off_ms > 0) {
        int64_t period_ms = pattern->on_ms + pattern->off_ms;
        int64_t phase_ms = t_ms % period_ms;
        now.on = phase_ms < pattern->on_ms;
        int64_t change_ms = t_ms - phase_ms + (now.on ? pattern->on_ms : period_ms);
        now.until_ms = change_ms < now.until_ms ? change_ms : now.until_ms;
    }
    return now;
}

/* When the burst that belongs to `t_ms` began, and when the next one begins. */
static int64_t burst_start(const struct sound *sound, int64_t t_ms, int64_t *next_ms)
{
    int64_t start_ms = 0;
    *next_ms = PANEL_NO_DEADLINE;
    if (t_ms < sound->first_ms) {
        start_ms = t_ms - t_ms % sound->every_ms;
        *next_ms = start_ms + sound->every_ms;
        if (*next_ms >= sound->first_ms)
            *next_ms = sound->later_ms > 0 ? (int64_t)sound->first_ms : PANEL_NO_DEADLINE;
    } else if (sound->later_ms > 0) {
        start_ms = t_ms - (t_ms - sound->first_ms) % sound->later_ms;
        *next_ms = start_ms + sound->later_ms;
    } else if (sound->first_ms > 0) {
        start_ms = sound->first_ms - sound->every_ms;
    }
    return start_ms;
}

struct moment panel_sound_at(const struct sound *sound, int64_t t_ms)
{
    int64_t next_ms;
    int64_t edge_ms = burst_start(sound, t_ms, &next_ms);
    for (unsigned i = 0; i < SOUND_STEPS_MAX && sound->steps_ms[i] > 0; i++) {
        edge_ms += sound->steps_ms[i];
        if (t_ms < edge_ms)
            return (struct moment){.on = i % 2 == 0, .until_ms = edge_ms};
    }
    if (sound->steps_ms[0] == 0)
        next_ms = PANEL_NO_DEADLINE;
    return (struct moment){.on = false, .until_ms = next_ms};
}
