/* pamit-registry enrol-code: a code for one kiosk, said once. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "registry_ca.h"
#include "registry_commands.h"
#include "seal.h"

#define HOUR_MS       INT64_C(3600000)
#define HOURS_MAX     (30 * 24)
#define HOURS_DEFAULT 72

/* Whole hours, or 0 if it is no such number. */
static long hours_of(const char *text)
{
    char *end;
    if (!text)
        return HOURS_DEFAULT;
    const long hours = strtol(text, &end, 10);
    return text[0] >= '1' && text[0] <= '9' && !*end && hours <= HOURS_MAX ? hours : 0;
}

/* What a kiosk will hold the registry's CA against. */
static bool fingerprint_read(const struct registry_config *config,
                             uint8_t out[ENROL_CODE_FINGERPRINT])
{
    const struct registry_ca_files files = {
        .cert = config->client_ca, .key = config->ca_key, .days = config->certificate_days};
    struct registry_ca *ca;
    char why[REGISTRY_WHY_LEN];
    if (registry_ca_open(&files, &ca, why) != ERR_OK) {
        registry_command_fail(why);
        return false;
    }
    enrol_code_fingerprint(registry_ca_certificate(ca), out);
    registry_ca_close(ca);
    return true;
}

/* Nobody could enrol with it. */
static bool is_revoked(struct registry_store *store, const char *kiosk)
{
    struct registry_kiosk found;
    return store->ops->kiosk_find(store, kiosk, &found) == ERR_OK && found.revoked;
}

static int code_make(struct registry_store *store, const char *kiosk, long hours,
                     struct enrol_code *code)
{
    char text[ENROL_CODE_TEXT_LEN], until[CLOCK_TEXT_LEN];
    struct registry_code kept = {0};
    const int64_t now_ms = clock_ms(CLOCK_REALTIME);
    kept.expires_ms = now_ms + hours * HOUR_MS;
    snprintf(kept.kiosk, sizeof kept.kiosk, "%s", kiosk);
    seal_random(code->secret, sizeof code->secret);
    enrol_code_hash(code->secret, kept.hash);
    const enum err err = store->ops->code_add(store, &kept, now_ms);
    if (err)
        return registry_command_fail(err_text(err));
    enrol_code_format(code, text);
    clock_format_utc(kept.expires_ms, until);
    printf("%s\n", text);
    fprintf(stderr, "pamit-registry: for %s, once, until %s; it is shown only now\n", kiosk, until);
    return EXIT_SUCCESS;
}

int registry_enrol_code(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    struct enrol_code code;
    const long hours = hours_of(command->hours);
    if (!wire_kiosk_is_sound(command->argument))
        return registry_command_fail(REGISTRY_ID_RULE);
    if (!hours)
        return registry_command_fail("--hours is a number from 1 to 720");
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    int result = EXIT_FAILURE;
    if (!config.enrol)
        registry_command_fail("the configuration says enrol = no: nobody would take the code");
    else if (is_revoked(store, command->argument))
        registry_command_fail("this id is revoked, for ever: a replacement gets a new id");
    else if (fingerprint_read(&config, code.fingerprint))
        result = code_make(store, command->argument, hours, &code);
    store->ops->close(store);
    return result;
}
