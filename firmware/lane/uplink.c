/* sync.db is another process's file: a failure to read it means "offline, nothing acknowledged that
 * we know of", and the connection is made anew at the next look.
 */
#include "uplink.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "sync_state.h"

struct uplink {
    const struct kiosk_config *config;
    struct verify_key *receipt_key;
    struct sync_state_db *db;
    struct sync_state state;
    size_t checked_len; /* the receipt that was verified last, and what it said */
    uint8_t checked[RECEIPT_MAX];
    bool checked_good;
    uint64_t next;
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
    verify_key_close(uplink->receipt_key);
    free(uplink);
}

static bool receipt_good(const struct uplink *uplink, struct receipt *receipt)
{
    struct span payload;
    struct span envelope = span_of(uplink->state.receipt, uplink->state.receipt_len);
    return cose_open(uplink->receipt_key, envelope, &payload) == ERR_OK &&
           receipt_decode(payload, receipt) == ERR_OK &&
           strcmp(receipt->kiosk, uplink->config->kiosk_id) == 0;
}

/* Signatures are checked once per receipt, not once per look. */
static void check_receipt(struct uplink *uplink)
{
    const struct sync_state *state = &uplink->state;
    if (state->receipt_len == uplink->checked_len &&
        memcmp(state->receipt, uplink->checked, state->receipt_len) == 0)
        return;
    struct receipt receipt;
    uplink->checked_good = receipt_good(uplink, &receipt);
    uplink->checked_len = state->receipt_len;
    memcpy(uplink->checked, state->receipt, state->receipt_len);
    if (uplink->checked_good)
        uplink->next = receipt.next;
    else
        log_event(LOG_RECEIPT_REFUSED, "");
}

void uplink_read(struct uplink *uplink, int64_t now_ms, uint64_t head_seq, struct view_link *out)
{
    char why[SYNC_STATE_WHY_LEN];
    out->online = false;
    out->unsent = head_seq;
    out->last_contact_ms = 0;
    if (!uplink->db && sync_state_open(uplink->config->sync_db, SYNC_STATE_READ, &uplink->db, why))
        return;
    enum err err = sync_state_load(uplink->db, &uplink->state);
    if (err) {
        if (err != ERR_MISSING) {
            sync_state_close(uplink->db);
            uplink->db = NULL;
        }
        return;
    }
    out->last_contact_ms = uplink->state.last_contact_ms;
    if (uplink->state.receipt_len == 0)
        return;
    check_receipt(uplink);
    if (!uplink->checked_good)
        return;
    int64_t silent_ms = now_ms - uplink->state.last_contact_ms;
    int64_t patience_s = 2 * (int64_t)uplink->config->sync_interval_s + UPLINK_GRACE_S;
    out->online = uplink->state.online && silent_ms < patience_s * 1000;
    out->unsent = uplink->next > head_seq ? 0 : head_seq - (uplink->next - 1);
}
