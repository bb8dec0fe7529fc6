/* The page's files, built into the program (embed.cmake). */
#ifndef PAMIT_DESK_WEB_H
#define PAMIT_DESK_WEB_H

#include <stddef.h>
#include <stdint.h>

struct desk_web_file {
    const char *path; /* in the URL; NULL ends the list */
    const char *type;
    const uint8_t *p;
    size_t len;
};

extern const struct desk_web_file desk_web_files[];

#endif
