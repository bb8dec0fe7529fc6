/* Who this kiosk is to the registry: its key and its certificate, and a newer one on trial.
 *
 * The key is made once, when the kiosk enrols; certificates follow each other on it. A new one lies
 * beside the old one (TLS_CERT.next) until a contact with it was good, and only then takes its
 * place, by one rename: whatever is cut off when, there is a certificate that works. Enrolling puts
 * another one there, perhaps while we run: that one stays. pamit-sync.
 */
#ifndef PAMIT_IDENTITY_H
#define PAMIT_IDENTITY_H

#include "certificate.h"
#include "tls.h"

struct identity;

/* Errors as tls_context_open. A newer certificate that is not usable is removed. What `files`
 * points to and `clock` are borrowed until identity_close. */
MUST_CHECK enum err identity_open(const struct tls_files *files, const struct clock *clock,
                                  struct identity **out, char why[TLS_WHY_LEN]);
void identity_close(struct identity *identity);

/* What to connect with: the newer certificate if there is one. Who uses it beyond the next call of
 * one of the functions below keeps it (tls_context_keep). */
struct tls_context *identity_tls(const struct identity *identity);
/* Is a newer one due, by the registry's time? Not while one is on trial. */
bool identity_is_old(const struct identity *identity, int64_t now_s);
bool identity_is_on_trial(const struct identity *identity);

/* A certificate request by our key. */
MUST_CHECK enum err identity_request(const struct identity *identity, uint8_t *out, size_t cap,
                                     size_t *len, char why[TLS_WHY_LEN]);
/* Puts a certificate (DER) that came down on trial, in place of any that is. ERR_INVALID: it is not
 * what we asked for, and nothing has changed; else the disk's, or as below, and none is on trial.
 */
MUST_CHECK enum err identity_try(struct identity *identity, struct span der, char why[TLS_WHY_LEN]);
/* The one on trial was good for a contact: it is ours from now on. On failure it stays on trial;
 * but with ERR_OLD the kiosk has enrolled since we started, and none is. */
MUST_CHECK enum err identity_prove(struct identity *identity, char why[TLS_WHY_LEN]);
/* It was not: back to the old one. */
void identity_reject(struct identity *identity);

#endif
