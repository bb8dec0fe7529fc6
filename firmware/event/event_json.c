/* An event as JSON: keys in the order and by the names of domain.md. */
#include "event.h"

#include <string.h>

#include "country.h"

#define EVENT_KEYS   67
#define YEAR_10000_S INT64_C(253402300800)

void event_hex(const uint8_t *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = 0;
}

/* Adding is not checked one by one: jansson adds no NULL, and an event that lacks a key is caught
 * at the end. */
static void put_text(json_t *json, const char *key, const char *text)
{
    json_object_set_new(json, key, *text ? json_string(text) : json_null());
}

static void put_number(json_t *json, const char *key, uint64_t value)
{
    json_object_set_new(json, key, json_integer((json_int_t)value));
}

static void put_hex(json_t *json, const char *key, const uint8_t *bytes, size_t len)
{
    char text[2 * SIGN_LEN + 1];

    event_hex(bytes, len, text);
    put_text(json, key, text);
}

/* A kiosk's clock may say anything: null, unless it is a year of four digits, from 1970. */
static void put_time(json_t *json, const char *key, int64_t wall_ms)
{
    char text[CLOCK_TEXT_LEN] = "";

    if (wall_ms >= 0 && wall_ms / 1000 < YEAR_10000_S)
        clock_format_utc(wall_ms, text);
    put_text(json, key, text);
}

/* As put_time; 0 is never. */
static void put_time_if_any(json_t *json, const char *key, int64_t wall_ms)
{
    if (wall_ms)
        put_time(json, key, wall_ms);
    else
        put_text(json, key, "");
}

static void put_seconds_if_any(json_t *json, const char *key, int64_t wall_s)
{
    const bool sound = wall_s >= 0 && wall_s < YEAR_10000_S;

    put_time_if_any(json, key, sound ? wall_s * 1000 : 0);
}

/* Partial dates of an MRZ keep what is known: "1990-01-00". */
static void put_date(json_t *json, const char *key, struct date date)
{
    char text[24] = "";

    if (date.year)
        snprintf(text, sizeof text, "%04d-%02u-%02u", date.year, date.month, date.day);
    put_text(json, key, text);
}

static json_t *entry_numbers(const struct event *event)
{
    json_t *list = json_array();

    for (size_t i = 0; i < event->n_replaced; i++)
        json_array_append_new(list, json_integer((json_int_t)event->replaced[i]));
    json_array_append_new(list, json_integer((json_int_t)event->presented_entry.header.seq));
    if (event->decided)
        json_array_append_new(list, json_integer((json_int_t)event->decided_entry.header.seq));
    if (event->voided)
        json_array_append_new(list, json_integer((json_int_t)event->void_entry.header.seq));
    return list;
}

static void put_identity(json_t *json, const struct event *event)
{
    const struct entry_header *header = &event->presented_entry.header;
    const struct entry_place *place = &event->presented.place;
    json_t *id = json_object();

    put_text(id, "kiosk", header->kiosk);
    put_number(id, "epoch", header->epoch);
    put_number(id, "seq", event->first_seq);
    json_object_set_new(json, "event_id", id);
    put_number(json, "schema_ver", EVENT_SCHEMA_VERSION);
    put_text(json, "direction", direction_name(event->presented.context.direction));
    json_object_set_new(json, "entries", entry_numbers(event));
    put_text(json, "device_id", header->kiosk);
    put_text(json, "tpi_code", place->tpi_code);
    put_text(json, "counter", place->counter);
    put_text(json, "mode", entry_mode_name(place->mode));
}

const struct event_entry *event_dated_by(const struct event *event)
{
    return event->decided ? &event->decided_entry : &event->presented_entry;
}

static void put_times(json_t *json, const struct event *event)
{
    const struct clock_reading *shown = &event->presented_entry.header.time;
    const struct clock_reading *time = &event_dated_by(event)->header.time;

    put_time(json, "t_utc", time->wall_ms);
    put_time(json, "t_presented_utc", shown->wall_ms);
    put_text(json, "tz", clock_zone_name(time->zone));
    put_text(json, "t_quality", clock_quality_name(time->quality));
    put_number(json, "uncertainty_s", time->uncertainty_s);
    put_hex(json, "boot_id", time->boot_id, sizeof time->boot_id);
    put_number(json, "mono_ms", (uint64_t)time->boottime_ms);
}

