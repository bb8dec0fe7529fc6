/* Which return is of which departure: a table of histories, each taken in every order. */
#include "event_pairing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define STEPS_MAX 5
#define DAY_MS    INT64_C(86400000)
#define BEGIN_MS  INT64_C(1795305600000)
#define NO        (-1)

/* D departed, L recorded as no worker, R came back, X deferred, W turned back, S at secondary
 * inspection, ? nobody has decided. */
struct step {
    char what;
    int day;
    const char *number, *placement, *name;
    int pair;
    enum event_basis basis;
    int attempt_of;
    const char *kiosk; /* NULL: CGK-03-0412 */
};

#define SITI "RAHMAWATI SITI NURHALIZA"

static const struct {
    const char *says;
    struct step steps[STEPS_MAX];
} rows[] = {
    {"out and back with one document",
     {{'D', 1, "X1", "", SITI, 1, EVENT_BASIS_DOCUMENT, NO, NULL},
      {'R', 9, "X1", "", SITI, 0, EVENT_BASIS_DOCUMENT, NO, "BTM-01-0001"}}},
    {"with a new passport, by the placement",
     {{'D', 1, "X1", "P1", SITI, 1, EVENT_BASIS_PLACEMENT, NO, NULL},
      {'R', 9, "X2", "P1", "SITI N RAHMAWATI", 0, EVENT_BASIS_PLACEMENT, NO, NULL}}},
    {"with a travel document in lieu, by who she is",
     {{'D', 1, "X1", "P1", SITI, 1, EVENT_BASIS_PERSON, NO, NULL},
      {'R', 9, "SPLP1", "", "SITTI RACHMAWATI", 0, EVENT_BASIS_PERSON, NO, NULL}}},
    {"one word is nobody for sure",
     {{'D', 1, "X1", "", "SUHARTO", NO, EVENT_BASIS_NONE, NO, NULL},
      {'R', 9, "X2", "", "SUHARTO", NO, EVENT_BASIS_NONE, NO, NULL}}},
    {"but a document is",
     {{'D', 1, "X1", "", "SUHARTO", 1, EVENT_BASIS_DOCUMENT, NO, NULL},
      {'R', 9, "X1", "", "SUHARTO", 0, EVENT_BASIS_DOCUMENT, NO, NULL}}},
    {"two words in common, and others that differ",
     {{'D', 1, "X1", "", "SITI RAHMAWATI DEWI", NO, EVENT_BASIS_NONE, NO, NULL},
      {'R', 9, "X2", "", "SITI RAHMAWATI PUTRI", NO, EVENT_BASIS_NONE, NO, NULL}}},
    {"a namesake abroad: it could be either",
     {{'D', 1, "X1", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL},
      {'D', 2, "X2", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL},
      {'R', 9, "X3", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL}}},
    {"who is back, or has a document of her own: then it is the other",
     {{'D', 1, "X1", "", SITI, 2, EVENT_BASIS_DOCUMENT, NO, NULL},
      {'D', 2, "X2", "", SITI, 3, EVENT_BASIS_PERSON, NO, NULL},
      {'R', 8, "X1", "", SITI, 0, EVENT_BASIS_DOCUMENT, NO, NULL},
      {'R', 9, "X3", "", SITI, 1, EVENT_BASIS_PERSON, NO, NULL}}},
    {"out twice: the return between was not seen",
     {{'D', 1, "X1", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL},
      {'D', 5, "X1", "", SITI, 2, EVENT_BASIS_DOCUMENT, NO, NULL},
      {'R', 9, "X1", "", SITI, 1, EVENT_BASIS_DOCUMENT, NO, NULL},
      {'R', 10, "X1", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL}}},
    {"a return before the departure is of an earlier one",
     {{'R', 1, "X1", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL},
      {'D', 2, "X1", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL}}},
    {"who was not let go has not left",
     {{'X', 1, "X1", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL},
      {'W', 2, "X1", "", SITI, NO, EVENT_BASIS_NONE, 0, NULL},
      {'S', 2, "X1", "", SITI, NO, EVENT_BASIS_NONE, 0, NULL},
      {'?', 3, "X1", "", SITI, NO, EVENT_BASIS_NONE, 0, NULL},
      {'R', 9, "X1", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL}}},
    {"who is no worker has",
     {{'L', 1, "X1", "", SITI, 1, EVENT_BASIS_DOCUMENT, NO, NULL},
      {'R', 9, "X1", "", SITI, 0, EVENT_BASIS_DOCUMENT, NO, NULL}}},
    {"what was missing was brought: an attempt of the deferral, and a departure",
     {{'X', 1, "X1", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL},
      {'X', 2, "X2", "", SITI, NO, EVENT_BASIS_NONE, 0, NULL},
      {'D', 3, "X1", "", SITI, 3, EVENT_BASIS_PERSON, 0, NULL},
      {'R', 9, "X9", "", SITI, 2, EVENT_BASIS_PERSON, NO, NULL}}},
    {"more than a year after a deferral it is no attempt of it",
     {{'X', 1, "X1", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL},
      {'D', 368, "X1", "", SITI, NO, EVENT_BASIS_NONE, NO, NULL}}},
    {"another's document with the same number",
     {{'D', 1, "X1", "", SITI, 1, EVENT_BASIS_DOCUMENT, NO, NULL},
      {'R', 9, "X1", "", "DEWI ANGGRAINI", 0, EVENT_BASIS_DOCUMENT, NO, NULL}}},
};

