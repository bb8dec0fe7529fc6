/* The cache: placements and lists that the registry sent down, keyed and sealed (cache.db).
 *
 * pamit-sync writes (cache_writer), pamit-lane reads (cache_reader), `pamit` makes one anew from
 * files (cache_builder). Look-up texts are keyed with
 * HMAC, cut to 8 bytes; records are sealed with AES-256-GCM bound to their id; a kiosk without its
 * storage key tells nothing. NIK is keyed on import and dropped. Policy bundles are stored as
 * signed; the lane verifies them itself.
 */
#ifndef PAMIT_CACHE_H
#define PAMIT_CACHE_H

#include "err.h"
#include "listing.h"
#include "placement.h"
#include "seal.h"
#include "verdict.h"

#define CACHE_WHY_LEN    256
#define CACHE_DELTA_MAX  500  /* rows in one transaction */
#define CACHE_SWEEP_ROWS 2000 /* of the lists, looked at in one */

struct cache_writer;
struct cache_reader;
struct cache_builder;

/* A step of the placements feed, already verified. */
struct cache_delta {
    uint64_t from; /* must be the stored version */
    uint64_t to;   /* greater than from, or equal when there are no rows */
    int64_t as_of; /* UTC seconds: the data were current then; an earlier one changes nothing */
    const struct placement *rows;
    size_t n_rows; /* <= CACHE_DELTA_MAX */
};

/* A step of the lists' feed. Rows have no id: one that differs from a stored one in `expires` and
 * `reason` alone replaces it (listing_encode_identity). */
struct cache_listing_delta {
    uint64_t from, to;
    int64_t as_of;
    const struct listing *rows;
    size_t n_rows;
    const struct listing *gone; /* rows that were withdrawn, stored or not */
    size_t n_gone;              /* n_rows + n_gone <= CACHE_DELTA_MAX */
};

struct cache_versions {
    uint64_t placements, lists, policy; /* 0: none */
};

/* Opens or makes it (0600). ERR_CORRUPT with `why` naming file and reason: the caller goes on
 * without a cache; ERR_AUTH: sealed with another storage key. */
MUST_CHECK enum err cache_writer_open(const char *path, const struct seal_root *root,
                                      struct cache_writer **out, char why[CACHE_WHY_LEN]);
void cache_writer_close(struct cache_writer *writer);
/* Did somebody remove or replace the file under us? */
bool cache_writer_has_moved(const struct cache_writer *writer);
/* All or nothing. ERR_OLD: `from` is not the stored version; ERR_FULL, ERR_IO. */
MUST_CHECK enum err cache_apply(struct cache_writer *writer, const struct cache_delta *delta);
/* The same for the lists, which have version and age of their own. A row that ended before as_of's
 * day (UTC's: none of ours is earlier) is dropped, not stored. A step that is not full also looks
 * at CACHE_SWEEP_ROWS of the stored rows for such. */
MUST_CHECK enum err cache_apply_listings(struct cache_writer *writer,
                                         const struct cache_listing_delta *delta);
#define CACHE_AGE_STEP_S 3600
/* Steps without rows of both feeds in one commit: what is stored of these versions was current at
 * `as_of`. Written if that makes one of them at least CACHE_AGE_STEP_S younger: data are at most so
 * much younger than they say, never older, and a contact without news costs the disk nothing. A
 * version of 0 leaves its feed as it is; policies have no age. ERR_OLD: one of them is not the
 * stored version, and neither has changed. */
MUST_CHECK enum err cache_note_current(struct cache_writer *writer,
                                       const struct cache_versions *versions, int64_t as_of);
/* Stores a signed bundle. ERR_OLD: not newer than the stored one. */
MUST_CHECK enum err cache_put_policy(struct cache_writer *writer, uint64_t version,
                                     struct span envelope);
/* Reads on in the cache, at most `rows` rows, round after round. ERR_CORRUPT: it is damaged. */
MUST_CHECK enum err cache_writer_patrol(struct cache_writer *writer, unsigned rows);
MUST_CHECK enum err cache_writer_versions(struct cache_writer *writer, struct cache_versions *out);

