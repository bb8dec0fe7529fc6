/* The tables of a policy bundle: licences, closed destinations, documents per scheme, texts ...
 *
 * They stay as they came, in the bundle's bytes: on decoding, every row is checked and indexed by
 * its first column; a row is read when it is asked for. 2,000 licences with history thus cost 8
 * bytes each beside the bundle, and a look-up reads only the rows of its own key.
 *
 * CBOR: a map {table: [row ...]}, each row a map {column: value} with the numbers of policy_tables
 * (columns from 1 in their order); columns that are null are left out, tables may be absent. Text
 * as text; days since 1970-01-01; names as their place in `names` from 1 (0, unknown, is never
 * written); lists of names as bits by the same places, 1 << place; booleans. Tables and columns
 * this version has no row for are skipped. Pure.
 */
#ifndef PAMIT_POLICY_TABLES_H
#define PAMIT_POLICY_TABLES_H

#include <stdbool.h>

#include "err.h"
#include "placement.h"
#include "span.h"

/* Keys of the tables; never reused. */
enum policy_table_key {
    POLICY_DOCUMENTS = 1,
    POLICY_P3MI,
    POLICY_DESTINATIONS,
    POLICY_PROMPTS,
    POLICY_REGIONS,
    POLICY_TPI,
    POLICY_OFFICERS,
    POLICY_TEXTS,
};

/* ---- what tables and columns there are ------------------------------------------------------- */

enum policy_column_type {
    POLICY_TEXT,  /* char[size]; empty only where it is neither its row's key nor nullable */
    POLICY_CODE,  /* char[size], size - 1 letters A-Z: a country */
    POLICY_DATE,  /* struct date; one that follows another in its row is not before it */
    POLICY_NAME,  /* an enum, by names */
    POLICY_NAMES, /* uint32_t, a set of names */
    POLICY_BOOL,  /* bool */
};

struct policy_column {
    const char *name; /* in JSON */
    enum policy_column_type type;
    bool nullable; /* null, and absent in CBOR: zero in the row, which stands for "any" or "open" */
    size_t offset, size;
    const char *const *names; /* from value 0, "UNKNOWN"; or from bit 0 */
};

struct policy_table {
    enum policy_table_key key;
    const char *name; /* in JSON */
    const struct policy_column *columns;
    size_t n_columns; /* column i has CBOR key i + 1 */
};

extern const struct policy_table policy_tables[];
extern const size_t policy_tables_count;

/* The names of a POLICY_NAME's values, or of a POLICY_NAMES' bits; NULL-terminated, static. */
const char *const *policy_column_names(const struct policy_column *column);

/* Exactly `len` letters A-Z: what a POLICY_CODE holds. */
bool policy_code_valid(const char *text, size_t len);

/* ---- rows ------------------------------------------------------------------------------------ */

#define POLICY_KEY_LEN   PLACEMENT_ID_LEN
#define POLICY_LINE_LEN  129
#define POLICY_PROSE_LEN 1025

/* POLICY_DOCUMENTS: what a scheme requires; several rows of one scheme add up. */
struct policy_documents {
    enum placement_scheme scheme;
    uint32_t required; /* bits as in struct placement */
};

enum policy_licence {
    LICENCE_UNKNOWN = 0,
    LICENCE_ACTIVE,
    LICENCE_SUSPENDED,
    LICENCE_REVOKED,
};

/* POLICY_P3MI: a licence's state over a span of days. */
struct policy_p3mi {
    char id[POLICY_KEY_LEN];
    char name[POLICY_LINE_LEN];
    enum policy_licence status;
    struct date from, to; /* both included; `to` unknown: until further notice */
    char decision_no[POLICY_LINE_LEN];
};

enum policy_effect {
    EFFECT_UNKNOWN = 0,
    EFFECT_BLOCK, /* R050 */
    EFFECT_REFER, /* R051 */
    EFFECT_NOTE,  /* says nothing to the verdict */
};

