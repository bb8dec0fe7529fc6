/* `import policy`: a file that people write, checked, signed with the policy key and in force. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "json_lines.h"
#include "policy.h"
#include "policy_json.h"
#include "registry_commands.h"
#include "sign.h"

static int policy_sign(const struct registry_config *config, struct registry_store *store,
                       const struct policy *policy, struct span payload)
{
    uint8_t envelope[POLICY_CBOR_MAX + SIGN_COSE_OVERHEAD];
    size_t len;
    struct sign_key *key;
    char why[SIGN_WHY_LEN];
    if (sign_key_load(config->policy_key, &key, why) != ERR_OK)
        return registry_command_fail(why);
    enum err err = cose_seal(key, payload, envelope, sizeof envelope, &len);
    sign_key_close(key);
    if (!err)
        err = store->ops->policy_put(store, policy->version, span_of(envelope, len));
    if (err == ERR_OLD)
        return registry_command_fail("version: does not rise above the policy in force");
    if (err)
        return registry_command_fail(err_text(err));
    printf("policy version %" PRIu64 " is in force\n", policy->version);
    return EXIT_SUCCESS;
}

int registry_import_policy(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    size_t text_len;
    char *text;
    const enum err err = json_file_read(command->argument, POLICY_JSON_LEN_MAX, &text, &text_len);
    if (err) {
        fprintf(stderr, "pamit-registry: %s: %s\n", command->argument, err_text(err));
        return EXIT_FAILURE;
    }
    struct policy policy;
    struct json_fault fault = {0};
    uint8_t payload[POLICY_CBOR_MAX];
    size_t len;
    const bool good = policy_json_read(span_of(text, text_len), &policy, payload, &len, &fault);
    free(text);
    if (!good) {
        fprintf(stderr, "pamit-registry: %s: %s\n", command->argument, fault.why);
        return EXIT_FAILURE;
    }
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    const int code = policy_sign(&config, store, &policy, span_of(payload, len));
    store->ops->close(store);
    return code;
}
