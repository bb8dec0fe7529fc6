/* Requests and answers of enrolment: fixed keys, all there, one encoding each. */
#include "wire_enrol.h"

#include <assert.h>
#include <stdio.h>

#include "cbor.h"

const char wire_ca_target[] = "/v1/ca";
const char wire_enrol_target[] = "/v1/enrol";
const char wire_enrol_type[] = "application/octet-stream";
const char wire_certificate_target[] = "/v1/certificate";
const char wire_certificate_type[] = "application/pkcs10";

enum request_key {
    REQUEST_VERSION = 1,
    REQUEST_KIOSK,
    REQUEST_SECRET,
    REQUEST_CSR,
};

enum answer_key {
    ANSWER_VERSION = 1,
    ANSWER_KIOSK,
    ANSWER_CERTIFICATE,
    ANSWER_CA,
    ANSWER_RECEIPT_POINT,
    ANSWER_POLICY_POINT,
    ANSWER_HOST,
    ANSWER_PORT,
};

bool wire_kiosk_is_sound(const char *kiosk)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
    const size_t len = strlen(kiosk);
    return len > 0 && len < ENTRY_KIOSK_LEN && strspn(kiosk, allowed) == len;
}

static enum err finish(const struct cbor_writer *w, size_t *len)
{
    struct span written;
    const enum err err = cbor_writer_finish(w, &written);
    if (!err)
        *len = written.len;
    return err;
}

static void get_known_key(struct cbor_reader *r, unsigned key)
{
    r->bad |= cbor_get_uint(r, UINT8_MAX) != key;
}

/* A map of all keys up to `last`, the first of which is the version. */
static void get_start(struct cbor_reader *r, unsigned last)
{
    r->bad |= cbor_get_map(r, last) != last;
    get_known_key(r, 1);
    r->bad |= cbor_get_uint(r, UINT8_MAX) != WIRE_ENROL_VERSION;
}

static void get_kiosk(struct cbor_reader *r, unsigned key, char out[ENTRY_KIOSK_LEN])
{
    get_known_key(r, key);
    cbor_get_text(r, out, ENTRY_KIOSK_LEN);
    r->bad |= !wire_kiosk_is_sound(out);
}

/* At least one byte. */
static struct span get_filled(struct cbor_reader *r, unsigned key, size_t len_max)
{
    get_known_key(r, key);
    const struct span bytes = cbor_get_bytes(r, len_max);
    r->bad |= bytes.len == 0;
    return bytes;
}

static void put_bytes(struct cbor_writer *w, unsigned key, struct span bytes)
{
    cbor_put_uint(w, key);
    cbor_put_bytes(w, bytes);
}

/* ---- request --------------------------------------------------------------------------------- */

static enum err request_encode(const struct wire_enrol *request, void *out, size_t cap, size_t *len)
{
    assert(wire_kiosk_is_sound(request->kiosk) && request->csr.len > 0);
    struct cbor_writer w;
    cbor_writer_init(&w, out, cap);
    cbor_put_map(&w, REQUEST_CSR);
    cbor_put_uint(&w, REQUEST_VERSION);
    cbor_put_uint(&w, WIRE_ENROL_VERSION);
    cbor_put_uint(&w, REQUEST_KIOSK);
    cbor_put_text(&w, request->kiosk);
    put_bytes(&w, REQUEST_SECRET, span_of(request->secret, sizeof request->secret));
    put_bytes(&w, REQUEST_CSR, request->csr);
    return finish(&w, len);
}

enum err wire_enrol_seal(const struct sign_key *entry_key, const struct wire_enrol *request,
                         void *out, size_t cap, size_t *len)
{
    uint8_t payload[WIRE_ENROL_MAX];
    size_t payload_len, envelope_len;
    if (cap < SIGN_POINT_LEN)
        return ERR_SIZE;
    enum err err = request_encode(request, payload, sizeof payload, &payload_len);
    if (!err)
        err = cose_seal(entry_key, span_of(payload, payload_len), (uint8_t *)out + SIGN_POINT_LEN,
                        cap - SIGN_POINT_LEN, &envelope_len);
    if (err)
        return err;
    sign_key_point(entry_key, out);
    *len = SIGN_POINT_LEN + envelope_len;
    return ERR_OK;
}

