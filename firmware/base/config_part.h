/* Between the parts of reading a configuration: config.c the lines, config_value.c a value. */
#ifndef PAMIT_CONFIG_PART_H
#define PAMIT_CONFIG_PART_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "config.h"

struct config_reading {
    const char *path;
    const struct config_key *from; /* the key that named this file; NULL: it is the first */
    const struct config_key *keys;
    size_t n_keys;
    const char *only; /* the one section that is read; NULL: all */
    bool outside;     /* ... and what is read now is not in it */
    uint8_t *values;
    unsigned *lines;
    FILE *file;
    unsigned line;
    enum err err; /* of the first thing that is wrong */
    char *why;
};

/* Keeps what is wrong, with the line that is being read. */
__attribute__((format(printf, 2, 3))) void config_refuse(struct config_reading *reading,
                                                         const char *format, ...);

/* Stores a key's value, or refuses it. */
void config_value_set(struct config_reading *reading, const struct config_key *key,
                      const char *value);

#endif
