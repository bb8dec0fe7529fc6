/* Deferrals become rows of the lists (R070); what is more to say of who tries again, says
 * registry_attempt.c.
 *
 * The row is dated by the entry, since "deferred on" is what an officer elsewhere is told; a clock
 * that nobody vouched for, that ran ahead of ours or that no calendar has dates nothing, then it is
 * today. What made the officer defer goes along as its first reason. A document whose number does
 * not fit the lists' is left to be found by name and birth date.
 *
 * Where it was decided is the kiosk's own word: it is taken for a site that the kiosk's id begins
 * with (CGK of CGK-03-0412); else the row names the kiosk, which is what its certificate proves.
 *
 * What comes as RECOVERED counts like any other: a counter whose disk went back in time may have
 * been offline since, so that nobody has heard of it. If it did come before, it is the same
 * decision by its hash, of the same day. Its PRESENTED is of the branch that was left, and its
 * number perhaps another entry's in the history that is held: it is looked for among what was
 * recovered just before.
 *
 * Whose decision a VOID names is not looked up: what is held of it is held under its own kiosk
 * alone.
 */
#include "registry_deferral.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry_attempt.h"

#define RECOVERED_REACH 32 /* entries: between the two there is little else */

static void document_put(const struct document *document, struct listing *out)
{
    const bool fits = strlen(document->number) < sizeof out->passport_no && document->number[0] &&
                      document->country[0];
    if (fits) {
        snprintf(out->passport_no, sizeof out->passport_no, "%.9s", document->number);
        snprintf(out->passport_country, sizeof out->passport_country, "%s", document->country);
    }
    if (document->name[0] && strlen(document->name) < sizeof out->name_mrz &&
        date_valid(document->birth)) {
        snprintf(out->name_mrz, sizeof out->name_mrz, "%.64s", document->name);
        out->birth_date = document->birth;
    }
}

static struct date day_decided(const struct clock_reading *time, int64_t now_ms)
{
    const struct date today = date_of_wall(now_ms, time->zone);
    if (time->quality == CLOCK_UNKNOWN || time->wall_ms > now_ms)
        return today;
    const struct date day = date_of_wall(time->wall_ms, time->zone);
    return date_valid(day) ? day : today;
}

bool registry_is_site_of(const char *site, const char *kiosk)
{
    const size_t len = strlen(site);
    return len > 0 && strncmp(kiosk, site, len) == 0 && kiosk[len] == '-';
}

bool registry_deferral_of(const struct entry_header *decided,
                          const struct entry_presented *presented, int64_t now_ms,
                          struct listing *out)
{
    const char *site = presented->place.tpi_code, *why;
    if (presented->place.mode != MODE_LIVE)
        return false;
    *out = (struct listing){.kind = LISTING_DEFERRAL, .from = day_decided(&decided->time, now_ms)};
    out->expires = date_add_months(out->from, REGISTRY_DEFERRAL_MONTHS);
    if (date_compare(out->expires, date_of_wall(now_ms, decided->time.zone)) < 0)
        return false;
    snprintf(out->issued_by, sizeof out->issued_by, "%.*s", (int)sizeof out->issued_by - 1,
             registry_is_site_of(site, decided->kiosk) ? site : decided->kiosk);
    if (presented->verdict.n_reasons > 0)
        out->reason = presented->verdict.reasons[0].code;
    document_put(&presented->document, out);
    return listing_complete(out, &why);
}

/* ---- finding them among entries -------------------------------------------------------------- */

/* An entry, or the one that a RECOVERED holds. */
struct told {
    int kind;
    uint64_t seq;
    const uint8_t *hash;
    struct span header, payload;
    bool recovered;
};

/* False: a RECOVERED whose original is not known. */
static bool told_of(const struct registry_entry *entry, struct told *out)
{
    struct entry_recovered recovered;
    struct entry_header original;
    *out = (struct told){.kind = entry->kind,
                         .seq = entry->seq,
                         .hash = entry->hash,
                         .header = entry->header,
                         .payload = entry->payload};
    if (entry->kind != ENTRY_RECOVERED)
        return true;
    if (!entry->payload.p ||
        entry_recovered_decode(entry->payload, &recovered, &original) != ERR_OK)
        return false;
    *out = (struct told){.kind = (int)original.kind,
                         .seq = original.seq,
                         .hash = entry->original,
                         .header = recovered.header,
                         .payload = recovered.payload,
                         .recovered = true};
    return true;
}

/* Big: not for the stack of a server's thread. */
struct room {
    struct entry_presented presented;
    uint8_t payload[ENTRY_PAYLOAD_MAX];
};

static bool ends_attempt(const struct told *told, struct entry_decided *out)
{
    return told->kind == ENTRY_DECIDED && entry_decided_decode(told->payload, out) == ERR_OK &&
           registry_attempt_ends(out->decision);
}

static enum err held_find(const struct deferral_search *search, uint64_t seq, int kind,
                          struct room *room, struct span *out)
{
    const struct registry_payload_asked asked = {.kiosk = search->kiosk, .seq = seq, .kind = kind};
    return search->store->ops->payload_get(search->store, &asked, room->payload,
                                           sizeof room->payload, out);
}

