/* JSON from outside, read strictly: what is wrong is said with the path to it.
 *
 * jansson with duplicate keys refused; then every value is taken by a function that knows what it
 * must be. The first fault stays, as "PATH: reason"; everything after it does nothing.
 */
#ifndef PAMIT_JSON_TAKE_H
#define PAMIT_JSON_TAKE_H

#include <jansson.h>
#include <stdbool.h>

#include "date.h"
#include "err.h"
#include "span.h"

#define JSON_WHY_LEN  256
#define JSON_PATH_LEN 96

struct json_fault {
    bool found;
    char why[JSON_WHY_LEN];
};

/* Notes the first fault. `path` may be "". */
void json_refuse(struct json_fault *fault, const char *path, const char *reason, ...)
    __attribute__((format(printf, 3, 4)));

/* What keeps a text from being JSON, in words that never quote it, as jansson's own do. */
const char *json_error_words(const json_error_t *error);

/* A key that nobody knows, as it may be repeated: itself if it could be a field's name, else static
 * words. People's names and numbers, and what would act on a terminal, are not quoted. */
const char *json_key_words(const char *key);

/* One JSON object and nothing else; NULL with the fault. The caller decrefs it. */
json_t *json_object_read(struct span text, struct json_fault *fault);

/* Each takes one value, which may be NULL (absent: a fault), and gives zero after a fault. */

/* Not empty, plain UTF-8, fits with its NUL. */
void json_take_text(const json_t *value, const char *path, char *out, size_t size,
                    struct json_fault *fault);
/* As far as that can be told without a list that ages: three letters A-Z, or Germany's D. */
void json_check_country(const char *code, const char *path, struct json_fault *fault);
uint64_t json_take_uint(const json_t *value, const char *path, uint64_t max,
                        struct json_fault *fault);
bool json_take_bool(const json_t *value, const char *path, struct json_fault *fault);
struct date json_take_date(const json_t *value, const char *path, struct json_fault *fault);
/* "YYYY-MM-DDThh:mm:ssZ" as UTC seconds. */
int64_t json_take_time(const json_t *value, const char *path, struct json_fault *fault);
/* The same of a text that is no JSON. */
bool json_time_parse(const char *text, int64_t *out);
/* The place of a name in a list that NULL ends. */
unsigned json_take_name(const json_t *value, const char *path, const char *const *names,
                        struct json_fault *fault);
/* An array of names, each once, as bits by their places. */
uint32_t json_take_names(const json_t *value, const char *path, const char *const *names,
                         struct json_fault *fault);

#endif
