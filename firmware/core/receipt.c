/* Receipts: nine fixed keys, all always there, and a tenth that is there unless it is zero, so that
 * one receipt has one encoding and those from before there were lists still open. */
#include "receipt.h"

#include <assert.h>

enum {
    KEY_VERSION = 1,
    KEY_KIOSK,
    KEY_EPOCH,
    KEY_NEXT,
    KEY_HEAD,
    KEY_TIME,
    KEY_NONCE,
    KEY_POLICY,
    KEY_PLACEMENTS,
    KEY_LISTS,
};

enum err receipt_encode(const struct receipt *receipt, void *out, size_t cap, size_t *len)
{
    assert(receipt->kiosk[0] && memchr(receipt->kiosk, 0, sizeof receipt->kiosk));
    assert(receipt->next > 0);

    struct cbor_writer w;
    cbor_writer_init(&w, out, cap);
    cbor_put_map(&w, receipt->lists_version ? KEY_LISTS : KEY_PLACEMENTS);
    cbor_put_uint(&w, KEY_VERSION);
    cbor_put_uint(&w, RECEIPT_VERSION);
    cbor_put_uint(&w, KEY_KIOSK);
    cbor_put_text(&w, receipt->kiosk);
    cbor_put_uint(&w, KEY_EPOCH);
    cbor_put_uint(&w, receipt->epoch);
    cbor_put_uint(&w, KEY_NEXT);
    cbor_put_uint(&w, receipt->next);
    cbor_put_uint(&w, KEY_HEAD);
    cbor_put_bytes(&w, span_of(receipt->head, sizeof receipt->head));
    cbor_put_uint(&w, KEY_TIME);
    cbor_put_int(&w, receipt->registry_ms);
    cbor_put_uint(&w, KEY_NONCE);
    cbor_put_bytes(&w, span_of(receipt->nonce, sizeof receipt->nonce));
    cbor_put_uint(&w, KEY_POLICY);
    cbor_put_uint(&w, receipt->policy_version);
    cbor_put_uint(&w, KEY_PLACEMENTS);
    cbor_put_uint(&w, receipt->placements_version);
    if (receipt->lists_version) {
        cbor_put_uint(&w, KEY_LISTS);
        cbor_put_uint(&w, receipt->lists_version);
    }

    struct span written;
    enum err err = cbor_writer_finish(&w, &written);
    if (!err)
        *len = written.len;
    return err;
}

static bool head_is_none(const struct receipt *receipt)
{
    static const uint8_t none[SIGN_HASH_LEN];
    return memcmp(receipt->head, none, sizeof none) == 0;
}

enum err receipt_decode(struct span payload, struct receipt *out)
{
    struct receipt receipt = {0};
    struct cbor_reader r;
    int64_t previous = -1;

    cbor_reader_init(&r, payload);
    const size_t n_keys = cbor_get_map(&r, KEY_LISTS);
    bool sound = n_keys == KEY_PLACEMENTS || n_keys == KEY_LISTS;
    sound &= cbor_get_key(&r, &previous) == KEY_VERSION;
    sound &= cbor_get_uint(&r, UINT32_MAX) == RECEIPT_VERSION;
    sound &= cbor_get_key(&r, &previous) == KEY_KIOSK;
    cbor_get_text(&r, receipt.kiosk, sizeof receipt.kiosk);
    sound &= cbor_get_key(&r, &previous) == KEY_EPOCH;
    receipt.epoch = (uint32_t)cbor_get_uint(&r, UINT32_MAX);
    sound &= cbor_get_key(&r, &previous) == KEY_NEXT;
    receipt.next = cbor_get_uint(&r, INT64_MAX);
    sound &= cbor_get_key(&r, &previous) == KEY_HEAD;
    cbor_get_bytes_exact(&r, receipt.head, sizeof receipt.head);
    sound &= cbor_get_key(&r, &previous) == KEY_TIME;
    receipt.registry_ms = cbor_get_int(&r);
    sound &= cbor_get_key(&r, &previous) == KEY_NONCE;
    cbor_get_bytes_exact(&r, receipt.nonce, sizeof receipt.nonce);
    sound &= cbor_get_key(&r, &previous) == KEY_POLICY;
    receipt.policy_version = cbor_get_uint(&r, UINT64_MAX);
    sound &= cbor_get_key(&r, &previous) == KEY_PLACEMENTS;
    receipt.placements_version = cbor_get_uint(&r, UINT64_MAX);
    if (n_keys == KEY_LISTS) {
        sound &= cbor_get_key(&r, &previous) == KEY_LISTS;
        receipt.lists_version = cbor_get_uint(&r, UINT64_MAX);
        sound &= receipt.lists_version > 0;
    }
    /* It holds entries, and says their epoch and head, or it holds none and says neither. */
    bool none = receipt.next == 1;
    sound &= receipt.kiosk[0] && receipt.next > 0;
    sound &= none == (receipt.epoch == 0) && none == head_is_none(&receipt);
    if (cbor_reader_finish(&r) || !sound)
        return ERR_INVALID;
    *out = receipt;
    return ERR_OK;
}
