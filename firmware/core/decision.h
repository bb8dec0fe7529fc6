/* Which decision may follow which verdict, by whom (domain.md, decisions and the rules below its
 * reason codes). The law is in this table, not in policy. Pure.
 */
#ifndef PAMIT_DECISION_H
#define PAMIT_DECISION_H

#include "context.h"
#include "verdict.h"

/* clang-format off */
#define DECISIONS(X) \
    X(CLEARED) X(CLEARED_NOTE) X(SECONDARY) X(DEFERRED) X(REFUSED_EXIT) X(HANDED_OVER) \
    X(WITHDRAWN) X(LOGGED_ONLY) X(RETURN_LOGGED) X(RETURN_REFERRED)
/* clang-format on */

enum decision {
    DECISION_NONE = 0,
#define DECISION_ROW(name) DECISION_##name,
    DECISIONS(DECISION_ROW)
#undef DECISION_ROW
        DECISION_COUNT
};

enum role {
    ROLE_NONE = 0,
    ROLE_OFFICER,
    ROLE_SUPERVISOR,
};

/* How we know who acted. Logins come later; until then it is said honestly. */
enum auth_method {
    AUTH_NONE = 0, /* nobody was asked: the officer configured as on duty */
};

/* Why what was recorded is taken back. */
#define VOID_REASONS(X)                                                                            \
    X(WRONG_TRAVELLER) /* it is about somebody else than who stood there */                        \
    X(WRONG_DECISION)  /* not what was decided */                                                  \
    X(NOT_TRAVELLING)  /* the traveller did not go on after all */                                 \
    X(TRIAL)           /* nobody crossed: the counter was tried */

enum void_reason {
    VOID_NONE = 0,
#define VOID_REASON_ROW(name) VOID_##name,
    VOID_REASONS(VOID_REASON_ROW)
#undef VOID_REASON_ROW
        VOID_REASON_COUNT
};

/* May `role` take `decision` on this verdict, in this direction? */
bool decision_allowed(const struct verdict *verdict, const struct context *context,
                      enum decision decision, enum role role);
/* What the counter's first and third key record on this verdict; DECISION_NONE: nothing. The first
 * lets the traveller go on, the third refers. */
enum decision decision_key_go(const struct verdict *verdict, const struct context *context);
enum decision decision_key_refer(const struct verdict *verdict, const struct context *context);
/* A decision that needs the officer's words. */
bool decision_needs_note(enum decision decision);

/* May `role` take back what `decided_by` has recorded? What a supervisor decided is a supervisor's
 * to take back: also a stop was left by it. */
bool decision_may_void(enum role decided_by, enum role role);

/* "CLEARED" ...; static. */
const char *decision_name(enum decision decision);
bool decision_parse(const char *name, enum decision *out);
const char *role_name(enum role role);
/* "WRONG_TRAVELLER" ...; static. */
const char *void_reason_name(enum void_reason reason);
bool void_reason_parse(const char *name, enum void_reason *out);

#endif
