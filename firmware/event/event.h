/* Departure and return events: the projection of a crossing's journal entries that leaves the
 * system (domain.md, departure/return event), as JSON and CSV.
 *
 * A crossing is a PRESENTED, those it replaced, the DECIDED that answers it, and the VOID that took
 * that back: what was voided is no departure, and is exported all the same. Used by pamit
 * (from the journal) and by pamit-registry (from what it was sent). Pure but for its allocations.
 */
#ifndef PAMIT_EVENT_H
#define PAMIT_EVENT_H

#include <jansson.h>
#include <stdio.h>

#include "entry.h"
#include "time_fix.h"

#define EVENT_SCHEMA_VERSION 1
#define EVENT_REPLACED_MAX   64 /* changes of context that one crossing may name */
#define EVENT_REGION_LEN     5

/* What integrity needs of an entry. */
struct event_entry {
    struct entry_header header;
    uint8_t hash[SIGN_HASH_LEN]; /* of the header */
    bool has_signature;          /* a registry holds one only for a batch's last entry */
    uint8_t signature[SIGN_LEN];
};

struct event_id {
    char kiosk[ENTRY_KIOSK_LEN]; /* "": none */
    uint32_t epoch;
    uint64_t seq;
};

/* By what two crossings are one person's, the surest first. */
enum event_basis {
    EVENT_BASIS_NONE = 0,
    EVENT_BASIS_DOCUMENT,  /* the same number and country */
    EVENT_BASIS_PLACEMENT, /* both were matched to one placement */
    EVENT_BASIS_NIK,       /* keyed by one kiosk */
    EVENT_BASIS_PERSON,    /* birth date, sex and name, and nobody else it could be */
};

struct event {
    uint64_t first_seq; /* of the first PRESENTED: names the event for ever */
    size_t n_replaced;
    uint64_t replaced[EVENT_REPLACED_MAX]; /* oldest first */
    struct event_entry presented_entry;
    struct entry_presented presented;
    bool decided; /* false: shown, and nobody has decided yet */
    struct event_entry decided_entry;
    struct entry_decided decision;
    bool voided; /* the decision was taken back */
    struct event_entry void_entry;
    struct entry_void taking_back;
    /* The registry's time is known of the boot of the entry that dates the event. Only the kiosk
     * can know it: fixes are made of when its requests were answered, and are not sent. */
    bool corrected;
    struct time_correction correction;
    /* The RECOVERED entry that brought the first of its entries that came in one; seq 0: none did.
     * An original's epoch and seq may be those of another entry of the registry's. */
    uint32_t recovered_epoch;
    uint64_t recovered_seq;
    int64_t acked_ms; /* the registry's time of the first receipt that covers it; 0: unknown */
    /* What only the registry can tell; a kiosk's export has null for all of it. */
    char origin_region[EVENT_REGION_LEN]; /* of the placement, Kemendagri's code; "" unknown */
    struct event_id pair;                 /* the return of a departure, or the other way round */
    enum event_basis pair_basis;
    struct event_id attempt_of; /* the last deferral before, of a departure of the same person */
};

/* How an event is written as a line: durations to the millisecond, as they were measured. */
#define EVENT_JSON_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(12))

/* The entry whose time is the event's: when it was decided; while nobody has, when it was shown. */
const struct event_entry *event_dated_by(const struct event *event);

/* Takes over a VOID if it names the event's decision; false: it does not. */
bool event_void(struct event *event, const struct event_entry *entry,
                const struct entry_void *names);

/* A new reference; NULL: out of memory. Absent values are null, so every event has every key. */
json_t *event_to_json(const struct event *event);

/* The same as CSV (RFC 4180): a fixed header line, then a line per event; lists are joined by ';'.
 * What a spreadsheet would take for a formula, whatever separates its cells, gets an apostrophe in
 * front. False: the stream failed. */
bool event_csv_header(FILE *out);
bool event_csv_row(const json_t *event, FILE *out);

/* Puts `time_corrected` and `time_corrected_uncertainty_s` (rounded up) into an object; NULL: null.
 * The time that the kiosk signed stays beside them. */
void event_put_correction(json_t *json, const struct time_correction *correction);

/* "a0b1..." of `len` bytes into 2 * len + 1. */
void event_hex(const uint8_t *bytes, size_t len, char *out);

#endif
