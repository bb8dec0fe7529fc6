/* What the page is told once: settings, and the words of reasons from core's one table. */
#ifndef PAMIT_PAGE_DATA_H
#define PAMIT_PAGE_DATA_H

#include <jansson.h>

#include "kiosk_config.h"

/* {"language": "id", "panel_width_mm": 217, "needs_note": ["CLEARED_NOTE", ...]} */
json_t *page_settings(const struct kiosk_config *config);
/* {"R001": {"id": "...", "en": "...", "basis": "DATA"}, ...} */
json_t *page_reasons(void);

#endif
