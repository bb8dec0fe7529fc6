/* Placements first, since complaints are about a placement; then the lists. */
#include "findings.h"

#include <stdlib.h>

/* Some 110 KB: not for the stack. */
struct look_up {
    struct lookup lookups[LOOKUPS_MAX];
    struct candidate candidates[CANDIDATES_MAX];
    struct listing listings[LISTINGS_MAX];
};

static enum err placement_find_by(struct cache_reader *reader, const struct document *document,
                                  size_t (*lookups_by)(const struct document *, struct lookup *),
                                  struct look_up *look_up, struct match *out)
{
    size_t n_found = 0;
    const size_t n = lookups_by(document, look_up->lookups);
    const enum err err =
        cache_reader_find(reader, look_up->lookups, n, look_up->candidates, &n_found);

    if (!err)
        placement_match(document, look_up->candidates, n_found, out);
    return err;
}

static enum err placement_find(struct cache_reader *reader, const struct document *document,
                               struct look_up *look_up, struct match *out)
{
    enum err err = placement_find_by(reader, document, placement_lookups_by_number, look_up, out);

    if (!err && out->grade == MATCH_NONE)
        err = placement_find_by(reader, document, placement_lookups_by_name, look_up, out);
    return err;
}

static enum err listings_find(struct cache_reader *reader, const struct document *document,
                              struct date today, struct look_up *look_up, struct findings *out)
{
    struct listing_text texts[LISTING_TEXTS_MAX];
    const size_t n = listing_lookups(document, &out->match, texts);
    size_t n_found = 0;
    const enum err err = cache_reader_find_listings(reader, texts, n, look_up->listings, &n_found);

    listing_match(document, &out->match, today, look_up->listings, n_found, &out->listings);
    return err;
}

enum err findings_look_up(struct cache_reader *reader, const struct document *document,
                          struct date today, struct findings *out)
{
    struct findings findings = {0};
    struct look_up *look_up = malloc(sizeof *look_up);

    if (!look_up)
        return ERR_MEMORY;
    const enum err err = cache_reader_begin(reader);
    if (!err) {
        findings.placements = placement_find(reader, document, look_up, &findings.match);
        findings.lists = listings_find(reader, document, today, look_up, &findings);
    }
    cache_reader_end(reader);
    free(look_up);
    if (!err)
        *out = findings;
    return err;
}
