/* Any bytes as an input of `pamit mrz`: every row keeps within its bounds, and reading ends. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "mrz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void row_check(const struct mrz_input *input, const struct mrz_row *row)
{
    const bool json = input->kind == MRZ_INPUT_JSON;
    size_t total = 0;

    must(row->line_no >= 1 && row->line_no <= input->line_no);
    must(row->n_lines <= MRZ_INPUT_LINES_MAX && (!row->error || row->n_lines == 0));
    must(json ? row->id && !json_is_object(row->id) && !json_is_array(row->id) : !row->id);
    for (size_t i = 0; i < row->n_lines; i++) {
        must(json || (row->lines[i].len > 0 && !memchr(row->lines[i].p, '\n', row->lines[i].len)));
        total += row->lines[i].len;
    }
    must(total <= MRZ_INPUT_ROW_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct mrz_input input;
    struct mrz_row row;
    uint64_t last = 0;

    if (len == 0)
        return 0;
    char *copy = malloc(len);
    must(copy);
    memcpy(copy, data, len);
    FILE *file = fmemopen(copy, len, "rb");
    must(file);
    mrz_input_init(&input, file);
    while (mrz_input_next(&input, &row)) {
        must(row.line_no > last);
        last = row.line_no;
        row_check(&input, &row);
        mrz_row_done(&row);
    }
    must(feof(file));
    fclose(file);
    free(copy);
    return 0;
}
