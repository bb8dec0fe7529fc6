/* What travels when a kiosk enrols.
 *
 * On the registry's enrolment listener, where the server alone proves who it is:
 *
 * GET /v1/ca. 200 the CA's certificate, DER: what a code's fingerprint is held against, so that
 *   nobody has to be believed for it.
 * POST /v1/enrol, body: the entry key (a point), then COSE_Sign1 of a request by it. 200 answer;
 *   400; 403 with a line that says why; 429 and 503 with Retry-After.
 *
 * Request: CBOR map 1 version, 2 kiosk, 3 secret of the code, 4 certificate request of the TLS key
 * (PKCS #10, DER). The envelope proves that the kiosk has the entry key, the certificate request
 * that it has the TLS key, and the signature binds both to this code.
 *
 * Answer: CBOR map 1 version, 2 kiosk, 3 certificate, 4 CA's certificate (both DER), 5 receipt key,
 * 6 policy key (points), 7 host and 8 port for mutual TLS from now on.
 *
 * And over mutual TLS, when a certificate is old (certificate.h):
 *
 * POST /v1/certificate, body: certificate request of the TLS key. 200 COSE_Sign1 of the certificate
 *   (DER) by the receipt key; 400; 404 this registry issues none.
 *
 * Pure codecs; pamit-sync and pamit-registry. What a failed decode leaves in its output is of no
 * use.
 */
#ifndef PAMIT_WIRE_ENROL_H
#define PAMIT_WIRE_ENROL_H

#include "enrol_code.h"
#include "enrol_url.h"
#include "entry.h"

#define WIRE_ENROL_VERSION 1
#define WIRE_CSR_MAX       1024 /* of one P-256 key and a kiosk's id: about 220 bytes */
#define WIRE_CERT_MAX      4096 /* likewise; a CA's may carry more */
#define WIRE_ENROL_MAX     (WIRE_CSR_MAX + 512)
#define WIRE_ENROLLED_MAX  (2 * WIRE_CERT_MAX + 512)

extern const char wire_ca_target[];
extern const char wire_enrol_target[];
extern const char wire_enrol_type[]; /* of its body */
extern const char wire_certificate_target[];
extern const char wire_certificate_type[];

struct wire_enrol {
    char kiosk[ENTRY_KIOSK_LEN];
    uint8_t secret[ENROL_CODE_SECRET];
    uint8_t entry_point[SIGN_POINT_LEN];
    struct span csr; /* borrowed from the bytes decoded */
};

struct wire_enrolled {
    char kiosk[ENTRY_KIOSK_LEN];
    struct span certificate, ca; /* borrowed likewise */
    uint8_t receipt_point[SIGN_POINT_LEN], policy_point[SIGN_POINT_LEN];
    char host[ENROL_URL_HOST_LEN];
    uint32_t port;
};

/* An id as a certificate may carry it: 1 to 63 of letters, digits and "-._", harmless anywhere. */
bool wire_kiosk_is_sound(const char *kiosk);

/* Signs with the entry key; the request's own entry_point is not looked at. */
MUST_CHECK enum err wire_enrol_seal(const struct sign_key *entry_key,
                                    const struct wire_enrol *request, void *out, size_t cap,
                                    size_t *len);
/* ERR_INVALID: no request of ours; ERR_AUTH: not signed by the key that it names. */
MUST_CHECK enum err wire_enrol_open(struct span body, struct wire_enrol *out);

MUST_CHECK enum err wire_enrolled_encode(const struct wire_enrolled *answer, void *out, size_t cap,
                                         size_t *len);
MUST_CHECK enum err wire_enrolled_decode(struct span bytes, struct wire_enrolled *out);

#endif
