/* sync.db is another process's file: a failure to read it means "offline, nothing acknowledged that
 * we know of", and the connection is made anew at the next look.
 *
 * A receipt counts only as far as our own journal agrees with it. Signatures are checked once per
 * receipt; the journal is asked once per receipt, and again at each new entry while it disagrees.
 */
#include "uplink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal_receipt.h"
#include "log.h"

struct uplink {
    const struct kiosk_config *config;
    struct verify_key *receipt_key;
    struct sync_state_db *db;       /* NULL: not open, as is the journal */
    struct journal_reader *journal; /* without payloads */
    struct sync_state state;
    size_t checked_len; /* the receipt that was verified last, and what came of it */
    uint8_t checked[RECEIPT_MAX];
    bool good;
    struct receipt receipt;
    struct journal_standing judged; /* how the journal stands to it, at judged_head */
    uint64_t judged_head;           /* the journal's end when it was asked; 0: not yet */
    bool agreed;                    /* a receipt did, in this process's life: */
    uint64_t held;                  /* our last entry that the registry had by the newest of them */
    bool behind_logged, unusable_logged;
    bool damaged, met_damage;
};

enum err uplink_open(const struct kiosk_config *config, struct uplink **out, char why[SIGN_WHY_LEN])
{
    struct uplink *uplink = calloc(1, sizeof *uplink);
    if (!uplink)
        return ERR_MEMORY;
    uplink->config = config;
    enum err err = verify_key_load(config->receipt_key, &uplink->receipt_key, why);
    if (err) {
        free(uplink);
        return err;
    }
    *out = uplink;
    return ERR_OK;
}

void uplink_close(struct uplink *uplink)
{
    if (!uplink)
        return;
    sync_state_close(uplink->db);
    journal_reader_close(uplink->journal);
    verify_key_close(uplink->receipt_key);
    free(uplink);
}

bool uplink_damaged(const struct uplink *uplink)
{
    return uplink->damaged;
}

bool uplink_journal_damaged(const struct uplink *uplink)
{
    return sync_state_journal_damaged(&uplink->state);
}

bool uplink_met_damage(const struct uplink *uplink)
{
    return uplink->met_damage;
}

bool uplink_acknowledged(const struct uplink *uplink, struct receipt *out)
{
    char why[SYNC_STATE_WHY_LEN];
    struct sync_state_db *db;
    struct sync_state state;
    if (sync_state_open(uplink->config->sync_db, SYNC_STATE_READ, &db, why))
        return false;
    enum err err = sync_state_load(db, &state);
    sync_state_close(db);
    if (!err)
        err = receipt_stored_open(&state, uplink->receipt_key, uplink->config->kiosk_id, out);
    return !err;
}

/* Is the stored receipt the registry's? */
static bool receipt_good(struct uplink *uplink)
{
    const struct sync_state *state = &uplink->state;
    if (state->receipt_len == uplink->checked_len &&
        memcmp(state->receipt, uplink->checked, state->receipt_len) == 0)
        return uplink->good;
    uplink->good = receipt_stored_open(state, uplink->receipt_key, uplink->config->kiosk_id,
                                       &uplink->receipt) == ERR_OK;
    uplink->checked_len = state->receipt_len;
    memcpy(uplink->checked, state->receipt, state->receipt_len);
    uplink->judged_head = 0;
    if (!uplink->good && state->receipt_len)
        log_event(LOG_RECEIPT_REFUSED, "");
    return uplink->good;
}

/* How far the registry had us before it and we parted: by the newest receipt that agreed, which may
 * say less than one before it, as a registry can be restored from a backup; after a start in
 * between, by the one that the journal keeps. What came before our epoch is held, or taken over in
 * it. */
static void held_note(struct uplink *uplink, uint64_t kept)
{
    const uint64_t from = uplink->judged.from - 1;
    uplink->agreed |= uplink->judged.standing == RECEIPT_AGREES;
    if (uplink->judged.standing == RECEIPT_AGREES)
        uplink->held = from;
    else
        uplink->held = kept > from ? kept : from;
}

static enum err journal_ask(struct uplink *uplink)
{
    char why[JOURNAL_WHY_LEN];
    enum err err = ERR_OK;
    if (uplink->journal && journal_reader_has_moved(uplink->journal)) {
        journal_reader_close(uplink->journal);
        uplink->journal = NULL;
    }
    if (!uplink->journal)
        err = journal_reader_glance(uplink->config->journal, &uplink->journal, why);
    if (err)
        return err;
    struct journal_standing judged;
    uint64_t held = uplink->held;
    err = journal_receipt_judge(uplink->journal, &uplink->receipt, &judged);
    uplink->met_damage = err == ERR_CORRUPT || (uplink->met_damage && err == ERR_BUSY);
    if (!err && judged.standing != RECEIPT_AGREES && !uplink->agreed)
        err = journal_receipt_held(uplink->journal, uplink->receipt_key, &held);
    if (!err) {
        uplink->judged = judged;
        held_note(uplink, held);
    }
    if (err && err != ERR_BUSY) {
        journal_reader_close(uplink->journal);
        uplink->journal = NULL;
    }
    return err;
}