static enum decision decision_of(char what)
{
    switch (what) {
    case 'D':
        return DECISION_CLEARED;
    case 'L':
        return DECISION_LOGGED_ONLY;
    case 'R':
        return DECISION_RETURN_LOGGED;
    case 'X':
        return DECISION_DEFERRED;
    case 'W':
        return DECISION_WITHDRAWN;
    case 'S':
        return DECISION_SECONDARY;
    default:
        return DECISION_NONE;
    }
}

static void event_make(const struct step *step, size_t i, struct event *out)
{
    struct entry_presented *presented = &out->presented;
    struct document *document = &presented->document;
    memset(out, 0, sizeof *out);
    out->first_seq = i + 1;
    out->presented_entry.hash[0] = (uint8_t)(200 - i);
    struct entry_header *header = &out->presented_entry.header;
    snprintf(header->kiosk, sizeof header->kiosk, "%s", step->kiosk ? step->kiosk : "CGK-03-0412");
    header->epoch = 1;
    header->time.wall_ms = BEGIN_MS + step->day * DAY_MS + (int64_t)i;
    header->time.quality = CLOCK_SYNCED;
    out->decided_entry = out->presented_entry;
    out->decided = step->what != '?';
    out->decision.decision = decision_of(step->what);
    if (step->what == 'R')
        presented->context.direction = DIRECTION_RETURN;
    snprintf(document->number, sizeof document->number, "%s", step->number);
    snprintf(document->country, sizeof document->country, "IDN");
    snprintf(document->name, sizeof document->name, "%s", step->name);
    document->sex = 'F';
    document->birth = (struct date){.year = 1998, .month = 4, .day = 12};
    snprintf(presented->placement_id, sizeof presented->placement_id, "%s", step->placement);
    presented->match_grade = *step->placement ? MATCH_NEAR : MATCH_NONE;
}

static size_t steps_count(const struct step *steps)
{
    size_t n = 0;
    while (n < STEPS_MAX && steps[n].what)
        n++;
    return n;
}

static void id_check(const char *says, const struct event *events, int expected,
                     const struct event_id *id, size_t step)
{
    const struct event *other = expected == NO ? NULL : &events[expected];
    if (other ? id->seq != other->first_seq || id->epoch != 1 ||
                    strcmp(id->kiosk, other->presented_entry.header.kiosk) != 0
              : id->kiosk[0] != '\0')
        fail_msg("%s: step %zu has \"%s\" %d", says, step, id->kiosk, (int)id->seq);
}

