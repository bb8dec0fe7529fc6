/* Files of contracts: JSON Lines one by one in constant memory, or one JSON text whole.
 *
 * Who reads says file and line of what is wrong, and never a value: messages end up in tickets. A
 * byte order mark in front, which some programs write, is left out.
 */
#ifndef PAMIT_JSON_LINES_H
#define PAMIT_JSON_LINES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "span.h"

#define JSON_LINE_LEN_MAX (16u << 10)

struct json_lines {
    const char *path; /* borrowed; for messages */
    FILE *file;       /* the caller's */
    uint64_t number;  /* of the line read last, from 1 */
    size_t len;
    char text[JSON_LINE_LEN_MAX];
};

void json_lines_init(struct json_lines *lines, const char *path, FILE *file);
/* The next line, without its end (LF or CRLF), good until the next call. ERR_MISSING: the file is
 * over; ERR_IO, with errno; ERR_SIZE: longer than JSON_LINE_LEN_MAX, and how much longer nobody
 * looked: the file is of no more use. Blocks as the file does. */
MUST_CHECK enum err json_lines_next(struct json_lines *lines, struct span *out);

/* The whole file, of at most `len_max` bytes, to be freed. ERR_SIZE, ERR_MEMORY, or as errno says.
 */
MUST_CHECK enum err json_file_read(const char *path, size_t len_max, char **out, size_t *len);

#endif
