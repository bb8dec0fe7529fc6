/* Deferrals taken at this counter, found again before any sync.
 *
 * deferral(key, seq, day) in journal.db: one row per look-up text of the deferred traveller, stored
 * in the transaction of the DECIDED that defers. `key` is an HMAC of the text, `seq` that entry's,
 * `day` its day at the counter. The texts are nowhere in plain, so the rows can outlive the payload
 * that a purge destroys; what takes a deferral back takes its rows, by seq. Written by the
 * journal's writer, found by a reader of the lane's loop. Nothing that was signed depends on them.
 */
#ifndef PAMIT_JOURNAL_DEFERRAL_H
#define PAMIT_JOURNAL_DEFERRAL_H

#include "date.h"
#include "entry.h"
#include "err.h"
#include "listing.h"
#include "journal.h"
#include "seal.h"

/* Whom a deferral is about, by listing_lookups without a match. */
struct deferral_subject {
    enum entry_mode mode; /* what is practised in training is not found by a live counter */
    size_t n_texts;
    struct listing_text text[LISTING_TEXTS_MAX];
};

/* The document's texts as a subject of this counter's mode. */
void deferral_subject_of(const struct document *document, enum entry_mode mode,
                         struct deferral_subject *out);

struct deferral_hits {
    bool on_day;        /* one was taken on the day that was asked about */
    struct date newest; /* zero: none was taken */
};

struct deferral_reader;

/* For an event loop: all calls end within some 20 ms; ERR_BUSY: another process holds the file.
 * ERR_MISSING: there is no journal yet. `root` is used only within the call. */
MUST_CHECK enum err deferral_reader_open(const char *path, const struct seal_root *root,
                                         struct deferral_reader **out, char why[JOURNAL_WHY_LEN]);
/* NULL is fine. */
void deferral_reader_close(struct deferral_reader *reader);
/* Was the file set aside or replaced? Then only deferral_reader_close is of use. */
bool deferral_reader_has_moved(const struct deferral_reader *reader);
/* On failure nothing is known of the subject. */
MUST_CHECK enum err deferral_reader_find(struct deferral_reader *reader,
                                         const struct deferral_subject *subject, struct date day,
                                         struct deferral_hits *out);

#endif