/* Takes the steps from `first` on, and round. */
static void history_check(size_t row, size_t first)
{
    struct event events[STEPS_MAX];
    const struct step *steps = rows[row].steps;
    const size_t n = steps_count(steps);
    struct event_pairing *pairing = event_pairing_open();
    assert_non_null(pairing);
    for (size_t i = 0; i < n; i++)
        event_make(&steps[i], i, &events[i]);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(event_pairing_add(pairing, &events[(first + i) % n]), ERR_OK);
    assert_int_equal(event_pairing_solve(pairing), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        event_pairing_tell(pairing, &events[i]);
        id_check(rows[row].says, events, steps[i].pair, &events[i].pair, i);
        id_check(rows[row].says, events, steps[i].attempt_of, &events[i].attempt_of, i);
        if (events[i].pair_basis != steps[i].basis)
            fail_msg("%s: step %zu, basis %d", rows[row].says, i, (int)events[i].pair_basis);
    }
    event_pairing_close(pairing);
}

static void histories_are_paired_in_whatever_order_they_come(void **state)
{
    (void)state;
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
        for (size_t first = 0; first < steps_count(rows[row].steps); first++)
            history_check(row, first);
}

/* One departure and one return, changed, are paired or not. */
static enum event_basis pair_of(void (*change)(struct event *out, struct event *back))
{
    static const struct step steps[] = {{'D', 1, "X1", "P1", SITI, 1, 0, NO, NULL},
                                        {'R', 9, "X2", "P1", SITI, 0, 0, NO, NULL}};
    struct event events[2];
    struct event_pairing *pairing = event_pairing_open();
    for (size_t i = 0; i < 2; i++)
        event_make(&steps[i], i, &events[i]);
    change(&events[0], &events[1]);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(event_pairing_add(pairing, &events[i]), ERR_OK);
    assert_int_equal(event_pairing_solve(pairing), ERR_OK);
    event_pairing_tell(pairing, &events[1]);
    event_pairing_close(pairing);
    return events[1].pair_basis;
}

static void nothing(struct event *out, struct event *back)
{
    (void)out;
    (void)back;
}

static void a_conflict(struct event *out, struct event *back)
{
    (void)back;
    out->presented.match_grade = MATCH_CONFLICT;
}

static void another_birth_date(struct event *out, struct event *back)
{
    a_conflict(out, back);
    back->presented.document.birth.day = 13;
}

static void another_sex(struct event *out, struct event *back)
{
    a_conflict(out, back);
    back->presented.document.sex = 'M';
}

static void taken_back(struct event *out, struct event *back)
{
    (void)back;
    out->voided = true;
}

static void practice(struct event *out, struct event *back)
{
    (void)back;
    out->presented.place.mode = MODE_TRAINING;
}

static void one_nik(struct event *out, struct event *back)
{
    another_birth_date(out, back);
    memset(out->presented.document.nik_hash, 7, DOCUMENT_NIK_HASH);
    memset(back->presented.document.nik_hash, 7, DOCUMENT_NIK_HASH);
}

static void niks_of_two_kiosks(struct event *out, struct event *back)
{
    one_nik(out, back);
    back->presented_entry.header.kiosk[0] = 'S';
}

/* As they came to the registry, the return is later. */
static void a_clock_in_1970(struct event *out, struct event *back)
{
    back->decided_entry.header.time.wall_ms = 0;
    back->decided_entry.header.time.quality = CLOCK_UNKNOWN;
    out->acked_ms = BEGIN_MS + 2 * DAY_MS;
    back->acked_ms = BEGIN_MS + 10 * DAY_MS;
}

static void a_clock_in_2099(struct event *out, struct event *back)
{
    a_clock_in_1970(out, back);
    out->decided_entry.header.time.wall_ms = BEGIN_MS * 3;
}

