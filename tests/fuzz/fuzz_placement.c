/* Any bytes through the placement decoder; what it accepts is encoded again, indexed and matched.
 *
 * Held besides memory safety: a record that decodes is complete, encodes, and comes back the same;
 * its look-up texts stay in bounds; and its own passport always finds it.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "placement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_round_trip(const struct placement *placement)
{
    uint8_t bytes[PLACEMENT_CBOR_MAX];
    struct cbor_writer w;
    struct cbor_reader r;
    struct placement back;
    const char *why = NULL;
    cbor_writer_init(&w, bytes, sizeof bytes);
    enum err err = placement_encode(placement, &w, &why);
    assert(err == ERR_OK);
    cbor_reader_init(&r, span_of(bytes, w.len));
    err = placement_decode(&r, &back);
    assert(err == ERR_OK && cbor_reader_finish(&r) == ERR_OK);
    assert(memcmp(&back, placement, sizeof back) == 0);
}

static void check_match(const struct placement *placement)
{
    struct lookup lookups[LOOKUPS_MAX];
    size_t n = placement_index(placement, lookups);
    assert(n <= LOOKUPS_MAX);
    for (size_t i = 0; i < n; i++)
        assert(memchr(lookups[i].text, '\0', LOOKUP_TEXT_LEN));

    struct document document = {.sex = placement->sex, .birth = placement->birth_date};
    memcpy(document.number, placement->passport_no, sizeof placement->passport_no);
    memcpy(document.country, placement->passport_country, sizeof document.country);
    snprintf(document.name, sizeof document.name, "%s", placement->name_full);
    document.mrz.name_may_be_truncated = placement->rec_seq % 2 != 0;
    struct candidate candidates[2] = {{.placement = *placement}, {.placement = *placement}};
    struct match match;
    placement_match(&document, candidates, 2, &match);
    assert(match.key == MATCH_KEY_PASSPORT && match.grade != MATCH_NONE && !match.several_valid);
    char found[DOCUMENT_NAME_LEN], expected[DOCUMENT_NAME_LEN];
    placement_name_difference(&document, placement, found, expected);
    assert(memchr(found, '\0', sizeof found) && memchr(expected, '\0', sizeof expected));
    document.number[0] = '\0';
    placement_match(&document, candidates, 2, &match);
    assert(match.grade == MATCH_NONE || match.key == MATCH_KEY_NAME_DOB);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct cbor_reader r;
    struct placement placement;
    cbor_reader_init(&r, span_of(data, len));
    if (placement_decode(&r, &placement) != ERR_OK)
        return 0;
    const char *why = NULL;
    assert(placement_complete(&placement, &why));
    check_round_trip(&placement);
    check_match(&placement);
    return 0;
}
