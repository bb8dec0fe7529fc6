/* The payloads of entries: PRESENTED, DECIDED, VOID, EPOCH, as tables for entry_fields.
 *
 * The tables are the format. Keys are never reused and later kinds of facts get new ones, so an old
 * registry can read a new kiosk's entries. Of the MRZ only what was read is kept, since everything
 * else follows from it; the document's fields stand beside it as they were judged on that day. Of a
 * keyed document the fields are what was keyed; lines stand beside them only where the officer
 * confirmed a proposal about them, and then the corrections say what was changed. Of a NIK there is
 * only what the kiosk keyed it to: the date of birth, the sex and the last digits together would
 * almost be the NIK itself.
 *
 * Every encoder reads its own output back before letting it go: an entry that nobody can decode has
 * to be refused while somebody can still do something about it, not found years later.
 */
#include "entry_fields.h"

#define FIELD(k, t, s, m)                                                                          \
    {                                                                                              \
        .key = (k), .type = (t), ENTRY_MEMBER(s, m)                                                \
    }
#define NUMBER(k, s, m, top)                                                                       \
    {                                                                                              \
        .key = (k), .type = EFIELD_UINT, ENTRY_MEMBER(s, m), .max = (top)                          \
    }
#define GROUP(k, s, m, table)                                                                      \
    {                                                                                              \
        .key = (k), .type = EFIELD_GROUP, ENTRY_MEMBER(s, m), .fields = &(table)                   \
    }

static const struct entry_field place_table[] = {
    NUMBER(1, struct entry_place, mode, MODE_DESK),
    FIELD(2, EFIELD_TEXT, struct entry_place, tpi_code),
    FIELD(3, EFIELD_TEXT, struct entry_place, counter),
    FIELD(4, EFIELD_TEXT, struct entry_place, officer_id),
};
static const struct entry_fields place_fields = ENTRY_FIELDS_OF(place_table);

static const struct entry_field context_table[] = {
    NUMBER(1, struct context, direction, DIRECTION_RETURN),
    NUMBER(2, struct context, carrier_kind, CARRIER_LAND),
    FIELD(3, EFIELD_TEXT, struct context, carrier_no),
    FIELD(4, EFIELD_TEXT, struct context, dest_country),
    NUMBER(5, struct context, purpose, PURPOSE_COUNT - 1),
    NUMBER(6, struct context, category, PURPOSE_COUNT - 1),
};
static const struct entry_fields context_fields = ENTRY_FIELDS_OF(context_table);

static const struct entry_field correction_table[] = {
    NUMBER(1, struct mrz_position, line, MRZ_LINES_MAX),
    NUMBER(2, struct mrz_position, column, MRZ_LINE_LEN_MAX),
    FIELD(3, EFIELD_CHAR, struct mrz_position, from),
    FIELD(4, EFIELD_CHAR, struct mrz_position, to),
};
static const struct entry_fields correction_fields = ENTRY_FIELDS_OF(correction_table);

static const struct entry_field document_table[] = {
    NUMBER(1, struct document, capture, DOCUMENT_SCANNED),
    FIELD(2, EFIELD_TEXT, struct document, number),
    FIELD(3, EFIELD_TEXT, struct document, country),
    FIELD(4, EFIELD_TEXT, struct document, nationality),
    FIELD(5, EFIELD_TEXT, struct document, name),
    FIELD(6, EFIELD_CHAR, struct document, sex),
    FIELD(7, EFIELD_DATE, struct document, birth),
    FIELD(8, EFIELD_DATE, struct document, expiry),
    NUMBER(9, struct document, mrz.format, UINT16_MAX),
    {.key = 10,
     .type = EFIELD_TEXTS,
     .offset = offsetof(struct document, mrz.line),
     .size = MRZ_LINE_LEN_MAX + 1,
     .n_max = MRZ_LINES_MAX},
    {.key = 11,
     .type = EFIELD_ENUMS,
     ENTRY_MEMBER(struct document, mrz.check),
     .max = MRZ_CHECK_NONE,
     .n_max = MRZ_PLACES},
    NUMBER(12, struct document, type, DOCUMENT_TYPE_COUNT - 1),
    FIELD(13, EFIELD_CHAR, struct document, number_check),
    FIELD(14, EFIELD_DATE, struct document, birth_alternative),
    {.key = 15,
     .type = EFIELD_LIST,
     .offset = offsetof(struct document, correction),
     .size = sizeof(struct mrz_position),
     .n_max = MRZ_SUBSTITUTIONS_MAX,
     .count_offset = offsetof(struct document, n_corrections),
     .fields = &correction_fields},
    FIELD(16, EFIELD_BYTES, struct document, nik_hash),
};
static const struct entry_fields document_fields = ENTRY_FIELDS_OF(document_table);

