/* One value of a configuration file: from its text to its place, by type and bounds. */
#include <string.h>

#include "config_part.h"

/* A relative path is taken from the folder that the file is in. */
static bool path_set(const struct config_reading *reading, const struct config_key *key, char *out,
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

static void text_set(struct config_reading *reading, const struct config_key *key, char *out,
                     const char *value)
{
    if (value[0] == '\0')
        config_refuse(reading, "%s in [%s] is empty", key->key, key->section);
    else if (strlen(value) >= key->size)
        config_refuse(reading, "%s in [%s] is longer than %zu bytes", key->key, key->section,
                      key->size - 1);
    else if (key->type == CONFIG_TEXT)
        memcpy(out, value, strlen(value) + 1);
    else if (!path_set(reading, key, out, value))
        config_refuse(reading, "%s in [%s] is longer than %zu bytes with this file's folder",
                      key->key, key->section, key->size - 1);
}

static void uint_set(struct config_reading *reading, const struct config_key *key, uint32_t *out,
                     const char *value)
{
    uint64_t number = 0;
    size_t n_digits = 0;
    while (value[n_digits] >= '0' && value[n_digits] <= '9' && number <= UINT32_MAX)
        number = number * 10 + (uint64_t)(value[n_digits++] - '0');
    if (n_digits == 0 || value[n_digits] || number < key->min || number > key->max)
        config_refuse(reading, "%s in [%s] is no number from %u to %u", key->key, key->section,
                      key->min, key->max);
    else
        *out = (uint32_t)number;
}

static void bool_set(struct config_reading *reading, const struct config_key *key, bool *out,
                     const char *value)
{
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        config_refuse(reading, "%s in [%s] is neither yes nor no", key->key, key->section);
    else
        *out = value[0] == 'y';
}

static void enum_set(struct config_reading *reading, const struct config_key *key, int *out,
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
    config_refuse(reading, "%s in [%s] is none of: %s", key->key, key->section, names);
}

void config_value_set(struct config_reading *reading, const struct config_key *key,
                      const char *value)
{
    void *out = reading->values + key->offset;
    switch (key->type) {
    case CONFIG_TEXT:
    case CONFIG_PATH:
    case CONFIG_FILE:
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
