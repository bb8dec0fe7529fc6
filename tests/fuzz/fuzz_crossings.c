/* `export events` over entries from anywhere, whatever they are marked as: nothing ends the walk,
 * and each crossing has a place among the pairs, a line of JSON and one of CSV.
 *
 * The input is entries behind each other: 1 byte of kind, 1 of mark and kiosk, then header and
 * payload, each behind 2 bytes of its length, the low one first.
 */
#include <stdlib.h>
#include <string.h>

#include "event_pairing.h"
#include "registry_crossings.h"

#define ENTRIES_MAX 64
#define MARK_MASK   7
#define KIOSK_OTHER 8

struct walk {
    struct event_pairing *pairing;
    bool is_pairing;
};

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

static bool part_take(struct span *input, struct span *out)
{
    struct span len;
    return bytes_take(input, 2, &len) &&
           bytes_take(input, (size_t)len.p[0] | (size_t)len.p[1] << 8, out);
}

static bool entry_take(struct span *input, struct registry_entry *out)
{
    struct span head;
    *out = (struct registry_entry){.received_ms = 1795305600000};
    if (!bytes_take(input, 2, &head) || !part_take(input, &out->header) ||
        !part_take(input, &out->payload))
        return false;
    out->kind = head.p[0];
    out->mark = (enum registry_mark)(head.p[1] & MARK_MASK);
    strcpy(out->kiosk, head.p[1] & KIOSK_OTHER ? "SUB-01-0001" : "CGK-03-0412");
    if (out->payload.len == 0)
        out->payload.p = NULL;
    return true;
}

static enum err crossing_tell(struct event *event, void *user)
{
    const struct walk *walk = user;
    char line[1 << 16];
    if (walk->is_pairing)
        return event_pairing_add(walk->pairing, event);
    event_pairing_tell(walk->pairing, event);
    json_t *json = event_to_json(event);
    require(json != NULL);
    FILE *out = fmemopen(line, sizeof line, "w");
    require(out && event_csv_row(json, out));
    require(json_dumpf(json, out, EVENT_JSON_FLAGS | JSON_ENSURE_ASCII) == 0);
    require(fclose(out) == 0);
    json_decref(json);
    return ERR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct walk walk = {.pairing = event_pairing_open()};
    struct registry_crossings *crossings = registry_crossings_open(crossing_tell, &walk);
    require(walk.pairing && crossings);
    for (int turn = 0; turn < 2; turn++) {
        struct span input = span_of(data, len);
        struct registry_entry entry;
        uint64_t n_left_out;
        walk.is_pairing = turn == 0;
        registry_crossings_begin(crossings);
        for (size_t i = 0; i < ENTRIES_MAX && entry_take(&input, &entry); i++)
            require(registry_crossings_take(crossings, &entry) == ERR_OK);
        require(registry_crossings_end(crossings, &n_left_out) == ERR_OK);
        require(!walk.is_pairing || event_pairing_solve(walk.pairing) == ERR_OK);
    }
    registry_crossings_close(crossings);
    event_pairing_close(walk.pairing);
    return 0;
}
