/* How old a certificate is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "certificate.h"

static const struct certificate_dates dates = {.from = 1000, .to = 3000};

static const struct {
    const char *proves;
    int64_t now_s;
    enum certificate_age age;
} rows[] = {
    {"before it begins", 0, CERTIFICATE_YOUNG},     {"as it begins", 1000, CERTIFICATE_YOUNG},
    {"a quarter is left", 2500, CERTIFICATE_YOUNG}, {"a second later", 2501, CERTIFICATE_OLD},
    {"in its last second", 3000, CERTIFICATE_OLD},  {"after it", 3001, CERTIFICATE_ENDED},
};

static void a_certificate_is_young_old_or_over(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (certificate_age(&dates, rows[i].now_s) != rows[i].age)
            fail_msg("%s", rows[i].proves);
}

static void a_file_without_a_certificate_is_named(void **state)
{
    (void)state;
    struct certificate_dates out;
    char why[CERTIFICATE_WHY_LEN];
    assert_int_equal(certificate_dates_load("/nowhere/tls.pem", &out, why), ERR_MISSING);
    assert_string_equal(why, "/nowhere/tls.pem: No such file or directory");
    assert_int_equal(certificate_dates_load("/dev/null", &out, why), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_young_old_or_over),
        cmocka_unit_test(a_file_without_a_certificate_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
