/* The crossing's context, as the officer sets it: direction, voyage, purpose, category.
 *
 * The voyage is set once per sailing; purpose and category per traveller. Pure.
 */
#ifndef PAMIT_CONTEXT_H
#define PAMIT_CONTEXT_H

enum direction {
    DIRECTION_DEPARTURE = 0,
    DIRECTION_RETURN,
};

/* domain.md, purpose_declared; the same words serve as the officer's category. */
/* clang-format off */
#define PURPOSES(X) \
    X(WORK) X(LEAVE_RETURN) X(TOUR) X(UMRAH_HAJJ) X(FAMILY) X(TRAINING) X(STUDY) X(WHV) \
    X(CREW) X(OFFICIAL) X(BORDER_TRADE) X(OTHER)
/* clang-format on */

enum purpose {
    PURPOSE_NONE = 0, /* not asked, not chosen */
#define PURPOSE_ROW(name) PURPOSE_##name,
    PURPOSES(PURPOSE_ROW)
#undef PURPOSE_ROW
        PURPOSE_COUNT
};

enum carrier_kind {
    CARRIER_NONE = 0,
    CARRIER_AIR,
    CARRIER_SEA,
    CARRIER_LAND,
};

struct context {
    enum direction direction;
    enum carrier_kind carrier_kind;
    char carrier_no[16];   /* flight, ship or plate: "GA 832", "" unknown */
    char dest_country[4];  /* ISO 3166-1 alpha-3, "" unknown */
    enum purpose purpose;  /* what the traveller declares */
    enum purpose category; /* what the officer chose for this traveller */
};

/* "WORK" ...; "NONE" for the zero value; static. */
const char *purpose_name(enum purpose purpose);
const char *direction_name(enum direction direction);
const char *carrier_kind_name(enum carrier_kind kind);
/* The enum value of a name; false if there is none. */
_Bool purpose_parse(const char *name, enum purpose *out);
_Bool direction_parse(const char *name, enum direction *out);
_Bool carrier_kind_parse(const char *name, enum carrier_kind *out);

/* The officer chose a category that is no worker's: any but WORK, LEAVE_RETURN and CREW. */
_Bool context_is_not_worker(const struct context *context);

#endif