void event_put_correction(json_t *json, const struct time_correction *correction)
{
    if (correction) {
        put_time(json, "time_corrected", correction->wall_ms);
        put_number(json, "time_corrected_uncertainty_s",
                   (uint64_t)(correction->uncertainty_ms + 999) / 1000);
    } else {
        put_text(json, "time_corrected", "");
        put_text(json, "time_corrected_uncertainty_s", "");
    }
}

static const char *auth_name(enum auth_method method)
{
    switch (method) {
    case AUTH_NONE:
        return "NONE";
    }
    return "UNKNOWN";
}

static void put_officer(json_t *json, const struct event *event)
{
    const struct entry_decided *decision = event->decided ? &event->decision : NULL;

    put_text(json, "officer_id",
             decision ? decision->place.officer_id : event->presented.place.officer_id);
    put_text(json, "role", decision ? role_name(decision->role) : "");
    put_text(json, "second_officer_id", decision ? decision->second_officer_id : "");
    put_text(json, "auth_method", decision ? auth_name(decision->auth_method) : "");
}

/* As read; a keyed document without lines has at most the digit of its number, which then holds. */
static enum mrz_check check_of(const struct document *document, enum mrz_place place)
{
    if (document->mrz.format != MRZ_FORMAT_NONE)
        return document->mrz.check[place];
    return place == MRZ_PLACE_NUMBER && document->number_check ? MRZ_CHECK_HOLDS : MRZ_CHECK_NONE;
}

static json_t *check_digits(const struct document *document)
{
    static const char *const states[] = {
        [MRZ_CHECK_FAILS] = "FAILS", [MRZ_CHECK_HOLDS] = "HOLDS", [MRZ_CHECK_NONE] = "NONE"};
    json_t *json = json_object();

    for (unsigned i = 0; i < MRZ_PLACES; i++)
        put_text(json, mrz_place_name((enum mrz_place)i),
                 states[check_of(document, (enum mrz_place)i)]);
    return json;
}

/* What the officer confirmed of a misread line: "2:7 I>1" is line 2, column 7, read I, meant 1. */
static json_t *corrections(const struct document *document)
{
    json_t *list = json_array();

    for (size_t i = 0; i < document->n_corrections; i++) {
        const struct mrz_position *at = &document->correction[i];
        json_array_append_new(list,
                              json_sprintf("%u:%u %c>%c", at->line, at->column, at->from, at->to));
    }
    return list;
}

/* Keyed by one kiosk: it tells that two of its crossings are one person's, and no other's. */
static void put_nik_hash(json_t *json, const uint8_t nik_hash[DOCUMENT_NIK_HASH])
{
    static const uint8_t none[DOCUMENT_NIK_HASH];

    if (memcmp(nik_hash, none, sizeof none) == 0)
        put_text(json, "nik_hash", "");
    else
        put_hex(json, "nik_hash", nik_hash, DOCUMENT_NIK_HASH);
}

static void put_document(json_t *json, const struct document *document)
{
    put_text(json, "doc_type",
             document->type == DOCUMENT_OTHER ? "" : document_type_name(document->type));
    put_text(json, "doc_no", document->number);
    put_text(json, "doc_country", document->country);
    put_date(json, "doc_expiry", document->expiry);
    put_text(json, "capture", document->capture == DOCUMENT_SCANNED ? "SCANNED" : "KEYED");
    json_object_set_new(json, "check_digits", check_digits(document));
    json_object_set_new(json, "corrections", corrections(document));
    put_text(json, "name", document->name);
    put_text(json, "sex", (char[]){document->sex, 0});
    put_date(json, "birth_date", document->birth);
    put_date(json, "birth_date_alternative", document->birth_alternative);
    put_text(json, "nationality", document->nationality);
    put_nik_hash(json, document->nik_hash);
}

static const char *purpose_or_none(enum purpose purpose)
{
    return purpose == PURPOSE_NONE ? "" : purpose_name(purpose);
}

