/* Configuration by table: inih splits lines, this gives every key its place, type and bounds.
 *
 * inih as Debian builds it does not tell its handler the line's number, goes on after a line it
 * can't read, and joins or cuts some lines silently: continued ones (indented), ones longer than
 * its buffer, ones with a NUL. So lines are handed to it by a reader of ours that counts them and
 * refuses all those; the first thing that is wrong is kept, with its line, and ends the reading.
 *
 * Values are collected in a copy and handed over whole: nobody sees half a configuration.
 */
#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config_part.h"
#include "utf8.h"

#define LINES_MAX     2000
#define PASSED_BY_MAX 65536 /* bytes of a line that nobody reads */

void config_refuse(struct config_reading *reading, const char *format, ...)
{
    char *why = reading->why;
    if (reading->line)
        snprintf(why, CONFIG_WHY_LEN, "%s:%u: ", reading->path, reading->line);
    else
        snprintf(why, CONFIG_WHY_LEN, "%s: ", reading->path);
    const size_t used = strlen(why);
    va_list args;
    va_start(args, format);
    vsnprintf(why + used, CONFIG_WHY_LEN - used, format, args);
    va_end(args);
    reading->err = ERR_INVALID;
}

static void file_read(struct config_reading *reading);

/* A key that names a file: what is wrong in that is said of it, with its line there. */
static void further_read(struct config_reading *reading, const struct config_key *key)
{
    struct config_reading further = *reading;
    further.path = (const char *)(reading->values + key->offset);
    further.from = key;
    further.outside = reading->only;
    further.line = 0;
    further.file = fopen(further.path, "re");
    if (further.file) {
        file_read(&further);
        fclose(further.file);
    } else {
        config_refuse(&further, "%s", strerrordesc_np(errno));
    }
    reading->err = further.err;
}

/* inih's handler; returns 1, or 0 to say that the line is wrong. */
static int key_found(void *user, const char *section, const char *name, const char *value)
{
    struct config_reading *reading = user;
    bool section_known = false;
    for (size_t i = 0; i < reading->n_keys && !reading->err; i++) {
        const struct config_key *key = &reading->keys[i];
        if (strcmp(key->section, section) != 0 ||
            (reading->from && strcmp(key->section, reading->from->section) != 0))
            continue;
        section_known = true;
        if (strcmp(key->key, name) != 0)
            continue;
        if (key->type == CONFIG_FILE && reading->from) {
            config_refuse(reading, "%s in [%s] is for the first file alone", name, section);
            return 0;
        }
        if (reading->lines[i]) {
            config_refuse(reading, "%s in [%s] is given twice, first in line %u%s", name, section,
                          reading->lines[i] & ~CONFIG_LINE_OF_FILE,
                          reading->lines[i] & CONFIG_LINE_OF_FILE ? " of the file named here" : "");
            return 0;
        }
        reading->lines[i] = reading->line | (reading->from ? CONFIG_LINE_OF_FILE : 0);
        config_value_set(reading, key, value);
        if (!reading->err && key->type == CONFIG_FILE)
            further_read(reading, key);
        return !reading->err;
    }
    if (!section_known)
        config_refuse(reading,
                      section[0] ? "there is no section [%.64s]" : "a key before any [section]",
                      section);
    else
        config_refuse(reading, "there is no key %.64s in [%s]", name, section);
    return 0;
}

/* What is wrong with a line as such, NULL if nothing. `line` is without its newline. */
static const char *line_fault(const char *line, size_t len)
{
    while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\t'))
        len--;
    size_t indent = 0;
    while (indent < len && (line[indent] == ' ' || line[indent] == '\t'))
        indent++;
    const char *content = line + indent;
    len -= indent;
    if (!utf8_is_plain(span_of(content, len)))
        return "a control character or bytes that are not UTF-8";
    if (len == 0 || content[0] == ';' || content[0] == '#')
        return NULL;
    if (indent > 0)
        return "a line that begins with a space";
    const bool is_section = content[0] == '[' && memchr(content, ']', len);
    const bool is_pair =
        content[0] != '[' && (memchr(content, '=', len) || memchr(content, ':', len));
    return is_section || is_pair ? NULL : "neither a [section] nor a key = value";
}

