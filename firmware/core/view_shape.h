/* The shape of view messages as tables: which members travel, in which order, within which bounds.
 *
 * One row a member; the map key of a member is its row's index. view_encode.c and view_decode.c
 * walk the same rows, so that the two can't disagree. Private to core's view codec.
 */
#ifndef PAMIT_VIEW_SHAPE_H
#define PAMIT_VIEW_SHAPE_H

#include <stddef.h>
#include <stdint.h>

#include "view.h"

enum view_part_type {
    VIEW_PART_BOOL,
    VIEW_PART_ENUM, /* any enum without negative values; min..max */
    VIEW_PART_U8,   /* also a char; min..max */
    VIEW_PART_U16,
    VIEW_PART_U32, /* up to max */
    VIEW_PART_U64,
    VIEW_PART_I64,
    VIEW_PART_TEXT,  /* char[size], plain UTF-8 */
    VIEW_PART_SEX,   /* char: 'M', 'F', 'X' or 0 */
    VIEW_PART_DATE,  /* struct date, as the number yyyymmdd */
    VIEW_PART_ENUMS, /* an array of `size` bytes of enums, each up to max */
    VIEW_PART_SHAPE, /* a struct of its own `shape` */
    VIEW_PART_LIST,  /* up to `max` structs of `shape`, each `size` bytes; count at count_offset */
};

struct view_shape;

struct view_part {
    enum view_part_type type;
    size_t offset;
    size_t size;
    uint32_t min, max;
    const struct view_shape *shape;
    size_t count_offset;
};

struct view_shape {
    const struct view_part *parts;
    size_t n_parts;
};

/* The shape of the member of view_message.body that a message of this type has; NULL: no such
 * type. */
const struct view_shape *view_shape_of(enum view_message_type type);

#endif