static void put_journey(json_t *json, const struct context *context)
{
    put_text(json, "dest_country", context->dest_country);
    put_text(json, "carrier_kind",
             context->carrier_kind == CARRIER_NONE ? "" : carrier_kind_name(context->carrier_kind));
    put_text(json, "carrier_no", context->carrier_no);
    put_text(json, "purpose_declared", purpose_or_none(context->purpose));
    put_text(json, "category", purpose_or_none(context->category));
}

static const char *colour_name(enum colour colour)
{
    static const char *const names[] = {[COLOUR_NONE] = "NONE",
                                        [COLOUR_GREEN] = "GREEN",
                                        [COLOUR_AMBER] = "AMBER",
                                        [COLOUR_RED] = "RED"};
    return names[colour];
}

static const char *result_name(enum verdict_result result)
{
    switch (result) {
    case VERDICT_CLEAR:
        return "GREEN";
    case VERDICT_STOP:
        return "RED";
    case VERDICT_REFER:
        break;
    }
    return "AMBER";
}

static void put_reasons(json_t *json, const struct verdict *verdict)
{
    json_t *codes = json_array(), *said = json_array();

    for (size_t i = 0; i < verdict->n_reasons; i++) {
        const struct reason_said *reason = &verdict->reasons[i];
        char code[REASON_TEXT_LEN];
        json_t *one = json_object();
        reason_format(reason->code, code);
        json_array_append_new(codes, json_string(code));
        put_text(one, "code", code);
        put_text(one, "colour", colour_name(reason->colour));
        put_text(one, "found", reason->found);
        put_text(one, "expected", reason->expected);
        json_array_append_new(said, one);
    }
    json_object_set_new(json, "reasons", codes);
    json_object_set_new(json, "reasons_said", said);
}

static void put_check(json_t *json, const struct entry_presented *presented)
{
    const struct data_state *data = &presented->data;

    put_number(json, "cache_seq", data->placements_version);
    put_seconds_if_any(json, "cache_as_of", data->placements_as_of);
    put_seconds_if_any(json, "lists_as_of", data->lists_as_of);
    put_number(json, "policy_ver", presented->policy_version);
    put_text(json, "placement_id", presented->placement_id);
    put_text(json, "match_key",
             presented->match_key == MATCH_KEY_NONE ? "" : match_key_name(presented->match_key));
    put_text(json, "match_grade", match_grade_name(presented->match_grade));
    put_text(json, "result", result_name(presented->verdict.result));
    put_reasons(json, &presented->verdict);
}

static void put_decision(json_t *json, const struct event *event)
{
    put_text(json, "decision", event->decided ? decision_name(event->decision.decision) : "");
    put_text(json, "note", event->decided ? event->decision.note : "");
    json_object_set_new(json, "duration_s",
                        event->decided ? json_real(event->decision.duration_ms / 1000.0)
                                       : json_null());
}

bool event_void(struct event *event, const struct event_entry *entry,
                const struct entry_void *names)
{
    if (!event->decided || memcmp(event->decided_entry.hash, names->hash, sizeof names->hash) != 0)
        return false;
    event->voided = true;
    event->void_entry = *entry;
    event->taking_back = *names;
    return true;
}

/* Who took the decision back, when and why; null: it stands. */
static void put_void(json_t *json, const struct event *event)
{
    const struct entry_void *names = &event->taking_back;

    if (!event->voided) {
        put_text(json, "void", "");
        return;
    }
    json_t *by = json_object();
    put_number(by, "seq", event->void_entry.header.seq);
    put_text(by, "reason", void_reason_name(names->reason));
    put_time(by, "t_utc", event->void_entry.header.time.wall_ms);
    put_text(by, "officer_id", names->place.officer_id);
    put_text(by, "role", role_name(names->role));
    put_text(by, "second_officer_id", names->second_officer_id);
    put_text(by, "auth_method", auth_name(names->auth_method));
    json_object_set_new(json, "void", by);
}

static json_t *integrity_of(const struct event_entry *entry)
{
    json_t *json = json_object();

    put_number(json, "seq", entry->header.seq);
    put_hex(json, "prev_hash", entry->header.prev, SIGN_HASH_LEN);
    put_hex(json, "hash", entry->hash, SIGN_HASH_LEN);
    if (entry->has_signature)
        put_hex(json, "sig", entry->signature, SIGN_LEN);
    else
        put_text(json, "sig", "");
    return json;
}