/* The payload of the PRESENTED `seq`. ERR_MISSING: it has not come, is no such entry, or is purged.
 */
static enum err presented_find(const struct deferral_search *search, uint64_t seq,
                               struct room *room, struct span *out)
{
    for (size_t i = 0; i < search->n_entries; i++) {
        const struct registry_entry *entry = &search->entries[i];
        if (entry->seq != seq)
            continue;
        *out = entry->payload;
        return entry->kind == ENTRY_PRESENTED && entry->payload.p ? ERR_OK : ERR_MISSING;
    }
    return held_find(search, seq, ENTRY_PRESENTED, room, out);
}

static bool is_presented(const struct registry_entry *entry, uint64_t seq, struct span *out)
{
    struct told told;
    if (entry->kind != ENTRY_RECOVERED || !told_of(entry, &told) || told.seq != seq ||
        told.kind != ENTRY_PRESENTED || !told.payload.p)
        return false;
    *out = told.payload;
    return true;
}

/* The payload of the PRESENTED `seq` of another branch, that was recovered before entry `at` of
 * these. ERR_MISSING. */
static enum err recovered_find(const struct deferral_search *search, size_t at, uint64_t seq,
                               struct room *room, struct span *out)
{
    for (size_t i = at; i-- > 0;)
        if (is_presented(&search->entries[i], seq, out))
            return ERR_OK;
    const uint64_t first = search->entries[0].seq;
    for (uint64_t back = 1; back <= RECOVERED_REACH && back < first; back++) {
        struct registry_entry held = {.kind = ENTRY_RECOVERED};
        const enum err err = held_find(search, first - back, held.kind, room, &held.payload);
        if (err && err != ERR_MISSING)
            return err;
        if (!err && is_presented(&held, seq, out))
            return ERR_OK;
    }
    return ERR_MISSING;
}

/* ERR_MISSING: entry `at` ends none, or nobody can tell whose. */
static enum err attempt_read(const struct deferral_search *search, size_t at, struct room *room,
                             struct told *told, struct attempt *out)
{
    struct entry_decided decided;
    struct entry_header header;
    struct span payload;
    struct entry_presented *presented = &room->presented;
    const struct registry_entry *entry = &search->entries[at];
    if (entry->mark != REGISTRY_MARK_NONE || !told_of(entry, told) ||
        (told->recovered && !entry->original_seq) || !ends_attempt(told, &decided) ||
        entry_header_decode(told->header, ENTRY_WHOLE, &header) != ERR_OK)
        return ERR_MISSING;
    const enum err err = told->recovered
                             ? recovered_find(search, at, decided.presented, room, &payload)
                             : presented_find(search, decided.presented, room, &payload);
    if (err)
        return err;
    *out = (struct attempt){.decision = decided.decision,
                            .today = date_of_wall(search->now_ms, header.time.zone)};
    if (entry_presented_decode(payload, presented) != ERR_OK ||
        presented->context.direction != DIRECTION_DEPARTURE ||
        !registry_deferral_of(&header, presented, search->now_ms, &out->self))
        return ERR_MISSING;
    out->told = verdict_has(&presented->verdict, REASON_REPEAT);
    return ERR_OK;
}

static enum err rows_add(const struct deferral_search *search, size_t at, struct room *room,
                         struct registry_listing *rows, size_t *n_rows)
{
    struct told told;
    struct attempt attempt;
    const char *field;
    enum err err = attempt_read(search, at, room, &told, &attempt);
    if (err)
        return err == ERR_MISSING ? ERR_OK : err;
    const size_t before = *n_rows;
    if (attempt.decision == DECISION_DEFERRED &&
        registry_listing_make(&attempt.self, &rows[*n_rows], &field) == ERR_OK)
        ++*n_rows;
    err = registry_attempt_rows(search->store, &attempt, rows, n_rows);
    for (size_t i = before; i < *n_rows; i++)
        rows[i].record.by = told.hash;
    return err;
}

enum err registry_deferrals_find(const struct deferral_search *search,
                                 struct registry_listing *rows, size_t *n_rows)
{
    struct room *room = malloc(sizeof *room);
    enum err err = room ? ERR_OK : ERR_MEMORY;
    *n_rows = 0;
    for (size_t i = 0; !err && i < search->n_entries; i++)
        if (search->entries[i].seq >= search->from)
            err = rows_add(search, i, room, rows, n_rows);
    free(room);
    return err;
}

/* ---- what is taken back ---------------------------------------------------------------------- */

void registry_voids_find(const struct deferral_search *search, uint8_t (*hashes)[SIGN_HASH_LEN],
                         struct registry_voids *out)
{
    size_t n = 0;
    for (size_t i = 0; i < search->n_entries; i++) {
        struct told told;
        struct entry_void names;
        if (search->entries[i].seq >= search->from && told_of(&search->entries[i], &told) &&
            told.kind == ENTRY_VOID && told.payload.p &&
            entry_void_decode(told.payload, &names) == ERR_OK)
            memcpy(hashes[n++], names.hash, SIGN_HASH_LEN);
    }
    *out = (struct registry_voids){.hash = (const uint8_t(*)[SIGN_HASH_LEN])hashes, .n = n};
}
