/* List records as deterministic CBOR: a map of what is known, and the same map of what makes two
 * records one row.
 *
 * Refused: a record that is not complete, in both directions, and what is written but says nothing
 * (an empty text, reason 0), so that one record has one encoding.
 */
#include "listing.h"

enum listing_key {
    KEY_KIND = 1,
    KEY_PASSPORT_NO = 2,
    KEY_PASSPORT_COUNTRY = 3,
    KEY_NAME_MRZ = 4,
    KEY_BIRTH_DATE = 5,
    KEY_PLACEMENT_ID = 6,
    KEY_FROM = 7,
    KEY_EXPIRES = 8,
    KEY_ISSUED_BY = 9,
    KEY_REASON = 10,
};

/* Writing passes twice, once to count the pairs. */
struct pairs {
    struct cbor_writer *w; /* NULL: count only */
    size_t count;
};

static bool pair_begin(struct pairs *pairs, bool known, enum listing_key key)
{
    pairs->count += known;
    if (!known || !pairs->w)
        return false;
    cbor_put_uint(pairs->w, key);
    return true;
}

static void pair_text(struct pairs *pairs, enum listing_key key, const char *text)
{
    if (pair_begin(pairs, *text != '\0', key))
        cbor_put_text(pairs->w, text);
}

static void pair_date(struct pairs *pairs, enum listing_key key, struct date date)
{
    if (pair_begin(pairs, date_known(date), key))
        cbor_put_int(pairs->w, date_to_days(date));
}

static void pair_number(struct pairs *pairs, enum listing_key key, uint64_t number)
{
    if (pair_begin(pairs, number != 0, key))
        cbor_put_uint(pairs->w, number);
}

static void put_pairs(struct pairs *pairs, const struct listing *listing)
{
    pair_number(pairs, KEY_KIND, listing->kind);
    pair_text(pairs, KEY_PASSPORT_NO, listing->passport_no);
    pair_text(pairs, KEY_PASSPORT_COUNTRY, listing->passport_country);
    pair_text(pairs, KEY_NAME_MRZ, listing->name_mrz);
    pair_date(pairs, KEY_BIRTH_DATE, listing->birth_date);
    pair_text(pairs, KEY_PLACEMENT_ID, listing->placement_id);
    pair_date(pairs, KEY_FROM, listing->from);
    pair_date(pairs, KEY_EXPIRES, listing->expires);
    pair_text(pairs, KEY_ISSUED_BY, listing->issued_by);
    pair_number(pairs, KEY_REASON, listing->reason);
}

enum err listing_encode(const struct listing *listing, struct cbor_writer *w, const char **why)
{
    if (!listing_complete(listing, why))
        return ERR_INVALID;
    struct pairs counted = {0}, written = {.w = w};
    put_pairs(&counted, listing);
    cbor_put_map(w, counted.count);
    put_pairs(&written, listing);
    return w->overflow ? ERR_SIZE : ERR_OK;
}

enum err listing_encode_identity(const struct listing *listing, struct cbor_writer *w,
                                 const char **why)
{
    if (!listing_complete(listing, why))
        return ERR_INVALID;
    struct listing row = *listing;
    row.expires = row.from;
    row.reason = 0;
    return listing_encode(&row, w, why);
}

/* What is written is known: one record has one encoding. */
static void get_text(struct cbor_reader *r, char *out, size_t size)
{
    cbor_get_text(r, out, size);
    if (!*out)
        r->bad = true;
}

static struct date get_date(struct cbor_reader *r)
{
    int64_t days = cbor_get_int(r);
    struct date date = {0};
    if (days >= INT32_MIN && days <= INT32_MAX)
        date = date_from_days((int32_t)days);
    if (!date_valid(date))
        r->bad = true;
    return date;
}

static void get_field(struct cbor_reader *r, int64_t key, struct listing *out)
{
    switch (key) {
    case KEY_KIND:
        out->kind = (enum listing_kind)cbor_get_uint(r, LISTING_KIND_MAX);
        return;
    case KEY_PASSPORT_NO:
        get_text(r, out->passport_no, sizeof out->passport_no);
        return;
    case KEY_PASSPORT_COUNTRY:
        get_text(r, out->passport_country, sizeof out->passport_country);
        return;
    case KEY_NAME_MRZ:
        get_text(r, out->name_mrz, sizeof out->name_mrz);
        return;
    case KEY_BIRTH_DATE:
        out->birth_date = get_date(r);
        return;
    case KEY_PLACEMENT_ID:
        get_text(r, out->placement_id, sizeof out->placement_id);
        return;
    case KEY_FROM:
        out->from = get_date(r);
        return;
    case KEY_EXPIRES:
        out->expires = get_date(r);
        return;
    case KEY_ISSUED_BY:
        get_text(r, out->issued_by, sizeof out->issued_by);
        return;
    case KEY_REASON:
        out->reason = (uint16_t)cbor_get_uint(r, UINT16_MAX);
        if (out->reason == 0)
            r->bad = true;
        return;
    default:
        cbor_get_raw(r);
        return;
    }
}

enum err listing_decode(struct cbor_reader *r, struct listing *out)
{
    struct listing listing = {0};
    int64_t previous = -1;
    size_t count = cbor_get_map(r, SIZE_MAX);
    for (size_t i = 0; i < count && !r->bad; i++)
        get_field(r, cbor_get_key(r, &previous), &listing);
    const char *why;
    if (r->bad || !listing_complete(&listing, &why)) {
        r->bad = true;
        return ERR_INVALID;
    }
    *out = listing;
    return ERR_OK;
}
