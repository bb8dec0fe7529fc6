/* Batches, feed steps and their compression: whole both ways, refused when they are anything else,
 * and one signature that proves every byte of a batch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test_keys.h"
#include "wire.h"

#define N_ENTRIES 5
#define PURGED    2 /* which of them has lost its payload */

/* A chain of entries as the kiosk has it, and the batch that carries it. */
static struct chain {
    struct entry_header headers[N_ENTRIES];
    uint8_t unlinked[N_ENTRIES][ENTRY_HEADER_MAX];
    uint8_t payloads[N_ENTRIES][32];
    uint8_t hashes[N_ENTRIES][SIGN_HASH_LEN]; /* of the whole headers */
    struct wire_batch batch;
} chain;

static struct sign_key *key;
static struct verify_key *public_key;
static uint8_t encoded[WIRE_BATCH_MAX];
static uint8_t work[WIRE_BATCH_MAX];

static void chain_add(size_t i, const uint8_t prev[SIGN_HASH_LEN])
{
    uint8_t whole[ENTRY_HEADER_MAX];
    size_t len;
    memset(chain.payloads[i], (int)i, sizeof chain.payloads[i]);
    chain.headers[i] = (struct entry_header){
        .kiosk = "CGK-03-0412",
        .epoch = 1,
        .seq = i + 1,
        .kind = ENTRY_NOTE,
        .time = {.wall_ms = 1795250228000, .zone = CLOCK_WIB, .quality = CLOCK_SYNCED},
    };
    sign_hash(span_of(chain.payloads[i], sizeof chain.payloads[i]), chain.headers[i].payload_hash);
    memcpy(chain.headers[i].prev, prev, SIGN_HASH_LEN);
    assert_int_equal(entry_header_encode(&chain.headers[i], ENTRY_WHOLE, whole, sizeof whole, &len),
                     ERR_OK);
    sign_hash(span_of(whole, len), chain.hashes[i]);
    assert_int_equal(cose_sign(key, span_of(whole, len), chain.batch.signature), ERR_OK);

    struct wire_entry *entry = &chain.batch.entries[i];
    assert_int_equal(entry_header_encode(&chain.headers[i], ENTRY_UNLINKED, chain.unlinked[i],
                                         ENTRY_HEADER_MAX, &len),
                     ERR_OK);
    entry->header = span_of(chain.unlinked[i], len);
    if (i == PURGED)
        memcpy(entry->payload_hash, chain.headers[i].payload_hash, SIGN_HASH_LEN);
    else
        entry->payload = span_of(chain.payloads[i], sizeof chain.payloads[i]);
}

static int make_chain(void **state)
{
    (void)state;
    static const uint8_t nothing[SIGN_HASH_LEN];
    key = test_key(0);
    public_key = test_public_key(key);
    chain.batch.epoch = 1;
    chain.batch.from = 1;
    chain.batch.n_entries = N_ENTRIES;
    memset(chain.batch.nonce, 9, sizeof chain.batch.nonce);
    for (size_t i = 0; i < N_ENTRIES; i++)
        chain_add(i, i ? chain.hashes[i - 1] : nothing);
    return 0;
}

static int drop_chain(void **state)
{
    (void)state;
    sign_key_close(key);
    verify_key_close(public_key);
    return 0;
}

static size_t encode(const struct wire_batch *batch)
{
    size_t len = 0;
    assert_int_equal(wire_batch_encode(batch, encoded, sizeof encoded, &len), ERR_OK);
    return len;
}

static void a_batch_reads_back(void **state)
{
    (void)state;
    static struct wire_batch back;
    const size_t len = encode(&chain.batch);
    assert_int_equal(wire_batch_decode(span_of(encoded, len), &back), ERR_OK);
    assert_int_equal(back.epoch, 1);
    assert_int_equal(back.from, 1);
    assert_int_equal(back.n_entries, N_ENTRIES);
    assert_memory_equal(back.nonce, chain.batch.nonce, RECEIPT_NONCE_LEN);
    assert_memory_equal(back.signature, chain.batch.signature, SIGN_LEN);
    for (size_t i = 0; i < N_ENTRIES; i++) {
        const struct wire_entry *sent = &chain.batch.entries[i], *got = &back.entries[i];
        assert_int_equal(got->header.len, sent->header.len);
        assert_memory_equal(got->header.p, sent->header.p, sent->header.len);
        assert_int_equal(got->payload.p == NULL, i == PURGED);
        assert_int_equal(got->payload.len, sent->payload.len);
        assert_memory_equal(got->payload_hash, sent->payload_hash, SIGN_HASH_LEN);
    }
}

