/* The entries a lane makes: their payloads from its state, handed to the commit thread.
 *
 * Every text in them came through a decoder that checks it (configuration, page, feed, MRZ), so an
 * encoding that fails is a bug.
 */
#include <assert.h>
#include <stdio.h>

#include "lane_mode.h"
#include "lane_state.h"

struct entry_place lane_place(const struct lane *lane)
{
    struct entry_place place = {.mode = lane_mode(lane->config)};
    snprintf(place.tpi_code, sizeof place.tpi_code, "%s", lane->config->tpi_code);
    snprintf(place.counter, sizeof place.counter, "%s", lane->config->counter);
    snprintf(place.officer_id, sizeof place.officer_id, "%s", lane->config->officer_id);
    return place;
}

/* Encoding our own bounded structs can't fail but for a bug; an entry that is not stored is one. */
static void store(struct lane *lane, enum entry_kind kind, const struct clock_reading *now,
                  const uint8_t *payload, size_t len, enum err encoded)
{
    assert(encoded == ERR_OK);
    commit_append(lane->commit, kind, now, span_of(payload, len));
}

void lane_present(struct lane *lane, const struct document *document, uint64_t replaces)
{
    struct crossing *crossing = &lane->storing;
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    crossing->seq = 0;
    crossing->replaces = replaces;
    crossing->shown_ms = now.wall_ms;
    crossing->document = *document;
    crossing->context = lane->context;
    struct judgement *judgement = &crossing->judgement;
    judge_traveller(lane->parts->judge, document, &crossing->context, &now, judgement);

    struct entry_presented entry = {
        .place = lane_place(lane),
        .replaces = replaces,
        .context = crossing->context,
        .document = *document,
        .match_key = judgement->match.key,
        .match_grade = judgement->match.grade,
        .data = judgement->data,
        .policy_version = judgement->policy_version,
        .verdict = judgement->verdict,
        .seen = judgement->seen.seq,
    };
    if (judgement->match.grade != MATCH_NONE)
        snprintf(entry.placement_id, sizeof entry.placement_id, "%s",
                 judgement->match.placement.placement_id);
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    seal_random(salt, sizeof salt);
    enum err err = entry_presented_encode(&entry, salt, payload, sizeof payload, &len);
    store(lane, ENTRY_PRESENTED, &now, payload, len, err);
}

void lane_decide(struct lane *lane)
{
    const struct view_action *action = &lane->action;
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    int64_t duration_ms = now.boottime_ms - lane->shown.shown_boottime_ms;
    struct entry_decided entry = {
        .place = lane_place(lane),
        .presented = lane->shown.seq,
        .decision = action->decision,
        .role = action->role,
        .auth_method = AUTH_NONE,
        .duration_ms = duration_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)duration_ms,
    };
    snprintf(entry.second_officer_id, sizeof entry.second_officer_id, "%s",
             action->second_officer_id);
    snprintf(entry.note, sizeof entry.note, "%s", action->note);
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    seal_random(salt, sizeof salt);
    enum err err = entry_decided_encode(&entry, salt, payload, sizeof payload, &len);
    struct crossing_decided decided = {.direction = lane->shown.context.direction,
                                       .decision = entry.decision};
    crossing_subject_of(&lane->shown.document, entry.place.mode, &decided.subject);
    assert(err == ERR_OK);
    commit_append_decided(lane->commit, &now, span_of(payload, len), &decided);
}

void lane_probe(struct lane *lane)
{
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    struct entry_health entry = {.what = "storage"};
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    seal_random(salt, sizeof salt);
    enum err err = entry_health_encode(&entry, salt, payload, sizeof payload, &len);
    store(lane, ENTRY_HEALTH, &now, payload, len, err);
}
