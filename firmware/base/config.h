/* Configuration files, table driven: an ini file (inih) read into a struct by a table of keys.
 *
 * An unknown section or key, a key given twice, a bad value or a missing required key is an error
 * that names file, line and key; nothing is then usable. Used by every process at start.
 */
#ifndef PAMIT_CONFIG_H
#define PAMIT_CONFIG_H

#include <stddef.h>

#include "err.h"

#define CONFIG_WHY_LEN 256

enum config_type {
    CONFIG_TEXT, /* char[size]; at least one byte, fits with its NUL */
    CONFIG_PATH, /* char[size]; like TEXT; a relative one is taken from the file's own folder */
    CONFIG_FILE, /* a PATH; more keys of the same section are read from there, as if they stood here
                  */
    CONFIG_UINT, /* uint32_t within min..max */
    CONFIG_BOOL, /* bool: yes or no */
    CONFIG_ENUM, /* int: the value of the matching choice */
};

struct config_choice {
    const char *name; /* NULL ends the list */
    int value;
};

struct config_key {
    const char *section;
    const char *key;
    enum config_type type;
    size_t offset; /* in the struct that is filled */
    size_t size;   /* CONFIG_TEXT, CONFIG_PATH, CONFIG_FILE: room in bytes */
    unsigned min, max;
    const struct config_choice *choices;
    const char *preset; /* the value when the key is absent, as text, or "": it is left zero; NULL:
                         * it is required */
};

#define CONFIG_KEYS_MAX 128

/* Reads `path` into `out` by `keys`; what no key fills is zero. On failure writes "FILE:LINE:
 * reason" (or "FILE: reason") to `why` and leaves `out` untouched. ERR_MISSING: no such file;
 * ERR_INVALID: its content.
 *
 * The format is inih's: [section], key = value, comments from ';' or '#' at the start of a line or
 * from " ;" after a value. No continued lines, no control characters, UTF-8, lines under 200 bytes
 * (inih's buffer). */
MUST_CHECK enum err config_load(const char *path, const struct config_key *keys, size_t n_keys,
                                void *out, size_t out_size, char why[CONFIG_WHY_LEN]);

/* A line of the CONFIG_FILE, of which there is one at most. */
#define CONFIG_LINE_OF_FILE (1u << 31)

/* The same, and lines[i] is the line that gave keys[i], 0 for a preset: for callers that check keys
 * against each other. If `only` names a section (else NULL) that alone is read: keys of others stay
 * zero, and of what is wrong outside of it only too many lines matter. */
MUST_CHECK enum err config_load_lines(const char *path, const char *only,
                                      const struct config_key *keys, size_t n_keys, void *out,
                                      size_t out_size, unsigned lines[CONFIG_KEYS_MAX],
                                      char why[CONFIG_WHY_LEN]);

#endif
