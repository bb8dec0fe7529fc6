/* Placement records: what the ministry knows of a worker's placement (domain.md, placement record).
 *
 * One table, placement_fields, describes every field: the feed's CBOR, the import of JSON Lines and
 * the cache all walk it, so a field is added in one place. Finding is by look-up texts: the store
 * keys them with HMAC and never sees a number in plain. Pure.
 */
#ifndef PAMIT_PLACEMENT_H
#define PAMIT_PLACEMENT_H

#include <stddef.h>

#include "cbor.h"
#include "document.h"
#include "err.h"

enum placement_status {
    PLACEMENT_STATUS_UNKNOWN = 0,
    PLACEMENT_IN_PROCESS,
    PLACEMENT_READY,
    PLACEMENT_DEPARTED,
    PLACEMENT_ACTIVE,
    PLACEMENT_ON_LEAVE,
    PLACEMENT_COMPLETED,
    PLACEMENT_CANCELLED,
    PLACEMENT_SUSPENDED,
    PLACEMENT_REVOKED,
};

enum placement_scheme {
    SCHEME_UNKNOWN = 0,
    SCHEME_G2G,
    SCHEME_G2P,
    SCHEME_P2P,
    SCHEME_UKPS,
    SCHEME_SELF,
    SCHEME_SSW,
    SCHEME_SPSK,
    SCHEME_REENTRY,
    SCHEME_CREW_MERCHANT,
    SCHEME_CREW_FISHING,
};

enum employer_type {
    EMPLOYER_UNKNOWN = 0,
    EMPLOYER_LEGAL_ENTITY,
    EMPLOYER_INDIVIDUAL,
    EMPLOYER_VESSEL,
};

enum placement_hold {
    HOLD_NONE = 0,
    HOLD_COMPLAINT,
    HOLD_INVESTIGATION,
    HOLD_FAMILY_REPORT,
};

/* Bits of `documents`. */
enum placement_paper {
    PAPER_MARITAL,
    PAPER_FAMILY_PERMIT,
    PAPER_COMPETENCE,
    PAPER_HEALTH,
    PAPER_PASSPORT,
    PAPER_VISA,
    PAPER_PLACEMENT_AGREEMENT,
    PAPER_CONTRACT,
    PAPER_JKN,
    PAPER_JKK_JKM,
    PAPER_OPP,
    PAPER_CREW_BOOK,
    PAPER_RESPONSIBILITY_STATEMENT,
    PAPER_LEAVE_LETTER,
    PAPERS,
};

enum placement_source {
    SOURCE_UNKNOWN = 0,
    SOURCE_SISKO,
    SOURCE_SUPPL,
    SOURCE_COURIER,
};

#define PLACEMENT_ID_LEN   25
#define PLACEMENT_TEXT_LEN 65
#define PLACEMENT_PREV_MAX 2
/* The encoding of any record fits. */
#define PLACEMENT_CBOR_MAX 2048

/* Everything absent in the source is zero: unknown. */
struct placement {
    char placement_id[PLACEMENT_ID_LEN];
    uint64_t rec_seq;
    int64_t rec_updated_at; /* UTC seconds */
    enum placement_source source;
    enum placement_status status;
    enum placement_scheme scheme;
    char name_full[PLACEMENT_TEXT_LEN];
    char name_mrz[PLACEMENT_TEXT_LEN];
    char sex; /* 'M', 'F', 'X' */
    struct date birth_date;
    char nik[DOCUMENT_NIK_LEN]; /* only between feed and import: keyed, then dropped */
    char passport_no[10];
    char passport_country[4];
    struct date passport_expiry;
    char passport_prev[PLACEMENT_PREV_MAX][10];
    char origin_region[5];
    char dest_country[4];
    enum employer_type employer_type;
    char employer_name[PLACEMENT_TEXT_LEN];
    char foreign_agency[PLACEMENT_TEXT_LEN];
    char occupation[PLACEMENT_TEXT_LEN];
    char p3mi_id[PLACEMENT_ID_LEN];
    char sip2mi_no[PLACEMENT_ID_LEN];
    char job_order_no[PLACEMENT_ID_LEN];
    char contract_no[PLACEMENT_ID_LEN];
    struct date contract_start, contract_end;
    char visa_no[PLACEMENT_ID_LEN];
    char visa_type[PLACEMENT_ID_LEN];
    struct date visa_expiry;
    uint32_t documents; /* 1 << enum placement_paper */
    char bpjstk_no[PLACEMENT_ID_LEN];
    struct date bpjstk_until;
    struct date opp_date;
    char opp_unit[PLACEMENT_ID_LEN];
    char e_kpmi_no[PLACEMENT_ID_LEN];
    struct date e_kpmi_until;
    struct date window_from, window_to;
    char embark_tpi[PLACEMENT_ID_LEN];
    char approved_unit[PLACEMENT_ID_LEN];
    int64_t approved_at; /* UTC seconds */
    enum placement_hold hold;
    uint32_t flags; /* bits by the order of placement_flag_names */
    struct date expires_cache_on;
};

