/* What can be otherwise than in the ordinary scene, each change by its name. */
#ifndef PAMIT_TEST_VERDICT_CHANGES_H
#define PAMIT_TEST_VERDICT_CHANGES_H

#include <stdio.h>
#include <string.h>

#include "verdict_scene.h"

#define SET(field, text) snprintf(field, sizeof(field), "%s", text)

static inline void as_it_is(struct scene *s)
{
    (void)s;
}

static inline void nothing_found(struct scene *s)
{
    memset(&s->match, 0, sizeof s->match);
}

static inline void tourist(struct scene *s)
{
    nothing_found(s);
    s->context.purpose = PURPOSE_TOUR;
    s->context.category = PURPOSE_TOUR;
}

static inline void tourist_of_many(struct scene *s)
{
    tourist(s);
    s->match.may_miss = true;
}

static inline void tourist_of_no_category(struct scene *s)
{
    tourist(s);
    s->context.category = PURPOSE_NONE;
}

static inline void category_work(struct scene *s)
{
    tourist(s);
    s->context.category = PURPOSE_WORK;
}

static inline void category_leave(struct scene *s)
{
    tourist(s);
    s->context.category = PURPOSE_LEAVE_RETURN;
}

static inline void category_crew(struct scene *s)
{
    tourist(s);
    s->context.category = PURPOSE_CREW;
}

static inline void worker_called_tourist(struct scene *s)
{
    s->context.category = PURPOSE_TOUR;
}

static inline void on_leave(struct scene *s)
{
    s->match.placement.status = PLACEMENT_ON_LEAVE;
}

static inline void reentry(struct scene *s)
{
    s->match.placement.scheme = SCHEME_REENTRY;
}

static inline void near_name(struct scene *s)
{
    s->match.grade = MATCH_NEAR;
    SET(s->match.placement.name_mrz, "RACHMAWATI SITI");
    s->match.placement.name_full[0] = '\0';
}

static inline void near_name_full_only(struct scene *s)
{
    s->match.grade = MATCH_NEAR;
    s->match.placement.name_mrz[0] = '\0';
    SET(s->match.placement.name_full, "Siti Nurhaliza Rahmawaty");
}

static inline void conflict_birth(struct scene *s)
{
    s->match.grade = MATCH_CONFLICT;
    s->match.placement.birth_date.day = 13;
}

static inline void conflict_sex(struct scene *s)
{
    s->match.grade = MATCH_CONFLICT;
    s->match.placement.sex = 'M';
}

static inline void conflict_name(struct scene *s)
{
    s->match.grade = MATCH_CONFLICT;
    SET(s->match.placement.name_mrz, "LESTARI PUTRI");
    s->match.placement.name_full[0] = '\0';
}

static inline void old_number(struct scene *s)
{
    s->match.key = MATCH_KEY_OLD_PASSPORT;
    SET(s->match.placement.passport_no, "X7777777");
}

static inline void by_name_only(struct scene *s)
{
    old_number(s);
    s->match.key = MATCH_KEY_NAME_DOB;
}

static inline void by_nik(struct scene *s)
{
    old_number(s);
    s->match.key = MATCH_KEY_NIK;
}

static inline void number_of_another_country(struct scene *s)
{
    s->match.key = MATCH_KEY_NAME_DOB;
    SET(s->document.country, "MYS");
}

static inline void several(struct scene *s)
{
    s->match.several_valid = true;
}

#define STATUS(name, value)                                                                        \
    static inline void name(struct scene *s)                                                       \
    {                                                                                              \
        s->match.placement.status = value;                                                         \
    }
STATUS(in_process, PLACEMENT_IN_PROCESS)
STATUS(departed, PLACEMENT_DEPARTED)
STATUS(active, PLACEMENT_ACTIVE)
STATUS(completed, PLACEMENT_COMPLETED)
STATUS(suspended, PLACEMENT_SUSPENDED)
STATUS(cancelled, PLACEMENT_CANCELLED)
STATUS(revoked, PLACEMENT_REVOKED)
STATUS(status_unknown, PLACEMENT_STATUS_UNKNOWN)