/* Whether a line is passed by, since one section alone is read and it is in another. */
static bool is_passed_by(struct config_reading *reading, const char *line)
{
    const size_t len = reading->only ? strlen(reading->only) : 0;
    if (reading->only && line[0] == '[')
        reading->outside = strncmp(line + 1, reading->only, len) != 0 || line[1 + len] != ']';
    return reading->outside;
}

/* inih's reader: like fgets, one line a call, or NULL to end. */
static char *line_next(char *buffer, int size, void *user)
{
    struct config_reading *reading = user;
    if (reading->err)
        return NULL;
    size_t len = 0;
    int byte = EOF;
    while (len < (size_t)size - 1 && (byte = getc(reading->file)) != EOF && byte != '\n')
        buffer[len++] = (char)byte;
    buffer[len] = '\0';
    if (byte == EOF && ferror(reading->file)) {
        config_refuse(reading, "%s", strerrordesc_np(errno));
        reading->err = ERR_IO;
        return NULL;
    }
    if (byte == EOF && len == 0)
        return NULL;
    reading->line++;
    if (reading->line <= LINES_MAX && is_passed_by(reading, buffer)) {
        for (int n = 0; byte != '\n' && byte != EOF && n < PASSED_BY_MAX; n++)
            byte = getc(reading->file);
        buffer[0] = '\0';
        return buffer;
    }
    const char *fault = line_fault(buffer, len);
    if (byte != '\n' && byte != EOF)
        config_refuse(reading, "a line of %d bytes or more", size - 1);
    else if (reading->line > LINES_MAX)
        config_refuse(reading, "more than %d lines", LINES_MAX);
    else if (fault)
        config_refuse(reading, "%s", fault);
    return reading->err ? NULL : buffer;
}

static void file_read(struct config_reading *reading)
{
    const int bad_line = ini_parse_stream(line_next, reading, key_found, reading);
    if (reading->err)
        return;
    if (bad_line < 0) {
        reading->line = 0;
        config_refuse(reading, "%s", err_text(ERR_MEMORY));
        reading->err = ERR_MEMORY;
    } else if (bad_line > 0) {
        reading->line = (unsigned)bad_line;
        config_refuse(reading, "neither a [section] nor a key = value");
    }
}

static void presets_apply(struct config_reading *reading)
{
    reading->line = 0;
    for (size_t i = 0; i < reading->n_keys && !reading->err; i++) {
        const struct config_key *key = &reading->keys[i];
        const bool is_read = !reading->only || strcmp(key->section, reading->only) == 0;
        if (!is_read || reading->lines[i] || (key->preset && !key->preset[0]))
            continue;
        if (!key->preset) {
            config_refuse(reading, "%s in [%s] is missing", key->key, key->section);
            return;
        }
        config_value_set(reading, key, key->preset);
    }
}

enum err config_load_lines(const char *path, const char *only, const struct config_key *keys,
                           size_t n_keys, void *out, size_t out_size,
                           unsigned lines[CONFIG_KEYS_MAX], char why[CONFIG_WHY_LEN])
{
    assert(n_keys <= CONFIG_KEYS_MAX);
    FILE *file = fopen(path, "re");
    if (!file) {
        const int error = errno;
        snprintf(why, CONFIG_WHY_LEN, "%s: %s", path, strerrordesc_np(error));
        return err_from_errno(error);
    }
    struct config_reading reading = {
        .path = path,
        .keys = keys,
        .n_keys = n_keys,
        .only = only,
        .outside = only,
        .values = calloc(1, out_size),
        .lines = lines,
        .file = file,
        .why = why,
    };
    memset(lines, 0, CONFIG_KEYS_MAX * sizeof *lines);
    if (!reading.values) {
        snprintf(why, CONFIG_WHY_LEN, "%s: %s", path, err_text(ERR_MEMORY));
        reading.err = ERR_MEMORY;
    }
    if (!reading.err)
        file_read(&reading);
    if (!reading.err)
        presets_apply(&reading);
    if (!reading.err)
        memcpy(out, reading.values, out_size);
    free(reading.values);
    fclose(file);
    return reading.err;
}

enum err config_load(const char *path, const struct config_key *keys, size_t n_keys, void *out,
                     size_t out_size, char why[CONFIG_WHY_LEN])
{
    unsigned lines[CONFIG_KEYS_MAX];
    return config_load_lines(path, NULL, keys, n_keys, out, out_size, lines, why);
}
