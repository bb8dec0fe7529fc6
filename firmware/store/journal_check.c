/* What makes an entry one of this journal: its row's number, a header in the one encoding there is,
 * this kiosk's name, the hash of the entry before, and the payload that the header names. Whether
 * the header is signed is asked for many at a time (signature_crew.h).
 */
#include "journal_check.h"

/* An EPOCH may leave numbers out and go on from another head: what it says of that is in its
 * payload. Nothing else may. */
enum journal_fault journal_check_header(const struct journal_check *check,
                                        const struct stored_entry *stored,
                                        struct entry_header *header)
{
    const struct journal_head *head = &check->head;
    const bool reads = entry_header_decode(stored->header, ENTRY_WHOLE, header) == ERR_OK;
    const bool begins = reads && header->kind == ENTRY_EPOCH && header->epoch > head->epoch;

    if (stored->seq != head->seq + 1 && !begins)
        return JOURNAL_MISSING;
    if (!reads || stored->signature.len != SIGN_LEN)
        return JOURNAL_UNREADABLE;
    if (strcmp(header->kiosk, check->kiosk) != 0)
        return JOURNAL_FOREIGN;
    if (header->seq != stored->seq)
        return JOURNAL_MISPLACED;
    if (!begins && (memcmp(header->prev, head->hash, sizeof header->prev) != 0 ||
                    header->epoch != head->epoch || header->kind == ENTRY_EPOCH))
        return JOURNAL_CHAIN_BROKEN;
    return JOURNAL_SOUND;
}

/* Does an EPOCH go on from what it says it does, and from no other end of this journal than the
 * entry before it? */
static enum journal_fault epoch_check(const struct journal_check *check,
                                      const struct entry_header *header, struct span payload)
{
    struct entry_epoch epoch;

    if (entry_epoch_decode(payload, &epoch))
        return JOURNAL_BAD_PAYLOAD;
    if (entry_epoch_fits(header, &epoch) && epoch.own_epoch == check->head.epoch &&
        epoch.own_seq == check->head.seq &&
        memcmp(epoch.own_head, check->head.hash, sizeof epoch.own_head) == 0)
        return JOURNAL_SOUND;
    return JOURNAL_CHAIN_BROKEN;
}

enum err journal_check_payload(struct journal_check *check, const struct stored_entry *stored,
                               const struct entry_header *header, enum journal_fault *fault)
{
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    struct entry_recovered recovered;
    struct entry_header original;
    size_t len = 0;

    *fault = JOURNAL_SOUND;
    if (!check->days->wrap)
        return ERR_OK;
    const enum err err = payload_open(check->days, stored, header, payload, &len);
    if (!err && len == 0)
        check->purged++;
    else if (!err && header->kind == ENTRY_EPOCH)
        *fault = epoch_check(check, header, span_of(payload, len));
    else if (!err && header->kind == ENTRY_RECOVERED &&
             entry_recovered_decode(span_of(payload, len), &recovered, &original))
        *fault = JOURNAL_BAD_PAYLOAD;
    if (err == ERR_CORRUPT)
        *fault = JOURNAL_BAD_PAYLOAD;
    return err == ERR_CORRUPT ? ERR_OK : err;
}

void journal_check_go_on(struct journal_check *check, const struct stored_entry *stored,
                         const struct entry_header *header)
{
    check->head = (struct journal_head){.epoch = header->epoch, .seq = header->seq};
    sign_hash(stored->header, check->head.hash);
}
