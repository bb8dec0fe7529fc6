/* Any bytes through the list record's decoder; what it accepts is whole, comes back the same, is
 * indexed by at least one text that ends within its bound, and meets whom it is about, unless it is
 * of a kind that only a later registry knows: then nobody.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void expect_met(const struct listing *listing)
{
    struct document document = {.birth = listing->birth_date};
    struct match match = {.grade = MATCH_EXACT};
    struct listing_hits hits;
    snprintf(document.number, sizeof document.number, "%s", listing->passport_no);
    snprintf(document.country, sizeof document.country, "%s", listing->passport_country);
    snprintf(document.name, sizeof document.name, "%s", listing->name_mrz);
    snprintf(match.placement.placement_id, sizeof match.placement.placement_id, "%s",
             listing->placement_id);
    listing_match(&document, &match, listing->from, listing, 1, &hits);
    for (int kind = 0; kind < LISTING_KINDS; kind++)
        assert((hits.of[kind].kind != LISTING_UNKNOWN) == (kind == (int)listing->kind));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct cbor_reader r;
    struct listing listing, back;
    cbor_reader_init(&r, span_of(data, len));
    if (listing_decode(&r, &listing) != ERR_OK)
        return 0;
    const char *why;
    assert(listing_complete(&listing, &why));
    uint8_t bytes[2][LISTING_CBOR_MAX];
    struct cbor_writer w, again;
    cbor_writer_init(&w, bytes[0], sizeof bytes[0]);
    enum err err = listing_encode(&listing, &w, &why);
    assert(err == ERR_OK);
    cbor_reader_init(&r, span_of(bytes[0], w.len));
    err = listing_decode(&r, &back);
    assert(err == ERR_OK);
    cbor_writer_init(&again, bytes[1], sizeof bytes[1]);
    err = listing_encode(&back, &again, &why);
    assert(err == ERR_OK && again.len == w.len && memcmp(bytes[0], bytes[1], w.len) == 0);
    struct listing_text texts[LISTING_TEXTS_MAX];
    size_t n_texts = listing_index(&listing, texts);
    assert(n_texts > 0 && n_texts <= LISTING_TEXTS_MAX);
    for (size_t i = 0; i < n_texts; i++)
        assert(strnlen(texts[i].text, LISTING_TEXT_LEN) < LISTING_TEXT_LEN - 1);
    expect_met(&listing);
    return 0;
}
