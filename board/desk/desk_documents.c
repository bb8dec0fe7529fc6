/* The passports in the desk's drawer. */
#include "desk_documents.h"

#include <stdio.h>
#include <string.h>

#include "scan_frame.h"

static bool lines_good(const json_t *lines)
{
    size_t n = json_array_size(lines);
    if (n < 1 || n > SCAN_FRAME_LINES_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *line = json_array_get(lines, i);
        if (!json_is_string(line) || json_string_length(line) > SCAN_FRAME_LINE_LEN_MAX)
            return false;
    }
    return true;
}

json_t *desk_documents_load(const char *dir, char why[DESK_WHY_LEN])
{
    char path[512];
    json_error_t error;
    snprintf(path, sizeof path, "%s/documents.json", dir);
    json_t *documents = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!documents) {
        snprintf(why, DESK_WHY_LEN, "%.120s:%d: %.100s", path, error.line, error.text);
        return NULL;
    }
    bool good = json_is_array(documents) && json_array_size(documents) <= DESK_DOCUMENTS_MAX;
    for (size_t i = 0; good && i < json_array_size(documents); i++) {
        const json_t *document = json_array_get(documents, i);
        good = json_is_string(json_object_get(document, "name")) &&
               json_is_string(json_object_get(document, "group")) &&
               json_is_string(json_object_get(document, "title")) &&
               json_is_string(json_object_get(document, "what")) &&
               lines_good(json_object_get(document, "lines"));
        if (!good)
            snprintf(why, DESK_WHY_LEN,
                     "%.120s: document %zu needs name, group, title, what and 1 to 3 lines", path,
                     i + 1);
    }
    if (!json_is_array(documents) || json_array_size(documents) > DESK_DOCUMENTS_MAX)
        snprintf(why, DESK_WHY_LEN, "%.120s: must be a list of at most %d documents", path,
                 DESK_DOCUMENTS_MAX);
    if (!good) {
        json_decref(documents);
        return NULL;
    }
    return documents;
}

const json_t *desk_documents_find(const json_t *documents, const char *name)
{
    for (size_t i = 0; i < json_array_size(documents); i++) {
        const json_t *document = json_array_get(documents, i);
        if (strcmp(json_string_value(json_object_get(document, "name")), name) == 0)
            return document;
    }
    return NULL;
}
