/* What makes an entry one of this journal: its row's number, a header in the one encoding there is,
 * this kiosk's name, the hash of the entry before, and the payload that the header names. Whether
 * the header is signed is asked for many at a time (signature_crew.h).
 */
#include "journal_check.h"

enum journal_fault journal_check_header(const struct journal_check *check,
                                        const struct stored_entry *stored,
                                        struct entry_header *header)
{
    if (stored->seq != check->head.seq + 1)
        return JOURNAL_MISSING;
    if (entry_header_decode(stored->header, ENTRY_WHOLE, header) ||
        stored->signature.len != SIGN_LEN)
        return JOURNAL_UNREADABLE;
    if (strcmp(header->kiosk, check->kiosk) != 0)
        return JOURNAL_FOREIGN;
    if (header->seq != stored->seq)
        return JOURNAL_MISPLACED;
    if (memcmp(header->prev, check->head.hash, sizeof header->prev) != 0 ||
        header->epoch < check->head.epoch)
        return JOURNAL_CHAIN_BROKEN;
    return JOURNAL_SOUND;
}

enum err journal_check_payload(struct journal_check *check, const struct stored_entry *stored,
                               const struct entry_header *header, enum journal_fault *fault)
{
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    *fault = JOURNAL_SOUND;
    if (!check->days->wrap)
        return ERR_OK;
    const enum err err = payload_open(check->days, stored, header, payload, &len);
    if (!err && len == 0)
        check->purged++;
    if (err != ERR_CORRUPT)
        return err;
    *fault = JOURNAL_BAD_PAYLOAD;
    return ERR_OK;
}

void journal_check_go_on(struct journal_check *check, const struct stored_entry *stored,
                         const struct entry_header *header)
{
    check->head = (struct journal_head){.epoch = header->epoch, .seq = header->seq};
    sign_hash(stored->header, check->head.hash);
}
