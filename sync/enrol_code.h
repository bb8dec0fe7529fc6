/* The code that a kiosk enrols with: who the registry is, and the right to join it once.
 *
 * Made by the centre, read aloud over the telephone or copied from paper, typed in at the kiosk:
 *
 *   3QNDS-QVQG5-...-Y04SR   nine groups of four symbols and a check symbol
 *
 * 36 symbols of five bits: version (4 bits), the first 96 bits of SHA-256 of the CA's certificate
 * (DER), a secret of 80 bits. The fingerprint is what a stranger's CA would have to meet (a second
 * preimage), the secret what the registry knows by its hash alone. Symbols are Crockford's base 32:
 * digits and letters without I, L, O and U; reading takes I and L for 1, O for 0, either case, and
 * spaces or hyphens anywhere. A check symbol belongs to its group and its place, so one wrong
 * symbol, two neighbours swapped, or two groups swapped are found, and the group is named. Pure;
 * pamit-sync and pamit-registry.
 */
#ifndef PAMIT_ENROL_CODE_H
#define PAMIT_ENROL_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "sign.h"

#define ENROL_CODE_GROUPS      9
#define ENROL_CODE_GROUP_LEN   5
#define ENROL_CODE_FINGERPRINT 12
#define ENROL_CODE_SECRET      10
#define ENROL_CODE_TEXT_LEN    (ENROL_CODE_GROUPS * (ENROL_CODE_GROUP_LEN + 1)) /* with its NUL */
#define ENROL_CODE_TYPED_MAX   256

struct enrol_code {
    uint8_t fingerprint[ENROL_CODE_FINGERPRINT];
    uint8_t secret[ENROL_CODE_SECRET];
};

/* Zero, the safe one, is no code. */
enum enrol_code_read {
    ENROL_CODE_TOO_LONG = 0, /* or far too long */
    ENROL_CODE_TOO_SHORT,
    ENROL_CODE_BAD_SYMBOL, /* in `group`: no letter or digit of ours */
    ENROL_CODE_BAD_GROUP,  /* `group` does not agree with its check symbol */
    ENROL_CODE_BAD_VERSION,
    ENROL_CODE_GOOD,
};

/* `out` only if GOOD; `*group` is 1 .. ENROL_CODE_GROUPS, or 0 where none is to blame. */
enum enrol_code_read enrol_code_parse(const char *text, struct enrol_code *out, unsigned *group);
void enrol_code_format(const struct enrol_code *code, char out[ENROL_CODE_TEXT_LEN]);

/* What the registry keeps of a secret. Needs sign_init, as the next one does. */
void enrol_code_hash(const uint8_t secret[ENROL_CODE_SECRET], uint8_t out[SIGN_HASH_LEN]);
/* What a code has of a CA: its certificate as DER. */
void enrol_code_fingerprint(struct span ca_der, uint8_t out[ENROL_CODE_FINGERPRINT]);

#endif
