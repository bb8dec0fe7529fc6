/* Judging a traveller against what is cached: look-ups, the match, policy, the verdict.
 *
 * Owns the lane's reading side of cache.db and the verified policy. Whatever is wrong with them
 * turns into facts that refer, never into a failure: a counter without data still serves, and says
 * so. pamit-lane only.
 */
#ifndef PAMIT_JUDGE_H
#define PAMIT_JUDGE_H

#include "cache.h"
#include "entry.h"
#include "kiosk_config.h"
#include "seal.h"
#include "sign.h"
#include "verdict.h"

struct judge;

struct judgement {
    struct match match;
    struct data_state data;
    uint64_t policy_version;
    struct verdict verdict;
    struct entry_crossing seen; /* the document's last crossing here, if in the same direction */
};

/* `config` and `root` are borrowed until judge_close; the policy key is loaded from its file: its
 * failures are judge_open's, with `why`. The cache itself may come later. */
MUST_CHECK enum err judge_open(const struct kiosk_config *config, const struct seal_root *root,
                               struct judge **out, char why[SIGN_WHY_LEN]);
void judge_close(struct judge *judge);

/* Opens the cache if it is not, and takes over a newer policy. Called now and then, and before
 * every traveller. Logs what changes. */
void judge_refresh(struct judge *judge);

/* Damage that was met: cache.db's lasts until it can be read again, as its writer sees to; the
 * journal's until it is opened anew. */
bool judge_cache_damaged(const struct judge *judge);
bool judge_journal_damaged(const struct judge *judge);

/* How old the data are: placements and lists, which an answer rests on alike. UTC seconds. */
struct data_age {
    int64_t oldest; /* 0: one of them is not there */
    int64_t newest; /* 0: neither is */
    bool stale;     /* one of them, by the site's limit */
};
void judge_data_age(const struct judge *judge, int64_t now_ms, struct data_age *out);

/* The policy in force; its version is 0 where there is none. Borrowed until judge_refresh. */
const struct policy *judge_policy(const struct judge *judge);

/* What is kept of a keyed NIK, by which judge_traveller finds it. ERR_MEMORY. */
MUST_CHECK enum err judge_key_nik(const struct judge *judge, const char nik[DOCUMENT_NIK_LEN],
                                  uint8_t out[DOCUMENT_NIK_HASH]);

void judge_traveller(struct judge *judge, const struct document *document,
                     const struct context *context, const struct clock_reading *now,
                     struct judgement *out);

#endif
