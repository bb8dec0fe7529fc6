/* Seals and opens envelopes from the command line, for tests/system/test_cose_independent.py.
 *
 * cose_tool seal PRIVATE.pem    payload on stdin, envelope on stdout
 * cose_tool open PUBLIC.pem     envelope on stdin, payload on stdout
 * cose_tool raw                 one CBOR item on stdin: does our reader accept it?
 * Exit code 0, or 1 with the failure's words on stderr. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cbor.h"
#include "sign.h"

#define INPUT_MAX (1u << 20)

static uint8_t input[INPUT_MAX];
static uint8_t output[INPUT_MAX + SIGN_COSE_OVERHEAD];

static int failed(enum err err, const char *why)
{
    fprintf(stderr, "%s: %s\n", err_text(err), why);
    return 1;
}

static int seal(const char *path, struct span payload)
{
    char why[SIGN_WHY_LEN] = "";
    struct sign_key *key = NULL;
    size_t len = 0;
    enum err err = sign_key_load(path, &key, why);
    if (!err)
        err = cose_seal(key, payload, output, sizeof output, &len);
    sign_key_close(key);
    if (err)
        return failed(err, why);
    return fwrite(output, 1, len, stdout) == len ? 0 : 1;
}

static int open_envelope(const char *path, struct span envelope)
{
    char why[SIGN_WHY_LEN] = "";
    struct verify_key *key = NULL;
    struct span payload = {0};
    enum err err = verify_key_load(path, &key, why);
    if (!err)
        err = cose_open(key, envelope, &payload);
    verify_key_close(key);
    if (err)
        return failed(err, why);
    return fwrite(payload.p, 1, payload.len, stdout) == payload.len ? 0 : 1;
}

static int raw(struct span item)
{
    struct cbor_reader r;
    cbor_reader_init(&r, item);
    cbor_get_raw(&r);
    const enum err err = cbor_reader_finish(&r);
    return err ? failed(err, "not deterministic CBOR of ours") : 0;
}

int main(int argc, char **argv)
{
    const struct span in = span_of(input, fread(input, 1, sizeof input, stdin));
    const enum err err = sign_init();
    if (err)
        return failed(err, "sign_init");
    if (argc == 3 && strcmp(argv[1], "seal") == 0)
        return seal(argv[2], in);
    if (argc == 3 && strcmp(argv[1], "open") == 0)
        return open_envelope(argv[2], in);
    if (argc == 2 && strcmp(argv[1], "raw") == 0)
        return raw(in);
    fprintf(stderr, "usage: %s seal PRIVATE.pem | open PUBLIC.pem | raw\n", argv[0]);
    return 2;
}
