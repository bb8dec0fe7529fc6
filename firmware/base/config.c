/* Configuration by table: inih splits lines, this gives every key its place, type and bounds.
 *
 * inih as Debian builds it does not tell its handler the line's number, goes on after a line it
 * can't read, and joins or cuts some lines silently: continued ones (indented), ones longer than
 * its buffer, ones with a NUL. So lines are handed to it by a reader of ours that counts them and
 * refuses all those; the first thing that is wrong is kept, with its line, and ends the reading.
 *
 * Values are collected in a copy and handed over whole: nobody sees half a configuration.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

#define LINES_MAX 2000

struct reading {
    const char *path;
    const struct config_key *keys;
    size_t n_keys;
    uint8_t *values;
    unsigned *lines;
    FILE *file;
    unsigned line;
    enum err err; /* of the first thing that is wrong */
    char *why;
};

__attribute__((format(printf, 2, 3))) static void refuse(struct reading *reading,
                                                         const char *format, ...)
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

/* A relative path is taken from the folder that the file is in. */
static bool path_set(const struct reading *reading, const struct config_key *key, char *out,
                     const char *value)
{
    const char *slash = strrchr(reading->path, '/');
    const int folder_len = value[0] == '/' || !slash ? 0 : (int)(slash - reading->path + 1);
    const int len = snprintf(NULL, 0, "%.*s%s", folder_len, reading->path, value);
    if (len < 0 || (size_t)len >= key->size)
        return false;
    snprintf(out, key->size, "%.*s%s", folder_len, reading->path, value);
    return true;
}

static void text_set(struct reading *reading, const struct config_key *key, char *out,
                     const char *value)
{
    if (value[0] == '\0')
        refuse(reading, "%s in [%s] is empty", key->key, key->section);
    else if (strlen(value) >= key->size)
        refuse(reading, "%s in [%s] is longer than %zu bytes", key->key, key->section,
               key->size - 1);
    else if (key->type == CONFIG_TEXT)
        memcpy(out, value, strlen(value) + 1);
    else if (!path_set(reading, key, out, value))
        refuse(reading, "%s in [%s] is longer than %zu bytes with this file's folder", key->key,
               key->section, key->size - 1);
}

static void uint_set(struct reading *reading, const struct config_key *key, uint32_t *out,
                     const char *value)
{
    uint64_t number = 0;
    size_t n_digits = 0;
    while (value[n_digits] >= '0' && value[n_digits] <= '9' && number <= UINT32_MAX)
        number = number * 10 + (uint64_t)(value[n_digits++] - '0');
    if (n_digits == 0 || value[n_digits] || number < key->min || number > key->max)
        refuse(reading, "%s in [%s] is no number from %u to %u", key->key, key->section, key->min,
               key->max);
    else
        *out = (uint32_t)number;
}

static void bool_set(struct reading *reading, const struct config_key *key, bool *out,
                     const char *value)
{
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        refuse(reading, "%s in [%s] is neither yes nor no", key->key, key->section);
    else
        *out = value[0] == 'y';
}

static void enum_set(struct reading *reading, const struct config_key *key, int *out,
                     const char *value)
{
    char names[CONFIG_WHY_LEN / 2] = "";
    for (const struct config_choice *choice = key->choices; choice->name; choice++) {
        if (strcmp(choice->name, value) == 0) {
            *out = choice->value;
            return;
        }
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", choice->name);
    }
    refuse(reading, "%s in [%s] is none of: %s", key->key, key->section, names);
}

static void value_set(struct reading *reading, const struct config_key *key, const char *value)
{
    void *out = reading->values + key->offset;
    switch (key->type) {
    case CONFIG_TEXT:
    case CONFIG_PATH:
        text_set(reading, key, out, value);
        return;
    case CONFIG_UINT:
        uint_set(reading, key, out, value);
        return;
    case CONFIG_BOOL:
        bool_set(reading, key, out, value);
        return;
    case CONFIG_ENUM:
        enum_set(reading, key, out, value);
        return;
    }
}

/* inih's handler; returns 1, or 0 to say that the line is wrong. */
static int key_found(void *user, const char *section, const char *name, const char *value)
{
    struct reading *reading = user;
    bool section_known = false;
    for (size_t i = 0; i < reading->n_keys && !reading->err; i++) {
        const struct config_key *key = &reading->keys[i];
        if (strcmp(key->section, section) != 0)
            continue;
        section_known = true;
        if (strcmp(key->key, name) != 0)
            continue;
        if (reading->lines[i]) {
            refuse(reading, "%s in [%s] is given twice, first in line %u", name, section,
                   reading->lines[i]);
            return 0;
        }
        reading->lines[i] = reading->line;
        value_set(reading, key, value);
        return !reading->err;
    }
    if (!section_known)
        refuse(reading, section[0] ? "there is no section [%.64s]" : "a key before any [section]",
               section);
    else
        refuse(reading, "there is no key %.64s in [%s]", name, section);
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

/* inih's reader: like fgets, one line a call, or NULL to end. */
static char *line_next(char *buffer, int size, void *user)
{
    struct reading *reading = user;
    if (reading->err)
        return NULL;
    size_t len = 0;
    int byte = EOF;
    while (len < (size_t)size - 1 && (byte = getc(reading->file)) != EOF && byte != '\n')
        buffer[len++] = (char)byte;
    buffer[len] = '\0';
    if (byte == EOF && ferror(reading->file)) {
        refuse(reading, "%s", strerrordesc_np(errno));
        reading->err = ERR_IO;
        return NULL;
    }
    if (byte == EOF && len == 0)
        return NULL;
    reading->line++;
    const char *fault = line_fault(buffer, len);
    if (byte != '\n' && byte != EOF)
        refuse(reading, "a line of %d bytes or more", size - 1);
    else if (reading->line > LINES_MAX)
        refuse(reading, "more than %d lines", LINES_MAX);
    else if (fault)
        refuse(reading, "%s", fault);
    return reading->err ? NULL : buffer;
}

static void file_read(struct reading *reading)
{
    const int bad_line = ini_parse_stream(line_next, reading, key_found, reading);
    if (reading->err)
        return;
    if (bad_line < 0) {
        reading->line = 0;
        refuse(reading, "%s", err_text(ERR_MEMORY));
        reading->err = ERR_MEMORY;
    } else if (bad_line > 0) {
        reading->line = (unsigned)bad_line;
        refuse(reading, "neither a [section] nor a key = value");
    }
}

static void presets_apply(struct reading *reading)
{
    reading->line = 0;
    for (size_t i = 0; i < reading->n_keys && !reading->err; i++) {
        const struct config_key *key = &reading->keys[i];
        if (reading->lines[i])
            continue;
        if (!key->preset) {
            refuse(reading, "%s in [%s] is missing", key->key, key->section);
            return;
        }
        value_set(reading, key, key->preset);
    }
}

enum err config_load_lines(const char *path, const struct config_key *keys, size_t n_keys,
                           void *out, size_t out_size, unsigned lines[CONFIG_KEYS_MAX],
                           char why[CONFIG_WHY_LEN])
{
    assert(n_keys <= CONFIG_KEYS_MAX);
    FILE *file = fopen(path, "re");
    if (!file) {
        const int error = errno;
        snprintf(why, CONFIG_WHY_LEN, "%s: %s", path, strerrordesc_np(error));
        return err_from_errno(error);
    }
    struct reading reading = {
        .path = path,
        .keys = keys,
        .n_keys = n_keys,
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
    return config_load_lines(path, keys, n_keys, out, out_size, lines, why);
}
