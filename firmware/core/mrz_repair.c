/* The search for the one set of look-alikes that makes a misread MRZ valid.
 *
 * Method: whatever is wrong, a failing check digit or a field that does not conform, can only be
 * put right by a change among the characters it is made of. So the search takes the first thing
 * that is wrong, tries every look-alike there, reads the whole MRZ anew with the parser, and where
 * that is not valid yet goes on with what is wrong then. No set can escape that, and few are tried
 * in vain: where a character can't stand at all, only it is tried. Every set is found, those of one
 * substitution first; a second candidate ends the search with nothing. Refused: any other change
 * than a look-alike, sets that hold more than they need, guesses by likelihood.
 */
#include "mrz_repair.h"

#include <assert.h>
#include <string.h>

#include "mrz_check.h"
#include "mrz_format.h"

#define COVER_RUNS_MAX (MRZ_CHECKED_FIELDS + 1)

/* Where at least one character has to change. */
struct cover {
    size_t n;
    struct mrz_run run[COVER_RUNS_MAX]; /* with their check digits */
};

struct search {
    const struct mrz_layout *layout;
    char line[MRZ_LINES_MAX][MRZ_LINE_LEN_MAX + 1]; /* with the substitutions made */
    unsigned n, n_max;                              /* substitutions */
    struct mrz_position position[MRZ_SUBSTITUTIONS_MAX];
    /* Tried as the first of a set: every set with a look-alike there has been found. */
    bool tried[MRZ_LINES_MAX][MRZ_LINE_LEN_MAX];
    unsigned candidates;
    struct mrz_repair *found; /* the first candidate */
};

/* ---- what may stand where ------------------------------------------------------------------ */

/* The class of a field's characters; every character is of class MRZ_LEGAL. */
static unsigned class_of(enum mrz_field field)
{
    static const unsigned classes[MRZ_FIELDS] = {
        [MRZ_FIELD_CODE] = MRZ_AMONG_LETTERS, [MRZ_FIELD_STATE] = MRZ_AMONG_LETTERS,
        [MRZ_FIELD_NAME] = MRZ_AMONG_LETTERS, [MRZ_FIELD_NUMBER] = MRZ_LEGAL,
        [MRZ_FIELD_SEX] = MRZ_AMONG_LETTERS,  [MRZ_FIELD_NATIONALITY] = MRZ_AMONG_LETTERS,
        [MRZ_FIELD_BIRTH] = MRZ_AMONG_DIGITS, [MRZ_FIELD_EXPIRY] = MRZ_AMONG_DIGITS,
        [MRZ_FIELD_OPTIONAL] = MRZ_LEGAL,     [MRZ_FIELD_OPTIONAL2] = MRZ_LEGAL,
    };
    return classes[field];
}

static bool is_in(const struct mrz_run *run, size_t line, size_t column)
{
    return line == run->line && column >= run->column && column < (size_t)run->column + run->len;
}

/* `c` is possible at this place, as far as the place alone says. */
static bool can_stand(const struct mrz_layout *layout, size_t line, size_t column, char c)
{
    for (enum mrz_field field = 0; field < MRZ_FIELDS; field++) {
        const struct mrz_run *run = &layout->field[field];
        if (!is_in(run, line, column))
            continue;
        if (field == MRZ_FIELD_SEX)
            return c == 'M' || c == 'F' || c == MRZ_FILLER;
        if (field == MRZ_FIELD_CODE && column == run->column)
            return strchr(layout->code_letters, c) != NULL;
        return mrz_classes(&c, 1) & class_of(field);
    }
    return mrz_classes(&c, 1) & MRZ_AMONG_DIGITS; /* a check digit */
}

static const char *look_alikes(char c)
{
    static const char *const groups[] = {"0ODQU", "1IL", "2Z", "4A", "5S",
                                         "6G",    "7T",  "8B", "PF", "<K"};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strchr(groups[i], c))
            return groups[i];
    return "";
}

/* ---- what is wrong ------------------------------------------------------------------------- */

static void cover_run(const struct mrz_run *run, struct cover *cover)
{
    assert(cover->n < COVER_RUNS_MAX);
    cover->run[cover->n] = *run;
    cover->run[cover->n++].len += run->has_digit;
}

