/* List records: what is a whole one, their look-up texts, and which are about a traveller now.
 *
 * Problem: five lists with one shape but different keys, of 250,000 rows each, of which one
 * traveller meets none or a few. Method: each kind says by what it is found; texts are whole, so
 * that a look-up is one keyed text per way; what comes back is compared again in plain, since a
 * keyed text may collide. Of each kind the newest in force counts: it is the one to ask about.
 * Refused: finding by a part of a name; the lists accuse, so a name must be whole, and the birth
 * date known.
 *
 * Source: the file contracts, "Lists".
 */
#include "listing.h"

#include <string.h>

#include "name.h"
#include "utf8.h"

/* A newer registry may list for a reason that this version does not know. */
#define REASON_CODE_MAX 999

static const char *const kind_names[LISTING_KINDS] = {
    [LISTING_UNKNOWN] = "UNKNOWN",
    [LISTING_DEFERRAL] = "DEFERRAL",
    [LISTING_SOI] = "SOI",
    [LISTING_DOCUMENT_LOST] = "DOCUMENT_LOST",
    [LISTING_DEPORTED] = "DEPORTED",
    [LISTING_COMPLAINT] = "COMPLAINT",
    [LISTING_REPEAT] = "REPEAT_ATTEMPT",
};

const char *listing_kind_name(enum listing_kind kind)
{
    return kind_names[(size_t)kind < LISTING_KINDS ? (size_t)kind : 0];
}

bool listing_kind_parse(const char *name, enum listing_kind *out)
{
    for (size_t i = 1; i < LISTING_KINDS; i++)
        if (strcmp(kind_names[i], name) == 0) {
            *out = (enum listing_kind)i;
            return true;
        }
    return false;
}

/* ---- complete -------------------------------------------------------------------------------- */

static bool is_later_kind(enum listing_kind kind)
{
    return kind >= LISTING_KINDS;
}

static bool by_document(const struct listing *listing)
{
    return listing->kind != LISTING_COMPLAINT && *listing->passport_no;
}

static bool by_person(const struct listing *listing)
{
    return listing->kind != LISTING_COMPLAINT && listing->kind != LISTING_DOCUMENT_LOST &&
           *listing->name_mrz && date_known(listing->birth_date);
}

static bool by_placement(const struct listing *listing)
{
    return (listing->kind == LISTING_COMPLAINT || is_later_kind(listing->kind)) &&
           *listing->placement_id;
}

static bool is_code(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    return len < size && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == len;
}

static bool is_text(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    return len < size && utf8_is_plain(span_of(text, len));
}

/* A name of which nothing is left, or more than can be compared, finds nobody. */
static bool is_name(const char *name)
{
    struct name_words words;
    name_split(name, &words);
    return words.count > 0 && !words.cut;
}

/* The first field that is missing or malformed; NULL: none. */
static const char *flaw_of(const struct listing *l)
{
    if (l->kind <= LISTING_UNKNOWN || (int)l->kind > LISTING_KIND_MAX)
        return "kind";
    if (!is_code(l->passport_no, sizeof l->passport_no))
        return "passport_no";
    if (!is_code(l->passport_country, sizeof l->passport_country) ||
        !*l->passport_country != !*l->passport_no)
        return "passport_country";
    if (!is_text(l->name_mrz, sizeof l->name_mrz) || (*l->name_mrz && !is_name(l->name_mrz)))
        return "name_mrz";
    if (date_known(l->birth_date) && !date_valid(l->birth_date))
        return "birth_date";
    if (!is_text(l->placement_id, sizeof l->placement_id))
        return "placement_id";
    if (!date_valid(l->from))
        return "from";
    if (!date_valid(l->expires) || date_compare(l->expires, l->from) < 0)
        return "expires";
    if (!is_text(l->issued_by, sizeof l->issued_by))
        return "issued_by";
    if (l->reason > REASON_CODE_MAX)
        return "reason";
    if (by_document(l) || by_person(l) || by_placement(l))
        return NULL;
    return l->kind == LISTING_COMPLAINT ? "placement_id" : "passport_no";
}

bool listing_complete(const struct listing *listing, const char **why)
{
    const char *flaw = flaw_of(listing);
    if (flaw)
        *why = flaw;
    return !flaw;
}

