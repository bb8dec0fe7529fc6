/* Finding a traveller's placement: look-up texts, the choice among candidates, and the grade.
 *
 * Problem: the passport in hand may be newer than the record or older, the name longer, shorter or
 * spelled differently, and the cache knows only keyed texts. Method: look-ups find a superset (any
 * two spelling-folded words with birth date and sex: one word alone has hundreds of strangers among
 * millions); here every candidate is compared again in plain, by four ways in order, of which the
 * first that finds anything decides: current number, previous number, NIK, name with birth date and
 * sex. Among several a valid one goes first, then the newest.
 * The grade is a fact of its own, after the choice. Refused: trusting the way a look-up claims (a
 * keyed text may collide) where the record can say it in plain, scores, and a better grade for the
 * better status. A NIK is in no record: there the grade is what tells a collision, or a slip of the
 * finger that is somebody else's NIK.
 *
 * Source: the file contracts, "Names" and "Finding".
 */
#include "placement.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "name.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- look-up texts --------------------------------------------------------------------------- */

#define PAIRS_MAX (NAME_WORDS_MAX * (NAME_WORDS_MAX - 1) / 2)

static_assert(LOOKUPS_MAX == 1 + PLACEMENT_PREV_MAX + 1 + 2 * PAIRS_MAX,
              "no text is left out: what isn't indexed isn't found");
static_assert(DATE_TEXT_LEN + 2 + 2 * NAME_WORD_LEN <= LOOKUP_TEXT_LEN, "day, sex, two words");

struct lookups {
    struct lookup *out;
    size_t count;
};

static void add_number(struct lookups *lookups, enum match_key key, const char *country,
                       const char *number)
{
    if (!*number)
        return;
    struct lookup *lookup = &lookups->out[lookups->count++];
    const char *const end = lookup->text + sizeof lookup->text;
    char *at = text_append(lookup->text, end, country);
    at = text_append(at, end, " ");
    text_append(at, end, number);
    lookup->key = key;
}

void placement_nik_lookup(const char nik[DOCUMENT_NIK_LEN], struct lookup *out)
{
    *out = (struct lookup){.key = MATCH_KEY_NIK};
    snprintf(out->text, sizeof out->text, "NIK %s", nik);
}

static void add_nik_hash(struct lookups *lookups, const uint8_t hash[DOCUMENT_NIK_HASH])
{
    static const uint8_t none[DOCUMENT_NIK_HASH];
    if (memcmp(hash, none, sizeof none) == 0)
        return;
    struct lookup *lookup = &lookups->out[lookups->count++];
    *lookup = (struct lookup){.key = MATCH_KEY_NIK};
    memcpy(lookup->nik_hash, hash, sizeof lookup->nik_hash);
}

/* A text that is there already (of the other of two names) is left out. */
static void add_words(struct lookups *lookups, const char *whose, const char *first,
                      const char *second)
{
    struct lookup *lookup = &lookups->out[lookups->count];
    const char *const end = lookup->text + sizeof lookup->text;
    char *at = text_append(lookup->text, end, whose);
    at = text_append(at, end, first);
    at = text_append(at, end, " ");
    text_append(at, end, second);
    lookup->key = MATCH_KEY_NAME_DOB;
    for (size_t i = 0; i < lookups->count; i++)
        if (strcmp(lookups->out[i].text, lookup->text) == 0)
            return;
    lookups->count++;
}

/* One text per pair of words, which are in order; of a single word one with an empty second. */
static void add_name(struct lookups *lookups, const char *name, struct date birth, char sex)
{
    if (!date_valid(birth))
        return;
    char whose[DATE_TEXT_LEN + 3];
    date_format(birth, whose);
    text_append(whose + DATE_TEXT_LEN - 1, whose + sizeof whose, (const char[]){' ', sex, ' ', 0});
    struct name_words words;
    name_split(name, &words);
    name_fold_spelling(&words, &words);
    if (words.count == 1)
        add_words(lookups, whose, words.word[0], "");
    for (size_t i = 0; i < words.count; i++)
        for (size_t k = i + 1; k < words.count; k++)
            add_words(lookups, whose, words.word[i], words.word[k]);
}

size_t placement_index(const struct placement *placement, struct lookup out[LOOKUPS_MAX])
{
    struct lookups lookups = {.out = out};
    add_number(&lookups, MATCH_KEY_PASSPORT, placement->passport_country, placement->passport_no);
    for (size_t i = 0; i < PLACEMENT_PREV_MAX; i++)
        add_number(&lookups, MATCH_KEY_OLD_PASSPORT, placement->passport_country,
                   placement->passport_prev[i]);
    if (*placement->nik)
        placement_nik_lookup(placement->nik, &lookups.out[lookups.count++]);
    add_name(&lookups, placement->name_mrz, placement->birth_date, placement->sex);
    add_name(&lookups, placement->name_full, placement->birth_date, placement->sex);
    return lookups.count;
}