/* What the registry does: rebuild each header from the one before, then check the one signature. */
static enum err prove(struct span bytes)
{
    static struct wire_batch batch;
    uint8_t hash[SIGN_HASH_LEN] = {0};
    uint8_t whole[ENTRY_HEADER_MAX];
    size_t len = 0;
    enum err err = wire_batch_decode(bytes, &batch);
    for (size_t i = 0; err == ERR_OK && i < batch.n_entries; i++) {
        struct entry_header header;
        uint8_t prev[SIGN_HASH_LEN];
        memcpy(prev, hash, sizeof prev);
        err = wire_relink(&batch.entries[i], prev, &header, whole, &len, hash);
    }
    return err == ERR_OK ? cose_check(public_key, span_of(whole, len), batch.signature) : err;
}

static void relinking_rebuilds_the_kiosks_own_chain(void **state)
{
    (void)state;
    uint8_t prev[SIGN_HASH_LEN] = {0};
    for (size_t i = 0; i < N_ENTRIES; i++) {
        struct entry_header header;
        uint8_t whole[ENTRY_HEADER_MAX], hash[SIGN_HASH_LEN];
        size_t len;
        assert_int_equal(wire_relink(&chain.batch.entries[i], prev, &header, whole, &len, hash),
                         ERR_OK);
        assert_memory_equal(hash, chain.hashes[i], SIGN_HASH_LEN);
        assert_memory_equal(header.payload_hash, chain.headers[i].payload_hash, SIGN_HASH_LEN);
        assert_memory_equal(header.prev, prev, SIGN_HASH_LEN);
        assert_int_equal(header.seq, i + 1);
        memcpy(prev, hash, sizeof prev);
    }
}

/* Bytes 0 .. `about` of the encoding are the batch's own fields (version, epoch, from, nonce),
 * which the signature does not cover: the receiver compares them with the headers and its receipt.
 */
static void one_signature_proves_every_byte_of_every_entry(void **state)
{
    (void)state;
    const size_t len = encode(&chain.batch);
    assert_int_equal(prove(span_of(encoded, len)), ERR_OK);
    const size_t about = (size_t)1 + 2 + 2 + 2 + 2 + RECEIPT_NONCE_LEN;
    for (size_t at = about; at < len; at++) {
        const uint8_t flip = (uint8_t)(1u << at % 8);
        encoded[at] ^= flip;
        if (prove(span_of(encoded, len)) == ERR_OK)
            fail_msg("byte %zu is not proved", at);
        encoded[at] ^= flip;
    }
}

static void a_batch_is_whole_or_refused(void **state)
{
    (void)state;
    static struct wire_batch back;
    const size_t len = encode(&chain.batch);
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(wire_batch_decode(span_of(encoded, cut), &back), ERR_INVALID);
    encoded[len] = 0;
    assert_int_equal(wire_batch_decode(span_of(encoded, len + 1), &back), ERR_INVALID);
    size_t ignored;
    for (size_t cap = 0; cap < len; cap++)
        assert_int_equal(wire_batch_encode(&chain.batch, work, cap, &ignored), ERR_SIZE);
    assert_int_equal(wire_batch_decode(span_of(encoded, WIRE_BATCH_MAX + 1), &back), ERR_SIZE);
}

static void put_batch_head(struct cbor_writer *w, uint64_t version, uint64_t epoch, uint64_t from)
{
    cbor_put_map(w, 6);
    cbor_put_uint(w, 1);
    cbor_put_uint(w, version);
    cbor_put_uint(w, 2);
    cbor_put_uint(w, epoch);
    cbor_put_uint(w, 3);
    cbor_put_uint(w, from);
    cbor_put_uint(w, 4);
    cbor_put_bytes(w, span_of(chain.batch.nonce, RECEIPT_NONCE_LEN));
    cbor_put_uint(w, 5);
}

static void put_entry(struct cbor_writer *w, size_t n_items, size_t payload_len, size_t hash_len)
{
    cbor_put_array(w, n_items);
    cbor_put_bytes(w, span_of(chain.unlinked[0], 100));
    if (payload_len)
        cbor_put_bytes(w, span_of(encoded, payload_len));
    else
        cbor_put_null(w);
    if (hash_len)
        cbor_put_bytes(w, span_of(chain.hashes[0], hash_len));
}

