/* Entry headers and the words of entries.
 *
 * A header is a map of 13 fixed keys (11 on the wire), all of them always there: it is what is
 * signed, so it has no options. The payloads are in entry_payload.c.
 */
#include "entry.h"

#include <assert.h>

#include "utf8.h"

enum {
    KEY_VERSION = 1,
    KEY_KIOSK,
    KEY_EPOCH,
    KEY_SEQ,
    KEY_KIND,
    KEY_WALL,
    KEY_ZONE,
    KEY_QUALITY,
    KEY_UNCERTAINTY,
    KEY_BOOT_ID,
    KEY_BOOT_TIME,
    KEY_PAYLOAD_HASH,
    KEY_PREV,
};

#define KIND_MAX 255

static size_t form_pairs(enum entry_form form)
{
    return form == ENTRY_WHOLE ? KEY_PREV : KEY_BOOT_TIME;
}

static bool time_sound(const struct clock_reading *time)
{
    return time->zone >= CLOCK_WIB && time->zone <= CLOCK_WIT && time->quality <= CLOCK_SYNCED &&
           time->boottime_ms >= 0;
}

static void time_put(struct cbor_writer *w, const struct clock_reading *time)
{
    cbor_put_uint(w, KEY_WALL);
    cbor_put_int(w, time->wall_ms);
    cbor_put_uint(w, KEY_ZONE);
    cbor_put_uint(w, time->zone);
    cbor_put_uint(w, KEY_QUALITY);
    cbor_put_uint(w, time->quality);
    cbor_put_uint(w, KEY_UNCERTAINTY);
    cbor_put_uint(w, time->uncertainty_s);
    cbor_put_uint(w, KEY_BOOT_ID);
    cbor_put_bytes(w, span_of(time->boot_id, sizeof time->boot_id));
    cbor_put_uint(w, KEY_BOOT_TIME);
    cbor_put_uint(w, (uint64_t)time->boottime_ms);
}

enum err entry_header_encode(const struct entry_header *header, enum entry_form form, void *out,
                             size_t cap, size_t *len)
{
    assert(header->kiosk[0] && memchr(header->kiosk, 0, sizeof header->kiosk));
    assert(header->epoch && header->seq && header->kind > ENTRY_NONE && header->kind <= KIND_MAX);
    assert(time_sound(&header->time));
    if (!utf8_is_plain(span_of_text(header->kiosk)))
        return ERR_INVALID;

    struct cbor_writer w;
    cbor_writer_init(&w, out, cap);
    cbor_put_map(&w, form_pairs(form));
    cbor_put_uint(&w, KEY_VERSION);
    cbor_put_uint(&w, ENTRY_VERSION);
    cbor_put_uint(&w, KEY_KIOSK);
    cbor_put_text(&w, header->kiosk);
    cbor_put_uint(&w, KEY_EPOCH);
    cbor_put_uint(&w, header->epoch);
    cbor_put_uint(&w, KEY_SEQ);
    cbor_put_uint(&w, header->seq);
    cbor_put_uint(&w, KEY_KIND);
    cbor_put_uint(&w, header->kind);
    time_put(&w, &header->time);
    if (form == ENTRY_WHOLE) {
        cbor_put_uint(&w, KEY_PAYLOAD_HASH);
        cbor_put_bytes(&w, span_of(header->payload_hash, sizeof header->payload_hash));
        cbor_put_uint(&w, KEY_PREV);
        cbor_put_bytes(&w, span_of(header->prev, sizeof header->prev));
    }
    struct span written;
    enum err err = cbor_writer_finish(&w, &written);
    if (!err)
        *len = written.len;
    return err;
}

/* Reads the next key; false if it is another one. */
static bool key_is(struct cbor_reader *r, int64_t *previous, int64_t key)
{
    return cbor_get_key(r, previous) == key;
}

static bool time_get(struct cbor_reader *r, int64_t *previous, struct clock_reading *time)
{
    bool keys = key_is(r, previous, KEY_WALL);
    time->wall_ms = cbor_get_int(r);
    keys &= key_is(r, previous, KEY_ZONE);
    time->zone = (enum clock_zone)cbor_get_uint(r, CLOCK_WIT);
    keys &= key_is(r, previous, KEY_QUALITY);
    time->quality = (enum clock_quality)cbor_get_uint(r, CLOCK_SYNCED);
    keys &= key_is(r, previous, KEY_UNCERTAINTY);
    time->uncertainty_s = (uint32_t)cbor_get_uint(r, UINT32_MAX);
    keys &= key_is(r, previous, KEY_BOOT_ID);
    cbor_get_bytes_exact(r, time->boot_id, sizeof time->boot_id);
    keys &= key_is(r, previous, KEY_BOOT_TIME);
    time->boottime_ms = (int64_t)cbor_get_uint(r, INT64_MAX);
    return keys && time_sound(time);
}

enum err entry_header_decode(struct span bytes, enum entry_form form, struct entry_header *out)
{
    struct entry_header header = {0};
    struct cbor_reader r;
    int64_t previous = -1;

    cbor_reader_init(&r, bytes);
    bool sound = cbor_get_map(&r, KEY_PREV) == form_pairs(form);
    sound &= key_is(&r, &previous, KEY_VERSION) && cbor_get_uint(&r, UINT32_MAX) == ENTRY_VERSION;
    sound &= key_is(&r, &previous, KEY_KIOSK);
    cbor_get_text(&r, header.kiosk, sizeof header.kiosk);
    sound &= key_is(&r, &previous, KEY_EPOCH);
    header.epoch = (uint32_t)cbor_get_uint(&r, UINT32_MAX);
    sound &= key_is(&r, &previous, KEY_SEQ);
    header.seq = cbor_get_uint(&r, INT64_MAX); /* what a database can number */
    sound &= key_is(&r, &previous, KEY_KIND);
    header.kind = (enum entry_kind)cbor_get_uint(&r, KIND_MAX);
    sound &= time_get(&r, &previous, &header.time);
    if (form == ENTRY_WHOLE) {
        sound &= key_is(&r, &previous, KEY_PAYLOAD_HASH);
        cbor_get_bytes_exact(&r, header.payload_hash, sizeof header.payload_hash);
        sound &= key_is(&r, &previous, KEY_PREV);
        cbor_get_bytes_exact(&r, header.prev, sizeof header.prev);
    }
    sound &= header.kiosk[0] && header.epoch && header.seq && header.kind;
    if (cbor_reader_finish(&r) || !sound)
        return ERR_INVALID;
    *out = header;
    return ERR_OK;
}

const char *entry_kind_name(enum entry_kind kind)
{
    switch (kind) {
#define NAME_ROW(name, value)                                                                      \
    case ENTRY_##name:                                                                             \
        return #name;
        ENTRY_KINDS(NAME_ROW)
#undef NAME_ROW
    case ENTRY_NONE:
        break;
    }
    return "UNKNOWN";
}

const char *entry_mode_name(enum entry_mode mode)
{
    switch (mode) {
    case MODE_LIVE:
        return "LIVE";
    case MODE_TRAINING:
        return "TRAINING";
    case MODE_DESK:
        return "DESK";
    }
    return "UNKNOWN";
}
