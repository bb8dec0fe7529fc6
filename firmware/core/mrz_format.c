/* The formats of ICAO Doc 9303, one row each: what the parser, the repair and the tests go by. */
#include "mrz_format.h"

#include <assert.h>

#define DIGIT 1 /* follows the field */

/* clang-format off */
const struct mrz_layout mrz_layouts[MRZ_FORMATS] = {
    [MRZ_FORMAT_NONE] = {.name = "none"},
    [MRZ_FORMAT_TD3] = {
        .name = "TD3", .lines = 2, .line_len = 44, .code_letters = "P",
        .field = {
            [MRZ_FIELD_CODE]        = {0,  0,  2, 0},
            [MRZ_FIELD_STATE]       = {0,  2,  3, 0},
            [MRZ_FIELD_NAME]        = {0,  5, 39, 0},
            [MRZ_FIELD_NUMBER]      = {1,  0,  9, DIGIT},
            [MRZ_FIELD_NATIONALITY] = {1, 10,  3, 0},
            [MRZ_FIELD_BIRTH]       = {1, 13,  6, DIGIT},
            [MRZ_FIELD_SEX]         = {1, 20,  1, 0},
            [MRZ_FIELD_EXPIRY]      = {1, 21,  6, DIGIT},
            [MRZ_FIELD_OPTIONAL]    = {1, 28, 14, DIGIT},
        },
        .checked = {MRZ_FIELD_NUMBER, MRZ_FIELD_BIRTH, MRZ_FIELD_EXPIRY, MRZ_FIELD_OPTIONAL},
        .composite = {1, 43, 1, 0},
    },
    [MRZ_FORMAT_TD1] = {
        .name = "TD1", .lines = 3, .line_len = 30, .code_letters = "ACI", .is_card = true,
        .field = {
            [MRZ_FIELD_CODE]        = {0,  0,  2, 0},
            [MRZ_FIELD_STATE]       = {0,  2,  3, 0},
            [MRZ_FIELD_NUMBER]      = {0,  5,  9, DIGIT},
            [MRZ_FIELD_OPTIONAL]    = {0, 15, 15, 0},
            [MRZ_FIELD_BIRTH]       = {1,  0,  6, DIGIT},
            [MRZ_FIELD_SEX]         = {1,  7,  1, 0},
            [MRZ_FIELD_EXPIRY]      = {1,  8,  6, DIGIT},
            [MRZ_FIELD_NATIONALITY] = {1, 15,  3, 0},
            [MRZ_FIELD_OPTIONAL2]   = {1, 18, 11, 0},
            [MRZ_FIELD_NAME]        = {2,  0, 30, 0},
        },
        .checked = {MRZ_FIELD_NUMBER, MRZ_FIELD_OPTIONAL, MRZ_FIELD_BIRTH, MRZ_FIELD_EXPIRY,
                           MRZ_FIELD_OPTIONAL2},
        .composite = {1, 29, 1, 0},
    },
    [MRZ_FORMAT_TD2] = {
        .name = "TD2", .lines = 2, .line_len = 36, .code_letters = "ACI", .is_card = true,
        .field = {
            [MRZ_FIELD_CODE]        = {0,  0,  2, 0},
            [MRZ_FIELD_STATE]       = {0,  2,  3, 0},
            [MRZ_FIELD_NAME]        = {0,  5, 31, 0},
            [MRZ_FIELD_NUMBER]      = {1,  0,  9, DIGIT},
            [MRZ_FIELD_NATIONALITY] = {1, 10,  3, 0},
            [MRZ_FIELD_BIRTH]       = {1, 13,  6, DIGIT},
            [MRZ_FIELD_SEX]         = {1, 20,  1, 0},
            [MRZ_FIELD_EXPIRY]      = {1, 21,  6, DIGIT},
            [MRZ_FIELD_OPTIONAL]    = {1, 28,  7, 0},
        },
        .checked = {MRZ_FIELD_NUMBER, MRZ_FIELD_BIRTH, MRZ_FIELD_EXPIRY, MRZ_FIELD_OPTIONAL},
        .composite = {1, 35, 1, 0},
    },
    [MRZ_FORMAT_MRV_A] = {
        .name = "MRV-A", .lines = 2, .line_len = 44, .code_letters = "V",
        .field = {
            [MRZ_FIELD_CODE]        = {0,  0,  2, 0},
            [MRZ_FIELD_STATE]       = {0,  2,  3, 0},
            [MRZ_FIELD_NAME]        = {0,  5, 39, 0},
            [MRZ_FIELD_NUMBER]      = {1,  0,  9, DIGIT},
            [MRZ_FIELD_NATIONALITY] = {1, 10,  3, 0},
            [MRZ_FIELD_BIRTH]       = {1, 13,  6, DIGIT},
            [MRZ_FIELD_SEX]         = {1, 20,  1, 0},
            [MRZ_FIELD_EXPIRY]      = {1, 21,  6, DIGIT},
            [MRZ_FIELD_OPTIONAL]    = {1, 28, 16, 0},
        },
        .checked = {MRZ_FIELD_NUMBER, MRZ_FIELD_BIRTH, MRZ_FIELD_EXPIRY},
    },
    [MRZ_FORMAT_MRV_B] = {
        .name = "MRV-B", .lines = 2, .line_len = 36, .code_letters = "V",
        .field = {
            [MRZ_FIELD_CODE]        = {0,  0,  2, 0},
            [MRZ_FIELD_STATE]       = {0,  2,  3, 0},
            [MRZ_FIELD_NAME]        = {0,  5, 31, 0},
            [MRZ_FIELD_NUMBER]      = {1,  0,  9, DIGIT},
            [MRZ_FIELD_NATIONALITY] = {1, 10,  3, 0},
            [MRZ_FIELD_BIRTH]       = {1, 13,  6, DIGIT},
            [MRZ_FIELD_SEX]         = {1, 20,  1, 0},
            [MRZ_FIELD_EXPIRY]      = {1, 21,  6, DIGIT},
            [MRZ_FIELD_OPTIONAL]    = {1, 28,  8, 0},
        },
        .checked = {MRZ_FIELD_NUMBER, MRZ_FIELD_BIRTH, MRZ_FIELD_EXPIRY},
    },
};
/* clang-format on */

static const struct mrz_layout *layout_of(enum mrz_format format)
{
    assert(format > MRZ_FORMAT_NONE && format < MRZ_FORMATS);
    return &mrz_layouts[format];
}

size_t mrz_lines(enum mrz_format format)
{
    return layout_of(format)->lines;
}

size_t mrz_line_len(enum mrz_format format)
{
    return layout_of(format)->line_len;
}

const char *mrz_format_name(enum mrz_format format)
{
    assert((unsigned)format < MRZ_FORMATS);
    return mrz_layouts[format].name;
}
