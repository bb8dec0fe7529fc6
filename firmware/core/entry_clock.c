/* The payload is a HEALTH with more members, so that whoever reads a HEALTH reads this one too. */
#include "entry_clock.h"

#include <string.h>

#include "entry_fields.h"

struct clock_health {
    struct entry_health health;
    struct entry_clock clock;
};

static const struct entry_field clock_table[] = {
    {.key = 1, .type = EFIELD_TEXT, ENTRY_MEMBER(struct clock_health, health.what)},
    {.key = 2,
     .type = EFIELD_UINT,
     ENTRY_MEMBER(struct clock_health, clock.mode),
     .max = MODE_DESK},
    {.key = 3, .type = EFIELD_TEXT, ENTRY_MEMBER(struct clock_health, clock.officer_id)},
    {.key = 4, .type = EFIELD_INT, ENTRY_MEMBER(struct clock_health, clock.wall_ms)},
    {.key = 5,
     .type = EFIELD_UINT,
     ENTRY_MEMBER(struct clock_health, clock.role),
     .max = ROLE_SUPERVISOR},
    {.key = 6, .type = EFIELD_TEXT, ENTRY_MEMBER(struct clock_health, clock.second_officer_id)},
    {.key = 7,
     .type = EFIELD_UINT,
     ENTRY_MEMBER(struct clock_health, clock.auth_method),
     .max = UINT16_MAX},
};
static const struct entry_fields clock_fields = ENTRY_FIELDS_OF(clock_table);

enum err entry_clock_encode(const struct entry_clock *payload, const uint8_t salt[ENTRY_SALT_LEN],
                            void *out, size_t cap, size_t *len)
{
    const struct clock_health whole = {.health = {.what = ENTRY_CLOCK_WHAT}, .clock = *payload};
    struct entry_clock back;
    size_t written;
    enum err err = entry_fields_encode(&clock_fields, &whole, salt, out, cap, &written);
    if (!err)
        err = entry_clock_decode(span_of(out, written), &back);
    if (!err)
        *len = written;
    return err;
}

enum err entry_clock_decode(struct span bytes, struct entry_clock *out)
{
    struct clock_health whole;
    enum err err = entry_fields_decode(&clock_fields, bytes, &whole, sizeof whole);
    if (err)
        return err;
    if (strcmp(whole.health.what, ENTRY_CLOCK_WHAT) != 0 || whole.clock.wall_ms <= 0)
        return ERR_INVALID;
    *out = whole.clock;
    return ERR_OK;
}