static const struct {
    const char *proves;
    uint64_t version, epoch, from;
    size_t n_entries, n_items, payload_len, hash_len;
    enum err expected;
} forms[] = {
    {"the plain case", 1, 1, 1, 1, 2, 32, 0, ERR_OK},
    {"a purged entry", 1, 1, 1, 1, 3, 0, 32, ERR_OK},
    {"the largest payload", 1, 1, 1, 1, 2, ENTRY_PAYLOAD_MAX, 0, ERR_OK},
    {"the most entries", 1, 1, 1, WIRE_BATCH_ENTRIES, 2, 32, 0, ERR_OK},
    {"the highest numbers", 1, UINT32_MAX, INT64_MAX, 1, 2, 32, 0, ERR_OK},
    {"another version", 2, 1, 1, 1, 2, 32, 0, ERR_INVALID},
    {"no version", 0, 1, 1, 1, 2, 32, 0, ERR_INVALID},
    {"epoch zero", 1, 0, 1, 1, 2, 32, 0, ERR_INVALID},
    {"an epoch too large", 1, UINT64_C(1) << 32, 1, 1, 2, 32, 0, ERR_INVALID},
    {"entry zero", 1, 1, 0, 1, 2, 32, 0, ERR_INVALID},
    {"a number too large", 1, 1, UINT64_C(1) << 63, 1, 2, 32, 0, ERR_INVALID},
    {"no entries", 1, 1, 1, 0, 2, 32, 0, ERR_INVALID},
    {"one entry too many", 1, 1, 1, WIRE_BATCH_ENTRIES + 1, 2, 32, 0, ERR_INVALID},
    {"a payload too large", 1, 1, 1, 1, 2, ENTRY_PAYLOAD_MAX + 1, 0, ERR_INVALID},
    {"a payload and its hash", 1, 1, 1, 1, 3, 32, 32, ERR_INVALID},
    {"a payload in an array of three", 1, 1, 1, 1, 3, 32, 0, ERR_INVALID},
    {"a purged entry without its hash", 1, 1, 1, 1, 2, 0, 0, ERR_INVALID},
    {"a purged entry in an array of two", 1, 1, 1, 1, 2, 0, 32, ERR_INVALID},
    {"a hash too short", 1, 1, 1, 1, 3, 0, 31, ERR_INVALID},
};

static void forms_of_a_batch(void **state)
{
    (void)state;
    static struct wire_batch back;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct cbor_writer w;
        struct span bytes;
        cbor_writer_init(&w, work, sizeof work);
        put_batch_head(&w, forms[i].version, forms[i].epoch, forms[i].from);
        cbor_put_array(&w, forms[i].n_entries);
        for (size_t n = 0; n < forms[i].n_entries; n++)
            put_entry(&w, forms[i].n_items, forms[i].payload_len, forms[i].hash_len);
        cbor_put_uint(&w, 6);
        cbor_put_bytes(&w, span_of(chain.batch.signature, SIGN_LEN));
        assert_int_equal(cbor_writer_finish(&w, &bytes), ERR_OK);
        if (wire_batch_decode(bytes, &back) != forms[i].expected)
            fail_msg("%s", forms[i].proves);
    }
}

/* ---- feed -------------------------------------------------------------------------------- */

static struct placement rows[WIRE_FEED_ROWS], rows_back[WIRE_FEED_ROWS];

static void fill_rows(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct placement){
            .rec_seq = i + 1,
            .status = PLACEMENT_READY,
            .scheme = SCHEME_P2P,
            .name_mrz = "RAHMAWATI<<SITI<NURHALIZA",
            .sex = 'F',
            .birth_date = {1998, 4, 12},
            .passport_no = "X0000001",
            .passport_country = "IDN",
            .dest_country = "TWN",
        };
        snprintf(rows[i].placement_id, sizeof rows[i].placement_id, "PMI-2026-%06u",
                 (unsigned)(i % 1000000));
    }
}