static inline void window_begins_today(struct scene *s)
{
    s->match.placement.window_from = s->today;
}

static inline void window_begins_tomorrow(struct scene *s)
{
    s->match.placement.window_from = sample_day("2026-11-22");
}

static inline void window_ends_today(struct scene *s)
{
    s->match.placement.window_to = s->today;
}

static inline void window_ended_yesterday(struct scene *s)
{
    s->match.placement.window_to = sample_day("2026-11-20");
}

static inline void no_window(struct scene *s)
{
    s->match.placement.window_from = s->match.placement.window_to = (struct date){0};
}

static inline void another_destination(struct scene *s)
{
    SET(s->context.dest_country, "SGP");
}

static inline void no_destination(struct scene *s)
{
    s->context.dest_country[0] = '\0';
}

static inline void held(struct scene *s)
{
    s->match.placement.hold = HOLD_FAMILY_REPORT;
}

/* Online: placements 72 h, lists 24 h, at 00:00 UTC of the day. */
static inline void placements_at_limit(struct scene *s)
{
    s->data.placements_as_of = SAMPLE_MIDNIGHT_S - 72 * 3600;
}

static inline void placements_beyond_limit(struct scene *s)
{
    s->data.placements_as_of = SAMPLE_MIDNIGHT_S - 72 * 3600 - 1;
}

static inline void placements_beyond_limit_remote(struct scene *s)
{
    placements_beyond_limit(s);
    s->site = SITE_REMOTE;
}

static inline void remote_beyond_limit(struct scene *s)
{
    s->site = SITE_REMOTE;
    s->data.placements_as_of = SAMPLE_MIDNIGHT_S - 2160 * 3600 - 1;
}

static inline void lists_at_limit(struct scene *s)
{
    s->data.lists_as_of = SAMPLE_MIDNIGHT_S - 24 * 3600;
}

static inline void lists_beyond_limit(struct scene *s)
{
    s->data.lists_as_of = SAMPLE_MIDNIGHT_S - 24 * 3600 - 1;
}

static inline void never_filled(struct scene *s)
{
    s->data.placements_as_of = s->data.lists_as_of = 0;
}

static inline void expires(struct scene *s, const char *day)
{
    s->document.expiry = sample_day(day);
}

static inline void expired_yesterday(struct scene *s)
{
    expires(s, "2026-11-20");
}

static inline void expires_today(struct scene *s)
{
    expires(s, "2026-11-21");
}

static inline void expires_in_6_months_less_a_day(struct scene *s)
{
    expires(s, "2027-05-20");
}

static inline void expires_in_6_months(struct scene *s)
{
    expires(s, "2027-05-21");
}

static inline void expires_some_day_this_month(struct scene *s)
{
    s->document.expiry = (struct date){2026, 11, 0};
}

static inline void expired_some_day_last_month(struct scene *s)
{
    s->document.expiry = (struct date){2026, 10, 0};
}

static inline void expired_some_day_last_year(struct scene *s)
{
    s->document.expiry = (struct date){2025, 0, 0};
}

static inline void expires_some_day_in_2030(struct scene *s)
{
    s->document.expiry = (struct date){2030, 0, 0};
}

static inline void expiry_unknown(struct scene *s)
{
    s->document.expiry = (struct date){0};
}

static inline void born(struct scene *s, int year, int month, int day)
{
    nothing_found(s);
    s->document.birth = (struct date){(int16_t)year, (uint8_t)month, (uint8_t)day};
}

static inline void eighteen_today(struct scene *s)
{
    born(s, 2008, 11, 21);
}

static inline void eighteen_tomorrow(struct scene *s)
{
    born(s, 2008, 11, 22);
}

static inline void eighteen_tomorrow_as_crew(struct scene *s)
{
    eighteen_tomorrow(s);
    s->context.purpose = PURPOSE_CREW;
}

static inline void eighteen_tomorrow_as_tourist(struct scene *s)
{
    eighteen_tomorrow(s);
    s->context.purpose = PURPOSE_TOUR;
}

