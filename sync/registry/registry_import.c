/* `import placements`, `import lists`, `withdraw lists` and `import policy`: files into the store,
 * whole or not at all.
 *
 * Rows of the lists have no id. Two rows are one if they agree in everything but `expires` and
 * `reason`: kind, document, person, placement, from, and who issued it. The later import of one
 * replaces the earlier: that is how the centre renews a row or ends it early. One that should never
 * have been, as the deferral that an officer took back the same day, is withdrawn: that is a
 * command of its own, so that no slip in a file of rows can free anybody.
 *
 * Messages name file, line and field, never a value: an import's output may end up in a ticket.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "json_lines.h"
#include "list_json.h"
#include "placement_json.h"
#include "policy.h"
#include "policy_json.h"
#include "registry_commands.h"
#include "registry_listing.h"
#include "sign.h"

static int64_t wall_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- records, one by line ----------------------------------------------------------------------
 */

/* A record on its way in, and room for what it points to. */
struct row {
    struct registry_record record;
    char id[PLACEMENT_ID_LEN];
    uint8_t bytes[PLACEMENT_CBOR_MAX];
    struct registry_listing listing;
};

struct source {
    enum registry_feed feed;
    const char *name;
    bool withdraws; /* the file's rows no longer count */
    bool (*read)(struct span line, struct row *out, struct json_fault *fault);
};

static bool placement_read(struct span line, struct row *out, struct json_fault *fault)
{
    struct placement placement;
    struct cbor_writer w;
    const char *field = "";
    if (!placement_json_read(line, &placement, fault))
        return false;
    snprintf(out->id, sizeof out->id, "%s", placement.placement_id);
    out->record.id = out->id;
    out->record.rec_seq = placement.rec_seq;
    cbor_writer_init(&w, out->bytes, sizeof out->bytes);
    enum err err = placement_encode(&placement, &w, &field);
    if (!err)
        err = cbor_writer_finish(&w, &out->record.bytes);
    if (err)
        json_refuse(fault, field, "%s", err_text(err));
    return !err;
}

static bool listing_read(struct span line, struct row *out, struct json_fault *fault)
{
    struct listing listing;
    const char *field;
    if (!list_json_read(line, &listing, fault))
        return false;
    const enum err err = registry_listing_make(&listing, &out->listing, &field);
    if (err) {
        json_refuse(fault, field, "%s", err_text(err));
        return false;
    }
    out->record.id = out->listing.id;
    out->record.bytes = out->listing.record.bytes;
    return true;
}

static bool say_line(const struct json_lines *lines, const char *why)
{
    fprintf(stderr, "pamit-registry: %s:%" PRIu64 ": %s\n", lines->path, lines->number, why);
    return false;
}

static bool line_import(const struct source *source, const struct json_lines *lines,
                        struct span line, struct registry_store *store)
{
    struct json_fault fault = {0};
    struct row row;
    row.record = (struct registry_record){.withdrawn = source->withdraws};
    if (!source->read(line, &row, &fault))
        return say_line(lines, fault.why);
    const enum err err = store->ops->import_put(store, &row.record);
    if (err == ERR_MISSING)
        return say_line(lines, "no such row is held");
    return err ? say_line(lines, err_text(err)) : true;
}

static bool lines_import(const struct source *source, struct json_lines *lines,
                         struct registry_store *store)
{
    struct span line;
    enum err err;
    while ((err = json_lines_next(lines, &line)) == ERR_OK)
        if (!line_import(source, lines, line, store))
            return false;
    if (err == ERR_MISSING)
        return true;
    return say_line(lines, err == ERR_SIZE ? "the line is too long" : err_text(err));
}

static int file_import(const struct source *source, struct json_lines *lines,
                       struct registry_store *store)
{
    struct registry_imported done = {0};
    enum err err = store->ops->import_begin(store, source->feed);
    bool good = !err && lines_import(source, lines, store);
    if (!err)
        err = store->ops->import_end(store, good, wall_now_ms(), &done);
    if (err)
        return registry_command_fail(err_text(err));
    if (!good)
        return registry_command_fail(source->withdraws ? "nothing was withdrawn"
                                                       : "nothing was imported");
    printf("%" PRIu64 " %s, %" PRIu64 " unchanged, %" PRIu64
           " older than what is held; %s version %" PRIu64 "\n",
           done.changed, source->withdraws ? "withdrawn" : "changed", done.unchanged, done.older,
           source->name, done.version);
    return EXIT_SUCCESS;
}

static int source_import(const struct source *source, const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    int code = EXIT_FAILURE;
    struct json_lines *lines = calloc(1, sizeof *lines);
    FILE *file = fopen(command->argument, "re");
    if (!file) {
        perror(command->argument);
    } else if (lines) {
        json_lines_init(lines, command->argument, file);
        code = file_import(source, lines, store);
    }
    if (file)
        fclose(file);
    free(lines);
    store->ops->close(store);
    return code;
}

int registry_import_placements(const struct registry_command *command)
{
    static const struct source placements = {
        .feed = REGISTRY_PLACEMENTS, .name = "placements", .read = placement_read};
    return source_import(&placements, command);
}

int registry_import_lists(const struct registry_command *command)
{
    static const struct source lists = {
        .feed = REGISTRY_LISTS, .name = "lists", .read = listing_read};
    return source_import(&lists, command);
}

int registry_withdraw_lists(const struct registry_command *command)
{
    static const struct source withdrawals = {
        .feed = REGISTRY_LISTS, .name = "lists", .withdraws = true, .read = listing_read};
    return source_import(&withdrawals, command);
}

/* Of a kiosk that turned out not to be trusted; revoking it leaves what it has said. */
int registry_withdraw_kiosk(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    struct registry_imported done;
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    const enum err err = store->ops->rows_withdraw(store, command->argument, wall_now_ms(), &done);
    store->ops->close(store);
    if (err == ERR_MISSING)
        return registry_command_fail("there is no such kiosk");
    if (err)
        return registry_command_fail(err_text(err));
    printf("%" PRIu64 " withdrawn, %" PRIu64 " were before; lists version %" PRIu64 "\n",
           done.changed, done.unchanged, done.version);
    return EXIT_SUCCESS;
}

/* ---- policy ---------------------------------------------------------------------------------- */

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
