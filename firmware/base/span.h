/* A borrowed run of bytes. Whoever hands one out says until when it is good. */
#ifndef PAMIT_SPAN_H
#define PAMIT_SPAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const uint8_t *p;
    size_t len;
};

static inline struct span span_of(const void *p, size_t len)
{
    return (struct span){.p = p, .len = len};
}

/* The bytes of a C string without its NUL. */
static inline struct span span_of_text(const char *text)
{
    return span_of(text, strlen(text));
}

/* Appends `text` at `at`, cut where it would pass `end`, which is behind the buffer; returns where
 * its NUL is. For look-ups, of which each check makes several: snprintf is most of their cost. */
static inline char *text_append(char *at, const char *end, const char *text)
{
    const size_t room = (size_t)(end - at) - 1, len = strnlen(text, room);

    memcpy(at, text, len);
    at[len] = '\0';
    return at + len;
}

#endif
