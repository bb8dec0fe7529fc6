/* Both are made at start and never change while the process lives. */
#include "page_data.h"

#include "decision.h"
#include "reason.h"

json_t *page_settings(const struct kiosk_config *config)
{
    json_t *needs_note = json_array();
    for (unsigned decision = DECISION_NONE + 1; decision < DECISION_COUNT; decision++)
        if (decision_needs_note((enum decision)decision))
            json_array_append_new(needs_note, json_string(decision_name((enum decision)decision)));
    return json_pack("{s:s, s:I, s:o}", "language", config->language, "panel_width_mm",
                     (json_int_t)config->panel_width_mm, "needs_note", needs_note);
}

static const char *basis_name(enum reason_basis basis)
{
    switch (basis) {
    case BASIS_LAW:
        return "LAW";
    case BASIS_CIRCULAR:
        return "CIRCULAR";
    case BASIS_DATA:
        return "DATA";
    case BASIS_INDICATOR:
        return "INDICATOR";
    case BASIS_NONE:
        break;
    }
    return "NONE";
}

json_t *page_reasons(void)
{
    json_t *words = json_object();
    for (size_t i = 0; i < reasons_count; i++) {
        char code[REASON_TEXT_LEN];
        reason_format(reasons[i].code, code);
        json_object_set_new(words, code,
                            json_pack("{s:s, s:s, s:s}", "id", reasons[i].id, "en", reasons[i].en,
                                      "basis", basis_name(reasons[i].basis)));
    }
    return words;
}
