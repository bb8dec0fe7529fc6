/* Kode dan Data Wilayah Administrasi Pemerintahan, by Kepmendagri 300.2.2-2138 of 2025: 38
 * provinces by two digits, the first of which is the part of the country. BPS numbers some
 * otherwise.
 */
#include "region.h"

#include <string.h>

/* By their first digit, what may be the second. */
static const char *const provinces[10] = {
    [1] = "123456789", /* Aceh to Bangka Belitung */
    [2] = "1",         /* Kepulauan Riau */
    [3] = "123456",    /* Jakarta to Banten */
    [5] = "123",       /* Bali, Nusa Tenggara */
    [6] = "12345",     /* Kalimantan */
    [7] = "123456",    /* Sulawesi */
    [8] = "12",        /* Maluku */
    [9] = "123456",    /* Papua */
};

bool region_is_formed(const char *code)
{
    return strlen(code) == REGION_DIGITS && strspn(code, "0123456789") == REGION_DIGITS;
}

bool region_known(const char *code)
{
    if (!region_is_formed(code) || !provinces[code[0] - '0'] ||
        !strchr(provinces[code[0] - '0'], code[1]))
        return false;
    const int number = (code[2] - '0') * 10 + code[3] - '0';
    return number > 0 && number != 70;
}