static enum err request_decode(struct span payload, struct wire_enrol *out)
{
    struct cbor_reader r;
    cbor_reader_init(&r, payload);
    get_start(&r, REQUEST_CSR);
    get_kiosk(&r, REQUEST_KIOSK, out->kiosk);
    get_known_key(&r, REQUEST_SECRET);
    cbor_get_bytes_exact(&r, out->secret, sizeof out->secret);
    out->csr = get_filled(&r, REQUEST_CSR, WIRE_CSR_MAX);
    return cbor_reader_finish(&r);
}

enum err wire_enrol_open(struct span body, struct wire_enrol *out)
{
    if (body.len <= SIGN_POINT_LEN || body.len > WIRE_ENROL_MAX)
        return ERR_INVALID;
    memcpy(out->entry_point, body.p, SIGN_POINT_LEN);
    struct verify_key *key;
    enum err err = verify_key_from_point(out->entry_point, &key);
    if (err)
        return err == ERR_MEMORY ? err : ERR_INVALID;
    struct span payload;
    err = cose_open(key, span_of(body.p + SIGN_POINT_LEN, body.len - SIGN_POINT_LEN), &payload);
    verify_key_close(key);
    return err ? err : request_decode(payload, out);
}

/* ---- answer ---------------------------------------------------------------------------------- */

enum err wire_enrolled_encode(const struct wire_enrolled *answer, void *out, size_t cap,
                              size_t *len)
{
    struct cbor_writer w;
    cbor_writer_init(&w, out, cap);
    cbor_put_map(&w, ANSWER_PORT);
    cbor_put_uint(&w, ANSWER_VERSION);
    cbor_put_uint(&w, WIRE_ENROL_VERSION);
    cbor_put_uint(&w, ANSWER_KIOSK);
    cbor_put_text(&w, answer->kiosk);
    put_bytes(&w, ANSWER_CERTIFICATE, answer->certificate);
    put_bytes(&w, ANSWER_CA, answer->ca);
    put_bytes(&w, ANSWER_RECEIPT_POINT,
              span_of(answer->receipt_point, sizeof answer->receipt_point));
    put_bytes(&w, ANSWER_POLICY_POINT, span_of(answer->policy_point, sizeof answer->policy_point));
    cbor_put_uint(&w, ANSWER_HOST);
    cbor_put_text(&w, answer->host);
    cbor_put_uint(&w, ANSWER_PORT);
    cbor_put_uint(&w, answer->port);
    return finish(&w, len);
}

enum err wire_enrolled_decode(struct span bytes, struct wire_enrolled *out)
{
    struct cbor_reader r;
    cbor_reader_init(&r, bytes);
    get_start(&r, ANSWER_PORT);
    get_kiosk(&r, ANSWER_KIOSK, out->kiosk);
    out->certificate = get_filled(&r, ANSWER_CERTIFICATE, WIRE_CERT_MAX);
    out->ca = get_filled(&r, ANSWER_CA, WIRE_CERT_MAX);
    get_known_key(&r, ANSWER_RECEIPT_POINT);
    cbor_get_bytes_exact(&r, out->receipt_point, sizeof out->receipt_point);
    get_known_key(&r, ANSWER_POLICY_POINT);
    cbor_get_bytes_exact(&r, out->policy_point, sizeof out->policy_point);
    get_known_key(&r, ANSWER_HOST);
    cbor_get_text(&r, out->host, sizeof out->host);
    r.bad |= !enrol_url_host_is_sound(out->host);
    get_known_key(&r, ANSWER_PORT);
    out->port = (uint32_t)cbor_get_uint(&r, UINT16_MAX);
    r.bad |= out->port == 0;
    return cbor_reader_finish(&r);
}
