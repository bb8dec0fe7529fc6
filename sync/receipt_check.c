/* Receipts are believed only after all of this: signature, kiosk, nonce.
 *
 * What it then says of our history is judged as everywhere, see journal_receipt.h.
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
