/* The configured mode of a kiosk as entries and the page say it. pamit-lane only. */
#ifndef PAMIT_LANE_MODE_H
#define PAMIT_LANE_MODE_H

#include "entry.h"
#include "kiosk_config.h"

static inline enum entry_mode lane_mode(const struct kiosk_config *config)
{
    static const enum entry_mode modes[] = {
        [KIOSK_LIVE] = MODE_LIVE, [KIOSK_TRAINING] = MODE_TRAINING, [KIOSK_DESK] = MODE_DESK};
    return modes[config->mode];
}

#endif
