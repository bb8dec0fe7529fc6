/* COSE_Sign1 (RFC 9052 4.2) in the one shape Pamit uses:
 *
 *     18([ << {1: -7, 4: h'key id'} >>, {}, h'payload', h'r || s' ])
 *
 * The protected header names ES256 and the signer; the unprotected one is empty, since what it
 * held would not be signed. What is signed is the hash of Sig_structure (4.4),
 *
 *     ["Signature1", protected, h'', payload]
 *
 * which is hashed piece by piece: payloads run from an entry's 150 bytes to a feed of megabytes.
 * An envelope that deviates (another algorithm, an untagged one, a detached payload, any other
 * header) is refused as ERR_INVALID before a key is used.
 */
#include "sign.h"

#include <assert.h>
#include <psa/crypto.h>

#include "cbor.h"
#include "cbor_head.h"
#include "psa_key.h"
#include "sign_digest.h"

#define COSE_SIGN1      18
#define COSE_HEADER_ALG 1
#define COSE_HEADER_KID 4
#define COSE_ALG_ES256  (-7)
#define PROTECTED_LEN   13 /* a2 01 26 04 48 and the key id */
#define STRUCTURE_START 64 /* Sig_structure up to its payload is 29 bytes and a head */

/* The protected header for a signer. */
static void protected_write(const uint8_t key_id[SIGN_KEY_ID_LEN], uint8_t out[PROTECTED_LEN])
{
    struct cbor_writer w;
    cbor_writer_init(&w, out, PROTECTED_LEN);
    cbor_put_map(&w, 2);
    cbor_put_uint(&w, COSE_HEADER_ALG);
    cbor_put_int(&w, COSE_ALG_ES256);
    cbor_put_uint(&w, COSE_HEADER_KID);
    cbor_put_bytes(&w, span_of(key_id, SIGN_KEY_ID_LEN));
    struct span written;
    const enum err err = cbor_writer_finish(&w, &written);
    assert(!err && written.len == PROTECTED_LEN);
}

/* Sig_structure up to and with the head of its payload. */
static size_t structure_write(const uint8_t key_id[SIGN_KEY_ID_LEN], size_t payload_len,
                              uint8_t out[STRUCTURE_START])
{
    uint8_t header[PROTECTED_LEN];
    uint8_t head[CBOR_HEAD_LEN_MAX];
    protected_write(key_id, header);
    const size_t head_len = cbor_head_write(
        (struct cbor_head){.kind = CBOR_BYTES, .value = payload_len}, head, sizeof head);
    struct cbor_writer w;
    cbor_writer_init(&w, out, STRUCTURE_START);
    cbor_put_array(&w, 4);
    cbor_put_text(&w, "Signature1");
    cbor_put_bytes(&w, span_of(header, sizeof header));
    cbor_put_bytes(&w, span_of("", 0));
    cbor_put_raw(&w, span_of(head, head_len));
    struct span written;
    const enum err err = cbor_writer_finish(&w, &written);
    assert(!err);
    return written.len;
}

enum err cose_digest(const uint8_t key_id[SIGN_KEY_ID_LEN], struct span payload,
                     uint8_t out[SIGN_HASH_LEN])
{
    uint8_t start[STRUCTURE_START];
    const size_t start_len = structure_write(key_id, payload.len, start);
    psa_hash_operation_t hash = PSA_HASH_OPERATION_INIT;
    size_t len;
    psa_status_t status = psa_hash_setup(&hash, PSA_ALG_SHA_256);
    if (status == PSA_SUCCESS)
        status = psa_hash_update(&hash, start, start_len);
    if (status == PSA_SUCCESS)
        status = psa_hash_update(&hash, payload.p, payload.len);
    if (status == PSA_SUCCESS)
        status = psa_hash_finish(&hash, out, SIGN_HASH_LEN, &len);
    if (status != PSA_SUCCESS)
        psa_hash_abort(&hash);
    return psa_key_err(status);
}

enum err cose_sign(const struct sign_key *key, struct span payload, uint8_t signature[SIGN_LEN])
{
    uint8_t key_id[SIGN_KEY_ID_LEN];
    uint8_t digest[SIGN_HASH_LEN];
    sign_key_id(key, key_id);
    const enum err err = cose_digest(key_id, payload, digest);
    return err ? err : sign_digest(key, digest, signature);
}

enum err cose_check(const struct verify_key *key, struct span payload,
                    const uint8_t signature[SIGN_LEN])
{
    uint8_t key_id[SIGN_KEY_ID_LEN];
    uint8_t digest[SIGN_HASH_LEN];
    verify_key_id(key, key_id);
    const enum err err = cose_digest(key_id, payload, digest);
    return err ? err : verify_digest(key, digest, signature);
}

enum err cose_join(const uint8_t key_id[SIGN_KEY_ID_LEN], struct span payload,
                   const uint8_t signature[SIGN_LEN], void *out, size_t cap, size_t *len)
{
    uint8_t header[PROTECTED_LEN];
    protected_write(key_id, header);
    struct cbor_writer w;
    cbor_writer_init(&w, out, cap);
    cbor_put_tag(&w, COSE_SIGN1);
    cbor_put_array(&w, 4);
    cbor_put_bytes(&w, span_of(header, sizeof header));
    cbor_put_map(&w, 0);
    cbor_put_bytes(&w, payload);
    cbor_put_bytes(&w, span_of(signature, SIGN_LEN));
    struct span written;
    const enum err err = cbor_writer_finish(&w, &written);
    if (!err)
        *len = written.len;
    return err;
}

enum err cose_seal(const struct sign_key *key, struct span payload, void *out, size_t cap,
                   size_t *len)
{
    uint8_t signature[SIGN_LEN];
    const enum err err = cose_sign(key, payload, signature);
    if (err)
        return err;
    uint8_t key_id[SIGN_KEY_ID_LEN];
    sign_key_id(key, key_id);
    return cose_join(key_id, payload, signature, out, cap, len);
}

static enum err protected_read(struct span header, uint8_t key_id[SIGN_KEY_ID_LEN])
{
    struct cbor_reader r;
    int64_t previous = -1;
    cbor_reader_init(&r, header);
    if (cbor_get_map(&r, 2) != 2 || cbor_get_key(&r, &previous) != COSE_HEADER_ALG ||
        cbor_get_int(&r) != COSE_ALG_ES256 || cbor_get_key(&r, &previous) != COSE_HEADER_KID)
        return ERR_INVALID;
    cbor_get_bytes_exact(&r, key_id, SIGN_KEY_ID_LEN);
    return cbor_reader_finish(&r);
}

enum err cose_open(const struct verify_key *key, struct span envelope, struct span *payload)
{
    uint8_t signature[SIGN_LEN];
    uint8_t signer[SIGN_KEY_ID_LEN];
    uint8_t ours[SIGN_KEY_ID_LEN];
    struct cbor_reader r;
    cbor_reader_init(&r, envelope);
    if (cbor_get_tag(&r) != COSE_SIGN1 || cbor_get_array(&r, 4) != 4)
        return ERR_INVALID;
    const struct span header = cbor_get_bytes(&r, PROTECTED_LEN);
    cbor_get_map(&r, 0);
    const struct span content = cbor_get_bytes(&r, envelope.len);
    cbor_get_bytes_exact(&r, signature, sizeof signature);
    if (cbor_reader_finish(&r) || protected_read(header, signer))
        return ERR_INVALID;
    verify_key_id(key, ours);
    if (memcmp(signer, ours, sizeof ours) != 0)
        return ERR_AUTH;
    const enum err err = cose_check(key, content, signature);
    if (!err)
        *payload = content;
    return err;
}
