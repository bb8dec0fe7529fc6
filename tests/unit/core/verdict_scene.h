/* A crossing as a verdict sees it, whole and changeable: the ordinary one clears. */
#ifndef PAMIT_TEST_VERDICT_SCENE_H
#define PAMIT_TEST_VERDICT_SCENE_H

#include "core_samples.h"
#include "verdict.h"

struct scene {
    struct document document;
    struct context context;
    struct match match;
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

#endif
