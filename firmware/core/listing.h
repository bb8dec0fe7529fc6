/* Lists: earlier deferrals, subjects of interest, lost documents, deportations, open complaints,
 * repeat attempts.
 *
 * Small dated records from the feed, or made here of a deferral just decided. Each is about a
 * document (number and country), a person (name and birth date), both, or a placement. The store
 * keys look-up texts with HMAC and finds a superset; listing_match compares again in plain. Pure.
 *
 * CBOR: a map 1 kind, 2 passport_no, 3 passport_country, 4 name_mrz, 5 birth_date (days since
 * 1970-01-01), 6 placement_id, 7 from, 8 expires (days), 9 issued_by, 10 reason (code); what is
 * unknown is left out, unknown keys are skipped. A kind of a later registry, up to
 * LISTING_KIND_MAX, is kept and counts for nothing: a feed with one goes on, and a kiosk that
 * learns of it has the rows.
 */
#ifndef PAMIT_LISTING_H
#define PAMIT_LISTING_H

#include "cbor.h"
#include "document.h"
#include "err.h"
#include "placement.h"

enum listing_kind {
    LISTING_UNKNOWN = 0,
    LISTING_DEFERRAL,      /* R070 */
    LISTING_SOI,           /* R072 */
    LISTING_DOCUMENT_LOST, /* R023, by number only */
    LISTING_DEPORTED,      /* R074 */
    LISTING_COMPLAINT,     /* R075, by placement only */
    LISTING_REPEAT,        /* R071, on the day it begins: who was deferred tried again */
    LISTING_KINDS,
};

#define LISTING_KIND_MAX 255
#define LISTING_CBOR_MAX 256

/* Everything absent in the source is zero: unknown. */
struct listing {
    enum listing_kind kind;
    char passport_no[10];
    char passport_country[4];
    char name_mrz[PLACEMENT_TEXT_LEN];
    struct date birth_date;
    char placement_id[PLACEMENT_ID_LEN];
    struct date from, expires; /* both included */
    char issued_by[PLACEMENT_ID_LEN];
    uint16_t reason; /* why it was listed: a reason's code, 0 unknown */
};

/* "DEFERRAL" ...; static. */
const char *listing_kind_name(enum listing_kind kind);
bool listing_kind_parse(const char *name, enum listing_kind *out);

/* A kind, `from` no later than `expires`, number and country together, and what its kind is found
 * by: a document for DOCUMENT_LOST, a placement for COMPLAINT, any of these for a later kind, else
 * a document or a person, who is a name with a birth date. Else false and the field's name
 * (static). */
bool listing_complete(const struct listing *listing, const char **why);
/* ERR_INVALID: not complete, `why` names the field. ERR_SIZE: the writer is full. */
MUST_CHECK enum err listing_encode(const struct listing *listing, struct cbor_writer *w,
                                   const char **why);
/* What makes two records the same row: all but `expires` and `reason`, which the newer one may
 * change. Those are `from` and unknown in what is written. Else as listing_encode. */
MUST_CHECK enum err listing_encode_identity(const struct listing *listing, struct cbor_writer *w,
                                            const char **why);
/* Bad values and records that are not complete are refused: ERR_INVALID, and the reader is bad. */
MUST_CHECK enum err listing_decode(struct cbor_reader *r, struct listing *out);

/* ---- finding ---------------------------------------------------------------------------- */

/* "D IDN X0000005", "P 2001-02-03 LESTARI PUTRI" (spelling-folded words in order), "C PMI-1":
 * whole texts are keyed. */
#define LISTING_TEXT_LEN  112
#define LISTING_TEXTS_MAX 3

struct listing_text {
    char text[LISTING_TEXT_LEN];
};

/* The texts a record is indexed by; returns how many, at least 1 for a complete one. */
size_t listing_index(const struct listing *listing, struct listing_text out[LISTING_TEXTS_MAX]);
/* The texts to look a traveller up by; `match` is what was found of placements. */
size_t listing_lookups(const struct document *document, const struct match *match,
                       struct listing_text out[LISTING_TEXTS_MAX]);

/* What is in force about a traveller: of each kind the newest record, `kind` LISTING_UNKNOWN where
 * there is none. */
struct listing_hits {
    struct listing of[LISTING_KINDS];
};

#define LISTINGS_MAX 64 /* candidates of one traveller */

/* Chooses among candidates, in whatever order they come, those that are of this document, person or
 * placement and in force on `today`; if that day is unknown, all may be. */
void listing_match(const struct document *document, const struct match *match, struct date today,
                   const struct listing *candidates, size_t n_candidates, struct listing_hits *out);

#endif
