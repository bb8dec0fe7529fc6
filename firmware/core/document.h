/* A travel document as the counter uses it: read from an MRZ or keyed by the officer, with full
 * dates. Pure; any process. */
#ifndef PAMIT_DOCUMENT_H
#define PAMIT_DOCUMENT_H

#include "mrz.h"
#include "mrz_repair.h"

/* The domain's types of travel documents, and what is none of them. Numbers are recorded in
 * entries: only ever add. */
#define DOCUMENT_TYPES(X)                                                                          \
    X(P)         /* passport */                                                                    \
    X(SPLP)      /* travel document in lieu of a passport */                                       \
    X(PLB)       /* border pass */                                                                 \
    X(KILB)      /* identity card for cross-border trade */                                        \
    X(CREW_BOOK) /* seafarer's book, crew member certificate */                                    \
    X(OTHER)     /* an identity card: official, but no travel document of the list */

enum document_type {
#define DOCUMENT_TYPE_ROW(name) DOCUMENT_##name,
    DOCUMENT_TYPES(DOCUMENT_TYPE_ROW)
#undef DOCUMENT_TYPE_ROW
        DOCUMENT_TYPE_COUNT
};
/* "P", "SPLP" ...: static. */
const char *document_type_name(enum document_type type);
bool document_type_parse(const char *name, enum document_type *out);

enum document_capture {
    DOCUMENT_KEYED = 0, /* typed, or a proposal confirmed, by the officer: marked for ever (R024) */
    DOCUMENT_SCANNED,
};

#define DOCUMENT_NUMBER_LEN (MRZ_NUMBER_LEN_MAX + 1)
#define DOCUMENT_NAME_LEN   80
#define DOCUMENT_NIK_DIGITS 16 /* of an Indonesian identity number */
#define DOCUMENT_NIK_LEN    (DOCUMENT_NIK_DIGITS + 1)
#define DOCUMENT_NIK_HASH   8 /* domain.md, nik_hash */

struct document {
    enum document_capture capture;
    enum document_type type;
    struct mrz
        mrz; /* keyed: lines, format and checks as they were read, if a proposal was of them */
    char number[DOCUMENT_NUMBER_LEN];
    char number_check; /* keyed: the printed check digit, '0'..'9'; 0: none was keyed */
    char country[4];   /* of issue, ICAO code */
    char nationality[4];
    char name[DOCUMENT_NAME_LEN];  /* "PRIMARY SECONDARY": the words in MRZ order */
    char sex;                      /* 'M', 'F', 'X' (the MRZ's filler: unspecified) */
    struct date birth;             /* unknown parts 0 */
    struct date birth_alternative; /* the same digits a century earlier; all 0: none possible */
    struct date expiry;
    uint8_t nik_hash[DOCUMENT_NIK_HASH]; /* keyed: of the NIK beside it; all 0: none was keyed */
    size_t n_corrections; /* keyed: what the officer confirmed of the lines as read */
    struct mrz_position correction[MRZ_SUBSTITUTIONS_MAX];
};

/* A visa goes with a travel document and is none: it is not judged. */
bool document_is_visa(const struct mrz *mrz);

/* Fills a document from a valid MRZ, judged on `today` (9303-3, 4.8): birth in the
 * latest century that is not in the future (unknown if there is none: the clock is wrong), expiry
 * in 20xx. The capture is SCANNED. */
void document_from_mrz(const struct mrz *mrz, struct date today, struct document *out);

/* Both are one document: the same lines scanned twice, or the same fields keyed twice. */
bool document_same(const struct document *a, const struct document *b);

/* ---- keyed -------------------------------------------------------------------------------- */

/* What an officer keyed, unchecked; unknown is "", 0 or zero parts of a date. */
struct document_keyed {
    enum document_type type;
    char number[DOCUMENT_NUMBER_LEN]; /* as printed, '<' for other characters inside it */
    char number_check;                /* the printed check digit after it; 0: none printed */
    char country[4];
    char nationality[4];
    char name[DOCUMENT_NAME_LEN];
    char sex;
    struct date birth;
    struct date expiry;
    char nik[DOCUMENT_NIK_LEN]; /* of the identity card; wherever it was held it is wiped */
};

/* The fields of a keyed document, in the order a form asks for them. */
#define DOCUMENT_FIELDS(X)                                                                         \
    X(TYPE, type)                                                                                  \
    X(NUMBER, number)                                                                              \
    X(NUMBER_CHECK, number_check)                                                                  \
    X(COUNTRY, country)                                                                            \
    X(NATIONALITY, nationality)                                                                    \
    X(NAME, name)                                                                                  \
    X(SEX, sex)                                                                                    \
    X(BIRTH, birth)                                                                                \
    X(EXPIRY, expiry)                                                                              \
    X(NIK, nik)

enum document_field {
#define DOCUMENT_FIELD_ROW(name, member) DOCUMENT_FIELD_##name,
    DOCUMENT_FIELDS(DOCUMENT_FIELD_ROW)
#undef DOCUMENT_FIELD_ROW
        DOCUMENT_FIELD_COUNT
};

/* What is wrong with a field. */
#define DOCUMENT_FLAWS(X)                                                                          \
    X(NONE)                                                                                        \
    X(MISSING)     /* it has to be keyed */                                                        \
    X(CHARACTERS)  /* number A-Z 0-9 and < inside; codes A-Z; names A-Z, space, ' - .; NIK 0-9 */  \
    X(LENGTH)      /* a passport's number has 1 to 9 characters; codes 3, or D; a NIK 16 */        \
    X(CALENDAR)    /* no day of the calendar, or a day without its month */                        \
    X(CENTURY)     /* before 1900, or an expiry outside 20xx */                                    \
    X(FUTURE)      /* a birth after today */                                                       \
    X(CHECK_DIGIT) /* not the one of this number: one of the two is mistyped */                    \
    X(VALUE)       /* not a choice that there is */

enum document_flaw {
#define DOCUMENT_FLAW_ROW(name) DOCUMENT_FLAW_##name,
    DOCUMENT_FLAWS(DOCUMENT_FLAW_ROW)
#undef DOCUMENT_FLAW_ROW
        DOCUMENT_FLAW_COUNT
};
/* "number_check", and "CHECK_DIGIT": static. */
const char *document_field_name(enum document_field field);
const char *document_flaw_name(enum document_flaw flaw);

/* Checks what was keyed and makes a document of it, capture KEYED. Needed are number, country,
 * name, sex and birth (at least its year), and for a passport its check digit and its expiry.
 * False: `flaws` says what is wrong with each field, and `out` is left alone. That a document has
 * expired is no flaw but a finding of the verdict. The NIK is checked but not taken over: only who
 * can key it may keep what it is keyed to. */
bool document_from_keyed(const struct document_keyed *keyed, struct date today,
                         struct document *out, enum document_flaw flaws[DOCUMENT_FIELD_COUNT]);

/* The form prefilled from a valid MRZ, as a proposal gives it. */
void document_keyed_from_mrz(const struct mrz *mrz, struct date today, struct document_keyed *out);

#endif
