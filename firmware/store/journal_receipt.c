/* Receipts against our own history.
 *
 * A receipt that verifies but names another head means that two histories of this kiosk exist (a
 * copied disk, a stolen key, a registry mixing up kiosks); one that is ahead of us means that our
 * storage went back in time or is gone. Both are for people to hear about, and neither may ever
 * cause an entry to be dropped, to count as sent, or a number to be used again.
 */
#include "journal_receipt.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum err receipt_stored_open(const struct sync_state *state, const struct verify_key *key,
                             const char *kiosk, struct receipt *out)
{
    struct span payload;
    struct receipt receipt;

    if (state->receipt_len == 0)
        return ERR_MISSING;
    enum err err = cose_open(key, span_of(state->receipt, state->receipt_len), &payload);
    if (!err)
        err = receipt_decode(payload, &receipt);
    if (!err && (strcmp(receipt.kiosk, kiosk) != 0 || receipt.next != state->next))
        err = ERR_INVALID;
    if (!err)
        *out = receipt;
    return err;
}

enum receipt_standing receipt_compare(const struct receipt *receipt,
                                      const struct journal_head *head,
                                      const struct journal_head *at)
{
    static const uint8_t nothing[SIGN_HASH_LEN];
    const uint64_t last = receipt->next - 1;

    if (last == 0) {
        const bool empty =
            receipt->epoch == 0 && memcmp(receipt->head, nothing, sizeof nothing) == 0;
        return empty ? RECEIPT_AGREES : RECEIPT_FORKED;
    }
    if (last > head->seq)
        return RECEIPT_AHEAD;
    if (receipt->epoch != at->epoch || memcmp(receipt->head, at->hash, SIGN_HASH_LEN) != 0)
        return RECEIPT_FORKED;
    return RECEIPT_AGREES;
}

enum err journal_receipt_judge(struct journal_reader *reader, const struct receipt *receipt,
                               struct journal_head *head, enum receipt_standing *out)
{
    struct journal_head last, at = {0};
    enum err err = journal_reader_head(reader, &last);

    if (!err && receipt->next > 1 && receipt->next - 1 <= last.seq) {
        err = journal_reader_head_at(reader, receipt->next - 1, &at);
        if (err == ERR_MISSING)
            err = ERR_CORRUPT;
    }
    if (err)
        return err;
    *head = last;
    *out = receipt_compare(receipt, &last, &at);
    return ERR_OK;
}

void receipt_standing_say(enum receipt_standing standing, const struct receipt *receipt,
                          uint64_t last, char *out, size_t cap)
{
    const uint64_t theirs = receipt->next - 1;

    assert(standing != RECEIPT_AGREES);
    if (standing == RECEIPT_AHEAD)
        snprintf(out, cap,
                 "the registry has %" PRIu64 " entries of this kiosk, the journal ends at %" PRIu64
                 ": entries are missing",
                 theirs, last);
    else
        snprintf(out, cap,
                 "the registry has another entry %" PRIu64 " of this kiosk than the journal: two"
                 " histories",
                 theirs);
}
