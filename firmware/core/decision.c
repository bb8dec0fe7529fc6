/* Which decision may follow which verdict, by whom.
 *
 * Problem: the law and the ministry's rules bind both the officer and the machine: a refusal of
 * exit has four grounds only, missing or old data never lead past secondary inspection, what an
 * officer noticed alone never further than a deferral with a narrative, a person who is stopped is
 * released by a supervisor alone. Method: one row per decision that is allowed,
 * with what must be true of the verdict; what has no row is forbidden. Refused: taking any of this
 * from policy, since a signed file can't change the law.
 *
 * Source: the domain's table of decisions and the rules below its reason codes; UU 6/2011 Art. 16.
 */
#include "decision.h"

#include <stddef.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* What must hold besides verdict and role. */
enum condition {
    ALWAYS = 0,
    GROUND,          /* an amber or red reason that is more than our missing or old data */
    EVIDENCE,        /* a ground that is more than an indicator */
    REFUSAL_GROUND,  /* one of the reasons that may carry a refusal of exit */
    SAID_NOT_WORKER, /* R003 is among the reasons */
    NOT_WORKER,      /* nothing found, and the officer chose a category that is no worker's */
};

/* Missing data, old data, a document that we could not read, a failure of ours: never past
 * secondary inspection. */
static const uint16_t no_ground[] = {10, 19, 24, 93};
/* Document expired, suspected forged, reported lost; prevention list. */
static const uint16_t refusal_grounds[] = {20, 22, 23, 73};
/* A placement was found, whatever its grade. */
static const uint16_t found_reasons[] = {1, 2, 11, 12};

/* Which role a row is for: a supervisor may do what an officer may. */
struct row {
    enum verdict_result result;
    enum role role; /* the least */
    enum decision decision;
    enum condition condition;
};

static const struct row departure_rows[] = {
    {VERDICT_CLEAR, ROLE_OFFICER, DECISION_CLEARED, ALWAYS},
    {VERDICT_CLEAR, ROLE_OFFICER, DECISION_CLEARED_NOTE, ALWAYS},
    {VERDICT_CLEAR, ROLE_OFFICER, DECISION_SECONDARY, ALWAYS},
    {VERDICT_CLEAR, ROLE_OFFICER, DECISION_WITHDRAWN, ALWAYS},
    {VERDICT_CLEAR, ROLE_OFFICER, DECISION_LOGGED_ONLY, SAID_NOT_WORKER},
    {VERDICT_CLEAR, ROLE_SUPERVISOR, DECISION_DEFERRED, GROUND},

    {VERDICT_REFER, ROLE_OFFICER, DECISION_SECONDARY, ALWAYS},
    {VERDICT_REFER, ROLE_OFFICER, DECISION_WITHDRAWN, ALWAYS},
    {VERDICT_REFER, ROLE_OFFICER, DECISION_LOGGED_ONLY, NOT_WORKER},
    {VERDICT_REFER, ROLE_SUPERVISOR, DECISION_CLEARED_NOTE, ALWAYS},
    {VERDICT_REFER, ROLE_SUPERVISOR, DECISION_DEFERRED, GROUND},
    {VERDICT_REFER, ROLE_SUPERVISOR, DECISION_HANDED_OVER, EVIDENCE},

    {VERDICT_STOP, ROLE_SUPERVISOR, DECISION_SECONDARY, ALWAYS},
    {VERDICT_STOP, ROLE_SUPERVISOR, DECISION_WITHDRAWN, ALWAYS},
    {VERDICT_STOP, ROLE_SUPERVISOR, DECISION_CLEARED_NOTE, ALWAYS},
    {VERDICT_STOP, ROLE_SUPERVISOR, DECISION_DEFERRED, GROUND},
    {VERDICT_STOP, ROLE_SUPERVISOR, DECISION_HANDED_OVER, EVIDENCE},
    {VERDICT_STOP, ROLE_SUPERVISOR, DECISION_REFUSED_EXIT, REFUSAL_GROUND},
};

/* A return is recorded, not judged: the same whatever the verdict, but that a stop, which policy
 * may make of any reason, is a supervisor's to end. */
static const enum decision return_decisions[] = {
    DECISION_RETURN_LOGGED,
    DECISION_RETURN_REFERRED,
    DECISION_WITHDRAWN,
};

static bool contains(const uint16_t *codes, size_t count, uint16_t code)
{
    for (size_t i = 0; i < count; i++)
        if (codes[i] == code)
            return true;
    return false;
}

static bool has_any(const struct verdict *verdict, const uint16_t *codes, size_t count)
{
    for (size_t i = 0; i < verdict->n_reasons; i++)
        if (contains(codes, count, verdict->reasons[i].code))
            return true;
    return false;
}

static bool is_indicator(uint16_t code)
{
    const struct reason *reason = reason_find(code);
    return reason && reason->basis == BASIS_INDICATOR;
}