static void put_integrity(json_t *json, const struct event *event)
{
    json_t *list = json_array();

    json_array_append_new(list, integrity_of(&event->presented_entry));
    if (event->decided)
        json_array_append_new(list, integrity_of(&event->decided_entry));
    if (event->voided)
        json_array_append_new(list, integrity_of(&event->void_entry));
    json_object_set_new(json, "integrity", list);
}

static void put_recovered(json_t *json, const struct event *event)
{
    json_t *by = json_object();

    put_number(by, "epoch", event->recovered_epoch);
    put_number(by, "seq", event->recovered_seq);
    json_object_set_new(json, "recovered", event->recovered_seq ? by : json_null());
    if (!event->recovered_seq)
        json_decref(by);
}

/* The DECIDED of the crossing that this document had before, the same way; null: none. Whether it
 * is one that was recorded twice, its decision and the time between say. */
static void put_double(json_t *json, uint64_t seen)
{
    json_object_set_new(json, "double_of", seen ? json_integer((json_int_t)seen) : json_null());
}

/* ---- codes of other standards, and what takes more than one crossing to know ------------------
 */

static void put_country(json_t *json, const char *key, const char *code)
{
    const char *iso = country_iso(code);
    put_text(json, key, iso ? iso : "");
}

/* ISO/IEC 5218: 0 not known, 1 male, 2 female. */
static void put_codes(json_t *json, const struct event *event)
{
    const struct document *document = &event->presented.document;

    put_number(json, "sex_iso5218", document->sex == 'M' ? 1 : document->sex == 'F' ? 2 : 0);
    put_country(json, "doc_country_iso3166", document->country);
    put_country(json, "nationality_iso3166", document->nationality);
    put_country(json, "dest_country_iso3166", event->presented.context.dest_country);
}

/* Kemendagri: four digits of a regency or city, of which two are the province's. */
static void put_origin(json_t *json, const char region[EVENT_REGION_LEN])
{
    const char province[] = {region[0], region[0] ? region[1] : '\0', '\0'};

    put_text(json, "origin_region", region);
    put_text(json, "origin_province", province);
    put_text(json, "origin_basis", *region ? "PLACEMENT" : "NONE");
}

static void put_event_id(json_t *json, const char *key, const struct event_id *id)
{
    json_t *other = json_null();

    if (*id->kiosk) {
        other = json_object();
        put_text(other, "kiosk", id->kiosk);
        put_number(other, "epoch", id->epoch);
        put_number(other, "seq", id->seq);
    }
    json_object_set_new(json, key, other);
}

static void put_others(json_t *json, const struct event *event)
{
    static const char *const bases[] = {[EVENT_BASIS_NONE] = "",
                                        [EVENT_BASIS_DOCUMENT] = "DOCUMENT",
                                        [EVENT_BASIS_PLACEMENT] = "PLACEMENT",
                                        [EVENT_BASIS_NIK] = "NIK",
                                        [EVENT_BASIS_PERSON] = "PERSON"};

    put_event_id(json, "pair", &event->pair);
    put_text(json, "pair_basis", bases[event->pair_basis]);
    put_event_id(json, "attempt_of", &event->attempt_of);
}

json_t *event_to_json(const struct event *event)
{
    json_t *json = json_object();

    if (!json)
        return NULL;
    put_identity(json, event);
    put_times(json, event);
    put_officer(json, event);
    put_document(json, &event->presented.document);
    put_journey(json, &event->presented.context);
    put_check(json, &event->presented);
    put_decision(json, event);
    put_void(json, event);
    put_integrity(json, event);
    put_recovered(json, event);
    put_double(json, event->presented.seen);
    put_time_if_any(json, "acked_at", event->acked_ms);
    event_put_correction(json, event->corrected ? &event->correction : NULL);
    put_codes(json, event);
    put_origin(json, event->origin_region);
    put_others(json, event);
    if (json_object_size(json) != EVENT_KEYS) {
        json_decref(json);
        return NULL;
    }
    return json;
}