/* The first character of the run that can't stand there, else all of it: one of those must change.
 */
static void cover_wrong(const struct mrz_layout *layout, const struct mrz *mrz,
                        const struct mrz_run *run, struct cover *cover)
{
    for (uint8_t i = 0; i < run->len; i++) {
        const uint8_t column = (uint8_t)(run->column + i);
        if (!can_stand(layout, run->line, column, mrz->line[run->line][column])) {
            cover_run(&(struct mrz_run){run->line, column, 1, false}, cover);
            return;
        }
    }
    cover_run(run, cover);
}

/* What a check digit depends on. A card's number with a filler for its digit may be a long one. */
static void cover_check(const struct mrz_layout *layout, const struct mrz *mrz,
                        enum mrz_field field, struct cover *cover)
{
    const struct mrz_run *run = &layout->field[field];
    cover_run(run, cover);
    if (field == MRZ_FIELD_NUMBER && layout->is_card &&
        mrz->line[run->line][run->column + run->len] == MRZ_FILLER)
        cover_run(&layout->field[MRZ_FIELD_OPTIONAL], cover);
}

static void cover_composite(const struct mrz_layout *layout, struct cover *cover)
{
    for (size_t i = 0; i < MRZ_CHECKED_FIELDS && layout->checked[i]; i++)
        cover_run(&layout->field[layout->checked[i]], cover);
    cover_run(&layout->composite, cover);
}

/* The first thing that is wrong, the narrowest first. */
static void cover_first(const struct mrz_layout *layout, const struct mrz *mrz, struct cover *cover)
{
    static const struct {
        enum mrz_issue issue;
        enum mrz_field field;
    } issues[] = {
        {MRZ_ISSUE_SEX, MRZ_FIELD_SEX},
        {MRZ_ISSUE_DOCUMENT_CODE, MRZ_FIELD_CODE},
        {MRZ_ISSUE_ISSUING_STATE, MRZ_FIELD_STATE},
        {MRZ_ISSUE_NATIONALITY, MRZ_FIELD_NATIONALITY},
        {MRZ_ISSUE_NAME, MRZ_FIELD_NAME},
        {MRZ_ISSUE_BIRTH_DATE, MRZ_FIELD_BIRTH},
        {MRZ_ISSUE_EXPIRY_DATE, MRZ_FIELD_EXPIRY},
    };
    static const struct {
        enum mrz_place place;
        enum mrz_field field;
    } checks[] = {
        {MRZ_PLACE_BIRTH, MRZ_FIELD_BIRTH},
        {MRZ_PLACE_EXPIRY, MRZ_FIELD_EXPIRY},
        {MRZ_PLACE_NUMBER, MRZ_FIELD_NUMBER},
        {MRZ_PLACE_OPTIONAL, MRZ_FIELD_OPTIONAL},
    };
    cover->n = 0;
    for (size_t i = 0; i < sizeof issues / sizeof *issues && cover->n == 0; i++)
        if (mrz->issues & issues[i].issue)
            cover_wrong(layout, mrz, &layout->field[issues[i].field], cover);
    if (mrz->issues & MRZ_ISSUE_FRENCH_ID_CARD) { /* what it is recognised by */
        cover_run(&layout->field[MRZ_FIELD_CODE], cover);
        cover_run(&layout->field[MRZ_FIELD_STATE], cover);
        cover_run(&layout->field[MRZ_FIELD_NATIONALITY], cover);
    }
    for (size_t i = 0; i < sizeof checks / sizeof *checks && cover->n == 0; i++)
        if (mrz->check[checks[i].place] == MRZ_CHECK_FAILS)
            cover_check(layout, mrz, checks[i].field, cover);
    if (cover->n == 0)
        cover_composite(layout, cover);
}

/* ---- the search ---------------------------------------------------------------------------- */

static bool parse(const struct search *search, struct mrz *out)
{
    struct span lines[MRZ_LINES_MAX];
    for (size_t i = 0; i < search->layout->lines; i++)
        lines[i] = span_of(search->line[i], search->layout->line_len);
    return mrz_parse(lines, search->layout->lines, out);
}

