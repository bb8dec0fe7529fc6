/* A supervisor sets the clock: record before act. The word is judged here, stored, and gone by only
 * once it is durable.
 *
 * The page says what it showed as the old time: a word that comes late, or is about a clock that
 * has been set meanwhile, is refused. What was judged by the old time stays as it was judged; the
 * same document, scanned again, is judged anew.
 *
 * A lane that starts again in the same boot finds the word where it was stored. Every entry since
 * that carries OPERATOR_SET says it as well, in its header: so it is found however far back the
 * word is, and after its payload was purged. Without a boot id two boots look alike, and nothing is
 * taken over.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "entry_clock.h"
#include "lane_mode.h"
#include "lane_state.h"
#include "log.h"

#define ASKED_MS 5000 /* from what the page showed to what it asks of us */

/* Why the word does not count; VIEW_REFUSAL_COUNT: it does. */
static enum view_refusal objection(const struct lane *lane, const struct view_set_clock *wanted,
                                   const struct clock_reading *now)
{
    const struct clock_span span = clock_settable(&lane->clock, now->boottime_ms);
    if (wanted->role != ROLE_SUPERVISOR)
        return VIEW_REFUSED_NOT_ALLOWED;
    const enum view_refusal why = lane_objection_to_supervisor(lane, wanted->second_officer_id);
    if (why != VIEW_REFUSAL_COUNT)
        return why;
    if (wanted->old_ms < now->wall_ms - ASKED_MS || wanted->old_ms > now->wall_ms + ASKED_MS)
        return VIEW_REFUSED_STALE;
    if (now->quality == CLOCK_SYNCED)
        return VIEW_REFUSED_TIME_SYNCED;
    if (wanted->new_ms < span.earliest_ms)
        return VIEW_REFUSED_TIME_PAST;
    if (wanted->new_ms > span.latest_ms)
        return VIEW_REFUSED_TIME_FUTURE;
    return commit_beside_busy(lane->commit) ? VIEW_REFUSED_BUSY : VIEW_REFUSAL_COUNT;
}

void lane_set_clock(struct lane *lane, const struct view_set_clock *wanted)
{
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    const enum view_refusal why = objection(lane, wanted, &now);
    if (why != VIEW_REFUSAL_COUNT) {
        lane_refuse(lane, 0, why);
        return;
    }
    lane->setting.from_ms = now.wall_ms;
    lane->setting.wall_ms = wanted->new_ms + (now.wall_ms - wanted->old_ms);
    lane->setting.boottime_ms = now.boottime_ms;
    struct entry_clock entry = {.mode = lane_mode(lane->config),
                                .wall_ms = lane->setting.wall_ms,
                                .role = wanted->role,
                                .auth_method = AUTH_NONE};
    snprintf(entry.officer_id, sizeof entry.officer_id, "%s", lane->config->officer_id);
    snprintf(entry.second_officer_id, sizeof entry.second_officer_id, "%s",
             wanted->second_officer_id);
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    seal_random(salt, sizeof salt);
    const enum err err = entry_clock_encode(&entry, salt, payload, sizeof payload, &len);
    assert(err == ERR_OK);
    commit_append_beside(lane->commit, ENTRY_HEALTH, &now, span_of(payload, len));
}

static void log_set(const struct lane *lane, uint64_t seq)
{
    char from[CLOCK_TEXT_LEN], to[CLOCK_TEXT_LEN];
    clock_format_utc(lane->setting.from_ms, from);
    clock_format_utc(lane->setting.wall_ms, to);
    log_event(LOG_CLOCK_SET, "seq=%" PRIu64 " from=%s to=%s", seq, from, to);
}

void lane_clock_stored(struct lane *lane, const struct commit_result *result)
{
    struct clock_reading now;
    if (result->err) {
        log_event(LOG_JOURNAL_FAILED, "kind=%s why=\"%s\"", entry_kind_name(result->kind),
                  err_text(result->err));
        lane_refuse(lane, 0, VIEW_REFUSED_STORAGE);
        return;
    }
    clock_set(&lane->clock, lane->setting.wall_ms, lane->setting.boottime_ms,
              CLOCK_WORD_UNCERTAINTY_S);
    lane->has_current = false;
    log_set(lane, result->head.seq);
    clock_read(&lane->clock, &now);
    lane_counts_roll(lane, &now);
    lane_link_refresh(lane, &now);
    lane_clock_watch(lane, &now);
    lane_show_page(lane);
}

/* A start reads thousands of entries back: the clock is read for those that have a word of it. */
static bool may_have_word(const struct lane *lane, const struct entry_header *header)
{
    static const uint8_t no_boot[CLOCK_BOOT_ID_LEN];
    return (header->kind == ENTRY_HEALTH || header->time.quality == CLOCK_OPERATOR_SET) &&
           memcmp(lane->clock.boot_id, no_boot, sizeof no_boot) != 0;
}

bool lane_clock_restore(struct lane *lane, const struct journal_row *row)
{
    const struct clock_reading *then = &row->header.time;
    struct entry_clock word;
    struct clock_reading now;
    if (!may_have_word(lane, &row->header))
        return false;
    clock_read(&lane->clock, &now);
    if (then->boottime_ms > now.boottime_ms)
        return false;
    if (row->header.kind == ENTRY_HEALTH &&
        entry_clock_decode(span_of(row->payload, row->payload_len), &word) == ERR_OK)
        clock_set(&lane->clock, word.wall_ms, then->boottime_ms, CLOCK_WORD_UNCERTAINTY_S);
    else if (then->quality == CLOCK_OPERATOR_SET)
        clock_set(&lane->clock, then->wall_ms, then->boottime_ms, then->uncertainty_s);
    else
        return false;
    clock_read(&lane->clock, &now);
    lane_counts_roll(lane, &now);
    return true;
}

bool lane_clock_watch(struct lane *lane, const struct clock_reading *now)
{
    if (now->quality == lane->clock_told)
        return false;
    log_event(LOG_CLOCK_CHANGED, "from=%s to=%s", clock_quality_name(lane->clock_told),
              clock_quality_name(now->quality));
    lane->clock_told = now->quality;
    return true;
}
