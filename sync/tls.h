/* TLS to the registry, the client's half (mbedTLS 2.28 or 3.6).
 *
 * Both ends prove who they are: we trust one CA and nothing else, the registry's certificate must
 * be for the host we asked for, and we show our own. TLS 1.2 at least, 1.3 where the library has
 * it. No session is resumed (resumption skips verification), and max_fragment_length is never asked
 * for.
 *
 * Non-blocking: each function does what it can and says what it waits for. pamit-sync only.
 */
#ifndef PAMIT_TLS_H
#define PAMIT_TLS_H

#include <stddef.h>

#include "err.h"
#include "span.h"

#define TLS_WHY_LEN 256

/* What is read once and used for every connection. */
struct tls_context;

struct tls_files {
    const char *ca_cert;  /* PEM, one or more certificates: the only ones trusted */
    const char *tls_cert; /* PEM, our own, with intermediates if there are any */
    const char *tls_key;  /* PEM, P-256, 0600 */
    const char *kiosk;    /* the common name that our certificate must have */
};

/* What the dates of the registry's certificate are judged by: a SYNCED clock, else its floor, that
 * is the registry's own last word, or a clock of ours that was set and says less. An hour that
 * nobody vouches for refuses nothing: a clock of 1970 or 2099 must not cut the kiosk off from the
 * one that could tell it better. */
struct clock;

/* Reads and checks the files. ERR_MISSING, ERR_DENIED (others may use the key), ERR_INVALID (not
 * what it should be; the key is another certificate's; another kiosk's); `why` names the file and
 * the reason. Needs sign_init. An expired certificate is no failure: the registry decides.
 * `clock` is borrowed until tls_context_close. */
MUST_CHECK enum err tls_context_open(const struct tls_files *files, const struct clock *clock,
                                     struct tls_context **out, char why[TLS_WHY_LEN]);
/* Is a certificate that came down (DER) one for `files->kiosk`, of the key in `files->tls_key`?
 * ERR_INVALID with `why`; else what the key file's reading gives. The rest the registry judges. */
MUST_CHECK enum err tls_certificate_check(const struct tls_files *files, struct span der,
                                          char why[TLS_WHY_LEN]);

/* For a kiosk that has no certificate yet: one CA is trusted, as above, and none of ours is shown.
 * ERR_INVALID: `ca_der` is no certificate. */
MUST_CHECK enum err tls_context_open_to(struct span ca_der, const struct clock *clock,
                                        struct tls_context **out);
/* For what needs no trust: anybody may answer. Whatever comes over it proves itself, or is not
 * believed; nothing that is secret goes over it. */
MUST_CHECK enum err tls_context_open_unverified(struct tls_context **out);
/* One more owner of it, who closes it too. */
void tls_context_keep(struct tls_context *context);
/* The last owner's frees it. NULL is fine. */
void tls_context_close(struct tls_context *context);

enum tls_progress {
    TLS_FAILED = 0, /* refused, by us or by them; tls_why says why; close it */
    TLS_DONE,
    TLS_WANT_READ,  /* call again when the socket is readable */
    TLS_WANT_WRITE, /* ... writable */
    TLS_ENDED,      /* the other end closed, in good order or not; close it */
};

struct tls;

/* Prepares a connection over `fd`, a connected non-blocking socket that stays the caller's, to the
 * registry named `host`. `context` is borrowed until tls_close. ERR_MEMORY, ERR_INVALID (`host` is
 * no name). */
MUST_CHECK enum err tls_open(const struct tls_context *context, int fd, const char *host,
                             struct tls **out);
/* Tells the other end, if it can be told at once, and forgets the connection. */
void tls_close(struct tls *tls);

/* TLS_DONE: the registry is who it should be. That it accepts us is certain only with its first
 * answer: under TLS 1.3 a refused certificate shows at the first tls_read. */
enum tls_progress tls_handshake(struct tls *tls);

/* Writes from the front of `*left` and shortens it; TLS_DONE when nothing is left. After a WANT the
 * next call must pass the same bytes. */
enum tls_progress tls_write(struct tls *tls, struct span *left);

/* TLS_DONE with 1 .. cap bytes. */
enum tls_progress tls_read(struct tls *tls, void *out, size_t cap, size_t *len);

/* "TLSv1.3"; static. After the handshake. */
const char *tls_version(const struct tls *tls);

/* Why it failed or ended, one line, no secrets. "" before that. Good until tls_close. */
const char *tls_why(const struct tls *tls);

#endif
