/* Rows of an input, in constant memory.
 *
 * Method: a line is read into the row's text, as far as that goes; the first line that is not blank
 * tells the kind and is kept for the row that it begins. A row that can't be read says why in words
 * that hold nothing of it, since they go to logs, and reading goes on behind it. Refused: mending
 * lines. A CR before the LF and a byte order mark before the first line belong to the file; every
 * other byte is the document's.
 */
#include "mrz_input.h"

#include <assert.h>
#include <string.h>

#include "json_take.h"
#include "utf8.h"

static_assert(MRZ_INPUT_ROW_MAX == 65536 && MRZ_INPUT_LINES_MAX == 256, "said in words below");

static const char byte_order_mark[] = "\xEF\xBB\xBF";

void mrz_input_init(struct mrz_input *input, FILE *file)
{
    input->file = file;
    input->kind = MRZ_INPUT_UNKNOWN;
    input->line_no = 0;
    input->used = 0;
    input->pending = false;
}

/* Reads a line behind what the row holds already into `last`. False: there is none. */
static bool line_read(struct mrz_input *input)
{
    char *const at = input->text + input->used;
    const size_t room = sizeof input->text - input->used;
    size_t len = 0;
    int c;

    if (input->pending) {
        input->pending = false;
        return true;
    }
    input->last_cut = false;
    while ((c = getc_unlocked(input->file)) != EOF && c != '\n') {
        if (len < room)
            at[len++] = (char)c;
        else
            input->last_cut = true;
    }
    if (c == EOF && (len == 0 || ferror(input->file)))
        return false;
    input->line_no++;
    if (c == '\n' && !input->last_cut && len > 0 && at[len - 1] == '\r')
        len--;
    input->last = span_of(at, len);
    return true;
}

static bool is_blank(struct span line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r')
            return false;
    }
    return true;
}

/* Finds the first line that is not blank and what it tells of the input. */
static bool kind_find(struct mrz_input *input)
{
    const size_t mark_len = strlen(byte_order_mark);

    do {
        if (!line_read(input))
            return false;
        if (input->line_no == 1 && input->last.len >= mark_len &&
            memcmp(input->last.p, byte_order_mark, mark_len) == 0)
            input->last = span_of(input->last.p + mark_len, input->last.len - mark_len);
    } while (is_blank(input->last));
    size_t first = 0;
    while (first < input->last.len && is_blank(span_of(input->last.p + first, 1)))
        first++;
    input->kind = input->last.p[first] == '{' ? MRZ_INPUT_JSON : MRZ_INPUT_PLAIN;
    input->pending = true;
    return true;
}

/* Takes "id" and "lines" of a row's JSON; returns what is wrong with them. */
static const char *row_take(struct mrz_row *row)
{
    json_t *id = json_object_get(row->json, "id");
    const json_t *lines = json_object_get(row->json, "lines");
    size_t i;
    json_t *line;

    if (!json_is_object(row->json))
        return "not a JSON object";
    if (json_is_object(id) || json_is_array(id))
        return "id: not a string, a number, true, false or null";
    row->id = id ? json_incref(id) : json_null();
    if (!json_is_array(lines))
        return lines ? "lines: not an array of strings" : "lines: missing";
    if (json_array_size(lines) > MRZ_INPUT_LINES_MAX)
        return "lines: more than 256";
    json_array_foreach(lines, i, line)
    {
        if (!json_is_string(line))
            return "lines: not an array of strings";
        row->lines[i] = span_of(json_string_value(line), json_string_length(line));
    }
    row->n_lines = i;
    return NULL;
}

static bool json_next(struct mrz_input *input, struct mrz_row *out)
{
    json_error_t error;

    do {
        if (!line_read(input))
            return false;
    } while (!input->last_cut && is_blank(input->last));
    out->line_no = input->line_no;
    if (input->last_cut) {
        out->error = "longer than 65536 bytes";
    } else {
        out->json = json_loadb((const char *)input->last.p, input->last.len,
                               JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
        out->error = out->json ? row_take(out) : json_error_words(&error);
    }
    if (!out->id)
        out->id = json_null();
    return true;
}

static bool plain_next(struct mrz_input *input, struct mrz_row *out)
{
    do {
        if (!line_read(input))
            return false;
    } while (input->last.len == 0);
    out->line_no = input->line_no;
    do {
        if (out->n_lines == MRZ_INPUT_LINES_MAX)
            out->error = "more than 256 lines; an empty line separates documents";
        else if (input->last_cut)
            out->error = "longer than 65536 bytes; an empty line separates documents";
        if (out->error)
            continue;
        out->lines[out->n_lines++] = input->last;
        input->used = (size_t)(input->last.p - (const uint8_t *)input->text) + input->last.len;
    } while (line_read(input) && (input->last_cut || input->last.len > 0));
    return true;
}

bool mrz_input_next(struct mrz_input *input, struct mrz_row *out)
{
    *out = (struct mrz_row){0};
    input->used = 0;
    if (input->kind == MRZ_INPUT_UNKNOWN && !kind_find(input))
        return false;
    if (!(input->kind == MRZ_INPUT_JSON ? json_next : plain_next)(input, out))
        return false;
    if (out->error)
        out->n_lines = 0;
    return true;
}

void mrz_row_done(struct mrz_row *row)
{
    json_decref(row->id);
    json_decref(row->json);
    *row = (struct mrz_row){0};
}

/* A length is one of characters: each becomes the first of its bytes, and none of several bytes is
 * of an MRZ. What is longer than any line stays as it is. */
static struct span line_characters(struct span line, uint8_t out[MRZ_LINE_LEN_MAX])
{
    size_t len = 0;

    if (!utf8_is_plain(line))
        return line;
    for (size_t i = 0; i < line.len; i++) {
        if ((line.p[i] & 0xC0) == 0x80)
            continue;
        if (len == MRZ_LINE_LEN_MAX)
            return line;
        out[len++] = line.p[i];
    }
    return span_of(out, len);
}

void mrz_row_parse(const struct mrz_row *row, struct mrz *out)
{
    uint8_t characters[MRZ_LINES_MAX][MRZ_LINE_LEN_MAX];
    struct span lines[MRZ_INPUT_LINES_MAX];

    for (size_t i = 0; i < row->n_lines; i++)
        lines[i] =
            i < MRZ_LINES_MAX ? line_characters(row->lines[i], characters[i]) : row->lines[i];
    mrz_parse(lines, row->n_lines, out);
}
