/* Lines and files, bounded. */
#include "json_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct span without_mark(struct span text)
{
    static const char mark[] = "\xef\xbb\xbf";
    const size_t len = sizeof mark - 1;
    if (text.len < len || memcmp(text.p, mark, len) != 0)
        return text;
    return span_of(text.p + len, text.len - len);
}

void json_lines_init(struct json_lines *lines, const char *path, FILE *file)
{
    lines->path = path;
    lines->file = file;
    lines->number = 0;
    lines->len = 0;
}

enum err json_lines_next(struct json_lines *lines, struct span *out)
{
    int byte;

    lines->len = 0;
    while ((byte = getc_unlocked(lines->file)) != EOF && byte != '\n') {
        if (lines->len == sizeof lines->text) {
            lines->number++;
            return ERR_SIZE;
        }
        lines->text[lines->len++] = (char)byte;
    }
    if (ferror(lines->file))
        return ERR_IO;
    if (byte == EOF && lines->len == 0)
        return ERR_MISSING;
    lines->number++;
    if (lines->len > 0 && lines->text[lines->len - 1] == '\r')
        lines->len--;
    *out = span_of(lines->text, lines->len);
    if (lines->number == 1)
        *out = without_mark(*out);
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
    const struct span whole = without_mark(span_of(text, used));
    memmove(text, whole.p, whole.len);
    *out = text;
    *len = whole.len;
    return ERR_OK;
}
