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

/* May `role` take `decision` on this verdict, in this direction? */
bool decision_allowed(const struct verdict *verdict, const struct context *context,
                      enum decision decision, enum role role);
/* What the counter's first and third key record on this verdict; DECISION_NONE: nothing. The first
 * lets the traveller go on, the third refers. */
enum decision decision_key_go(const struct verdict *verdict, const struct context *context);
enum decision decision_key_refer(const struct verdict *verdict, const struct context *context);
/* A decision that needs the officer's words. */
bool decision_needs_note(enum decision decision);

/* "CLEARED" ...; static. */
const char *decision_name(enum decision decision);
bool decision_parse(const char *name, enum decision *out);
const char *role_name(enum role role);

#endif
