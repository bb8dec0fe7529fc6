/* pamit cache build: a cache from the files of other systems, whole or not at all.
 *
 * Messages name file, line and field, never a value. Rows go from line to file one by one, so
 * memory does not grow with the input. Who interrupts it finds what was there before; once the
 * rows are in, the file is finished.
 */
#include "cli.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cache.h"
#include "json_lines.h"
#include "list_json.h"
#include "placement_json.h"

#define PROGRESS_ROWS 10000 /* between two lines of progress */

struct build {
    struct cache_builder *builder;
    const char *out; /* the cache's path */
    struct json_lines lines;
    const char *what; /* "placements": of the file being read */
    uint64_t rows;    /* of it */
    bool progress;    /* somebody watches */
};

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* Each once: a second signal ends the program at once. No SA_RESTART, so that a pipe from which
 * nothing comes doesn't keep us. */
static void interrupts_take(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &action, NULL);
}

/* Takes one line; a fault is noted. */
typedef enum err build_row(struct build *build, struct span line, struct json_fault *fault);

static enum err placement_take(struct build *build, struct span line, struct json_fault *fault)
{
    struct placement placement;
    return placement_json_read(line, &placement, fault)
               ? cache_builder_put(build->builder, &placement)
               : ERR_INVALID;
}

static enum err listing_take(struct build *build, struct span line, struct json_fault *fault)
{
    struct listing listing;
    return list_json_read(line, &listing, fault)
               ? cache_builder_put_listing(build->builder, &listing)
               : ERR_INVALID;
}

static void progress_say(const struct build *build, const char *end)
{
    if (build->progress)
        fprintf(stderr, "\r%" PRIu64 " %s%s", build->rows, build->what, end);
}

/* A bad line is a finding; what can't be read or written is a failure. */
static int lines_take(struct build *build, build_row *take)
{
    const struct json_lines *lines = &build->lines;
    struct json_fault fault = {0};
    struct span line;
    enum err read = ERR_OK, put = ERR_OK;

    while (!interrupted && !put && !(read = json_lines_next(&build->lines, &line))) {
        put = take(build, line, &fault);
        if (!put && ++build->rows % PROGRESS_ROWS == 0)
            progress_say(build, "");
    }
    if (interrupted)
        return cli_fail("interrupted");
    if (fault.found || read == ERR_SIZE) {
        cli_fail("%s:%" PRIu64 ": %s", lines->path, lines->number,
                 fault.found ? fault.why : "the line is too long");
        return CLI_FINDING;
    }
    if (put)
        return cli_fail("%s: %s, at %s:%" PRIu64, build->out, err_text(put), lines->path,
                        lines->number);
    if (read != ERR_MISSING)
        return cli_fail("%s: %s", lines->path, strerror(errno));
    progress_say(build, "\n");
    return CLI_OK;
}

static int file_take(struct build *build, const char *path, const char *what, build_row *take)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return cli_fail("%s: %s", path, strerror(errno));
    json_lines_init(&build->lines, path, file);
    build->what = what;
    build->rows = 0;
    const int code = lines_take(build, take);
    fclose(file);
    return code;
}

static int build_run(struct build *build, const struct cli_options *options)
{
    char why[CACHE_WHY_LEN];
    int code = file_take(build, options->placements, "placements", placement_take);
    const uint64_t placements = build->rows;

    if (code == CLI_OK)
        code = file_take(build, options->lists, "rows of lists", listing_take);
    if (code != CLI_OK) {
        cache_builder_abandon(build->builder);
        cli_fail("nothing was built");
        return code;
    }
    if (cache_builder_finish(build->builder, options->as_of, why)) {
        cli_fail("%s", why);
        return cli_fail("nothing was built");
    }
    printf("%" PRIu64 " placements, %" PRIu64 " rows of lists, as of %s\n", placements, build->rows,
           options->as_of_text ? options->as_of_text : "the date of a check");
    return CLI_OK;
}

int cli_cache_build(const struct cli_options *options, const struct cli_paths *paths)
{
    static struct build build;
    struct seal_root *root = NULL;
    char why[CACHE_WHY_LEN];

    if (!options->placements || !options->lists || !options->out)
        return cli_fail("--placements, --lists and --out are needed");
    if (!cli_cache_root_open(paths, options->out, true, &root))
        return CLI_FAILURE;
    build.out = options->out;
    build.progress = isatty(STDERR_FILENO);
    interrupts_take();
    const enum err err = cache_builder_open(options->out, root, &build.builder, why);
    const int code = err ? cli_fail("%s", why) : build_run(&build, options);
    seal_root_close(root);
    return code;
}