static void what_makes_two_crossings_one_person_s(void **state)
{
    static const struct {
        const char *says;
        void (*change)(struct event *out, struct event *back);
        enum event_basis basis;
    } changes[] = {
        {"one placement", nothing, EVENT_BASIS_PLACEMENT},
        {"not one that conflicts: then the name", a_conflict, EVENT_BASIS_PERSON},
        {"another birth date", another_birth_date, EVENT_BASIS_NONE},
        {"another sex", another_sex, EVENT_BASIS_NONE},
        {"a departure that was taken back is none", taken_back, EVENT_BASIS_NONE},
        {"practice and earnest", practice, EVENT_BASIS_NONE},
        {"one NIK keyed twice at one kiosk", one_nik, EVENT_BASIS_NIK},
        {"or at two, which key it differently", niks_of_two_kiosks, EVENT_BASIS_NONE},
        {"a clock that nobody vouched for", a_clock_in_1970, EVENT_BASIS_PLACEMENT},
        {"one that ran ahead", a_clock_in_2099, EVENT_BASIS_PLACEMENT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const enum event_basis basis = pair_of(changes[i].change);
        if (basis != changes[i].basis)
            fail_msg("%s: basis %d", changes[i].says, (int)basis);
    }
}

/* Then its entries are of when they came. */
static void a_clock_may_say_anything(void **state)
{
    static const int64_t clocks[] = {INT64_MIN, INT64_MIN + 1, -1, 0, BEGIN_MS * 3, INT64_MAX};
    static const struct step steps[] = {{'X', 1, "X1", "", SITI, NO, 0, NO, NULL},
                                        {'D', 9, "X1", "", SITI, NO, 0, 0, NULL}};
    const size_t n = sizeof clocks / sizeof *clocks;
    (void)state;
    for (size_t i = 0; i < n * n; i++) {
        struct event events[2];
        struct event_pairing *pairing = event_pairing_open();
        for (size_t k = 0; k < 2; k++) {
            event_make(&steps[k], k, &events[k]);
            events[k].acked_ms = events[k].decided_entry.header.time.wall_ms;
            events[k].decided_entry.header.time.wall_ms = clocks[k == 0 ? i / n : i % n];
            assert_int_equal(event_pairing_add(pairing, &events[k]), ERR_OK);
        }
        assert_int_equal(event_pairing_solve(pairing), ERR_OK);
        event_pairing_tell(pairing, &events[1]);
        event_pairing_close(pairing);
        if (events[1].attempt_of.seq != events[0].first_seq)
            fail_msg("clocks %zu and %zu", i / n, i % n);
    }
}

/* More than any first room, and each finds its own. */
static void a_crowd_finds_its_way_back(void **state)
{
    enum { CROWD = 5000 };
    struct event_pairing *pairing = event_pairing_open();
    struct event event;
    (void)state;
    for (int pass = 0; pass < 3; pass++) {
        for (int i = 0; i < CROWD; i++) {
            char number[16];
            snprintf(number, sizeof number, "X%06d", i);
            const struct step step = {
                pass == 0 ? 'D' : 'R', 1 + pass, number, "", SITI, 0, 0, NO, NULL};
            event_make(&step, (size_t)i, &event);
            event.presented_entry.hash[0] = (uint8_t)i;
            event.presented_entry.hash[1] = (uint8_t)(i >> 8);
            event.presented_entry.hash[2] = pass != 0;
            if (pass < 2) {
                assert_int_equal(event_pairing_add(pairing, &event), ERR_OK);
                continue;
            }
            event_pairing_tell(pairing, &event);
            assert_int_equal(event.pair.seq, i + 1);
            assert_int_equal(event.pair_basis, EVENT_BASIS_DOCUMENT);
        }
        if (pass == 1)
            assert_int_equal(event_pairing_solve(pairing), ERR_OK);
    }
    event_pairing_close(pairing);
}

static void nobody_is_paired_with_nobody(void **state)
{
    struct event_pairing *pairing = event_pairing_open();
    struct event event;
    (void)state;
    event_make(&rows[0].steps[0], 0, &event);
    assert_int_equal(event_pairing_solve(pairing), ERR_OK);
    event_pairing_tell(pairing, &event);
    assert_int_equal(event.pair_basis, EVENT_BASIS_NONE);
    event_pairing_close(pairing);
    event_pairing_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(histories_are_paired_in_whatever_order_they_come),
        cmocka_unit_test(what_makes_two_crossings_one_person_s),
        cmocka_unit_test(a_clock_may_say_anything),
        cmocka_unit_test(a_crowd_finds_its_way_back),
        cmocka_unit_test(nobody_is_paired_with_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
