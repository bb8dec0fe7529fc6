/* Who was deferred and tries again: a repeat attempt (R071), and a subject of interest (R072).
 *
 * A repeat attempt is a departure, not let go, of somebody about whom a deferral is in force that
 * is not its own; or one that the counter's own screen called one. Its row is for that day alone:
 * that is how long R071 accuses, and for later days the deferral says what there is to say. Who
 * tried when, for all time, say the events (attempt_of).
 *
 * A subject of interest is somebody whom two checkpoints have turned away while the first deferral
 * was in force: what officers mean by the word, and why it takes a second place. A second try at
 * the same counter is somebody who brings a paper; and one kiosk alone, or one officer, can make
 * nobody red in the whole country. Neither does it count that somebody turned back himself, or was
 * handed to those who protect him.
 *
 * Both rows accuse, so who it is has to be sure: the same document, or the same birth date and
 * whole name of at least two words. Entries come in any order, from counters that were offline for
 * a season: whichever of two deferrals comes second makes the row, dated by the later one.
 */
#include "registry_attempt.h"

#include <stdio.h>

#include "registry_deferral.h"

#define REASON_SOI 72

bool registry_attempt_ends(enum decision decision)
{
    switch (decision) {
    case DECISION_DEFERRED:
    case DECISION_REFUSED_EXIT:
    case DECISION_HANDED_OVER:
    case DECISION_WITHDRAWN:
        return true;
    case DECISION_NONE:
    case DECISION_CLEARED:
    case DECISION_CLEARED_NOTE:
    case DECISION_SECONDARY:
    case DECISION_LOGGED_ONLY:
    case DECISION_RETURN_LOGGED:
    case DECISION_RETURN_REFERRED:
    case DECISION_COUNT:
        break;
    }
    return false;
}

/* ---- other deferrals of the same person ------------------------------------------------------ */

struct others {
    const struct listing *self;
    bool before;              /* one was decided before, or on that day */
    bool elsewhere;           /* one was decided at another place: */
    struct listing at_latest; /* the last of those */
};

/* "P 1998-04-12 RAHMAWATI SITI" has three spaces. */
static bool is_sure(const char *text)
{
    int spaces = 0;
    for (const char *c = text; *c; c++)
        spaces += *c == ' ';
    return text[0] == 'D' || spaces >= 3;
}

static size_t sure_texts(const struct listing *listing, struct listing_text out[LISTING_TEXTS_MAX])
{
    const size_t n = listing_index(listing, out);
    size_t n_sure = 0;
    for (size_t i = 0; i < n; i++)
        if (is_sure(out[i].text))
            out[n_sure++] = out[i];
    return n_sure;
}

/* A kiosk whose word on its site is not taken is named itself (registry_deferral.c). */
static bool same_place(const char *a, const char *b)
{
    return strcmp(a, b) == 0 || registry_is_site_of(a, b) || registry_is_site_of(b, a);
}

static bool is_later(const struct listing *a, const struct listing *b)
{
    const int order = date_compare(a->from, b->from);
    return order > 0 || (order == 0 && strcmp(a->issued_by, b->issued_by) > 0);
}

static void other_note(struct others *others, const struct listing *other)
{
    const struct listing *self = others->self;
    const int order = date_compare(other->from, self->from);
    const bool is_own = order == 0 && strcmp(other->issued_by, self->issued_by) == 0;
    if (other->kind != LISTING_DEFERRAL || is_own || date_compare(other->expires, self->from) < 0 ||
        date_compare(self->expires, other->from) < 0)
        return;
    others->before |= order <= 0;
    if (same_place(other->issued_by, self->issued_by))
        return;
    if (!others->elsewhere || is_later(other, &others->at_latest))
        others->at_latest = *other;
    others->elsewhere = true;
}

static enum err record_note(struct span record, bool withdrawn, void *user)
{
    struct listing other;
    struct cbor_reader r;
    (void)withdrawn;
    cbor_reader_init(&r, record);
    if (listing_decode(&r, &other) == ERR_OK)
        other_note(user, &other);
    return ERR_OK;
}

static bool shares_text(const struct listing_text *a, size_t n_a, const struct registry_record *row)
{
    for (size_t i = 0; i < n_a; i++)
        for (size_t k = 0; k < row->n_texts; k++)
            if (strcmp(a[i].text, row->texts[k].text) == 0)
                return true;
    return false;
}

/* In the store, and among what comes in with it. */
static enum err others_find(struct registry_store *store, const struct registry_listing *rows,
                            size_t n_rows, struct others *out)
{
    struct listing_text texts[LISTING_TEXTS_MAX];
    const size_t n = sure_texts(out->self, texts);
    if (n == 0)
        return ERR_OK;
    for (size_t i = 0; i < n_rows; i++)
        if (shares_text(texts, n, &rows[i].record))
            (void)record_note(rows[i].record.bytes, false, out);
    return store->ops->rows_about(store, texts, n, record_note, out);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void row_add(const struct attempt *attempt, const struct listing *listing,
                    struct registry_listing *rows, size_t *n_rows)
{
    const char *field;
    if (date_compare(listing->expires, attempt->today) >= 0 &&
        registry_listing_make(listing, &rows[*n_rows], &field) == ERR_OK)
        ++*n_rows;
}

enum err registry_attempt_rows(struct registry_store *store, const struct attempt *attempt,
                               struct registry_listing *rows, size_t *n_rows)
{
    struct others others = {.self = &attempt->self};
    const enum err err = others_find(store, rows, *n_rows, &others);
    if (err)
        return err;
    struct listing row = attempt->self;
    if (others.before || attempt->told) {
        row.kind = LISTING_REPEAT;
        row.expires = row.from;
        row.reason = REASON_REPEAT;
        row_add(attempt, &row, rows, n_rows);
    }
    if (others.elsewhere &&
        (attempt->decision == DECISION_DEFERRED || attempt->decision == DECISION_REFUSED_EXIT)) {
        const struct listing *later =
            is_later(&others.at_latest, &attempt->self) ? &others.at_latest : &attempt->self;
        row.kind = LISTING_SOI;
        row.from = later->from;
        row.expires = date_add_months(later->from, REGISTRY_DEFERRAL_MONTHS);
        memcpy(row.issued_by, later->issued_by, sizeof row.issued_by);
        row.reason = REASON_SOI;
        row_add(attempt, &row, rows, n_rows);
    }
    return ERR_OK;
}
