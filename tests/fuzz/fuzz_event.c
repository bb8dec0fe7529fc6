/* Crossings out of entries from anywhere, as the registry exports them: whatever decodes has a line
 * of JSON and one of CSV, and a place among the pairs.
 *
 * The input is crossings behind each other: 8 bytes of a clock, 1 byte of flags, then the payloads
 * of a PRESENTED and of a DECIDED, each behind 2 bytes of its length. Numbers are little-endian.
 */
#include <stdlib.h>
#include <string.h>

#include "event_pairing.h"

#define CROSSINGS_MAX 4
#define FLAG_DECIDED  1
#define FLAG_VOIDED   2
#define FLAG_UNKNOWN  4 /* the clock's quality */

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool bytes_take(struct span *input, size_t len, struct span *out)
{
    if (input->len < len)
        return false;
    *out = span_of(input->p, len);
    *input = span_of(input->p + len, input->len - len);
    return true;
}

static bool payload_take(struct span *input, struct span *out)
{
    struct span len;
    return bytes_take(input, 2, &len) &&
           bytes_take(input, (size_t)len.p[0] | (size_t)len.p[1] << 8, out);
}

static bool crossing_take(struct span *input, struct event *out)
{
    struct span head, presented, decided;
    uint64_t wall = 0;
    if (!bytes_take(input, 9, &head) || !payload_take(input, &presented) ||
        !payload_take(input, &decided))
        return false;
    for (size_t i = 8; i-- > 0;)
        wall = wall << 8 | head.p[i];
    if (entry_presented_decode(presented, &out->presented) != ERR_OK ||
        entry_decided_decode(decided, &out->decision) != ERR_OK)
        return false;
    struct entry_header *header = &out->presented_entry.header;
    memcpy(header->kiosk, "CGK-03-0412", sizeof "CGK-03-0412");
    memcpy(&header->time.wall_ms, &wall, sizeof wall);
    header->time.quality = head.p[8] & FLAG_UNKNOWN ? CLOCK_UNKNOWN : CLOCK_SYNCED;
    out->decided_entry = out->void_entry = out->presented_entry;
    out->decided = (head.p[8] & FLAG_DECIDED) != 0;
    out->voided = out->decided && (head.p[8] & FLAG_VOIDED) != 0;
    return true;
}

static void event_write(const struct event *event)
{
    char line[1 << 16];
    json_t *json = event_to_json(event);
    require(json != NULL);
    FILE *out = fmemopen(line, sizeof line, "w");
    require(out && event_csv_row(json, out));
    require(json_dumpf(json, out, EVENT_JSON_FLAGS | JSON_ENSURE_ASCII) == 0);
    require(fclose(out) == 0);
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct event events[CROSSINGS_MAX];
    struct event_pairing *pairing = event_pairing_open();
    struct span input = span_of(data, len);
    size_t n = 0;
    memset(events, 0, sizeof events);
    require(pairing != NULL);
    for (; n < CROSSINGS_MAX && crossing_take(&input, &events[n]); n++) {
        events[n].first_seq = n + 1;
        events[n].presented_entry.hash[0] = (uint8_t)n;
        require(event_pairing_add(pairing, &events[n]) == ERR_OK);
    }
    require(event_pairing_solve(pairing) == ERR_OK);
    for (size_t i = 0; i < n; i++) {
        event_pairing_tell(pairing, &events[i]);
        event_write(&events[i]);
    }
    event_pairing_close(pairing);
    return 0;
}