size_t placement_lookups_by_number(const struct document *document, struct lookup out[LOOKUPS_MAX])
{
    struct lookups lookups = {.out = out};
    add_number(&lookups, MATCH_KEY_PASSPORT, document->country, document->number);
    add_nik_hash(&lookups, document->nik_hash);
    return lookups.count;
}

size_t placement_lookups_by_name(const struct document *document, struct lookup out[LOOKUPS_MAX])
{
    struct lookups lookups = {.out = out};
    add_name(&lookups, document->name, document->birth, document->sex);
    return lookups.count;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Whom to find; the name's words are worked out once for all candidates. */
struct sought {
    const struct document *document;
    struct name_words words, folded;
};

static void sought_init(struct sought *sought, const struct document *document)
{
    sought->document = document;
    name_split(document->name, &sought->words);
    name_fold_spelling(&sought->words, &sought->folded);
}

static bool has_word(const struct name_words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->word[i], word) == 0)
            return true;
    return false;
}

/* The MRZ's name field is full: its last word may be cut, and words after it may be missing. All
 * others must be in the record, and the last must begin one of the record's remaining words. */
static bool is_truncation(const struct document *document, const struct name_words *record)
{
    if (!document->mrz.name_may_be_truncated)
        return false;
    const char *space = strrchr(document->name, ' ');
    const char *last = space ? space + 1 : document->name;
    char whole[sizeof document->name];
    snprintf(whole, sizeof whole, "%.*s", (int)(last - document->name), document->name);
    struct name_words head, tail;
    name_split(whole, &head);
    name_split(last, &tail);
    if (head.cut || name_common(&head, record) != head.count || tail.count != 1)
        return false;
    for (size_t i = 0; i < record->count; i++)
        if (!has_word(&head, record->word[i]) &&
            strncmp(record->word[i], tail.word[0], strlen(tail.word[0])) == 0)
            return true;
    return false;
}

static enum match_grade grade_name(const struct sought *sought, const char *record_name)
{
    struct name_words theirs;
    name_split(record_name, &theirs);
    if (sought->words.count == 0 || theirs.count == 0)
        return MATCH_CONFLICT;
    if (name_equal(&sought->words, &theirs) || is_truncation(sought->document, &theirs))
        return MATCH_EXACT;
    name_fold_spelling(&theirs, &theirs);
    return name_common(&sought->folded, &theirs) > 0 ? MATCH_NEAR : MATCH_CONFLICT;
}

/* A partial birth date of a document equals no full one of a record: unknown is not the same. */
static bool same_birth_and_sex(const struct document *document, const struct placement *placement)
{
    return date_valid(document->birth) &&
           date_compare(document->birth, placement->birth_date) == 0 &&
           document->sex == placement->sex;
}

/* Of the record's two names the one that grades better. */
static enum match_grade grade_better_name(const struct sought *sought,
                                          const struct placement *placement, const char **name)
{
    enum match_grade by_mrz = grade_name(sought, placement->name_mrz);
    enum match_grade by_full = grade_name(sought, placement->name_full);
    bool full = by_full > by_mrz || !*placement->name_mrz;
    *name = full ? placement->name_full : placement->name_mrz;
    return full ? by_full : by_mrz;
}

static enum match_grade grade_record(const struct sought *sought, const struct placement *placement)
{
    const char *name;
    enum match_grade grade = grade_better_name(sought, placement, &name);
    return same_birth_and_sex(sought->document, placement) ? grade : MATCH_CONFLICT;
}

/* The words of `a` that `b` has not, parted by spaces. */
static void words_apart(const struct name_words *a, const struct name_words *b,
                        char out[DOCUMENT_NAME_LEN])
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < a->count; i++)
        if (!has_word(b, a->word[i]) && len < DOCUMENT_NAME_LEN)
            len += (size_t)snprintf(out + len, DOCUMENT_NAME_LEN - len, "%s%s", len ? " " : "",
                                    a->word[i]);
}

void placement_name_difference(const struct document *document, const struct placement *placement,
                               char found[DOCUMENT_NAME_LEN], char expected[DOCUMENT_NAME_LEN])
{
    const char *name;
    struct sought sought;
    struct name_words theirs;
    sought_init(&sought, document);
    (void)grade_better_name(&sought, placement, &name);
    name_split(name, &theirs);
    words_apart(&sought.words, &theirs, found);
    words_apart(&theirs, &sought.words, expected);
    if (*found && *expected)
        return;
    snprintf(found, DOCUMENT_NAME_LEN, "%s", document->name);
    snprintf(expected, DOCUMENT_NAME_LEN, "%s", name);
}

/* ---- ways of finding -------------------------------------------------------------------- */

static bool is_number(const struct document *document, const struct placement *placement,
                      const char *number)
{
    return *document->number && strcmp(document->number, number) == 0 &&
           strcmp(document->country, placement->passport_country) == 0;
}

static bool by_number(const struct sought *sought, const struct candidate *candidate)
{
    const struct placement *placement = &candidate->placement;
    return is_number(sought->document, placement, placement->passport_no);
}

