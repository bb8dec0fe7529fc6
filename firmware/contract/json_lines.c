/* Lines and files, bounded. */
#include "json_lines.h"

#include <errno.h>
#include <stdlib.h>

void json_lines_init(struct json_lines *lines, const char *path, FILE *file)
{
    lines->path = path;
    lines->file = file;
    lines->number = 0;
    lines->len = 0;
}

/* Reads up to and with the line's end. */
static enum err line_read(struct json_lines *lines)
{
    bool cut = false;
    int byte;

    lines->len = 0;
    while ((byte = getc_unlocked(lines->file)) != EOF && byte != '\n') {
        if (lines->len < sizeof lines->text)
            lines->text[lines->len++] = (char)byte;
        else
            cut = true;
    }
    if (ferror(lines->file))
        return ERR_IO;
    if (byte == EOF && lines->len == 0)
        return ERR_MISSING;
    lines->number++;
    return cut ? ERR_SIZE : ERR_OK;
}

static bool is_blank(const struct json_lines *lines)
{
    for (size_t i = 0; i < lines->len; i++)
        if (lines->text[i] != ' ' && lines->text[i] != '\t' && lines->text[i] != '\r')
            return false;
    return true;
}

enum err json_lines_next(struct json_lines *lines, struct span *out)
{
    enum err err;

    do
        err = line_read(lines);
    while (!err && is_blank(lines));
    if (err)
        return err;
    if (lines->text[lines->len - 1] == '\r')
        lines->len--;
    *out = span_of(lines->text, lines->len);
    return ERR_OK;
}

enum err json_file_read(const char *path, size_t len_max, char **out, size_t *len)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return err_from_errno(errno);
    char *text = malloc(len_max + 1);
    const size_t used = text ? fread(text, 1, len_max + 1, file) : 0;
    const enum err err = !text            ? ERR_MEMORY
                         : ferror(file)   ? ERR_IO
                         : used > len_max ? ERR_SIZE
                                          : ERR_OK;
    fclose(file);
    if (err) {
        free(text);
        return err;
    }
    *out = text;
    *len = used;
    return ERR_OK;
}
