/* Names of the context's enums, both ways.
 *
 * The names are the words of the file formats and of the page's protocol; each table is indexed by
 * the enum's value. Refused: any other spelling, lower case included.
 */
#include "context.h"

#include <stddef.h>
#include <string.h>

static const char *const purpose_names[PURPOSE_COUNT] = {"NONE",
#define PURPOSE_ROW(name) #name,
                                                         PURPOSES(PURPOSE_ROW)
#undef PURPOSE_ROW
};

static const char *const direction_names[] = {
    [DIRECTION_DEPARTURE] = "DEPARTURE",
    [DIRECTION_RETURN] = "RETURN",
};

static const char *const carrier_kind_names[] = {
    [CARRIER_NONE] = "NONE",
    [CARRIER_AIR] = "AIR",
    [CARRIER_SEA] = "SEA",
    [CARRIER_LAND] = "LAND",
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char *name_at(const char *const *names, size_t count, size_t value)
{
    return names[value < count ? value : 0];
}

static _Bool value_of(const char *const *names, size_t count, const char *name, size_t *out)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) {
            *out = i;
            return 1;
        }
    return 0;
}

const char *purpose_name(enum purpose purpose)
{
    return name_at(purpose_names, COUNT(purpose_names), (size_t)purpose);
}

const char *direction_name(enum direction direction)
{
    return name_at(direction_names, COUNT(direction_names), (size_t)direction);
}

const char *carrier_kind_name(enum carrier_kind kind)
{
    return name_at(carrier_kind_names, COUNT(carrier_kind_names), (size_t)kind);
}

_Bool purpose_parse(const char *name, enum purpose *out)
{
    size_t value;
    if (!value_of(purpose_names, COUNT(purpose_names), name, &value))
        return 0;
    *out = (enum purpose)value;
    return 1;
}

_Bool direction_parse(const char *name, enum direction *out)
{
    size_t value;
    if (!value_of(direction_names, COUNT(direction_names), name, &value))
        return 0;
    *out = (enum direction)value;
    return 1;
}

_Bool carrier_kind_parse(const char *name, enum carrier_kind *out)
{
    size_t value;
    if (!value_of(carrier_kind_names, COUNT(carrier_kind_names), name, &value))
        return 0;
    *out = (enum carrier_kind)value;
    return 1;
}

_Bool context_is_not_worker(const struct context *context)
{
    return context->category != PURPOSE_NONE && context->category != PURPOSE_WORK &&
           context->category != PURPOSE_LEAVE_RETURN && context->category != PURPOSE_CREW;
}
