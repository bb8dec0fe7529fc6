/* pamit status: what retention left, and what it has before it.
 *
 * What is due goes by what pamit-lane goes by: the policy in force and the registry's newest time.
 * Whether a day waits for a stop that is open, or for the lane to run at all, is not seen here.
 */
#include "cache.h"
#include "cli.h"

_Static_assert(CLI_WHY_LEN >= SIGN_WHY_LEN && CLI_WHY_LEN >= SEAL_WHY_LEN &&
                   CLI_WHY_LEN >= CACHE_WHY_LEN,
               "one buffer for all");

static enum err policy_open(struct cache_reader *cache, const char *key_path, struct policy *out,
                            char why[CLI_WHY_LEN])
{
    static uint8_t envelope[POLICY_CBOR_MAX + SIGN_COSE_OVERHEAD];
    struct verify_key *key = NULL;
    struct span payload;
    uint64_t version;
    size_t len;
    enum err err = verify_key_load(key_path, &key, why);

    if (err)
        return err;
    err = cache_reader_policy(cache, envelope, sizeof envelope, &len, &version);
    snprintf(why, CLI_WHY_LEN,
             err == ERR_MISSING ? "no policy came yet" : "the policy does not verify");
    if (!err)
        err = cose_open(key, span_of(envelope, len), &payload);
    if (!err)
        err = policy_decode(payload, NULL, out);
    verify_key_close(key);
    return err;
}

bool cli_policy_read(const struct kiosk_config *config, struct policy *out, char why[CLI_WHY_LEN])
{
    struct seal_root *root = NULL;
    struct cache_reader *cache = NULL;

    if (seal_root_load(config->storage_key, &root, why))
        return false;
    enum err err = cache_reader_open(config->cache, root, &cache, why);
    if (!err)
        err = policy_open(cache, config->policy_key, out, why);
    cache_reader_close(cache);
    seal_root_close(root);
    return !err;
}

static void due_add(json_t *json, const struct journal_purge_due *due)
{
    json_object_set_new(json, "next_purge", cli_time_json(due ? due->next_ms : 0));
    json_object_set_new(json, "purge_waiting",
                        due ? json_integer((json_int_t)due->days) : json_null());
}

static void remains_add(json_t *json, const struct journal_remains *remains)
{
    char day[DATE_TEXT_LEN];

    date_format(date_from_days((int32_t)remains->payloads_from), day);
    json_object_set_new(json, "payloads_from",
                        remains->has_payloads ? json_string(day) : json_null());
    json_object_set_new(json, "last_purge", cli_time_json(remains->last_purge_ms));
    json_object_set_new(json, "purge_finished", json_boolean(!remains->being_overwritten));
}

bool cli_retention_add(json_t *json, const struct cli_paths *paths, struct journal_reader *reader,
                       const struct cli_uplink *uplink)
{
    struct journal_remains remains = {0};
    struct journal_purge_due due;
    struct policy policy;
    char why[CLI_WHY_LEN];
    const bool known =
        reader && uplink->registry_ms > 0 && cli_policy_read(&paths->config, &policy, why);
    enum err err = reader ? journal_reader_remains(reader, &remains) : ERR_OK;

    if (!err && known)
        err = journal_reader_purge_due(reader, uplink->registry_ms,
                                       policy.payload_after_receipt_days, &due);
    if (err) {
        cli_fail("%s: %s", paths->journal, err_text(err));
        return false;
    }
    remains_add(json, &remains);
    due_add(json, known ? &due : NULL);
    return true;
}
