/* Calendar days.
 *
 * Problem: documents, records and rules speak of days and months, never of seconds. Method: the
 * days-from-civil algorithm on years that begin in March, which puts the leap day last and makes
 * every era of 400 years alike. Limits: years 1 to 9999, what "YYYY-MM-DD" can say. Refused: local
 * time rules beyond the three fixed zones of Indonesia, and guessing at partial dates.
 */
#include "date.h"

#include <assert.h>
#include <string.h>

#define YEAR_MAX      9999
#define ERA_YEARS     400
#define ERA_DAYS      146097
#define EPOCH_DAYS    719468 /* from 0000-03-01 to 1970-01-01 */
#define MS_PER_HOUR   3600000
#define HOURS_PER_DAY 24

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    assert(month >= 1 && month <= 12);
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static struct date date_make(int year, int month, int day)
{
    return (struct date){(int16_t)year, (uint8_t)month, (uint8_t)day};
}

bool date_known(struct date date)
{
    return date.year != 0 || date.month != 0 || date.day != 0;
}

bool date_valid(struct date date)
{
    return date.year >= 1 && date.year <= YEAR_MAX && date.month >= 1 && date.month <= 12 &&
           date.day >= 1 && date.day <= month_days(date.year, date.month);
}

int date_compare(struct date a, struct date b)
{
    if (a.year != b.year)
        return a.year - b.year;
    if (a.month != b.month)
        return a.month - b.month;
    return a.day - b.day;
}

int32_t date_to_days(struct date date)
{
    assert(date_valid(date));
    int year = date.month > 2 ? date.year : date.year - 1;
    int era = year / ERA_YEARS;
    int year_of_era = year - era * ERA_YEARS;
    int month = (date.month + 9) % 12; /* March is 0 */
    int day_of_year = (153 * month + 2) / 5 + date.day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_DAYS;
}

struct date date_from_days(int32_t days)
{
    int64_t since = (int64_t)days + EPOCH_DAYS;
    int64_t era = (since >= 0 ? since : since - (ERA_DAYS - 1)) / ERA_DAYS;
    int day_of_era = (int)(since - era * ERA_DAYS);
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (5 * day_of_year + 2) / 153;
    int day = day_of_year - (153 * month + 2) / 5 + 1;
    int64_t year = year_of_era + era * ERA_YEARS + (month >= 10 ? 1 : 0);
    if (year < 1 || year > YEAR_MAX)
        return (struct date){0};
    return date_make((int)year, month < 10 ? month + 3 : month - 9, day);
}

struct date date_add_months(struct date date, int months)
{
    assert(date_valid(date) && months >= 0 && months <= YEAR_MAX * 12);
    int index = date.month - 1 + months;
    int year = date.year + index / 12;
    int month = index % 12 + 1;
    if (year > YEAR_MAX)
        return date_make(YEAR_MAX, 12, 31);
    int last = month_days(year, month);
    return date_make(year, month, date.day < last ? date.day : last);
}

int date_age_years(struct date birth, struct date on)
{
    int age = on.year - birth.year;
    /* 29 February sorts after 28 February, so in other years its birthday is 1 March. */
    if (on.month < birth.month || (on.month == birth.month && on.day < birth.day))
        age--;
    return age;
}

struct date date_of_wall(int64_t wall_ms, enum clock_zone zone)
{
    int64_t local_hours = wall_ms / MS_PER_HOUR - (wall_ms % MS_PER_HOUR < 0) + (int64_t)zone;
    int64_t days = local_hours / HOURS_PER_DAY - (local_hours % HOURS_PER_DAY < 0);
    if (days < INT32_MIN || days > INT32_MAX)
        return (struct date){0};
    return date_from_days((int32_t)days);
}

static bool parse_digits(const char *text, size_t count, int *out)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (text[i] - '0');
    }
    *out = value;
    return true;
}

bool date_parse(const char *text, struct date *out)
{
    int year, month, day;
    if (strlen(text) != DATE_TEXT_LEN - 1 || text[4] != '-' || text[7] != '-')
        return false;
    if (!parse_digits(text, 4, &year) || !parse_digits(text + 5, 2, &month) ||
        !parse_digits(text + 8, 2, &day))
        return false;
    struct date date = date_make(year, month, day);
    if (!date_valid(date))
        return false;
    *out = date;
    return true;
}

static char *put_digits(char *at, unsigned number, size_t count)
{
    for (size_t i = count; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + count;
}

void date_format(struct date date, char out[DATE_TEXT_LEN])
{
    char *at = put_digits(out, (unsigned)date.year, 4);
    *at++ = '-';
    at = put_digits(at, date.month, 2);
    *at++ = '-';
    at = put_digits(at, date.day, 2);
    *at = '\0';
}
