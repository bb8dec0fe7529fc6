/* Journal entries: a signed header and a payload, both deterministic CBOR.
 *
 * The header chains (prev = SHA-256 of the previous header's encoding) and commits to the payload
 * (payload_hash = SHA-256 of its encoding). The payload starts with a random salt, so that a purged
 * one can't be guessed from its hash. COSE_Sign1 of the header with the kiosk's entry key is stored
 * as its bare signature (sign.h, cose_join rebuilds the envelope).
 *
 * Header map: 1 version, 2 kiosk, 3 epoch, 4 seq, 5 kind, 6 wall time (ms), 7 zone, 8 quality,
 * 9 uncertainty (s), 10 boot id, 11 boot time (ms), 12 payload_hash, 13 prev. On the wire a batch
 * leaves out 12 and 13: the receiver rebuilds them. Pure; any process.
 */
#ifndef PAMIT_ENTRY_H
#define PAMIT_ENTRY_H

#include "cbor.h"
#include "clock.h"
#include "decision.h"
#include "err.h"
#include "sign.h"
#include "verdict.h"

#define ENTRY_VERSION      1
#define ENTRY_KIOSK_LEN    64
#define ENTRY_SALT_LEN     16
#define ENTRY_HEADER_MAX   256
#define ENTRY_ORIGINAL_MAX 8192 /* a payload of any kind but RECOVERED */
/* A RECOVERED holds a header, its signature and the largest payload of another kind. */
#define ENTRY_PAYLOAD_MAX (ENTRY_ORIGINAL_MAX + ENTRY_HEADER_MAX + 128)
#define ENTRY_OFFICER_LEN 64
#define ENTRY_NOTE_LEN    1024
#define ENTRY_PLACE_LEN   64

/* clang-format 14 never settles on this list. */
/* clang-format off */
#define ENTRY_KINDS(X) \
    X(PRESENTED, 1)    \
    X(DECIDED, 2)      \
    X(SECONDARY, 3)    \
    X(REFERRAL, 4)     \
    X(CORRECTION, 5)   \
    X(VOID, 6)         \
    X(BACKFILL, 7)     \
    X(NOTE, 8)         \
    X(SHIFT, 9)        \
    X(ACCESS, 10)      \
    X(PURGE, 11)       \
    X(EPOCH, 12)       \
    X(POLICY, 13)      \
    X(HEALTH, 14)      \
    X(RECOVERED, 15)
/* clang-format on */

enum entry_kind {
    ENTRY_NONE = 0,
#define ENTRY_ROW(name, value) ENTRY_##name = value,
    ENTRY_KINDS(ENTRY_ROW)
#undef ENTRY_ROW
};

struct entry_header {
    char kiosk[ENTRY_KIOSK_LEN];
    uint32_t epoch; /* from 1 */
    uint64_t seq;   /* from 1, rises over epochs, never reused */
    enum entry_kind kind;
    struct clock_reading time;
    uint8_t payload_hash[SIGN_HASH_LEN];
    uint8_t prev[SIGN_HASH_LEN]; /* all zero for seq 1 */
};

/* Which fields a header's encoding holds. */
enum entry_form {
    ENTRY_WHOLE,    /* as signed */
    ENTRY_UNLINKED, /* without payload_hash and prev, as on the wire */
};

/* ERR_SIZE; ERR_INVALID: the kiosk id is not plain UTF-8. */
MUST_CHECK enum err entry_header_encode(const struct entry_header *header, enum entry_form form,
                                        void *out, size_t cap, size_t *len);
/* ERR_INVALID; in the unlinked form the two hashes are left zero. Kinds this version does not know
 * are kept as numbers. */
MUST_CHECK enum err entry_header_decode(struct span bytes, enum entry_form form,
                                        struct entry_header *out);

/* "PRESENTED" ..., "UNKNOWN"; static. */
const char *entry_kind_name(enum entry_kind kind);

enum entry_mode {
    MODE_LIVE = 0,
    MODE_TRAINING,
    MODE_DESK,
};
const char *entry_mode_name(enum entry_mode mode);

/* ---- payloads ----------------------------------------------------------------------------- */

/* The counter an entry is from. */
struct entry_place {
    enum entry_mode mode;
    char tpi_code[ENTRY_PLACE_LEN];
    char counter[ENTRY_PLACE_LEN];
    char officer_id[ENTRY_OFFICER_LEN];
};

/* A crossing that was decided, as far as it is known without its payloads. */
struct entry_crossing {
    uint64_t seq;    /* of its DECIDED; 0: none */
    int64_t wall_ms; /* when that was; 0: only its day is known */
    struct date day; /* at the counter */
    enum direction direction;
    enum decision decision;
};

/* PRESENTED: what the counter was told about a traveller, and why. */
struct entry_presented {
    struct entry_place place;
    uint64_t replaces; /* the PRESENTED that a change of context judged anew; 0: none */
    struct context context;
    struct document document; /* of its mrz: lines as read, format and checks only */
    enum match_key match_key;
    enum match_grade match_grade;
    char placement_id[PLACEMENT_ID_LEN]; /* "" when MATCH_NONE */
    struct data_state data;
    uint64_t policy_version;
    struct verdict verdict;
    uint64_t seen; /* the DECIDED of the document's last crossing here, if that was in the same
                      direction; 0: none, or not known */
};

/* DECIDED: what a person decided about it. */
struct entry_decided {
    struct entry_place place;
    uint64_t presented; /* seq of the PRESENTED it answers */
    enum decision decision;
    enum role role;
    char second_officer_id[ENTRY_OFFICER_LEN]; /* the supervisor's, "" none */
    enum auth_method auth_method;
    uint32_t duration_ms; /* from shown to decided */
    char note[ENTRY_NOTE_LEN];
};