static bool has_ground(const struct verdict *verdict, bool more_than_indicators)
{
    for (size_t i = 0; i < verdict->n_reasons; i++) {
        const struct reason_said *said = &verdict->reasons[i];
        if (said->colour >= COLOUR_AMBER && !contains(no_ground, COUNT(no_ground), said->code) &&
            !(more_than_indicators && is_indicator(said->code)))
            return true;
    }
    return false;
}

static bool condition_holds(enum condition condition, const struct verdict *verdict,
                            const struct context *context)
{
    switch (condition) {
    case ALWAYS:
        return true;
    case GROUND:
        return has_ground(verdict, false);
    case EVIDENCE:
        return has_ground(verdict, true);
    case REFUSAL_GROUND:
        return has_any(verdict, refusal_grounds, COUNT(refusal_grounds));
    case SAID_NOT_WORKER:
        return verdict_has(verdict, 3);
    case NOT_WORKER:
        return context_is_not_worker(context) &&
               !has_any(verdict, found_reasons, COUNT(found_reasons));
    }
    return false;
}

bool decision_allowed(const struct verdict *verdict, const struct context *context,
                      enum decision decision, enum role role)
{
    if (role != ROLE_OFFICER && role != ROLE_SUPERVISOR)
        return false;
    if (context->direction == DIRECTION_RETURN) {
        if (verdict->result == VERDICT_STOP && role != ROLE_SUPERVISOR)
            return false;
        for (size_t i = 0; i < COUNT(return_decisions); i++)
            if (return_decisions[i] == decision)
                return true;
        return false;
    }
    for (size_t i = 0; i < COUNT(departure_rows); i++) {
        const struct row *row = &departure_rows[i];
        if (row->result == verdict->result && row->decision == decision && role >= row->role)
            return condition_holds(row->condition, verdict, context);
    }
    return false;
}

/* The first of `choices` that an officer may take. */
static enum decision first_allowed(const struct verdict *verdict, const struct context *context,
                                   const enum decision *choices, size_t n_choices)
{
    for (size_t i = 0; i < n_choices; i++) {
        if (decision_allowed(verdict, context, choices[i], ROLE_OFFICER))
            return choices[i];
    }
    return DECISION_NONE;
}

/* Somebody who is no worker is logged, not cleared. A referral has no key that lets go: what an
 * officer may still record there takes a deliberate choice. */
enum decision decision_key_go(const struct verdict *verdict, const struct context *context)
{
    if (context->direction == DIRECTION_DEPARTURE && verdict->result != VERDICT_CLEAR)
        return DECISION_NONE;
    static const enum decision choices[] = {DECISION_RETURN_LOGGED, DECISION_LOGGED_ONLY,
                                            DECISION_CLEARED};
    return first_allowed(verdict, context, choices, sizeof choices / sizeof choices[0]);
}

enum decision decision_key_refer(const struct verdict *verdict, const struct context *context)
{
    static const enum decision choices[] = {DECISION_RETURN_REFERRED, DECISION_SECONDARY};
    return first_allowed(verdict, context, choices, sizeof choices / sizeof choices[0]);
}

bool decision_needs_note(enum decision decision)
{
    static const enum decision noted[] = {DECISION_CLEARED_NOTE, DECISION_DEFERRED,
                                          DECISION_REFUSED_EXIT, DECISION_HANDED_OVER};
    for (size_t i = 0; i < COUNT(noted); i++)
        if (noted[i] == decision)
            return true;
    return false;
}

bool decision_may_void(enum role decided_by, enum role role)
{
    return decided_by != ROLE_NONE && role >= decided_by && role <= ROLE_SUPERVISOR;
}

static const char *const decision_names[DECISION_COUNT] = {"NONE",
#define DECISION_ROW(name) #name,
                                                           DECISIONS(DECISION_ROW)
#undef DECISION_ROW
};

const char *decision_name(enum decision decision)
{
    return decision_names[(size_t)decision < DECISION_COUNT ? (size_t)decision : 0];
}

bool decision_parse(const char *name, enum decision *out)
{
    for (size_t i = 0; i < DECISION_COUNT; i++)
        if (strcmp(decision_names[i], name) == 0) {
            *out = (enum decision)i;
            return true;
        }
    return false;
}

const char *role_name(enum role role)
{
    static const char *const names[] = {"NONE", "OFFICER", "SUPERVISOR"};
    return names[(size_t)role < COUNT(names) ? (size_t)role : 0];
}

static const char *const void_reason_names[VOID_REASON_COUNT] = {"NONE",
#define VOID_REASON_ROW(name) #name,
                                                                 VOID_REASONS(VOID_REASON_ROW)
#undef VOID_REASON_ROW
};

const char *void_reason_name(enum void_reason reason)
{
    return void_reason_names[(size_t)reason < VOID_REASON_COUNT ? (size_t)reason : 0];
}

bool void_reason_parse(const char *name, enum void_reason *out)
{
    for (size_t i = 0; i < VOID_REASON_COUNT; i++)
        if (strcmp(void_reason_names[i], name) == 0) {
            *out = (enum void_reason)i;
            return true;
        }
    return false;
}
