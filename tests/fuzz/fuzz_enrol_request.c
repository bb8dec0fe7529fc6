/* What strangers send to the enrolment listener: each input as a body, as a request that is signed
 * as it should be, and as a certificate request. What is taken is what its rules say. */
#include <stdlib.h>

#include "test_keys.h"
#include "registry_ca.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void body_open(struct span body)
{
    struct wire_enrol request;
    if (wire_enrol_open(body, &request) == ERR_OK &&
        (!wire_kiosk_is_sound(request.kiosk) || request.csr.len == 0 ||
         request.csr.len > WIRE_CSR_MAX))
        abort();
}

static void payload_open(struct span payload)
{
    static struct sign_key *key;
    uint8_t body[WIRE_ENROL_MAX];
    size_t envelope_len;
    if (!key)
        key = test_key(0);
    sign_key_point(key, body);
    if (cose_seal(key, payload, body + SIGN_POINT_LEN, sizeof body - SIGN_POINT_LEN,
                  &envelope_len) == ERR_OK)
        body_open(span_of(body, SIGN_POINT_LEN + envelope_len));
}

static void csr_open(struct span der)
{
    struct registry_csr *csr = NULL;
    uint8_t hash[SIGN_HASH_LEN];
    const char *why = NULL;
    const enum err err = registry_csr_open(der, "CGK-03-0412", &csr, &why);
    if (err ? !why : registry_csr_key(csr, hash) != ERR_OK)
        abort();
    if (!err)
        registry_csr_close(csr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (sign_init() != ERR_OK)
        abort();
    body_open(span_of(data, len));
    payload_open(span_of(data, len));
    csr_open(span_of(data, len));
    return 0;
}