static const struct entry_field data_table[] = {
    FIELD(1, EFIELD_BOOL, struct data_state, placements_usable),
    FIELD(2, EFIELD_INT, struct data_state, placements_as_of),
    FIELD(3, EFIELD_INT, struct data_state, lists_as_of),
    NUMBER(4, struct data_state, placements_version, UINT64_MAX),
};
static const struct entry_fields data_fields = ENTRY_FIELDS_OF(data_table);

static const struct entry_field reason_table[] = {
    NUMBER(1, struct reason_said, code, UINT16_MAX),
    NUMBER(2, struct reason_said, colour, COLOUR_RED),
    FIELD(3, EFIELD_TEXT, struct reason_said, found),
    FIELD(4, EFIELD_TEXT, struct reason_said, expected),
};
static const struct entry_fields reason_fields = ENTRY_FIELDS_OF(reason_table);

static const struct entry_field presented_table[] = {
    GROUP(1, struct entry_presented, place, place_fields),
    NUMBER(2, struct entry_presented, replaces, INT64_MAX),
    GROUP(3, struct entry_presented, context, context_fields),
    GROUP(4, struct entry_presented, document, document_fields),
    NUMBER(5, struct entry_presented, match_key, MATCH_KEY_MANUAL),
    NUMBER(6, struct entry_presented, match_grade, MATCH_EXACT),
    FIELD(7, EFIELD_TEXT, struct entry_presented, placement_id),
    GROUP(8, struct entry_presented, data, data_fields),
    NUMBER(9, struct entry_presented, policy_version, UINT64_MAX),
    NUMBER(10, struct entry_presented, verdict.result, VERDICT_STOP),
    {.key = 11,
     .type = EFIELD_LIST,
     .offset = offsetof(struct entry_presented, verdict.reasons),
     .size = sizeof(struct reason_said),
     .n_max = VERDICT_REASONS_MAX,
     .count_offset = offsetof(struct entry_presented, verdict.n_reasons),
     .fields = &reason_fields},
    NUMBER(12, struct entry_presented, seen, INT64_MAX),
};
static const struct entry_fields presented_fields = ENTRY_FIELDS_OF(presented_table);

static const struct entry_field decided_table[] = {
    GROUP(1, struct entry_decided, place, place_fields),
    NUMBER(2, struct entry_decided, presented, INT64_MAX),
    NUMBER(3, struct entry_decided, decision, DECISION_COUNT - 1),
    NUMBER(4, struct entry_decided, role, ROLE_SUPERVISOR),
    FIELD(5, EFIELD_TEXT, struct entry_decided, second_officer_id),
    NUMBER(6, struct entry_decided, auth_method, UINT16_MAX),
    NUMBER(7, struct entry_decided, duration_ms, UINT32_MAX),
    FIELD(8, EFIELD_TEXT, struct entry_decided, note),
};
static const struct entry_fields decided_fields = ENTRY_FIELDS_OF(decided_table);

