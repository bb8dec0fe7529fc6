/* What the registry keeps, as a narrow table of functions: any database can stand behind it.
 *
 * registry_sqlite.c is the embedded one. Each back end passes the same conformance suite,
 * tests/unit/sync/registry_store_suite.h, unchanged. Every write is one transaction, durable when
 * the call returns ERR_OK, but in a group (group_begin). Several processes may have the same store
 * open (the server, and the import commands); one store handle belongs to one thread at a time.
 * Calls block on the disk.
 *
 * Failures of every function: ERR_IO, ERR_FULL, ERR_CORRUPT, ERR_BUSY (another writer held it
 * longer than the bounded wait), ERR_MEMORY; nothing was then stored. Callers: pamit-registry.
 */
#ifndef PAMIT_REGISTRY_STORE_H
#define PAMIT_REGISTRY_STORE_H

#include <stdbool.h>

#include "entry.h"
#include "receipt.h"
#include "registry_record.h"

#define REGISTRY_WHY_LEN 256
/* Branches kept in quarantine for one kiosk; later ones are refused just the same, not kept. What
 * is signed by the kiosk's key is counted apart from what is not, so that junk can't crowd out
 * evidence. */
#define REGISTRY_BRANCHES_MAX 64

struct registry_kiosk {
    char id[ENTRY_KIOSK_LEN];
    uint8_t entry_point[SIGN_POINT_LEN]; /* the public key that signs its entries */
    bool revoked;
};

struct registry_head {
    uint32_t epoch;              /* of the last entry held; 0: none is held */
    uint64_t next;               /* every seq below is held, or was left out by an EPOCH; from 1 */
    uint8_t hash[SIGN_HASH_LEN]; /* of the header next - 1; zero when next is 1 */
};

/* What the registry could make of an entry. All are stored and counted alike. */
enum registry_mark {
    REGISTRY_MARK_NONE = 0,     /* understood */
    REGISTRY_MARK_PURGED,       /* came without its payload */
    REGISTRY_MARK_UNKNOWN_KIND, /* a kind this version has no payload for */
    REGISTRY_MARK_UNREADABLE,   /* a known kind whose payload does not decode */
    REGISTRY_MARK_TWICE,        /* no effect: another copy of the same original has it, itself or in
                                 * a RECOVERED: the first that came with its payload, if any did */
};

struct registry_entry {
    uint32_t epoch;
    uint64_t seq;
    int kind; /* enum entry_kind, or a number from a newer kiosk */
    enum registry_mark mark;
    uint8_t hash[SIGN_HASH_LEN]; /* of the whole header */
    struct span header;          /* whole form */
    struct span payload;         /* p is NULL when purged */
    uint64_t original_seq;       /* of what a RECOVERED holds; 0: it is none, or not readable */
    uint8_t original[SIGN_HASH_LEN];
    /* Filled when read: */
    char kiosk[ENTRY_KIOSK_LEN];
    int64_t received_ms;
    struct span signature; /* p is NULL but for the last entry of a batch */
};

/* Decisions that VOID entries take back, by the hashes of their headers. */
struct registry_voids {
    const uint8_t (*hash)[SIGN_HASH_LEN];
    size_t n;
};

/* Entries that follow each other, chained from the held entry before the first. */
struct registry_branch {
    const struct registry_entry *entries; /* in order of seq, without holes */
    size_t n_entries;                     /* >= 1 */
    const uint8_t *prev;                  /* SIGN_HASH_LEN bytes: what the first is chained to */
    const uint8_t *signature;             /* SIGN_LEN bytes: the last entry's */
    bool proven;                          /* the signature verifies: the kiosk's key made this */
    int64_t received_ms;
    const struct registry_record *rows; /* of the lists, that its new entries make: */
    size_t n_rows;                      /* each is put unless one of that id was ever held, but */
    struct registry_voids voids;        /* for what its kiosk takes back, sooner or later */
};

/* One entry of a branch in quarantine. */
struct registry_quarantined {
    int64_t branch;              /* its number, of the whole store */
    bool proven;                 /* the branch was signed by the kiosk's key */
    uint64_t parts_at;           /* its first seq that is not held as it is there; 0: all are */
    struct registry_entry entry; /* kiosk, epoch, seq, kind, hash, received_ms */
};

/* Copies of entries that came ahead of their chain, each signed. */
struct registry_copies {
    const struct registry_entry *entries;
    size_t n_entries;
    const struct registry_record *rows; /* as of a branch, as voids */
    size_t n_rows;
    struct registry_voids voids;
    int64_t received_ms;
};

/* Of one kiosk, that wait for their chain; and that their chain contradicts. */
#define REGISTRY_COPIES_MAX 4096

/* Rows of the lists that the entries of one kiosk make in a day of ours; what is beyond tells other
 * counters nothing, and the entries are stored all the same. A busy counter makes ten a day: one
 * that was offline for a season is told in full, one that was taken over fills no counter's cache.
 */
#define REGISTRY_ROWS_A_DAY 1000

struct registry_kept {
    bool kept;
    size_t rows_over; /* beyond REGISTRY_ROWS_A_DAY */
};