static void a_feed_step_reads_back(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_FEED_MAX];
    static const size_t counts[] = {0, 1, WIRE_FEED_ROWS};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        fill_rows(counts[c]);
        const struct wire_feed feed = {.from = 7,
                                       .to = 7 + counts[c],
                                       .latest = 2000,
                                       .as_of = 1795250228,
                                       .n_rows = counts[c],
                                       .placements = rows};
        struct wire_feed back = {.placements = rows_back};
        size_t len = 0;
        assert_int_equal(wire_feed_encode(&feed, bytes, sizeof bytes, &len), ERR_OK);
        assert_int_equal(wire_feed_decode(span_of(bytes, len), &back), ERR_OK);
        assert_int_equal(back.from, 7);
        assert_int_equal(back.to, 7 + counts[c]);
        assert_int_equal(back.latest, 2000);
        assert_int_equal(back.as_of, 1795250228);
        assert_int_equal(back.n_rows, counts[c]);
        for (size_t i = 0; i < counts[c]; i++) {
            assert_string_equal(back.placements[i].placement_id, rows[i].placement_id);
            assert_int_equal(back.placements[i].rec_seq, rows[i].rec_seq);
        }
        for (size_t cut = 0; cut < len && counts[c] < 2; cut++)
            assert_int_equal(wire_feed_decode(span_of(bytes, cut), &back), ERR_INVALID);
    }
    struct wire_feed back = {.placements = rows_back};
    assert_int_equal(wire_feed_decode(span_of(bytes, WIRE_FEED_MAX + 1), &back), ERR_SIZE);
}

static const struct {
    const char *proves;
    const char *name;
    uint64_t from, to, latest;
    size_t n_rows; /* announced; none follow */
    enum err expected;
} steps[] = {
    {"nothing new", "placements", 7, 7, 7, 0, ERR_OK},
    {"versions without rows", "placements", 7, 9, 9, 0, ERR_OK},
    {"another feed", "deferrals", 7, 7, 7, 0, ERR_INVALID},
    {"a step back", "placements", 7, 6, 7, 0, ERR_INVALID},
    {"a latest below its end", "placements", 7, 9, 8, 0, ERR_INVALID},
    {"rows that are not there", "placements", 7, 8, 8, 1, ERR_INVALID},
};

static void forms_of_a_feed_step(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct cbor_writer w;
        struct span bytes;
        cbor_writer_init(&w, work, sizeof work);
        cbor_put_map(&w, 7);
        cbor_put_uint(&w, 1);
        cbor_put_uint(&w, WIRE_VERSION);
        cbor_put_uint(&w, 2);
        cbor_put_text(&w, steps[i].name);
        cbor_put_uint(&w, 3);
        cbor_put_uint(&w, steps[i].from);
        cbor_put_uint(&w, 4);
        cbor_put_uint(&w, steps[i].to);
        cbor_put_uint(&w, 5);
        cbor_put_uint(&w, steps[i].latest);
        cbor_put_uint(&w, 6);
        cbor_put_uint(&w, 1795250228);
        cbor_put_uint(&w, 7);
        cbor_put_array(&w, steps[i].n_rows);
        assert_int_equal(cbor_writer_finish(&w, &bytes), ERR_OK);
        struct wire_feed back = {.placements = rows_back};
        if (wire_feed_decode(bytes, &back) != steps[i].expected)
            fail_msg("%s", steps[i].proves);
    }
}

/* ---- feed of lists ------------------------------------------------------------------------ */

static struct listing listings[WIRE_FEED_ROWS], listings_back[WIRE_FEED_ROWS];

static void fill_listings(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        listings[i] = (struct listing){
            .kind = LISTING_SOI,
            .passport_country = "IDN",
            .from = {2026, 8, 1},
            .expires = {2027, 8, 1},
            .reason = 72,
        };
        snprintf(listings[i].passport_no, sizeof listings[i].passport_no, "X%07u", (unsigned)i);
    }
}

static void a_step_of_the_lists_reads_back(void **state)
{
    (void)state;
    static uint8_t bytes[WIRE_FEED_MAX];
    static const struct {
        size_t n_rows, n_gone;
    } counts[] = {{0, 0},
                  {1, 0},
                  {0, 1},
                  {2, 1},
                  {WIRE_FEED_ROWS, 0},
                  {0, WIRE_FEED_ROWS},
                  {WIRE_FEED_ROWS - 1, 1}};
    fill_listings(WIRE_FEED_ROWS);
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        const size_t n = counts[c].n_rows + counts[c].n_gone;
        const struct wire_feed feed = {.name = WIRE_LISTS,
                                       .from = 7,
                                       .to = 7 + n,
                                       .latest = 2000,
                                       .as_of = 1795250228,
                                       .n_rows = counts[c].n_rows,
                                       .n_gone = counts[c].n_gone,
                                       .listings = listings};
        struct wire_feed back = {.name = WIRE_LISTS, .listings = listings_back};
        size_t len = 0;
        assert_int_equal(wire_feed_encode(&feed, bytes, sizeof bytes, &len), ERR_OK);
        assert_int_equal(wire_feed_decode(span_of(bytes, len), &back), ERR_OK);
        assert_int_equal(back.from, 7);
        assert_int_equal(back.to, 7 + n);
        assert_int_equal(back.latest, 2000);
        assert_int_equal(back.as_of, 1795250228);
        assert_int_equal(back.n_rows, counts[c].n_rows);
        assert_int_equal(back.n_gone, counts[c].n_gone);
        for (size_t i = 0; i < n; i++)
            assert_string_equal(back.listings[i].passport_no, listings[i].passport_no);
        for (size_t cut = 0; cut < len && n < 4; cut++)
            assert_int_equal(wire_feed_decode(span_of(bytes, cut), &back), ERR_INVALID);
    }
}

