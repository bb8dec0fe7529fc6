/* Who may ask for what: the table of guard.h, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"

#define TOKEN  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define COOKIE "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define WRONG  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeefe"
#define HOST   "127.0.0.1:8080"
#define ORIGIN "http://127.0.0.1:8080"
#define JSON   "application/json"

static const struct guard guard = {.port = 8080, .token = TOKEN, .cookie = COOKIE};

static void requests_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        enum guard_access access;
        struct guard_request request;
        enum guard_answer expected;
    } rows[] = {
        {"the page is everybody's", GUARD_STATIC, {.host = HOST, .n_host = 1}, GUARD_ALLOWED},
        {"by its other names",
         GUARD_STATIC,
         {.host = "localhost:8080", .n_host = 1},
         GUARD_ALLOWED},
        {"by IPv6", GUARD_STATIC, {.host = "[::1]:8080", .n_host = 1}, GUARD_ALLOWED},
        {"a name that was made to point here",
         GUARD_STATIC,
         {.host = "x.example:8080", .n_host = 1},
         GUARD_REFUSED_HOST},
        {"without the port", GUARD_STATIC, {.host = "127.0.0.1", .n_host = 1}, GUARD_REFUSED_HOST},
        {"a longer port",
         GUARD_STATIC,
         {.host = "127.0.0.1:80800", .n_host = 1},
         GUARD_REFUSED_HOST},
        {"another case", GUARD_STATIC, {.host = "LOCALHOST:8080", .n_host = 1}, GUARD_REFUSED_HOST},
        {"no host", GUARD_STATIC, {.host = NULL, .n_host = 0}, GUARD_REFUSED_HOST},
        {"two hosts", GUARD_STATIC, {.host = HOST, .n_host = 2}, GUARD_REFUSED_HOST},
        {"data by the cookie",
         GUARD_READ,
         {.host = HOST, .n_host = 1, .cookie = COOKIE},
         GUARD_ALLOWED},
        {"data by the token",
         GUARD_READ,
         {.host = HOST, .n_host = 1, .authorization = "Bearer " TOKEN},
         GUARD_ALLOWED},
        {"data without a secret", GUARD_READ, {.host = HOST, .n_host = 1}, GUARD_REFUSED_SECRET},
        {"the token is no cookie",
         GUARD_READ,
         {.host = HOST, .n_host = 1, .cookie = TOKEN},
         GUARD_REFUSED_SECRET},
        {"the cookie is no token",
         GUARD_READ,
         {.host = HOST, .n_host = 1, .authorization = "Bearer " COOKIE},
         GUARD_REFUSED_SECRET},
        {"one digit wrong",
         GUARD_READ,
         {.host = HOST, .n_host = 1, .authorization = "Bearer " WRONG},
         GUARD_REFUSED_SECRET},
        {"one digit more",
         GUARD_READ,
         {.host = HOST, .n_host = 1, .cookie = COOKIE "0"},
         GUARD_REFUSED_SECRET},
        {"another scheme",
         GUARD_READ,
         {.host = HOST, .n_host = 1, .authorization = "Basic " TOKEN},
         GUARD_REFUSED_SECRET},
        {"data for our own page",
         GUARD_READ,
         {.host = HOST, .n_host = 1, .cookie = COOKIE, .fetch_site = "same-origin"},
         GUARD_ALLOWED},
        {"data for another port's page",
         GUARD_READ,
         {.host = HOST, .n_host = 1, .cookie = COOKIE, .fetch_site = "same-site"},
         GUARD_REFUSED_ORIGIN},
        {"data in an address bar",
         GUARD_READ,
         {.host = HOST, .n_host = 1, .cookie = COOKIE, .fetch_site = "none"},
         GUARD_REFUSED_ORIGIN},
        {"a change by our page",
         GUARD_CHANGE,
         {.host = HOST, .n_host = 1, .cookie = COOKIE, .origin = ORIGIN, .content_type = JSON},
         GUARD_ALLOWED},
        {"a change by our page, by its other name",
         GUARD_CHANGE,
         {.host = "localhost:8080",
          .n_host = 1,
          .cookie = COOKIE,
          .origin = "http://localhost:8080",
          .content_type = JSON},
         GUARD_ALLOWED},
        {"a change by our other name's page",
         GUARD_CHANGE,
         {.host = HOST,
          .n_host = 1,
          .cookie = COOKIE,
          .origin = "http://localhost:8080",
          .content_type = JSON},
         GUARD_REFUSED_ORIGIN},
        {"a change by another page",
         GUARD_CHANGE,
         {.host = HOST,
          .n_host = 1,
          .cookie = COOKIE,
          .origin = "http://127.0.0.1:8081",
          .content_type = JSON},
         GUARD_REFUSED_ORIGIN},
        {"a change by nobody's page",
         GUARD_CHANGE,
         {.host = HOST, .n_host = 1, .cookie = COOKIE, .origin = "null", .content_type = JSON},
         GUARD_REFUSED_ORIGIN},
        {"a change with the cookie that hides its page",
         GUARD_CHANGE,
         {.host = HOST, .n_host = 1, .cookie = COOKIE, .content_type = JSON},
         GUARD_REFUSED_ORIGIN},
        {"a change by a tool",
         GUARD_CHANGE,
         {.host = HOST, .n_host = 1, .authorization = "Bearer " TOKEN, .content_type = JSON},
         GUARD_ALLOWED},
        {"a form",
         GUARD_CHANGE,
         {.host = HOST,
          .n_host = 1,
          .cookie = COOKIE,
          .origin = ORIGIN,
          .content_type = "multipart/form-data"},
         GUARD_REFUSED_TYPE},
        {"JSON in UTF-8",
         GUARD_CHANGE,
         {.host = HOST,
          .n_host = 1,
          .cookie = COOKIE,
          .origin = ORIGIN,
          .content_type = "application/json; charset=utf-8"},
         GUARD_ALLOWED},
        {"no type",
         GUARD_CHANGE,
         {.host = HOST, .n_host = 1, .cookie = COOKIE, .origin = ORIGIN},
         GUARD_REFUSED_TYPE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (guard_check(&guard, &rows[i].request, rows[i].access) != rows[i].expected)
            fail_msg("%s: not %s", rows[i].says, guard_answer_name(rows[i].expected));
}

static void only_the_token_is_exchanged(void **state)
{
    (void)state;
    assert_true(guard_token_matches(&guard, TOKEN));
    assert_false(guard_token_matches(&guard, WRONG));
    assert_false(guard_token_matches(&guard, COOKIE));
    assert_false(guard_token_matches(&guard, ""));
    assert_false(guard_token_matches(&guard, TOKEN "0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_judged),
        cmocka_unit_test(only_the_token_is_exchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
