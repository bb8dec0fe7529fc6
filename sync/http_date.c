/* Dates in HTTP's headers.
 *
 * Each form is a pattern: a letter stands for a part, anything else for itself. Names are compared
 * as written, since that is how they have to be sent; that the name of the day is the date's own is
 * not asked. A leap second is the second after it.
 */
#include "http_date.h"

#include <string.h>

#include "date.h"

#define DAY_S      86400
#define YEAR_PIVOT 70

struct parts {
    unsigned year, month, day, hour, minute, second;
};

static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                   "Friday", "Saturday", "Sunday"};
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
enum { NAME_LEN = 3 };

static bool take_digits(const char **at, unsigned n, unsigned *out)
{
    unsigned value = 0;
    for (unsigned i = 0; i < n; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        value = value * 10 + (unsigned)(**at - '0');
    }
    *out = value;
    return true;
}

static bool take_weekday(const char **at, bool whole)
{
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        const size_t len = whole ? strlen(days[i]) : NAME_LEN;
        if (strncmp(*at, days[i], len) == 0) {
            *at += len;
            return true;
        }
    }
    return false;
}

static bool take_month(const char **at, unsigned *out)
{
    for (unsigned i = 0; i < 12; i++) {
        if (strncmp(*at, months + (size_t)i * NAME_LEN, NAME_LEN) == 0) {
            *at += NAME_LEN;
            *out = i + 1;
            return true;
        }
    }
    return false;
}

static bool take_short_year(const char **at, unsigned *out)
{
    if (!take_digits(at, 2, out))
        return false;
    *out += *out < YEAR_PIVOT ? 2000 : 1900;
    return true;
}

/* Its tens may be a space. */
static bool take_padded_day(const char **at, unsigned *out)
{
    const bool padded = **at == ' ';
    *at += padded;
    return take_digits(at, padded ? 1 : 2, out);
}

static bool take_part(char letter, const char **at, struct parts *parts)
{
    switch (letter) {
    case 'w':
    case 'W':
        return take_weekday(at, letter == 'W');
    case 'd':
        return take_digits(at, 2, &parts->day);
    case 'e':
        return take_padded_day(at, &parts->day);
    case 'm':
        return take_month(at, &parts->month);
    case 'Y':
        return take_digits(at, 4, &parts->year);
    case 'y':
        return take_short_year(at, &parts->year);
    case 'h':
        return take_digits(at, 2, &parts->hour);
    case 'i':
        return take_digits(at, 2, &parts->minute);
    case 's':
        return take_digits(at, 2, &parts->second);
    default:
        return *(*at)++ == letter;
    }
}

static bool pattern_holds(const char *pattern, const char *text, struct parts *out)
{
    *out = (struct parts){0};
    for (; *pattern; pattern++) {
        if (*text == '\0' || !take_part(*pattern, &text, out))
            return false;
    }
    return *text == '\0';
}

static bool parts_seconds(const struct parts *parts, int64_t *out)
{
    const struct date date = {
        .year = (int16_t)parts->year, .month = (uint8_t)parts->month, .day = (uint8_t)parts->day};
    if (!date_valid(date) || parts->hour > 23 || parts->minute > 59 || parts->second > 60)
        return false;
    *out = (int64_t)date_to_days(date) * DAY_S + parts->hour * 3600 + parts->minute * 60 +
           parts->second;
    return true;
}

bool http_date_parse(const char *text, int64_t *out_s)
{
    static const char *const patterns[] = {
        "w, d m Y h:i:s GMT", /* IMF-fixdate */
        "W, d-m-y h:i:s GMT", /* RFC 850 */
        "w m e h:i:s Y",      /* asctime() */
    };
    struct parts parts;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        if (pattern_holds(patterns[i], text, &parts))
            return parts_seconds(&parts, out_s);
    }
    return false;
}