/* What a NIK is keyed to, on import and here: all that may be kept of one. Any other text is of no
 * record. ERR_MEMORY. */
MUST_CHECK enum err cache_nik_hash(const struct seal_root *root, const char nik[DOCUMENT_NIK_LEN],
                                   uint8_t out[DOCUMENT_NIK_HASH]);

/* For an event loop: all calls of a reader end within some 20 ms; ERR_BUSY: another process holds
 * the file, ask again later. */
MUST_CHECK enum err cache_reader_open(const char *path, const struct seal_root *root,
                                      struct cache_reader **out, char why[CACHE_WHY_LEN]);
void cache_reader_close(struct cache_reader *reader);
/* Was the file set aside or replaced? Then only cache_reader_close is of use. */
bool cache_reader_has_moved(const struct cache_reader *reader);
/* Version and age of what is stored; `placements_usable` when a feed was ever applied.
 * `lists_as_of` is 0, older than any limit, until a feed of lists was: a row that is missing
 * clears. */
MUST_CHECK enum err cache_reader_state(struct cache_reader *reader, struct data_state *out);
/* What is found until cache_reader_end is of one state: a step of the feed that lands in between is
 * seen wholly or not at all. */
MUST_CHECK enum err cache_reader_begin(struct cache_reader *reader);
void cache_reader_end(struct cache_reader *reader);
/* Within these two: all records that the look-up texts find, each once, at most CANDIDATES_MAX; a
 * numbered hit says whether the number is the record's current or a previous one. ERR_CORRUPT,
 * ERR_AUTH: a row does not open: the caller refers. */
MUST_CHECK enum err cache_reader_find(struct cache_reader *reader, const struct lookup *lookups,
                                      size_t n_lookups, struct candidate out[CANDIDATES_MAX],
                                      size_t *n_found);
/* Within these two: all rows of the lists that the texts find, each once. On failure those that
 * could be read: the caller says what they say, and refers. ERR_SIZE: there are more than
 * LISTINGS_MAX; ERR_CORRUPT, ERR_AUTH: as above. */
MUST_CHECK enum err cache_reader_find_listings(struct cache_reader *reader,
                                               const struct listing_text *texts, size_t n_texts,
                                               struct listing out[LISTINGS_MAX], size_t *n_found);
/* The version of the stored bundle, without reading it. ERR_MISSING: none. */
MUST_CHECK enum err cache_reader_policy_version(struct cache_reader *reader, uint64_t *version);
/* The stored bundle. ERR_MISSING: none; ERR_SIZE: larger than cap. */
MUST_CHECK enum err cache_reader_policy(struct cache_reader *reader, void *out, size_t cap,
                                        size_t *len, uint64_t *version);

/* Builds a cache beside `path` and puts it in its place when it is whole (database_build.c).
 * ERR_BUSY: pamit-sync writes `path`. */
MUST_CHECK enum err cache_builder_open(const char *path, const struct seal_root *root,
                                       struct cache_builder **out, char why[CACHE_WHY_LEN]);
/* Of two records with one id the one with the higher rec_seq stays, or else the later. After a
 * failure only cache_builder_abandon is of use. */
MUST_CHECK enum err cache_builder_put(struct cache_builder *builder,
                                      const struct placement *placement);
/* Of two records of one row of the lists the one that ends later stays. */
MUST_CHECK enum err cache_builder_put_listing(struct cache_builder *builder,
                                              const struct listing *listing);
/* `as_of`: when placements and lists were current, UTC seconds; 0: nobody said. Closes the builder
 * in any case; on failure what was at `path` is there still. */
MUST_CHECK enum err cache_builder_finish(struct cache_builder *builder, int64_t as_of,
                                         char why[CACHE_WHY_LEN]);
/* NULL is fine. */
void cache_builder_abandon(struct cache_builder *builder);

#endif