/* POLICY_DESTINATIONS: a moratorium or a closed destination. */
struct policy_destination {
    char country[4];
    enum employer_type employer_type;    /* 0: any */
    char occupation[PLACEMENT_TEXT_LEN]; /* "": any */
    enum placement_scheme scheme;        /* 0: any */
    struct date from, to;
    enum policy_effect effect;
    uint32_t except_schemes; /* bits, 1 << enum placement_scheme */
    char legal_ref[POLICY_LINE_LEN];
};

enum policy_prompt_kind {
    PROMPT_UNKNOWN = 0,
    PROMPT_ORIGIN_REGION,
};

/* POLICY_PROMPTS: a question to ask; never a reason. */
struct policy_prompt {
    enum policy_prompt_kind kind;
    char value[POLICY_KEY_LEN];
    char text[POLICY_KEY_LEN]; /* key of a POLICY_TEXTS row, or of the page's own words */
};

/* POLICY_REGIONS */
struct policy_region {
    char code[POLICY_KEY_LEN];
    char name[POLICY_LINE_LEN];
};

enum policy_zone {
    ZONE_UNKNOWN = 0,
    ZONE_WIB,
    ZONE_WITA,
    ZONE_WIT,
};

/* POLICY_TPI */
struct policy_tpi {
    char code[POLICY_KEY_LEN];
    char name[POLICY_LINE_LEN];
    enum policy_zone zone;
};

/* POLICY_OFFICERS: this site's roster. */
struct policy_officer {
    char id[POLICY_KEY_LEN];
    char name[POLICY_LINE_LEN];
    int role;                  /* enum role: 1 OFFICER, 2 SUPERVISOR */
    char pin[POLICY_LINE_LEN]; /* argon2id, encoded */
};

/* POLICY_TEXTS: hotlines and slip texts in both languages. */
struct policy_text {
    char key[POLICY_LINE_LEN];
    char id[POLICY_PROSE_LEN];
    char en[POLICY_PROSE_LEN];
    bool confirmed; /* somebody has checked that it is still so */
};

/* Room for a row of any table. */
union policy_row {
    struct policy_documents documents;
    struct policy_p3mi p3mi;
    struct policy_destination destination;
    struct policy_prompt prompt;
    struct policy_region region;
    struct policy_tpi tpi;
    struct policy_officer officer;
    struct policy_text text;
};

/* ---- finding --------------------------------------------------------------------------------- */

/* All tables together: 2,000 licences with history, 600 regions, moratoria, rosters, with room. */
#define POLICY_ROWS_MAX 8192

/* 64 KB: not for the stack. */
struct policy_index {
    struct span bytes; /* the tables' encoding, borrowed */
    size_t n_rows;
    struct {
        uint32_t key;       /* hash of table and first column */
        uint32_t at;        /* of the row in bytes */
    } row[POLICY_ROWS_MAX]; /* ascending by key, then by place */
};

/* Checks every row of the encoded map and, unless `out` is NULL, indexes it; `tables` is borrowed
 * as long as `out` is used, and may be empty. ERR_INVALID: malformed; ERR_SIZE: more than
 * POLICY_ROWS_MAX rows. On failure the contents of `out` are of no use. */
MUST_CHECK enum err policy_index_build(struct span tables, struct policy_index *out);

/* The rows of one table whose first column is `key` (a name, if that column is one), one after
 * another in the bundle's order. */
struct policy_rows {
    const struct policy_index *index; /* borrowed; NULL: there are none */
    const struct policy_table *table;
    const char *key; /* borrowed */
    size_t next;
};
void policy_rows_find(const struct policy_index *index, enum policy_table_key table,
                      const char *key, struct policy_rows *out);
/* False: no more. The member of `out` that belongs to the table is filled. */
bool policy_rows_next(struct policy_rows *rows, union policy_row *out);

#endif