static bool by_previous_number(const struct sought *sought, const struct candidate *candidate)
{
    const struct placement *placement = &candidate->placement;
    for (size_t i = 0; i < PLACEMENT_PREV_MAX; i++)
        if (is_number(sought->document, placement, placement->passport_prev[i]))
            return true;
    return false;
}

static bool by_nik(const struct sought *sought, const struct candidate *candidate)
{
    (void)sought;
    return candidate->key == MATCH_KEY_NIK;
}

/* Spelling-folded words equal, or one set contains the other and they share at least two. */
static bool is_same_name(const struct name_words *folded, const char *record_name)
{
    struct name_words theirs;
    name_split(record_name, &theirs);
    name_fold_spelling(&theirs, &theirs);
    size_t common = name_common(folded, &theirs);
    if (common > 0 && name_equal(folded, &theirs))
        return true;
    return common >= 2 &&
           ((!folded->cut && common == folded->count) || (!theirs.cut && common == theirs.count));
}

static bool by_name(const struct sought *sought, const struct candidate *candidate)
{
    const struct placement *placement = &candidate->placement;
    return same_birth_and_sex(sought->document, placement) &&
           (is_same_name(&sought->folded, placement->name_mrz) ||
            is_same_name(&sought->folded, placement->name_full));
}

/* In the contract's order: the first way that finds anything decides. */
static const struct {
    enum match_key key;
    bool (*finds)(const struct sought *sought, const struct candidate *candidate);
} ways[] = {
    {MATCH_KEY_PASSPORT, by_number},
    {MATCH_KEY_OLD_PASSPORT, by_previous_number},
    {MATCH_KEY_NIK, by_nik},
    {MATCH_KEY_NAME_DOB, by_name},
};

/* A valid record goes before others, then the newest; the rest only makes the order total, so that
 * the same records give the same answer in whatever order they come. */
static bool goes_before(const struct placement *a, const struct placement *b)
{
    bool a_valid = placement_status_valid(a->status), b_valid = placement_status_valid(b->status);
    if (a_valid != b_valid)
        return a_valid;
    if (a->rec_updated_at != b->rec_updated_at)
        return a->rec_updated_at > b->rec_updated_at;
    if (a->rec_seq != b->rec_seq)
        return a->rec_seq > b->rec_seq;
    return strcmp(a->placement_id, b->placement_id) > 0;
}

static void match_by(size_t way, const struct sought *sought, const struct candidate *candidates,
                     size_t n_candidates, struct match *out)
{
    const struct placement *best = NULL;
    for (size_t i = 0; i < n_candidates; i++) {
        const struct placement *placement = &candidates[i].placement;
        if (ways[way].finds(sought, &candidates[i]) && (!best || goes_before(placement, best)))
            best = placement;
    }
    if (!best)
        return;
    out->key = ways[way].key;
    out->grade = grade_record(sought, best);
    out->placement = *best;
    if (out->key == MATCH_KEY_NAME_DOB)
        return;
    /* The same record may come twice, by its number and by its name. */
    for (size_t i = 0; i < n_candidates; i++) {
        const struct placement *placement = &candidates[i].placement;
        if (ways[way].finds(sought, &candidates[i]) && placement_status_valid(placement->status) &&
            strcmp(placement->placement_id, best->placement_id) != 0)
            out->several_valid = true;
    }
}

void placement_match(const struct document *document, const struct candidate *candidates,
                     size_t n_candidates, struct match *out)
{
    struct sought sought;
    sought_init(&sought, document);
    memset(out, 0, sizeof *out);
    for (size_t way = 0; way < COUNT(ways) && out->grade == MATCH_NONE; way++)
        match_by(way, &sought, candidates, n_candidates, out);
    /* Hits by number or NIK come before hits by name, so that only these can be left out. */
    out->may_miss = n_candidates == CANDIDATES_MAX &&
                    (out->key == MATCH_KEY_NONE || out->key == MATCH_KEY_NAME_DOB);
}

const char *match_key_name(enum match_key key)
{
    static const char *const names[] = {
        [MATCH_KEY_NONE] = "NONE",
        [MATCH_KEY_PASSPORT] = "PASSPORT",
        [MATCH_KEY_OLD_PASSPORT] = "OLD_PASSPORT",
        [MATCH_KEY_NIK] = "NIK",
        [MATCH_KEY_NAME_DOB] = "NAME_DOB",
        [MATCH_KEY_MANUAL] = "MANUAL",
    };
    return names[(size_t)key < COUNT(names) ? (size_t)key : 0];
}

const char *match_grade_name(enum match_grade grade)
{
    static const char *const names[] = {
        [MATCH_NONE] = "NONE",
        [MATCH_CONFLICT] = "CONFLICT",
        [MATCH_NEAR] = "NEAR",
        [MATCH_EXACT] = "EXACT",
    };
    return names[(size_t)grade < COUNT(names) ? (size_t)grade : 0];
}
