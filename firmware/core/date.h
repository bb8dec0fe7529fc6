/* Calendar days (proleptic Gregorian), as documents and records print them. Pure. */
#ifndef PAMIT_DATE_H
#define PAMIT_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

/* All zero: unknown. A known year with month 0, or month with day 0, is a partial date, as
 * ICAO 9303-3 4.8 allows in an MRZ. */
struct date {
    int16_t year;
    uint8_t month;
    uint8_t day;
};

#define DATE_TEXT_LEN 11 /* "2026-11-21" and NUL */

bool date_known(struct date date);
/* A real day of the calendar: no 30 February. */
bool date_valid(struct date date);
/* Less than 0, 0, greater than 0. */
int date_compare(struct date a, struct date b);
/* Days since 1970-01-01, and back. `date` is valid. */
int32_t date_to_days(struct date date);
struct date date_from_days(int32_t days);
/* `months` >= 0 later, the day clipped to the month's end. */
struct date date_add_months(struct date date, int months);
/* Whole years between birth and `on`; someone born on 29 February has a birthday on 1 March. */
int date_age_years(struct date birth, struct date on);
/* The day at a place whose clock is `zone`. */
struct date date_of_wall(int64_t wall_ms, enum clock_zone zone);
/* "YYYY-MM-DD", exactly; false if it is not a valid day. */
bool date_parse(const char *text, struct date *out);
void date_format(struct date date, char out[DATE_TEXT_LEN]);

#endif
