/* Placements first, since complaints are about a placement; then the lists. */
#include "findings.h"

#include <stdlib.h>

/* Some 80 KB: not for the stack. */
struct look_up {
    struct candidate candidates[CANDIDATES_MAX];
    struct listing listings[LISTINGS_MAX];
};

static enum err placement_find(struct cache_reader *reader, const struct document *document,
                               struct look_up *look_up, struct match *out)
{
    struct lookup lookups[LOOKUPS_MAX];
    const size_t n = placement_lookups(document, lookups);
    size_t n_found = 0;
    const enum err err = cache_reader_find(reader, lookups, n, look_up->candidates, &n_found);

    if (!err)
        placement_match(document, look_up->candidates, n_found, out);
    return err;
}

static enum err listings_find(struct cache_reader *reader, const struct document *document,
                              struct date today, struct look_up *look_up, struct findings *out)
{
    struct listing_text texts[LISTING_TEXTS_MAX];
    const size_t n = listing_lookups(document, &out->match, texts);
    size_t n_found = 0;
    const enum err err = cache_reader_find_listings(reader, texts, n, look_up->listings, &n_found);

    if (!err)
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
    enum err err = placement_find(reader, document, look_up, &findings.match);
    if (!err)
        findings.lists = listings_find(reader, document, today, look_up, &findings);
    free(look_up);
    if (!err)
        *out = findings;
    return err;
}