/* VOID: what was decided is taken back, as if it had not been. Said by the kiosk that decided it,
 * and before the next traveller is judged; it names an entry of its own journal, by its hash too,
 * since numbers of a history that was left come again. */
struct entry_void {
    struct entry_place place;
    uint32_t epoch; /* of the entry that is taken back */
    uint64_t seq;
    enum entry_kind kind; /* DECIDED: there is no other so far */
    uint8_t hash[SIGN_HASH_LEN];
    enum void_reason reason;
    enum role role;
    char second_officer_id[ENTRY_OFFICER_LEN]; /* the supervisor's, "" none */
    enum auth_method auth_method;
};

/* EPOCH: a history begins. It goes on from the registry's head, and says where the journal that it
 * is in ended; in the kiosk's first one all is zero. */
struct entry_epoch {
    uint32_t previous_epoch; /* the registry's head; 0: it had nothing */
    uint64_t previous_seq;
    uint8_t previous_head[SIGN_HASH_LEN];
    uint32_t own_epoch; /* the journal's last entry before this one; 0: there was none */
    uint64_t own_seq;
    uint8_t own_head[SIGN_HASH_LEN];
    uint64_t own_held;    /* up to this one nothing of the journal had to be taken over */
    int64_t receipt_ms;   /* the registry's time when it said so */
    uint32_t given_epoch; /* a journal's first: up to where files that were set aside may have */
    uint64_t given_seq;   /* given out epochs and numbers; 0: there was none */
};

#define ENTRY_PURGE_DAYS_MAX 64

/* The entries that were sealed with the key of one day. */
struct entry_purge_day {
    int64_t day; /* UTC, days since 1970, as the entries' wall times say */
    uint64_t first, last, entries;
};

/* PURGE: the keys of these days are destroyed, and with them the payloads of these entries. */
struct entry_purge {
    size_t n_days;
    struct entry_purge_day day[ENTRY_PURGE_DAYS_MAX];
    uint64_t receipt_next; /* the receipt that covers them, and its registry time */
    int64_t receipt_ms;
    int64_t now_ms; /* by the registry's clock it was no earlier than this */
    uint32_t after_days;
    uint64_t policy_version; /* which says so */
};

/* Kinds that prove the journal's history, and hold nothing personal: never purged. */
bool entry_kind_is_kept(enum entry_kind kind);

/* HEALTH: the kiosk about itself. */
struct entry_health {
    char what[24]; /* which part speaks: "storage" works again */
};

/* RECOVERED: an entry of a history that was left, again and whole. */
struct entry_recovered {
    struct span header; /* as signed; borrowed, as is payload */
    uint8_t signature[SIGN_LEN];
    struct span payload; /* p is NULL: it was gone */
};

/* Each writes a payload with the given salt: a map {0: salt, ...} without what is zero. ERR_SIZE;
 * ERR_INVALID: what could not be read back, such as text with control characters. Decoders skip
 * keys that they do not know. */
MUST_CHECK enum err entry_presented_encode(const struct entry_presented *payload,
                                           const uint8_t salt[ENTRY_SALT_LEN], void *out,
                                           size_t cap, size_t *len);
MUST_CHECK enum err entry_decided_encode(const struct entry_decided *payload,
                                         const uint8_t salt[ENTRY_SALT_LEN], void *out, size_t cap,
                                         size_t *len);
MUST_CHECK enum err entry_void_encode(const struct entry_void *payload,
                                      const uint8_t salt[ENTRY_SALT_LEN], void *out, size_t cap,
                                      size_t *len);
MUST_CHECK enum err entry_epoch_encode(const struct entry_epoch *payload,
                                       const uint8_t salt[ENTRY_SALT_LEN], void *out, size_t cap,
                                       size_t *len);
MUST_CHECK enum err entry_health_encode(const struct entry_health *payload,
                                        const uint8_t salt[ENTRY_SALT_LEN], void *out, size_t cap,
                                        size_t *len);
MUST_CHECK enum err entry_purge_encode(const struct entry_purge *payload,
                                       const uint8_t salt[ENTRY_SALT_LEN], void *out, size_t cap,
                                       size_t *len);
MUST_CHECK enum err entry_presented_decode(struct span bytes, struct entry_presented *out);
MUST_CHECK enum err entry_decided_decode(struct span bytes, struct entry_decided *out);
/* ERR_INVALID also where it does not name a DECIDED, or gives no reason. */
MUST_CHECK enum err entry_void_decode(struct span bytes, struct entry_void *out);
MUST_CHECK enum err entry_epoch_decode(struct span bytes, struct entry_epoch *out);
MUST_CHECK enum err entry_health_decode(struct span bytes, struct entry_health *out);
MUST_CHECK enum err entry_purge_decode(struct span bytes, struct entry_purge *out);

/* Does an EPOCH's header agree with its payload? Its number and epoch are above all that it names,
 * by one, and it is chained to the registry's head. */
bool entry_epoch_fits(const struct entry_header *header, const struct entry_epoch *epoch);

MUST_CHECK enum err entry_recovered_encode(const struct entry_recovered *payload,
                                           const uint8_t salt[ENTRY_SALT_LEN], void *out,
                                           size_t cap, size_t *len);
/* ERR_INVALID; also when the header does not decode, is a RECOVERED itself, or names another
 * payload. `original` is the header, decoded; `out` borrows from `bytes`. The signature is not
 * checked. */
MUST_CHECK enum err entry_recovered_decode(struct span bytes, struct entry_recovered *out,
                                           struct entry_header *original);

#endif
