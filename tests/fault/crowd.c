#include "crowd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "journal_crossing.h"

static const struct entry_place place = {
    .mode = MODE_LIVE, .tpi_code = "CGK", .counter = "03", .officer_id = "P-0001"};

static bool is_deferred(const struct crowd *crowd)
{
    return crowd->people % CROWD_DEFERRED_ONE_IN == 0;
}

static void traveller_make(const struct crowd *crowd, struct entry_presented *out)
{
    static const char *const given[] = {"SITI", "BUDI RAHMAT", "DEWI", "AGUS", "NUR AISYAH"};
    static const char *const family[] = {"CONTOH", "RAHAYU", "HIDAYAT", "TELADAN"};
    const uint64_t i = crowd->people;

    *out = (struct entry_presented){
        .place = place,
        .context = {.carrier_kind = CARRIER_AIR, .carrier_no = "XX 832", .dest_country = "MYS"},
        .document = {.capture = DOCUMENT_SCANNED,
                     .mrz = {.format = MRZ_FORMAT_TD3},
                     .country = "IDN",
                     .nationality = "IDN",
                     .sex = i % 2 ? 'F' : 'M',
                     .birth = {(int16_t)(1935 + i % 70), (uint8_t)(1 + i / 70 % 12),
                               (uint8_t)(1 + i / 840 % 28)}, /* not twice in 23,520 */
                     .expiry = {2030, 1, 1}},
        .data = {.placements_usable = true,
                 .placements_as_of = 1795250000,
                 .lists_as_of = 1795250000,
                 .placements_version = 7},
        .policy_version = 3,
    };
    snprintf(out->document.name, sizeof out->document.name, "%s %s",
             family[i % (sizeof family / sizeof family[0])],
             given[i % (sizeof given / sizeof given[0])]);
    snprintf(out->document.number, sizeof out->document.number, "X%07" PRIu64, i % 10000000);
    if (is_deferred(crowd)) {
        out->verdict = (struct verdict){.result = VERDICT_STOP,
                                        .n_reasons = 1,
                                        .reasons = {{.code = 20, .colour = COLOUR_RED}}};
        return;
    }
    out->match_key = MATCH_KEY_PASSPORT;
    out->match_grade = MATCH_EXACT;
    snprintf(out->placement_id, sizeof out->placement_id, "PMI-%" PRIu64, i);
    out->verdict = (struct verdict){
        .result = VERDICT_CLEAR, .n_reasons = 1, .reasons = {{.code = 1, .colour = COLOUR_GREEN}}};
}

static void time_pass(struct crowd *crowd)
{
    crowd->now.wall_ms += crowd->step_ms;
    crowd->now.boottime_ms += crowd->step_ms;
}

static enum err present(struct crowd *crowd, const struct entry_presented *presented,
                        struct journal_head *head)
{
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    seal_random(salt, sizeof salt);
    const enum err err = entry_presented_encode(presented, salt, payload, sizeof payload, &len);
    time_pass(crowd);
    return err ? err
               : journal_append(crowd->journal, ENTRY_PRESENTED, &crowd->now, span_of(payload, len),
                                head);
}

static enum err decide(struct crowd *crowd, const struct document *document,
                       struct journal_head *head)
{
    const bool deferred = is_deferred(crowd);
    const struct entry_decided decided = {.place = place,
                                          .presented = head->seq,
                                          .decision =
                                              deferred ? DECISION_DEFERRED : DECISION_CLEARED,
                                          .role = ROLE_OFFICER,
                                          .duration_ms = 3477};
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    struct crossing_decided about = {.direction = DIRECTION_DEPARTURE,
                                     .decision = decided.decision};
    size_t len = 0;

    seal_random(salt, sizeof salt);
    const enum err err = entry_decided_encode(&decided, salt, payload, sizeof payload, &len);
    if (err)
        return err;
    time_pass(crowd);
    crossing_subject_of(document, MODE_LIVE, &about.subject);
    return journal_append_decided(crowd->journal, &crowd->now, span_of(payload, len), &about, head);
}

enum err crowd_fill(struct crowd *crowd, uint64_t entries)
{
    struct entry_presented presented;
    struct journal_head head;
    enum err err = ERR_OK;

    journal_head(crowd->journal, &head);
    while (!err && head.seq < entries) {
        crowd->people++;
        traveller_make(crowd, &presented);
        err = present(crowd, &presented, &head);
        if (!err && head.seq < entries)
            err = decide(crowd, &presented.document, &head);
    }
    return err;
}
