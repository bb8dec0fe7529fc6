/* A crossing as a verdict sees it, whole and changeable: the ordinary one clears. */
#ifndef PAMIT_TEST_VERDICT_SCENE_H
#define PAMIT_TEST_VERDICT_SCENE_H

#include <stdio.h>

#include "core_samples.h"
#include "verdict.h"

struct scene {
    struct document document;
    struct context context;
    struct match match;
    struct listing_hits listings;
    bool lists_unknown; /* they can't be read */
    struct deferred_here here;
    bool at_no_counter; /* as `pamit check` judges */
    struct data_state data;
    struct policy policy;
    enum site_class site;
    enum clock_quality clock_quality;
    struct date today;
};

/* Siti with her READY placement, EXACT by current number, to Taiwan for work, on 2026-11-21, all
 * data fresh, clock synced, at an online site. */
static inline struct scene scene_ordinary(void)
{
    return (struct scene){
        .document = sample_siti(),
        .context = {.direction = DIRECTION_DEPARTURE,
                    .dest_country = "TWN",
                    .purpose = PURPOSE_WORK},
        .match = {.key = MATCH_KEY_PASSPORT, .grade = MATCH_EXACT, .placement = sample_placement()},
        .data = {.placements_usable = true,
                 .placements_as_of = SAMPLE_MIDNIGHT_S,
                 .lists_as_of = SAMPLE_MIDNIGHT_S,
                 .placements_version = 1},
        .here = {.place = "CTH 01"},
        .policy = sample_policy(),
        .site = SITE_ONLINE,
        .clock_quality = CLOCK_SYNCED,
        .today = {2026, 11, 21},
    };
}

static inline struct verdict scene_judge(const struct scene *scene)
{
    const struct facts facts = {
        .document = &scene->document,
        .context = &scene->context,
        .match = &scene->match,
        .listings = &scene->listings,
        .lists_unknown = scene->lists_unknown,
        .deferred_here = scene->at_no_counter ? NULL : &scene->here,
        .data = &scene->data,
        .policy = &scene->policy,
        .site = scene->site,
        .clock_quality = scene->clock_quality,
        .today = scene->today,
    };
    struct verdict verdict;
    verdict_judge(&facts, &verdict);
    return verdict;
}

#define SCENE_CODES_LEN 192

/* "R016 R001", in the verdict's order. */
static inline void scene_codes(const struct verdict *verdict, char out[SCENE_CODES_LEN])
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < verdict->n_reasons; i++) {
        char text[REASON_TEXT_LEN];
        reason_format(verdict->reasons[i].code, text);
        len += (size_t)snprintf(out + len, SCENE_CODES_LEN - len, "%s%s", i ? " " : "", text);
    }
}

#endif