/* ---- finding --------------------------------------------------------------------------------- */

static size_t document_text(const char *country, const char *number, struct listing_text *out)
{
    const char *const end = out->text + sizeof out->text;
    char *at = text_append(out->text, end, "D ");
    at = text_append(at, end, country);
    at = text_append(at, end, " ");
    text_append(at, end, number);
    return 1;
}

/* Nothing for a name or birth date that is equal to none. Folding never lengthens a name, and the
 * words' separators were there before: any name that there is fits. */
static size_t person_text(const char *name, struct date birth, struct listing_text *out)
{
    if (!date_valid(birth))
        return 0;
    struct name_words words;
    name_split(name, &words);
    name_fold_spelling(&words, &words);
    if (words.count == 0 || words.cut)
        return 0;
    char day[DATE_TEXT_LEN];
    date_format(birth, day);
    const char *const end = out->text + sizeof out->text;
    char *at = text_append(out->text, end, "P ");
    at = text_append(at, end, day);
    for (size_t i = 0; i < words.count; i++) {
        at = text_append(at, end, " ");
        at = text_append(at, end, words.word[i]);
    }
    return 1;
}

static size_t placement_text(const char *placement_id, struct listing_text *out)
{
    const char *const end = out->text + sizeof out->text;
    char *at = text_append(out->text, end, "C ");
    text_append(at, end, placement_id);
    return 1;
}

size_t listing_index(const struct listing *listing, struct listing_text out[LISTING_TEXTS_MAX])
{
    size_t count = 0;
    if (by_document(listing))
        count += document_text(listing->passport_country, listing->passport_no, &out[count]);
    if (by_person(listing))
        count += person_text(listing->name_mrz, listing->birth_date, &out[count]);
    if (by_placement(listing))
        count += placement_text(listing->placement_id, &out[count]);
    return count;
}

size_t listing_lookups(const struct document *document, const struct match *match,
                       struct listing_text out[LISTING_TEXTS_MAX])
{
    size_t count = 0;
    if (*document->number)
        count += document_text(document->country, document->number, &out[count]);
    count += person_text(document->name, document->birth, &out[count]);
    if (match->grade != MATCH_NONE)
        count += placement_text(match->placement.placement_id, &out[count]);
    return count;
}

/* Texts are whole keys in plain: a record is of this traveller when the two share one. */
static bool is_about(const struct listing *listing, const struct listing_text *ours, size_t n_ours)
{
    struct listing_text theirs[LISTING_TEXTS_MAX];
    size_t n_theirs = listing_index(listing, theirs);
    for (size_t i = 0; i < n_theirs; i++)
        for (size_t k = 0; k < n_ours; k++)
            if (strcmp(theirs[i].text, ours[k].text) == 0)
                return true;
    return false;
}

static bool in_force(const struct listing *listing, struct date today)
{
    if (!date_known(today))
        return true;
    return date_compare(listing->from, today) <= 0 && date_compare(today, listing->expires) <= 0;
}

/* The newest; the rest only makes the order total. */
static bool goes_before(const struct listing *a, const struct listing *b)
{
    int order = date_compare(a->from, b->from);
    if (order == 0)
        order = date_compare(a->expires, b->expires);
    if (order == 0)
        order = strcmp(a->issued_by, b->issued_by);
    if (order == 0)
        order = (int)a->reason - (int)b->reason;
    return order > 0;
}

void listing_match(const struct document *document, const struct match *match, struct date today,
                   const struct listing *candidates, size_t n_candidates, struct listing_hits *out)
{
    memset(out, 0, sizeof *out);
    if (n_candidates == 0)
        return;
    struct listing_text ours[LISTING_TEXTS_MAX];
    size_t n_ours = listing_lookups(document, match, ours);
    for (size_t i = 0; i < n_candidates; i++) {
        const struct listing *listing = &candidates[i];
        if (is_later_kind(listing->kind) || !in_force(listing, today) ||
            !is_about(listing, ours, n_ours))
            continue;
        struct listing *of = &out->of[listing->kind];
        if (of->kind == LISTING_UNKNOWN || goes_before(listing, of))
            *of = *listing;
    }
}