struct registry_payload_asked {
    const char *kiosk;
    uint64_t seq;
    int kind;
};

/* Zero, the safe one, stores nothing. */
enum registry_outcome {
    REGISTRY_GAP = 0,   /* entries before the first are not held, and it is no EPOCH that may
                         * leave them out: of a higher epoch, chained to the head */
    REGISTRY_APPENDED,  /* at least one was new; those held already were the same */
    REGISTRY_DUPLICATE, /* all were held already */
    REGISTRY_FORK,      /* one contradicts what is held: all of the branch is in quarantine */
};

struct registry_appended {
    enum registry_outcome outcome;
    uint64_t n_new;
    uint64_t parts_at;         /* REGISTRY_FORK: the first seq that differs */
    size_t rows_over;          /* beyond REGISTRY_ROWS_A_DAY */
    struct registry_head head; /* afterwards */
};

/* A code that a kiosk enrols with, as far as it is kept. */
struct registry_code {
    uint8_t hash[SIGN_HASH_LEN]; /* enrol_code_hash */
    char kiosk[ENTRY_KIOSK_LEN]; /* whom it is for */
    int64_t expires_ms;
};

/* Somebody who brings a code, and has proved to have these keys. */
struct registry_joiner {
    uint8_t code_hash[SIGN_HASH_LEN];
    struct registry_kiosk kiosk;
    uint8_t tls_key[SIGN_HASH_LEN]; /* a hash that tells keys apart */
};

/* Zero, the safe one, joins nobody. */
enum registry_joined {
    REGISTRY_CODE_UNKNOWN = 0,
    REGISTRY_CODE_EXPIRED,
    REGISTRY_CODE_OTHERS, /* another kiosk's */
    REGISTRY_CODE_USED,   /* by other keys */
    REGISTRY_KEYS_OTHERS, /* another id has, or had, one of its keys */
    REGISTRY_ID_TAKEN,    /* that id has another entry key, or is revoked */
    REGISTRY_JOINED,      /* registered, and the code is used; or the same keys were before */
};

struct registry_store;

typedef enum err registry_kiosk_each(const struct registry_kiosk *kiosk,
                                     const struct registry_head *head, uint64_t branches,
                                     void *user);
typedef enum err registry_entry_each(const struct registry_entry *entry, void *user);
typedef enum err registry_quarantine_each(const struct registry_quarantined *one, void *user);
typedef enum err registry_copy_each(const struct registry_entry *copy, bool waits, void *user);

/* A callback that does not return ERR_OK ends the walk, which returns the same. What it is given is
 * good until it returns; it calls nothing of the store. */
struct registry_store_ops {
    void (*close)(struct registry_store *store);

    /* ERR_INVALID: that id is registered with another key, or that key with another id. The same
     * again is ERR_OK. */
    enum err (*kiosk_add)(struct registry_store *store, const struct registry_kiosk *kiosk);
    /* For ever: a kiosk that returns to duty gets a new id. ERR_MISSING. */
    enum err (*kiosk_revoke)(struct registry_store *store, const char *id);
    /* ERR_MISSING. */
    enum err (*kiosk_find)(struct registry_store *store, const char *id,
                           struct registry_kiosk *out);
    /* All kiosks by id, each with its head and the number of its branches in quarantine. */
    enum err (*kiosks_each)(struct registry_store *store, registry_kiosk_each *each, void *user);

    /* Keeps a code, in place of one for the same kiosk that was not used. */
    enum err (*code_add)(struct registry_store *store, const struct registry_code *code,
                         int64_t now_ms);
    /* Uses one, all or nothing. The same joiner may come again until it expires: its answer may
     * have been lost. */
    enum err (*code_use)(struct registry_store *store, const struct registry_joiner *joiner,
                         int64_t now_ms, enum registry_joined *out);

