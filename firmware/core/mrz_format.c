/* The formats of 9303 and the words for what is found in them. */
#include "mrz.h"

#include <assert.h>

static const struct {
    const char *name;
    size_t lines, line_len;
} formats[MRZ_FORMATS] = {
    [MRZ_FORMAT_NONE] = {"none", 0, 0},    [MRZ_FORMAT_TD3] = {"TD3", 2, 44},
    [MRZ_FORMAT_TD1] = {"TD1", 3, 30},     [MRZ_FORMAT_TD2] = {"TD2", 2, 36},
    [MRZ_FORMAT_MRV_A] = {"MRV-A", 2, 44}, [MRZ_FORMAT_MRV_B] = {"MRV-B", 2, 36},
};

size_t mrz_lines(enum mrz_format format)
{
    assert(format > MRZ_FORMAT_NONE && format < MRZ_FORMATS);
    return formats[format].lines;
}

size_t mrz_line_len(enum mrz_format format)
{
    assert(format > MRZ_FORMAT_NONE && format < MRZ_FORMATS);
    return formats[format].line_len;
}

const char *mrz_format_name(enum mrz_format format)
{
    assert((unsigned)format < MRZ_FORMATS);
    return formats[format].name;
}
