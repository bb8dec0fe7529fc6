/* Crossings that were decided at this counter, found again before any sync and after their payloads
 * are purged.
 *
 * crossing(key, seq, day, direction, decision) in journal.db: a row that the travel document is
 * found by, stored in the transaction of the DECIDED; of a deferral also one for the person. `key`
 * is an HMAC of the text, `seq` that entry's, `day` its day at the counter. The texts are nowhere
 * in plain, so the rows can outlive the payload that a purge destroys. A VOID takes the decision's
 * rows, by seq, and has one that no traveller is found by (journal_void.c). Written by the
 * journal's writer, found by a reader of the lane's loop. Nothing that was signed depends on them.
 */
#ifndef PAMIT_JOURNAL_CROSSING_H
#define PAMIT_JOURNAL_CROSSING_H

#include "date.h"
#include "entry.h"
#include "err.h"
#include "journal.h"
#include "listing.h"
#include "seal.h"

/* Whom a crossing is about, by listing_lookups without a match. */
struct crossing_subject {
    enum entry_mode mode; /* what is practised in training is not found by a live counter */
    bool has_document;    /* the first text is the document's */
    size_t n_texts;
    struct listing_text text[LISTING_TEXTS_MAX];
};

/* The document's texts as a subject of this counter's mode. */
void crossing_subject_of(const struct document *document, enum entry_mode mode,
                         struct crossing_subject *out);

/* What a DECIDED says of them. */
struct crossing_decided {
    struct crossing_subject subject;
    enum direction direction;
    enum decision decision;
};

struct crossing_hits {
    bool deferred_on_day;        /* on the day that was asked about */
    struct date deferred_newest; /* zero: never */
    struct entry_crossing last;  /* of the document, in whichever direction; seq 0: none */
};

struct crossing_reader;

/* For an event loop: all calls end within some 20 ms; ERR_BUSY: another process holds the file.
 * ERR_MISSING: there is no journal yet. `root` is used only within the call. It stays with the file
 * that it opened: pamit-lane, which writes that too, opens all anew if it goes. */
MUST_CHECK enum err crossing_reader_open(const char *path, const struct seal_root *root,
                                         struct crossing_reader **out, char why[JOURNAL_WHY_LEN]);
/* NULL is fine. */
void crossing_reader_close(struct crossing_reader *reader);
/* On failure nothing is known of the subject. */
MUST_CHECK enum err crossing_reader_find(struct crossing_reader *reader,
                                         const struct crossing_subject *subject, struct date day,
                                         struct crossing_hits *out);

#endif