    /* How far a kiosk's entries are held. ERR_MISSING: no such kiosk. */
    enum err (*head)(struct registry_store *store, const char *kiosk, struct registry_head *out);
    /* The hash of the last held entry before `seq`. ERR_MISSING: none is. */
    enum err (*hash_before)(struct registry_store *store, const char *kiosk, uint64_t seq,
                            uint8_t out[SIGN_HASH_LEN]);
    /* The payload of a held entry of that kind. ERR_MISSING: none is held, or it was purged;
     * ERR_SIZE. */
    enum err (*payload_get)(struct registry_store *store,
                            const struct registry_payload_asked *asked, void *room, size_t cap,
                            struct span *out);
    /* Of both copies_put and append: a row goes, with a new version, when all decisions that made
     * it are taken back, each by its own kiosk; a later one puts it again. A decision that is taken
     * back before it comes makes none. What the centre has imported or withdrawn stays as it is.
     */
    /* Keeps copies until the chain brings the same entries; the same again changes nothing. They
     * are not kept, and nothing is done, when more than REGISTRY_COPIES_MAX would wait. What the
     * chain contradicts is kept, but for what comes when as many are. */
    enum err (*copies_put)(struct registry_store *store, const char *kiosk,
                           const struct registry_copies *copies, struct registry_kept *out);
    /* Copies in order of kiosk and seq (kiosk, seq, hash, header, received_ms): those that wait for
     * their chain, and those that it contradicts. */
    enum err (*copies_each)(struct registry_store *store, registry_copy_each *each, void *user);
    /* Forgets all of a kiosk's: `*n`. The rows that they made stay. ERR_MISSING: no such kiosk. */
    enum err (*copies_forget)(struct registry_store *store, const char *kiosk, uint64_t *n);
    /* Withdraws all rows that entries of a kiosk have made, but for those that an import has
     * brought since, or that another kiosk's have made too. A row that went so comes again by
     * another kiosk's word alone. ERR_MISSING: no such kiosk. */
    enum err (*rows_withdraw)(struct registry_store *store, const char *kiosk, int64_t now_ms,
                              struct registry_imported *out);
    /* Stores what is new of a proven branch, in one transaction; the same branch any number of
     * times has the effect of one. Gives REGISTRY_MARK_TWICE in place of NONE and PURGED, also to
     * what is held without its payload when that comes. ERR_MISSING: no such kiosk. */
    enum err (*append)(struct registry_store *store, const char *kiosk,
                       const struct registry_branch *branch, struct registry_appended *out);
    /* What append and quarantine store from here on is one transaction, of many kiosks: seen by
     * this handle at once, durable and seen by others once group_end has returned ERR_OK. After any
     * failure, or with `keep` false, nothing of it is stored. Nothing else is written between. */
    enum err (*group_begin)(struct registry_store *store);
    enum err (*group_end)(struct registry_store *store, bool keep);
    /* Keeps a branch that can't be appended. The same one again changes nothing; `*kept` is false
     * when the kiosk has REGISTRY_BRANCHES_MAX of its sort already. */
    enum err (*quarantine)(struct registry_store *store, const char *kiosk,
                           const struct registry_branch *branch, bool *kept);
    /* What is in quarantine of a kiosk, branch by branch as they came, each in order of seq.
     * ERR_MISSING: no such kiosk. */
    enum err (*quarantine_each)(struct registry_store *store, const char *kiosk,
                                registry_quarantine_each *each, void *user);
    /* Entries in order of kiosk and seq; of one kiosk, or of all when it is NULL. */
    enum err (*entries_each)(struct registry_store *store, const char *kiosk,
                             registry_entry_each *each, void *user);

    /* An import: begin, put each, then end with `commit` true (all become visible, each changed
     * record with a version of its own, in the order they were put) or false (nothing happened).
     * The last of several records for one id in an import counts. `now_ms` dates the versions. */
    enum err (*import_begin)(struct registry_store *store, enum registry_feed feed);
    /* ERR_MISSING: it is withdrawn and no such record was ever held. */
    enum err (*import_put)(struct registry_store *store, const struct registry_record *record);
    enum err (*import_end)(struct registry_store *store, bool commit, int64_t now_ms,
                           struct registry_imported *out);
    /* Rows of the lists that count and that came with one of these texts, each once, in no order.
     */
    enum err (*rows_about)(struct registry_store *store, const struct listing_text *texts, size_t n,
                           registry_record_each *each, void *user);
    /* The record of a placement. ERR_MISSING; ERR_SIZE: larger than cap. */
    enum err (*placement_get)(struct registry_store *store, const char *id, void *room, size_t cap,
                              struct span *out);
    /* Records in rising order of version, those that were withdrawn too. ERR_OLD: `range->from` is
     * ahead of the store. */
    enum err (*feed)(struct registry_store *store, const struct registry_range *range,
                     registry_record_each *each, void *user, struct registry_step *out);

    /* Stores a signed bundle. ERR_OLD: its version does not rise. */
    enum err (*policy_put)(struct registry_store *store, uint64_t version, struct span envelope);
    /* ERR_MISSING: none yet; ERR_SIZE: larger than cap. */
    enum err (*policy_get)(struct registry_store *store, void *out, size_t cap, size_t *len,
                           uint64_t *version);
    enum err (*versions)(struct registry_store *store, struct registry_versions *out);
};

/* A back end's own struct begins with this. */
struct registry_store {
    const struct registry_store_ops *ops;
};

/* ---- the embedded back end, SQLite ----------------------------------------------------------- */

/* Makes an empty store (0600). ERR_BUSY: the file is there already. `why` is "PATH: reason". */
MUST_CHECK enum err registry_sqlite_create(const char *path, char why[REGISTRY_WHY_LEN]);
/* Opens one. ERR_MISSING; ERR_CORRUPT: it is no registry store, or a newer one. */
MUST_CHECK enum err registry_sqlite_open(const char *path, struct registry_store **out,
                                         char why[REGISTRY_WHY_LEN]);
/* From now on its writers wait for another process no longer than REGISTRY_HURRY_MS before they
 * give ERR_BUSY: for a thread that serves all kiosks, while an import may take seconds. */
#define REGISTRY_HURRY_MS 50
void registry_sqlite_hurry(struct registry_store *store);

#endif
