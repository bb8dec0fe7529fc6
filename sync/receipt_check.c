/* Receipts are believed only after all of this: signature, kiosk, nonce, and our own history.
 *
 * A receipt that verifies but names another head means that two histories of this kiosk exist (a
 * copied disk, a stolen key, a registry mixing up kiosks); one that is ahead of us means that our
 * storage went back in time. Both are for people to hear about, and neither may ever cause an entry
 * to be dropped or a number to be used again.
 */
#include "receipt_check.h"

enum err receipt_open(const struct receipt_terms *terms, struct span envelope, struct receipt *out,
                      const char **why)
{
    struct span payload;
    struct receipt receipt;
    enum err err = cose_open(terms->key, envelope, &payload);
    if (err == ERR_OK)
        err = receipt_decode(payload, &receipt);
    if (err != ERR_OK) {
        *why = err == ERR_AUTH ? "the receipt is not signed by the registry's receipt key"
                               : "the answer is no receipt";
        return err;
    }
    if (strcmp(receipt.kiosk, terms->kiosk) != 0) {
        *why = "the receipt is for another kiosk";
        return ERR_AUTH;
    }
    if (memcmp(receipt.nonce, terms->nonce, sizeof receipt.nonce) != 0) {
        *why = "the receipt is not for this request";
        return ERR_AUTH;
    }
    if (receipt.next == 0) {
        *why = "the receipt has no next number";
        return ERR_INVALID;
    }
    *out = receipt;
    return ERR_OK;
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