static inline void eighteen_tomorrow_unasked(struct scene *s)
{
    eighteen_tomorrow(s);
    s->context.purpose = PURPOSE_NONE;
}

static inline void eighteen_tomorrow_unasked_with_a_placement(struct scene *s)
{
    s->context.purpose = PURPOSE_NONE;
    s->document.birth = sample_day("2008-11-22");
    s->match.placement.birth_date = s->document.birth;
}

static inline void born_some_day_in_2008(struct scene *s)
{
    born(s, 2008, 0, 0);
}

static inline void born_some_day_in_2008_called_tourist(struct scene *s)
{
    born_some_day_in_2008(s);
    s->context.category = PURPOSE_TOUR;
}

static inline void born_some_day_in_2008_as_tourist(struct scene *s)
{
    born_some_day_in_2008_called_tourist(s);
    s->context.purpose = PURPOSE_TOUR;
}

static inline void born_some_day_in_2007(struct scene *s)
{
    born(s, 2007, 0, 0);
}

static inline void born_some_day_in_2009(struct scene *s)
{
    born(s, 2009, 0, 0);
}

static inline void birth_unknown(struct scene *s)
{
    born(s, 0, 0, 0);
}

static inline void birth_unknown_with_a_placement(struct scene *s)
{
    s->match.grade = MATCH_CONFLICT;
    s->document.birth = (struct date){0};
}

static inline void clock_unknown(struct scene *s)
{
    s->clock_quality = CLOCK_UNKNOWN;
}

static inline void clock_set_by_hand(struct scene *s)
{
    s->clock_quality = CLOCK_OPERATOR_SET;
}

static inline void no_policy(struct scene *s)
{
    memset(&s->policy, 0, sizeof s->policy);
}

static inline void no_cache(struct scene *s)
{
    nothing_found(s);
    memset(&s->data, 0, sizeof s->data);
}

static inline void no_cache_tourist(struct scene *s)
{
    tourist(s);
    s->data.placements_usable = false;
}

static inline void coming_back(struct scene *s)
{
    s->context.direction = DIRECTION_RETURN;
}

static inline void keyed(struct scene *s)
{
    s->document.capture = DOCUMENT_KEYED;
}

static inline void keyed_green_by_policy(struct scene *s)
{
    keyed(s);
    s->policy.colours[s->policy.n_colours].code = 24;
    s->policy.colours[s->policy.n_colours++].colour = COLOUR_GREEN;
}

static inline void keyed_tourist(struct scene *s)
{
    keyed(s);
    tourist(s);
}

static inline void keyed_coming_back(struct scene *s)
{
    keyed(s);
    coming_back(s);
}

static inline void identity_card(struct scene *s)
{
    s->document.type = DOCUMENT_OTHER;
}

static inline void crew_book(struct scene *s)
{
    s->document.type = DOCUMENT_CREW_BOOK;
}

static inline void coming_back_with_everything_wrong(struct scene *s)
{
    expired_yesterday(s);
    cancelled(s);
    another_destination(s);
    never_filled(s);
    several(s);
    s->match.grade = MATCH_CONFLICT;
    coming_back(s);
}

static inline void coming_back_unknown(struct scene *s)
{
    nothing_found(s);
    coming_back(s);
}

static inline void coming_back_held(struct scene *s)
{
    by_name_only(s);
    held(s);
    coming_back(s);
}

static inline void coming_back_clock_unknown(struct scene *s)
{
    coming_back(s);
    clock_unknown(s);
}

static inline void no_lists(struct scene *s)
{
    s->lists_unknown = true;
}

static inline void no_lists_and_cancelled(struct scene *s)
{
    no_lists(s);
    cancelled(s);
}

static inline void no_lists_tourist(struct scene *s)
{
    no_lists(s);
    tourist(s);
}

static inline void no_lists_coming_back(struct scene *s)
{
    no_lists(s);
    coming_back(s);
}

static inline void no_lists_nor_cache(struct scene *s)
{
    no_lists(s);
    no_cache(s);
}

#endif
