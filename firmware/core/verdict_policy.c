/* Rules that ask policy's tables: documents per scheme, the placement company's licence, closed
 * destinations and their exceptions.
 *
 * All of them speak of the record that was chosen; without one, only of a destination that is
 * closed whatever the placement. Dates are inclusive: what ends on a day holds on it. A table that
 * policy does not have asks for nothing; that there is no policy at all never clears (R093).
 *
 * Source: the file contracts, "Documents", "P3MI" and "Destinations"; UU 18/2017 Art. 13.
 */
#include <stdio.h>
#include <string.h>

#include "verdict_rule.h"

static bool is_found(const struct facts *facts)
{
    return facts->match->grade != MATCH_NONE;
}

static const struct placement *record(const struct facts *facts)
{
    return &facts->match->placement;
}

static bool has_passed(const struct facts *facts, struct date last)
{
    return date_known(last) && verdict_day_known(facts) && date_compare(last, facts->today) < 0;
}

static bool holds_today(const struct facts *facts, struct date from, struct date to)
{
    return date_compare(from, facts->today) <= 0 && !has_passed(facts, to);
}

/* ---- documents ------------------------------------------------------------------------------- */

#define BIT(paper) (UINT32_C(1) << (paper))

uint32_t verdict_documents_lacking(const struct facts *facts)
{
    uint32_t required = 0;
    struct policy_rows rows;
    union policy_row row;
    if (!is_found(facts))
        return 0;
    policy_rows_find(facts->policy->tables, POLICY_DOCUMENTS,
                     placement_scheme_name(record(facts)->scheme), &rows);
    while (policy_rows_next(&rows, &row))
        required |= row.documents.required;
    return required & ~record(facts)->documents;
}

/* The names of documents, as many as are whole; "..." for those that have no room. */
static void list_documents(uint32_t documents, char out[REASON_FACT_LEN])
{
    const char *const *names = placement_document_names;
    size_t len = 0;
    out[0] = '\0';
    for (uint32_t i = 0; names[i]; i++) {
        if (!(documents >> i & 1))
            continue;
        const char *comma = len ? ", " : "";
        if (len + strlen(comma) + strlen(names[i]) + strlen(", ...") >= REASON_FACT_LEN) {
            snprintf(out + len, REASON_FACT_LEN - len, "%s...", comma);
            return;
        }
        len += (size_t)snprintf(out + len, REASON_FACT_LEN - len, "%s%s", comma, names[i]);
    }
}

/* One reason for what belongs together: it is lacking, or the day that ends it has passed. */
static void judge_documents(struct judge *judge, uint16_t code, uint32_t documents,
                            struct date until)
{
    if (!is_found(judge->facts))
        return;
    uint32_t missing = judge->lacking & documents;
    if (missing) {
        char names[REASON_FACT_LEN];
        list_documents(missing, names);
        verdict_say(judge, code, "", names);
    } else if (has_passed(judge->facts, until)) {
        verdict_say_dates(judge, code, until, judge->facts->today);
    }
}

void verdict_rule_visa(struct judge *judge)
{
    judge_documents(judge, 25, BIT(PAPER_VISA), record(judge->facts)->visa_expiry);
}

void verdict_rule_contract(struct judge *judge)
{
    judge_documents(judge, 60, BIT(PAPER_CONTRACT), record(judge->facts)->contract_end);
}

void verdict_rule_orientation(struct judge *judge)
{
    judge_documents(judge, 61, BIT(PAPER_OPP), (struct date){0});
}

void verdict_rule_insurance(struct judge *judge)
{
    judge_documents(judge, 62, BIT(PAPER_JKK_JKM) | BIT(PAPER_JKN),
                    record(judge->facts)->bpjstk_until);
}

void verdict_rule_other_documents(struct judge *judge)
{
    uint32_t told_elsewhere = BIT(PAPER_VISA) | BIT(PAPER_CONTRACT) | BIT(PAPER_OPP) |
                              BIT(PAPER_JKK_JKM) | BIT(PAPER_JKN);
    judge_documents(judge, 63, ~told_elsewhere, (struct date){0});
}

/* ---- the placement company ------------------------------------------------------------------- */

