/* Signatures of many entries, checked by all processors. Internal to store.
 *
 * A signature costs a hundred times what all else of an entry does, and hangs on no other one: so
 * entries are collected, and a batch is checked by several threads, each with a key of its own
 * (sign.h). What comes out does not depend on how many there are.
 */
#ifndef PAMIT_SIGNATURE_CREW_H
#define PAMIT_SIGNATURE_CREW_H

#include "journal_format.h"

#define SIGNATURE_CREW_MAX  8 /* mbedTLS 2.28 holds 32 keys */
#define SIGNATURE_BATCH_MAX 256
#define SIGNATURES_EACH_MIN 16 /* fewer are not worth a thread */

struct signed_header {
    uint64_t seq;
    size_t len;
    uint8_t bytes[ENTRY_HEADER_MAX], signature[SIGN_LEN];
};

struct signature_crew {
    size_t n_keys;
    struct verify_key *keys[SIGNATURE_CREW_MAX]; /* of one signer */
    size_t n;
    struct signed_header batch[SIGNATURE_BATCH_MAX];
};

/* One thread a processor. After a failure only signature_crew_close is of use. */
MUST_CHECK enum err signature_crew_open(const struct verify_key *key, struct signature_crew *out);
void signature_crew_close(struct signature_crew *crew);
/* There is room, the header is within its bound, and the signature has SIGN_LEN bytes. */
void signature_crew_add(struct signature_crew *crew, const struct stored_entry *stored);
/* Empties the batch. `bad` is the first that is not signed, until the next is added; NULL: all are.
 */
MUST_CHECK enum err signature_crew_check(struct signature_crew *crew,
                                         const struct signed_header **bad);

#endif
