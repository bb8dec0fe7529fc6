/* pamit mrz: what the machine-readable zones in files or a pipe hold.
 *
 * An answer is written out as soon as its document was read, so that a program may ask through a
 * pipe. Standard error names files and lines, never what is in them.
 */
#include "cli.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "mrz_answer.h"

struct run {
    const struct cli_options *options;
    struct date today;
    uint64_t documents, valid, unread;
};

static void answer_print(const struct run *run, const struct mrz_answer *answer)
{
    if (!run->options->json) {
        mrz_answer_report(answer, run->today);
        return;
    }
    json_t *json = mrz_answer_json(answer);
    json_dumpf(json, stdout, 0);
    putchar('\n');
    json_decref(json);
}

static void row_take(struct run *run, const char *name, const struct mrz_row *row)
{
    struct mrz_answer answer = {.row = row};
    json_t *number = json_integer((json_int_t)++run->documents);

    answer.id = row->id ? row->id : number;
    if (row->error) {
        run->unread++;
        cli_fail("%s:%" PRIu64 ": %s", name, row->line_no, row->error);
    } else {
        mrz_row_parse(row, &answer.mrz);
        answer.has_repair =
            mrz_repair_find(&answer.mrz, run->options->substitutions, &answer.repair);
        run->valid += mrz_valid(&answer.mrz);
    }
    answer_print(run, &answer);
    json_decref(number);
}

static int input_take(struct run *run, const char *name, FILE *file)
{
    struct mrz_input input;
    struct mrz_row row;

    mrz_input_init(&input, file);
    while (mrz_input_next(&input, &row)) {
        row_take(run, name, &row);
        mrz_row_done(&row);
        if (fflush(stdout) != 0)
            return cli_fail("standard output: write failed");
    }
    return ferror(file) ? cli_fail("%s: %s", name, strerror(errno)) : CLI_OK;
}

static int file_take(struct run *run, const char *name)
{
    if (strcmp(name, "-") == 0)
        return input_take(run, "standard input", stdin);
    FILE *file = fopen(name, "rb");
    if (!file)
        return cli_fail("%s: %s", name, strerror(errno));
    const int code = input_take(run, name, file);
    fclose(file);
    return code;
}

/* With --json an invalid document is an answer like another; to a person it is a finding. */
static int run_end(const struct run *run)
{
    if (run->options->json)
        return run->unread ? CLI_FINDING : CLI_OK;
    if (run->documents == 0)
        puts("No document in the input.");
    else if (run->documents > 1)
        printf("%" PRIu64 " documents, %" PRIu64 " valid.\n", run->documents, run->valid);
    return run->documents == 0 || run->valid < run->documents ? CLI_FINDING : CLI_OK;
}

int cli_mrz(const struct cli_options *options, const struct cli_paths *paths)
{
    struct run run = {.options = options,
                      .today = date_of_wall((int64_t)time(NULL) * 1000, CLOCK_WIB)};
    int code = CLI_OK;

    (void)paths;
    if (options->n_files == 0)
        code = file_take(&run, "-");
    for (size_t i = 0; i < options->n_files; i++) {
        if (file_take(&run, options->files[i]) != CLI_OK)
            code = CLI_FAILURE;
    }
    if (code && run.documents == 0)
        return code;
    const int finding = run_end(&run);
    return code ? code : finding;
}