/* The company's row with this status today, or with any (LICENCE_UNKNOWN). */
static bool licence_today(const struct facts *facts, enum policy_licence status,
                          struct policy_p3mi *out)
{
    struct policy_rows rows;
    union policy_row row;
    policy_rows_find(facts->policy->tables, POLICY_P3MI, record(facts)->p3mi_id, &rows);
    while (policy_rows_next(&rows, &row)) {
        if ((status != LICENCE_UNKNOWN && row.p3mi.status != status) ||
            !holds_today(facts, row.p3mi.from, row.p3mi.to))
            continue;
        *out = row.p3mi;
        return true;
    }
    return false;
}

/* Without policy no company is known, which says nothing about this one. */
static bool has_company(const struct facts *facts)
{
    return is_found(facts) && *record(facts)->p3mi_id && facts->policy->version != 0;
}

static void judge_licence(struct judge *judge, uint16_t code, enum policy_licence status)
{
    struct policy_p3mi licence;
    if (!has_company(judge->facts) || !licence_today(judge->facts, status, &licence))
        return;
    char from[DATE_TEXT_LEN];
    date_format(licence.from, from);
    verdict_say(judge, code, licence.id, from);
}

void verdict_rule_company_suspended(struct judge *judge)
{
    judge_licence(judge, 40, LICENCE_SUSPENDED);
}

void verdict_rule_company_revoked(struct judge *judge)
{
    judge_licence(judge, 41, LICENCE_REVOKED);
}

void verdict_rule_company_unknown(struct judge *judge)
{
    struct policy_p3mi licence;
    if (has_company(judge->facts) && !licence_today(judge->facts, LICENCE_UNKNOWN, &licence))
        verdict_say(judge, 42, record(judge->facts)->p3mi_id, "");
}

/* ---- destinations ---------------------------------------------------------------------------- */

static bool is_of_record(const struct policy_destination *row, const struct placement *placement)
{
    return (!row->employer_type || row->employer_type == placement->employer_type) &&
           (!*row->occupation || strcmp(row->occupation, placement->occupation) == 0) &&
           (!row->scheme || row->scheme == placement->scheme);
}

static bool is_of_country_alone(const struct policy_destination *row)
{
    return !row->employer_type && !*row->occupation && !row->scheme;
}

static bool is_excepted(const struct policy_destination *row, const struct placement *placement)
{
    return row->except_schemes >> placement->scheme & 1;
}

/* Where the rows of a country speak of this traveller: the record's, or else, of somebody who says
 * they go to work, the journey's. NULL: nowhere. Where nothing could be looked up there may be a
 * placement that is excepted. */
static const char *destination(const struct facts *facts)
{
    if (is_found(facts))
        return record(facts)->dest_country;
    enum purpose purpose = facts->context->purpose;
    bool works = purpose == PURPOSE_WORK || purpose == PURPOSE_CREW;
    return works && facts->data->placements_usable ? facts->context->dest_country : NULL;
}

static bool row_speaks(const struct facts *facts, const struct policy_destination *row,
                       enum policy_effect effect, bool excepted)
{
    if (row->effect != effect || !holds_today(facts, row->from, row->to))
        return false;
    if (!is_found(facts))
        return is_of_country_alone(row) && !excepted;
    return is_of_record(row, record(facts)) && is_excepted(row, record(facts)) == excepted;
}

/* Says the reason of the first row that speaks so; true if there is one. */
static bool judge_destination(struct judge *judge, uint16_t code, enum policy_effect effect,
                              bool excepted)
{
    const struct facts *facts = judge->facts;
    const char *country = destination(facts);
    struct policy_rows rows;
    union policy_row row;
    if (!country)
        return false;
    policy_rows_find(facts->policy->tables, POLICY_DESTINATIONS, country, &rows);
    while (policy_rows_next(&rows, &row)) {
        if (!row_speaks(facts, &row.destination, effect, excepted))
            continue;
        verdict_say(judge, code, country, row.destination.legal_ref);
        return true;
    }
    return false;
}

void verdict_rule_destination_blocked(struct judge *judge)
{
    judge_destination(judge, 50, EFFECT_BLOCK, false);
}

void verdict_rule_destination_referred(struct judge *judge)
{
    judge_destination(judge, 51, EFFECT_REFER, false);
}

/* Instead of either; a row that only notes has nothing to be excepted from. */
void verdict_rule_destination_excepted(struct judge *judge)
{
    if (!judge_destination(judge, 52, EFFECT_BLOCK, true))
        judge_destination(judge, 52, EFFECT_REFER, true);
}
