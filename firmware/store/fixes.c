/* Finding the fixes around a moment: they are sorted by boot and moment, and verified when they are
 * first needed, since a journal of years has more of them than an export of yesterday asks for. One
 * that does not verify is passed by, as if it were not there. */
#include "fixes.h"

#include <stdlib.h>
#include <string.h>

enum fix_standing {
    FIX_NOT_ASKED = 0,
    FIX_GOOD,
    FIX_REFUSED,
};

struct fixes {
    const struct verify_key *key;
    const char *kiosk;
    size_t n, n_refused;
    struct sync_state_fix *stored;
    struct fix {
        enum fix_standing standing;
        struct time_fix said;
    } * fix; /* beside `stored` */
};

enum err fixes_open(struct sync_state_db *db, const struct verify_key *key, const char *kiosk,
                    struct fixes **out)
{
    struct fixes *fixes = calloc(1, sizeof *fixes);

    if (!fixes)
        return ERR_MEMORY;
    fixes->key = key;
    fixes->kiosk = kiosk;
    enum err err = sync_state_load_fixes(db, &fixes->stored, &fixes->n);
    if (!err) {
        fixes->fix = calloc(fixes->n + 1, sizeof *fixes->fix);
        err = fixes->fix ? ERR_OK : ERR_MEMORY;
    }
    if (err) {
        fixes_close(fixes);
        return err;
    }
    for (size_t i = 0; i < fixes->n; i++) {
        fixes->fix[i].said.asked_ms = fixes->stored[i].asked_ms;
        fixes->fix[i].said.answered_ms = fixes->stored[i].answered_ms;
    }
    *out = fixes;
    return ERR_OK;
}

void fixes_close(struct fixes *fixes)
{
    if (!fixes)
        return;
    free(fixes->fix);
    free(fixes->stored);
    free(fixes);
}

static bool fix_verify(struct fixes *fixes, size_t i)
{
    const struct sync_state_fix *stored = &fixes->stored[i];
    struct fix *fix = &fixes->fix[i];
    struct span payload;
    struct receipt receipt;

    if (fix->standing != FIX_NOT_ASKED)
        return fix->standing == FIX_GOOD;
    fix->standing = FIX_REFUSED;
    if (cose_open(fixes->key, span_of(stored->receipt, stored->receipt_len), &payload) == ERR_OK &&
        receipt_decode(payload, &receipt) == ERR_OK && strcmp(receipt.kiosk, fixes->kiosk) == 0) {
        fix->standing = FIX_GOOD;
        fix->said.registry_ms = receipt.registry_ms;
    }
    fixes->n_refused += fix->standing == FIX_REFUSED;
    return fix->standing == FIX_GOOD;
}

/* Is the fix of an earlier boot than `boot`, or of that one and its moment not later? */
static bool goes_before(const struct fixes *fixes, size_t i, const struct clock_reading *reading)
{
    const int order = memcmp(fixes->stored[i].boot_id, reading->boot_id, CLOCK_BOOT_ID_LEN);
    return order < 0 ||
           (order == 0 && time_fix_moment(&fixes->fix[i].said) <= reading->boottime_ms);
}

static bool is_of_boot(const struct fixes *fixes, size_t i, const struct clock_reading *reading)
{
    return memcmp(fixes->stored[i].boot_id, reading->boot_id, CLOCK_BOOT_ID_LEN) == 0;
}

bool fixes_correct(struct fixes *fixes, const struct clock_reading *reading,
                   struct time_correction *out)
{
    const struct time_fix *before = NULL, *after = NULL;
    size_t low = 0, high = fixes->n;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (goes_before(fixes, middle, reading))
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; !before && i > 0 && is_of_boot(fixes, i - 1, reading); i--)
        before = fix_verify(fixes, i - 1) ? &fixes->fix[i - 1].said : NULL;
    for (size_t i = low; !after && i < fixes->n && is_of_boot(fixes, i, reading); i++)
        after = fix_verify(fixes, i) ? &fixes->fix[i].said : NULL;
    return time_fix_correct(before, after, reading->boottime_ms, out);
}

size_t fixes_refused(const struct fixes *fixes)
{
    return fixes->n_refused;
}