static void parting_log(struct uplink *uplink)
{
    char reason[UPLINK_REASON_LEN];
    if (uplink->behind_logged)
        return;
    receipt_standing_say(uplink->judged.standing, &uplink->receipt, uplink->judged.head.seq, reason,
                         sizeof reason);
    log_event(LOG_JOURNAL_BEHIND, "why=\"%s\"", reason);
    uplink->behind_logged = true;
}

/* Asks our own journal about the good receipt, once for each; again at each new entry while they
 * disagree, as an epoch may have begun. False: not now. */
static bool journal_judged(struct uplink *uplink, uint64_t head_seq)
{
    if (uplink->judged_head &&
        (uplink->judged.standing == RECEIPT_AGREES || uplink->judged_head == head_seq))
        return true;
    if (journal_ask(uplink))
        return false; /* asked again at the next look */
    uplink->judged_head = head_seq;
    if (uplink->judged.standing == RECEIPT_AGREES)
        uplink->behind_logged = false;
    else
        parting_log(uplink);
    return true;
}

bool uplink_parting(const struct uplink *uplink, struct journal_parting *out)
{
    if (!uplink->good || !uplink->judged_head || uplink->judged.standing == RECEIPT_AGREES)
        return false;
    const uint64_t theirs = uplink->receipt.next - 1; /* lower: it went back itself */
    *out = (struct journal_parting){.receipt = uplink->receipt,
                                    .held = uplink->held < theirs ? uplink->held : theirs};
    return true;
}

/* What pamit-sync last wrote, into uplink->state. ERR_MISSING, ERR_BUSY: not now, and nothing is
 * wrong; anything else is named once. */
static enum err state_read(struct uplink *uplink)
{
    char why[SYNC_STATE_WHY_LEN + KIOSK_PATH_LEN];
    enum err err = ERR_OK;
    if (uplink->db && sync_state_has_moved(uplink->db)) {
        sync_state_close(uplink->db);
        uplink->db = NULL;
    }
    if (!uplink->db)
        err = sync_state_open(uplink->config->sync_db, SYNC_STATE_GLANCE, &uplink->db, why);
    if (!err) {
        err = sync_state_load(uplink->db, &uplink->state);
        snprintf(why, sizeof why, "%s: %s", uplink->config->sync_db, err_text(err));
    }
    uplink->damaged = err == ERR_CORRUPT || (uplink->damaged && err == ERR_BUSY);
    if (!err || err == ERR_MISSING || err == ERR_BUSY)
        return err;
    sync_state_close(uplink->db);
    uplink->db = NULL;
    if (!uplink->unusable_logged)
        log_event(LOG_SYNC_STATE_UNUSABLE, "why=\"%s\"", why);
    uplink->unusable_logged = true;
    return err;
}

static bool is_of_this_boot(const struct uplink *uplink, const struct clock_reading *now)
{
    const struct sync_moment *contact = &uplink->state.contact;
    return memcmp(contact->boot_id, now->boot_id, sizeof contact->boot_id) == 0 &&
           contact->answered_ms <= now->boottime_ms;
}

const struct receipt *uplink_receipt(const struct uplink *uplink, struct span *envelope)
{
    if (!uplink->good || !uplink->judged_head || uplink->judged.standing != RECEIPT_AGREES)
        return NULL;
    *envelope = span_of(uplink->checked, uplink->checked_len);
    return &uplink->receipt;
}

bool uplink_time(const struct uplink *uplink, const struct clock_reading *now, int64_t *registry_ms,
                 int64_t *boottime_ms)
{
    *registry_ms = uplink->good ? uplink->receipt.registry_ms : 0;
    if (!uplink->good || !is_of_this_boot(uplink, now))
        return false;
    *boottime_ms = sync_moment_middle(&uplink->state.contact);
    return true;
}

void uplink_read(struct uplink *uplink, const struct clock_reading *now, uint64_t head_seq,
                 struct view_link *out)
{
    out->online = false;
    out->unsent = head_seq;
    out->last_contact_ms = 0;
    if (state_read(uplink))
        return;
    out->last_contact_ms = uplink->state.contact.wall_ms;
    if (!receipt_good(uplink) || !journal_judged(uplink, head_seq))
        return;
    /* An entry can be acknowledged before the loop has heard that it is stored. */
    out->unsent = head_seq < uplink->judged.from ? 0 : head_seq - uplink->judged.from + 1;
    if (uplink->judged.standing != RECEIPT_AGREES)
        return;
    int64_t silent_ms = now->boottime_ms - uplink->state.contact.answered_ms;
    int64_t patience_s = 2 * (int64_t)uplink->config->sync_interval_s + UPLINK_GRACE_S;
    out->online =
        uplink->state.online && is_of_this_boot(uplink, now) && silent_ms < patience_s * 1000;
}