static const struct {
    const char *proves;
    const char *name;
    size_t n_keys;
    size_t n_rows, n_gone; /* written, and as many follow */
    enum err expected;
} list_steps[] = {
    {"rows of both sorts", "lists", 8, 1, 1, ERR_OK},
    {"as many as a step may have", "lists", 8, WIRE_FEED_ROWS - 1, 1, ERR_OK},
    {"one more that is gone", "lists", 8, WIRE_FEED_ROWS, 1, ERR_INVALID},
    {"one more that counts", "lists", 8, WIRE_FEED_ROWS + 1, 0, ERR_INVALID},
    {"without those that are gone", "lists", 7, 1, 0, ERR_INVALID},
    {"the other feed's name", "placements", 8, 1, 1, ERR_INVALID},
};

static void put_listings(struct cbor_writer *w, size_t n)
{
    const char *why;
    cbor_put_array(w, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(listing_encode(&listings[i % WIRE_FEED_ROWS], w, &why), ERR_OK);
}

static void forms_of_a_step_of_the_lists(void **state)
{
    (void)state;
    fill_listings(WIRE_FEED_ROWS);
    for (size_t i = 0; i < sizeof list_steps / sizeof list_steps[0]; i++) {
        static const uint64_t values[] = {[3] = 7, [4] = 2000, [5] = 2000, [6] = 1795250228};
        struct cbor_writer w;
        struct span bytes;
        cbor_writer_init(&w, work, sizeof work);
        cbor_put_map(&w, list_steps[i].n_keys);
        cbor_put_uint(&w, 1);
        cbor_put_uint(&w, WIRE_VERSION);
        cbor_put_uint(&w, 2);
        cbor_put_text(&w, list_steps[i].name);
        for (size_t field = 3; field <= 6; field++) {
            cbor_put_uint(&w, field);
            cbor_put_uint(&w, values[field]);
        }
        cbor_put_uint(&w, 7);
        put_listings(&w, list_steps[i].n_rows);
        if (list_steps[i].n_keys == 8) {
            cbor_put_uint(&w, 8);
            put_listings(&w, list_steps[i].n_gone);
        }
        assert_int_equal(cbor_writer_finish(&w, &bytes), ERR_OK);
        struct wire_feed back = {.name = WIRE_LISTS, .listings = listings_back};
        if (wire_feed_decode(bytes, &back) != list_steps[i].expected)
            fail_msg("%s", list_steps[i].proves);
        struct wire_feed other = {.name = WIRE_PLACEMENTS, .placements = rows_back};
        assert_int_equal(wire_feed_decode(bytes, &other), ERR_INVALID);
    }
}

static void rows_need_a_version_of_their_own(void **state)
{
    (void)state;
    fill_rows(1);
    struct wire_feed feed = {.from = 7, .to = 8, .latest = 8, .n_rows = 1, .placements = rows};
    struct wire_feed back = {.placements = rows_back};
    size_t len;
    assert_int_equal(wire_feed_encode(&feed, work, sizeof work, &len), ERR_OK);
    static const uint8_t from_7_to_8[] = {3, 7, 4, 8};
    uint8_t *at = memmem(work, len, from_7_to_8, sizeof from_7_to_8);
    assert_non_null(at);
    at[3] = 7;
    assert_int_equal(wire_feed_decode(span_of(work, len), &back), ERR_INVALID);

    fill_listings(1);
    feed = (struct wire_feed){
        .name = WIRE_LISTS, .from = 7, .to = 8, .latest = 8, .n_gone = 1, .listings = listings};
    back = (struct wire_feed){.name = WIRE_LISTS, .listings = listings_back};
    assert_int_equal(wire_feed_encode(&feed, work, sizeof work, &len), ERR_OK);
    assert_int_equal(wire_feed_decode(span_of(work, len), &back), ERR_OK);
    at = memmem(work, len, from_7_to_8, sizeof from_7_to_8);
    assert_non_null(at);
    at[3] = 7;
    assert_int_equal(wire_feed_decode(span_of(work, len), &back), ERR_INVALID);
}

/* ---- zstd -------------------------------------------------------------------------------- */

static void compression_reads_back_within_its_cap(void **state)
{
    (void)state;
    static const char plain[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    uint8_t packed[128], back[sizeof plain];
    size_t packed_len, len;
    assert_int_equal(wire_compress(span_of_text(plain), packed, sizeof packed, &packed_len),
                     ERR_OK);
    assert_true(packed_len < 32);
    assert_int_equal(wire_decompress(span_of(packed, packed_len), back, sizeof back, &len), ERR_OK);
    assert_int_equal(len, strlen(plain));
    assert_memory_equal(back, plain, len);
    assert_int_equal(wire_decompress(span_of(packed, packed_len), back, len - 1, &len), ERR_SIZE);
    assert_int_equal(wire_compress(span_of_text(plain), packed, 4, &packed_len), ERR_SIZE);
}

static void only_one_whole_frame_is_taken(void **state)
{
    (void)state;
    uint8_t packed[256], back[256];
    size_t packed_len, len;
    assert_int_equal(wire_compress(span_of_text("some text"), packed, sizeof packed, &packed_len),
                     ERR_OK);
    for (size_t cut = 0; cut < packed_len; cut++)
        assert_int_equal(wire_decompress(span_of(packed, cut), back, sizeof back, &len),
                         ERR_INVALID);
    memcpy(packed + packed_len, packed, packed_len);
    assert_int_equal(wire_decompress(span_of(packed, packed_len + 1), back, sizeof back, &len),
                     ERR_INVALID);
    assert_int_equal(wire_decompress(span_of(packed, 2 * packed_len), back, sizeof back, &len),
                     ERR_INVALID);
    static const uint8_t skippable[] = {0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 'x'};
    assert_int_equal(wire_decompress(span_of(skippable, sizeof skippable), back, sizeof back, &len),
                     ERR_INVALID);
    assert_int_equal(wire_decompress(span_of_text("no frame"), back, sizeof back, &len),
                     ERR_INVALID);
    assert_int_equal(wire_decompress(span_of(NULL, 0), back, sizeof back, &len), ERR_INVALID);
}

/* RFC 8878 3.1.1.2.3: a block of run-length encoding is 4 bytes for up to 128 KB. */
static void a_bomb_stops_at_the_cap(void **state)
{
    (void)state;
    enum { BLOCKS = 1024, BLOCK_LEN = 128 << 10 };
    static uint8_t bomb[16 + BLOCKS * 4];
    static const uint8_t head[] = {0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x98}; /* window of 512 MB */
    size_t at = sizeof head;
    memcpy(bomb, head, at);
    for (unsigned i = 0; i < BLOCKS; i++) {
        const uint32_t block = ((uint32_t)BLOCK_LEN << 3) | (1u << 1) | (i == BLOCKS - 1);
        bomb[at++] = (uint8_t)block;
        bomb[at++] = (uint8_t)(block >> 8);
        bomb[at++] = (uint8_t)(block >> 16);
        bomb[at++] = 0;
    }
    size_t len;
    assert_int_equal(wire_decompress(span_of(bomb, at), work, sizeof work, &len), ERR_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_reads_back),
        cmocka_unit_test(relinking_rebuilds_the_kiosks_own_chain),
        cmocka_unit_test(one_signature_proves_every_byte_of_every_entry),
        cmocka_unit_test(a_batch_is_whole_or_refused),
        cmocka_unit_test(forms_of_a_batch),
        cmocka_unit_test(a_feed_step_reads_back),
        cmocka_unit_test(forms_of_a_feed_step),
        cmocka_unit_test(a_step_of_the_lists_reads_back),
        cmocka_unit_test(forms_of_a_step_of_the_lists),
        cmocka_unit_test(rows_need_a_version_of_their_own),
        cmocka_unit_test(compression_reads_back_within_its_cap),
        cmocka_unit_test(only_one_whole_frame_is_taken),
        cmocka_unit_test(a_bomb_stops_at_the_cap),
    };
    return cmocka_run_group_tests(tests, make_chain, drop_chain);
}
