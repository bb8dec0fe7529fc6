/* Who has to leave when all connections are taken, and when one kiosk has too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "registry_clients.h"

#define MOST    4
#define NOBODY  (-1)
#define SOMEONE 9 /* connections, at most */

/* Connections in the order they came: a letter is a kiosk's, '.' a stranger's; digits are
 * addresses. */
static const struct {
    const char *proves;
    const char *who, *from;
    int leaves;
} rows[] = {
    {"there is room for so many", "....", "1234", NOBODY},
    {"the oldest stranger goes", ".....", "12345", 0},
    {"not a kiosk, however old", "AB...", "12345", 2},
    {"first one of the newcomer's own address", ".....", "12313", 2},
    {"of those the oldest", ".....", "13333", 1},
    {"the newcomer itself, where all are kiosks'", "ABCD.", "12345", 4},
    {"one at that address is a kiosk's", "A....", "11231", 1},
};

static void room_is_taken_from_strangers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct registry_clients clients = {0};
        struct registry_client *all[SOMEONE] = {0};
        int leaves = NOBODY;
        const size_t n = strlen(rows[i].who);
        for (size_t j = 0; j < n; j++) {
            const struct rate_peer peer = {.bytes = {(uint8_t)rows[i].from[j]}};
            char kiosk[ENTRY_KIOSK_LEN] = {rows[i].who[j]};
            all[j] = registry_clients_add(&clients, NULL, &peer);
            assert_non_null(all[j]);
            if (kiosk[0] != '.')
                assert_null(registry_clients_name(&clients, all[j], kiosk));
        }
        const struct registry_client *found = registry_clients_crowd(&clients, MOST);
        for (size_t j = 0; found && j < n; j++)
            leaves = all[j] == found ? (int)j : leaves;
        if (leaves != rows[i].leaves)
            fail_msg("%s: %d leaves", rows[i].proves, leaves);
        assert_null(registry_clients_crowd(&clients, MOST)); /* one for one */
        for (size_t j = 0; j < n; j++)
            registry_clients_remove(&clients, all[j]);
        assert_int_equal(clients.n, 0);
        assert_null(clients.newest);
    }
}

static void a_kiosk_keeps_the_connections_it_made_last(void **state)
{
    struct registry_clients clients = {0};
    struct registry_client *all[SOMEONE];
    const struct rate_peer peer = {0};
    const char kiosk[ENTRY_KIOSK_LEN] = "A", other[ENTRY_KIOSK_LEN] = "B";
    (void)state;
    for (size_t i = 0; i < SOMEONE; i++) {
        all[i] = registry_clients_add(&clients, NULL, &peer);
        const struct registry_client *surplus =
            registry_clients_name(&clients, all[i], i == 0 ? other : kiosk);
        assert_ptr_equal(
            surplus, i > REGISTRY_KIOSK_CONNECTIONS ? all[i - REGISTRY_KIOSK_CONNECTIONS] : NULL);
    }
    assert_int_equal(clients.n, REGISTRY_KIOSK_CONNECTIONS + 1);
    for (size_t i = 0; i < SOMEONE; i++)
        registry_clients_remove(&clients, all[i]);
    assert_int_equal(clients.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(room_is_taken_from_strangers),
        cmocka_unit_test(a_kiosk_keeps_the_connections_it_made_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
