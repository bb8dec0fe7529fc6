/* `import placements`, `import lists` and `withdraw lists`: files into the store, whole or not at
 * all. Placements come as JSON Lines or, as the file's name or --format says, as CSV.
 *
 * Rows of the lists have no id. Two rows are one if they agree in everything but `expires` and
 * `reason`: kind, document, person, placement, from, and who issued it. The later import of one
 * replaces the earlier: that is how the centre renews a row or ends it early. One that should never
 * have been, as the deferral that an officer took back the same day, is withdrawn: that is a
 * command of its own, so that no slip in a file of rows can free anybody.
 *
 * Messages name file, line and field, never a value: an import's output may end up in a ticket.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "clock.h"
#include "json_lines.h"
#include "list_json.h"
#include "placement_csv.h"
#include "placement_json.h"
#include "registry_commands.h"
#include "registry_listing.h"
#include "registry_progress.h"

/* ---- records, one by line ----------------------------------------------------------------------
 */

/* A record on its way in, and room for what it points to. */
struct row {
    struct registry_record record;
    char id[PLACEMENT_ID_LEN];
    uint8_t bytes[PLACEMENT_CBOR_MAX];
    struct registry_listing listing;
};

/* The file that is read. */
struct input {
    struct json_lines lines;
    bool is_csv;
    struct placement_csv csv; /* its columns */
    struct progress progress;
};

struct source {
    enum registry_feed feed;
    const char *name;
    bool withdraws; /* the file's rows no longer count */
    bool reads_csv;
    bool (*read)(const struct input *input, struct span line, struct row *out,
                 struct json_fault *fault);
};

static bool placement_read(const struct input *input, struct span line, struct row *out,
                           struct json_fault *fault)
{
    struct placement placement;
    struct cbor_writer w;
    const char *field = "";
    if (!(input->is_csv ? placement_csv_read(&input->csv, line, &placement, fault)
                        : placement_json_read(line, &placement, fault)))
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

static bool listing_read(const struct input *input, struct span line, struct row *out,
                         struct json_fault *fault)
{
    struct listing listing;
    const char *field;
    (void)input;
    if (!list_json_read(line, &listing, fault))
        return false;
    const enum err err = registry_listing_make(&listing, &out->listing, &field);
    if (err) {
        json_refuse(fault, field, "%s", err_text(err));
        return false;
    }
    out->listing.record.withdrawn = out->record.withdrawn;
    out->record = out->listing.record;
    return true;
}

static bool say_line(const struct input *input, const char *why)
{
    const struct json_lines *lines = &input->lines;
    progress_say(&input->progress, "");
    fprintf(stderr, "pamit-registry: %s:%" PRIu64 ": %s\n", lines->path, lines->number, why);
    return false;
}

static bool line_import(const struct source *source, const struct input *input, struct span line,
                        struct registry_store *store)
{
    struct json_fault fault = {0};
    struct row row;
    row.record = (struct registry_record){.withdrawn = source->withdraws};
    if (!source->read(input, line, &row, &fault))
        return say_line(input, fault.why);
    const enum err err = store->ops->import_put(store, &row.record);
    if (err == ERR_MISSING)
        return say_line(input, "no such row is held");
    return err ? say_line(input, err_text(err)) : true;
}

static bool columns_read(struct input *input, struct span line)
{
    struct json_fault fault = {0};
    return placement_csv_begin(line, &input->csv, &fault) || say_line(input, fault.why);
}

static bool lines_import(const struct source *source, struct input *input,
                         struct registry_store *store)
{
    struct span line;
    enum err err;
    while ((err = json_lines_next(&input->lines, &line)) == ERR_OK) {
        const bool is_header = input->is_csv && input->lines.number == 1;
        if (!(is_header ? columns_read(input, line) : line_import(source, input, line, store)))
            return false;
        progress_step(&input->progress, input->lines.number);
    }
    if (err != ERR_MISSING)
        return say_line(input, err == ERR_SIZE ? "the line is too long" : err_text(err));
    return !input->is_csv || input->lines.number > 0 ||
           say_line(input, "the columns' names are missing");
}

static int file_import(const struct source *source, struct input *input,
                       struct registry_store *store)
{
    struct registry_imported done = {0};
    enum err err = store->ops->import_begin(store, source->feed);
    bool good = !err && lines_import(source, input, store);
    progress_say(&input->progress, good ? "storing ..." : "");
    if (!err)
        err = store->ops->import_end(store, good, clock_ms(CLOCK_REALTIME), &done);
    progress_say(&input->progress, "");
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

static bool is_csv(const struct registry_command *command)
{
    static const char end[] = ".csv";
    const size_t len = strlen(command->argument);
    if (command->format)
        return strcmp(command->format, "csv") == 0;
    return len >= sizeof end - 1 &&
           strcasecmp(command->argument + len - (sizeof end - 1), end) == 0;
}

static int source_import(const struct source *source, const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    if (is_csv(command) && !source->reads_csv)
        return registry_command_fail("these come as JSON Lines only");
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    int code = EXIT_FAILURE;
    struct input *input = calloc(1, sizeof *input);
    FILE *file = fopen(command->argument, "re");
    if (!file) {
        fprintf(stderr, "pamit-registry: %s: %s\n", command->argument, strerror(errno));
    } else if (input) {
        json_lines_init(&input->lines, command->argument, file);
        input->is_csv = is_csv(command);
        progress_init(&input->progress, file);
        code = file_import(source, input, store);
    }
    if (file)
        fclose(file);
    free(input);
    store->ops->close(store);
    return code;
}

int registry_import_placements(const struct registry_command *command)
{
    static const struct source placements = {.feed = REGISTRY_PLACEMENTS,
                                             .name = "placements",
                                             .reads_csv = true,
                                             .read = placement_read};
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
    const enum err err =
        store->ops->rows_withdraw(store, command->argument, clock_ms(CLOCK_REALTIME), &done);
    store->ops->close(store);
    if (err == ERR_MISSING)
        return registry_command_fail("there is no such kiosk");
    if (err)
        return registry_command_fail(err_text(err));
    printf("%" PRIu64 " withdrawn, %" PRIu64 " were before; lists version %" PRIu64 "\n",
           done.changed, done.unchanged, done.version);
    return EXIT_SUCCESS;
}
