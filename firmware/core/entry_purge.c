/* PURGE entries: which payloads were destroyed, and on what grounds.
 *
 * A missing payload is damage unless one of these covers it. It names days, since a day's key is
 * what is destroyed, and for each the entries that were sealed with it: after a clock went back, a
 * day can get a new key, and what is sealed with that is not covered.
 */
#include "entry_fields.h"

bool entry_kind_is_kept(enum entry_kind kind)
{
    return kind == ENTRY_EPOCH || kind == ENTRY_PURGE;
}

static const struct entry_field day_table[] = {
    {.key = 1, .type = EFIELD_INT, ENTRY_MEMBER(struct entry_purge_day, day)},
    {.key = 2, .type = EFIELD_UINT, ENTRY_MEMBER(struct entry_purge_day, first), .max = INT64_MAX},
    {.key = 3, .type = EFIELD_UINT, ENTRY_MEMBER(struct entry_purge_day, last), .max = INT64_MAX},
    {.key = 4,
     .type = EFIELD_UINT,
     ENTRY_MEMBER(struct entry_purge_day, entries),
     .max = INT64_MAX},
};
static const struct entry_fields day_fields = ENTRY_FIELDS_OF(day_table);

static const struct entry_field purge_table[] = {
    {.key = 1,
     .type = EFIELD_LIST,
     .offset = offsetof(struct entry_purge, day),
     .size = sizeof(struct entry_purge_day),
     .n_max = ENTRY_PURGE_DAYS_MAX,
     .count_offset = offsetof(struct entry_purge, n_days),
     .fields = &day_fields},
    {.key = 2,
     .type = EFIELD_UINT,
     ENTRY_MEMBER(struct entry_purge, receipt_next),
     .max = INT64_MAX},
    {.key = 3, .type = EFIELD_INT, ENTRY_MEMBER(struct entry_purge, receipt_ms)},
    {.key = 4, .type = EFIELD_INT, ENTRY_MEMBER(struct entry_purge, now_ms)},
    {.key = 5,
     .type = EFIELD_UINT,
     ENTRY_MEMBER(struct entry_purge, after_days),
     .max = UINT32_MAX},
    {.key = 6,
     .type = EFIELD_UINT,
     ENTRY_MEMBER(struct entry_purge, policy_version),
     .max = UINT64_MAX},
};
static const struct entry_fields purge_fields = ENTRY_FIELDS_OF(purge_table);

enum err entry_purge_encode(const struct entry_purge *payload, const uint8_t salt[ENTRY_SALT_LEN],
                            void *out, size_t cap, size_t *len)
{
    return entry_fields_encode(&purge_fields, payload, salt, out, cap, len);
}

enum err entry_purge_decode(struct span bytes, struct entry_purge *out)
{
    struct entry_purge read;
    const enum err err = entry_fields_decode(&purge_fields, bytes, &read, sizeof read);

    if (!err)
        *out = read;
    return err;
}