enum placement_field_type {
    FIELD_TEXT,  /* char[size] */
    FIELD_CODE,  /* char[size], A-Z 0-9 only: numbers of documents, alpha-3 codes */
    FIELD_SEX,   /* char */
    FIELD_DATE,  /* struct date */
    FIELD_TIME,  /* int64_t, UTC seconds */
    FIELD_UINT,  /* uint64_t */
    FIELD_ENUM,  /* int, by names */
    FIELD_MASK,  /* uint32_t, a set of names */
    FIELD_CODES, /* char[count][size]: a list of codes */
};

struct placement_field {
    unsigned key;     /* in CBOR, ascending through the table, never reused */
    const char *name; /* in JSON */
    enum placement_field_type type;
    size_t offset, size, count;
    const char *const
        *names;     /* FIELD_ENUM: from value 0; FIELD_MASK: from bit 0; NULL-terminated */
    bool mandatory; /* name_mrz and name_full: one of the two, checked apart */
};

extern const struct placement_field placement_fields[];
extern const size_t placement_fields_count;

/* NULL-terminated: by value from 0, "UNKNOWN"; documents by bit from 0. */
extern const char *const placement_scheme_names[];
extern const char *const placement_employer_names[];
extern const char *const placement_document_names[];

const char *placement_status_name(enum placement_status status);
const char *placement_scheme_name(enum placement_scheme scheme);
const char *placement_hold_name(enum placement_hold hold);

/* The record as a CBOR map of its known fields; written with what a whole record must have:
 * ERR_INVALID names (in `why`, static text of the field's name) what is missing or malformed.
 * ERR_SIZE: the writer is full. */
MUST_CHECK enum err placement_encode(const struct placement *placement, struct cbor_writer *w,
                                     const char **why);
/* The reverse; unknown keys are skipped (a newer registry), bad values and records that are not
 * complete refused: ERR_INVALID, and the reader is bad. */
MUST_CHECK enum err placement_decode(struct cbor_reader *r, struct placement *out);
/* Mandatory fields present and consistent; else false and the field's name. */
bool placement_complete(const struct placement *placement, const char **why);

/* Departure is allowed by status: READY, ACTIVE, ON_LEAVE. */
bool placement_status_valid(enum placement_status status);

/* ---- finding ---------------------------------------------------------------------------- */

/* Which way a record was found; also which look-up a text is for. */
enum match_key {
    MATCH_KEY_NONE = 0,
    MATCH_KEY_PASSPORT,
    MATCH_KEY_OLD_PASSPORT,
    MATCH_KEY_NIK,
    MATCH_KEY_NAME_DOB,
    MATCH_KEY_MANUAL,
};

#define LOOKUP_TEXT_LEN 96
#define LOOKUPS_MAX     244 /* four numbers, and every pair of 16 words of two names */

/* One text to look up or to index by, e.g. {MATCH_KEY_PASSPORT, "IDN X0000001"}. A name gives one
 * text per pair of its spelling-folded words with birth date and sex, or one of its only word: two
 * names that are to find each other share two words, or have the same only one. So look-ups find a
 * superset that placement_match narrows. */
struct lookup {
    enum match_key key;
    char text[LOOKUP_TEXT_LEN]; /* "": a document's NIK, of which only nik_hash is left */
    uint8_t nik_hash[DOCUMENT_NIK_HASH];
};

/* The texts a record is indexed by; returns how many. */
size_t placement_index(const struct placement *placement, struct lookup out[LOOKUPS_MAX]);
/* The texts to look a document up by: its number, which stands for current and previous ones (the
 * store finds both), and its NIK; where those find nothing, its name. Return how many. */
size_t placement_lookups_by_number(const struct document *document, struct lookup out[LOOKUPS_MAX]);
size_t placement_lookups_by_name(const struct document *document, struct lookup out[LOOKUPS_MAX]);
/* The text that a NIK is indexed by. */
void placement_nik_lookup(const char nik[DOCUMENT_NIK_LEN], struct lookup *out);

enum match_grade {
    MATCH_NONE = 0,
    MATCH_CONFLICT,
    MATCH_NEAR,
    MATCH_EXACT,
};

/* A record that a look-up gave, with the best way it was found. A keyed text may collide, so that
 * placement_match compares again in plain and decides the way itself; but no record keeps its NIK,
 * and of that way `key` is all there is. */
struct candidate {
    enum match_key key;
    struct placement placement;
};

#define CANDIDATES_MAX 64

struct match {
    enum match_key key;
    enum match_grade grade;
    bool several_valid; /* two or more valid ones with the same number or NIK (R014) */
    bool may_miss; /* not found by number or NIK, and CANDIDATES_MAX came: others may have been left
                      out */
    struct placement placement; /* when grade is not MATCH_NONE */
};

/* Chooses among candidates by the contract's order and grades the choice: by number first (current,
 * then previous); else by the NIK that was keyed; else by name and birth date, never better than
 * what differs allows. */
void placement_match(const struct document *document, const struct candidate *candidates,
                     size_t n_candidates, struct match *out);

/* The two facts of names that differ: the words that only the document's or only the record's name
 * has (of the record's two names, the one that grades better), upper case; both names whole where
 * one has all words of the other. */
void placement_name_difference(const struct document *document, const struct placement *placement,
                               char found[DOCUMENT_NAME_LEN], char expected[DOCUMENT_NAME_LEN]);

const char *match_key_name(enum match_key key);
const char *match_grade_name(enum match_grade grade);

#endif
