/* cose_open under any bytes: no crash, and what it accepts has one form: an envelope rebuilt from
 * the payload and the signature it carries is the same bytes. The key is RFC 6979 A.2.5's. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define ENVELOPE_MAX 4096

static const uint8_t point[SIGN_POINT_LEN] = {
    0x04, 0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31, 0xc9, 0x61, 0xeb, 0x74,
    0xc6, 0x35, 0x6d, 0x68, 0xc0, 0x49, 0xb8, 0x92, 0x3b, 0x61, 0xfa, 0x6c, 0xe6,
    0x69, 0x62, 0x2e, 0x60, 0xf2, 0x9f, 0xb6, 0x79, 0x03, 0xfe, 0x10, 0x08, 0xb8,
    0xbc, 0x99, 0xa4, 0x1a, 0xe9, 0xe9, 0x56, 0x28, 0xbc, 0x64, 0xf2, 0xf1, 0xb2,
    0x0c, 0x2d, 0x7e, 0x9f, 0x51, 0x77, 0xa3, 0xc2, 0x94, 0xd4, 0x46, 0x22, 0x99,
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void envelope_rebuild(const struct verify_key *key, struct span envelope,
                             struct span payload)
{
    uint8_t key_id[SIGN_KEY_ID_LEN];
    uint8_t again[ENVELOPE_MAX];
    size_t again_len;
    must(payload.p >= envelope.p && payload.len < envelope.len);
    if (envelope.len > sizeof again)
        return;
    verify_key_id(key, key_id);
    must(cose_join(key_id, payload, envelope.p + envelope.len - SIGN_LEN, again, sizeof again,
                   &again_len) == ERR_OK);
    must(again_len == envelope.len && memcmp(again, envelope.p, again_len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct verify_key *key = NULL;
    struct span payload = {0};
    must(sign_init() == ERR_OK && verify_key_from_point(point, &key) == ERR_OK);
    const struct span envelope = span_of(data, len);
    const enum err err = cose_open(key, envelope, &payload);
    must(err == ERR_OK || err == ERR_INVALID || err == ERR_AUTH);
    if (err == ERR_OK)
        envelope_rebuild(key, envelope, payload);
    else
        must(payload.p == NULL);
    verify_key_close(key);
    return 0;
}