static bool is_before(const struct mrz_position *a, const struct mrz_position *b)
{
    return a->line < b->line || (a->line == b->line && a->column < b->column);
}

static bool is_same(const struct mrz_position *a, const struct mrz_position *b)
{
    return a->line == b->line && a->column == b->column && a->to == b->to;
}

/* The first candidate holds nothing but what is in this one: they are the same, or this one has
 * substitutions to spare. */
static bool has_first_candidate(const struct search *search)
{
    unsigned held = 0;
    for (unsigned i = 0; i < search->n; i++)
        for (unsigned k = 0; k < search->found->n; k++)
            held += is_same(&search->position[i], &search->found->position[k]);
    return search->candidates > 0 && held == search->found->n;
}

static void keep_candidate(struct search *search)
{
    if (has_first_candidate(search) || search->candidates++ > 0)
        return;
    struct mrz_repair *found = search->found;
    found->n = search->n;
    memcpy(found->position, search->position, sizeof found->position);
    memcpy(found->line, search->line, sizeof found->line);
    if (found->n == 2 && is_before(&found->position[1], &found->position[0])) {
        found->position[0] = search->position[1];
        found->position[1] = search->position[0];
    }
}

static void try_cover(struct search *search, const struct mrz *mrz);

/* With the substitutions made: a candidate, or on to the next substitution. No look-alike makes
 * another format of an MRZ. */
static void try_lines(struct search *search)
{
    struct mrz mrz;
    if (parse(search, &mrz) && mrz_valid(&mrz))
        keep_candidate(search);
    else if (search->n < search->n_max)
        try_cover(search, &mrz);
}

static void try_place(struct search *search, size_t line, size_t column)
{
    char *place = &search->line[line][column];
    const char from = *place;
    struct mrz_position *position = &search->position[search->n];
    for (const char *to = look_alikes(from); *to && search->candidates < 2; to++) {
        if (*to == from)
            continue;
        *position = (struct mrz_position){(uint8_t)(line + 1), (uint8_t)(column + 1), from, *to};
        *place = *to;
        search->n++;
        try_lines(search);
        search->n--;
    }
    *place = from;
}

/* One level of recursion for each substitution, and there are at most MRZ_SUBSTITUTIONS_MAX. */
static void try_cover(struct search *search, const struct mrz *mrz)
{
    struct cover cover;
    cover_first(search->layout, mrz, &cover);
    for (size_t i = 0; i < cover.n; i++)
        for (size_t k = 0; k < cover.run[i].len && search->candidates < 2; k++) {
            const size_t line = cover.run[i].line, column = cover.run[i].column + k;
            bool *tried = &search->tried[line][column];
            if (*tried)
                continue;
            *tried = search->n == 0;
            try_place(search, line, column);
        }
}

static enum mrz_proof proof_of(const struct mrz_layout *layout, const struct mrz_repair *repair)
{
    for (unsigned i = 0; i < repair->n; i++) {
        const struct mrz_position *position = &repair->position[i];
        if (can_stand(layout, position->line - 1u, position->column - 1u, position->from))
            return MRZ_PROOF_CHECK_DIGITS;
    }
    return MRZ_PROOF_CLASS;
}

bool mrz_repair_find(const struct mrz *mrz, unsigned substitutions_max, struct mrz_repair *out)
{
    assert(substitutions_max > 0 && substitutions_max <= MRZ_SUBSTITUTIONS_MAX);
    memset(out, 0, sizeof *out);
    if (mrz->format == MRZ_FORMAT_NONE || mrz_valid(mrz))
        return false;
    struct search search = {.layout = &mrz_layouts[mrz->format], .found = out};
    memcpy(search.line, mrz->line, sizeof search.line);
    for (search.n_max = 1; search.n_max <= substitutions_max; search.n_max++) {
        memset(search.tried, false, sizeof search.tried);
        try_cover(&search, mrz);
    }
    if (search.candidates != 1) {
        memset(out, 0, sizeof *out);
        return false;
    }
    out->proof = proof_of(search.layout, out);
    return true;
}

const char *mrz_proof_name(enum mrz_proof proof)
{
    return proof == MRZ_PROOF_CLASS ? "class" : "check_digits";
}