static const struct entry_field void_table[] = {
    GROUP(1, struct entry_void, place, place_fields),
    NUMBER(2, struct entry_void, epoch, UINT32_MAX),
    NUMBER(3, struct entry_void, seq, INT64_MAX),
    NUMBER(4, struct entry_void, kind, UINT8_MAX),
    FIELD(5, EFIELD_BYTES, struct entry_void, hash),
    NUMBER(6, struct entry_void, reason, VOID_REASON_COUNT - 1),
    NUMBER(7, struct entry_void, role, ROLE_SUPERVISOR),
    FIELD(8, EFIELD_TEXT, struct entry_void, second_officer_id),
    NUMBER(9, struct entry_void, auth_method, UINT16_MAX),
};
static const struct entry_fields void_fields = ENTRY_FIELDS_OF(void_table);

static const struct entry_field epoch_table[] = {
    NUMBER(1, struct entry_epoch, previous_epoch, UINT32_MAX),
    NUMBER(2, struct entry_epoch, previous_seq, INT64_MAX),
    FIELD(3, EFIELD_BYTES, struct entry_epoch, previous_head),
    NUMBER(4, struct entry_epoch, own_epoch, UINT32_MAX),
    NUMBER(5, struct entry_epoch, own_seq, INT64_MAX),
    FIELD(6, EFIELD_BYTES, struct entry_epoch, own_head),
    NUMBER(7, struct entry_epoch, own_held, INT64_MAX),
    FIELD(8, EFIELD_INT, struct entry_epoch, receipt_ms),
    NUMBER(9, struct entry_epoch, given_epoch, UINT32_MAX),
    NUMBER(10, struct entry_epoch, given_seq, INT64_MAX),
};
static const struct entry_fields epoch_fields = ENTRY_FIELDS_OF(epoch_table);

static const struct entry_field health_table[] = {
    FIELD(1, EFIELD_TEXT, struct entry_health, what),
};
static const struct entry_fields health_fields = ENTRY_FIELDS_OF(health_table);

/* The two public functions for one payload. */
#define ENTRY_ENCODER(name)                                                                        \
    enum err entry_##name##_encode(const struct entry_##name *payload,                             \
                                   const uint8_t salt[ENTRY_SALT_LEN], void *out, size_t cap,      \
                                   size_t *len)                                                    \
    {                                                                                              \
        struct entry_##name back;                                                                  \
        const size_t room = cap < ENTRY_ORIGINAL_MAX ? cap : ENTRY_ORIGINAL_MAX;                   \
        size_t written;                                                                            \
        enum err err = entry_fields_encode(&name##_fields, payload, salt, out, room, &written);    \
        if (!err)                                                                                  \
            err = entry_##name##_decode(span_of(out, written), &back);                             \
        if (!err)                                                                                  \
            *len = written;                                                                        \
        return err;                                                                                \
    }

/* `sound`: what must be true of the struct `read`. */
#define ENTRY_DECODER(name, sound)                                                                 \
    enum err entry_##name##_decode(struct span bytes, struct entry_##name *out)                    \
    {                                                                                              \
        struct entry_##name read;                                                                  \
        enum err err = entry_fields_decode(&name##_fields, bytes, &read, sizeof read);             \
        if (!err && !(sound))                                                                      \
            err = ERR_INVALID;                                                                     \
        if (!err)                                                                                  \
            *out = read;                                                                           \
        return err;                                                                                \
    }

#define ENTRY_CODEC(name, sound) ENTRY_ENCODER(name) ENTRY_DECODER(name, sound)

ENTRY_CODEC(presented, true)
ENTRY_CODEC(decided, true)
ENTRY_CODEC(void, read.kind == ENTRY_DECIDED && read.epoch && read.seq &&
                      read.reason != VOID_NONE && read.role != ROLE_NONE)
ENTRY_CODEC(epoch, true)
ENTRY_CODEC(health, true)
