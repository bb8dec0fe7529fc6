/* The officer is told of a disk that fills, at 80 and at 95 %, once for each, until there is room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lane_state.h"

#define NONE   0u
#define LITTLE (1u << NOTICE_SPACE_LITTLE)
#define FULL   (1u << NOTICE_SPACE_FULL)
#define OTHER  (1u << NOTICE_NEW_EPOCH)

static unsigned used_percent;
static bool is_known;

enum err __wrap_space_look(const char *path, struct space *out);
enum err __wrap_space_look(const char *path, struct space *out)
{
    (void)path;
    *out = (struct space){.used = used_percent, .total = 100};
    return is_known ? ERR_OK : ERR_IO;
}

bool __wrap_console_port_connected(const struct console_port *port);
bool __wrap_console_port_connected(const struct console_port *port)
{
    (void)port;
    return false;
}

static const struct {
    const char *proves;
    unsigned percent;
    uint32_t live, desk;
} rows[] = {
    {"an empty disk", 0, NONE, NONE},
    {"half is for the log alone", 79, NONE, NONE},
    {"four fifths are told, not of a developer's disk", 80, LITTLE, NONE},
    {"what is below by a little is still told", 79, LITTLE, NONE},
    {"the worse takes the other's place", 95, FULL, FULL},
    {"a little less is as bad", 93, FULL, FULL},
    {"some room was made", 90, LITTLE, NONE},
    {"enough was made", 40, NONE, NONE},
};

static void watch(enum kiosk_mode mode, bool is_desk)
{
    const struct kiosk_config config = {.mode = mode};
    struct lane lane = {.config = &config, .notices = OTHER};
    is_known = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        used_percent = rows[i].percent;
        lane_watch_space(&lane);
        if (lane.notices != (OTHER | (is_desk ? rows[i].desk : rows[i].live)))
            fail_msg("%s", rows[i].proves);
    }
}

static void a_counter_tells_its_officer(void **state)
{
    (void)state;
    watch(KIOSK_LIVE, false);
    watch(KIOSK_TRAINING, false);
}

static void a_desk_only_when_it_is_nearly_over(void **state)
{
    (void)state;
    watch(KIOSK_DESK, true);
}

static void a_disk_that_can_not_be_asked_changes_nothing(void **state)
{
    (void)state;
    const struct kiosk_config config = {.mode = KIOSK_LIVE};
    struct lane lane = {.config = &config, .space = SPACE_FULL, .notices = FULL};
    is_known = false;
    lane_watch_space(&lane);
    assert_int_equal(lane.notices, FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_counter_tells_its_officer),
        cmocka_unit_test(a_desk_only_when_it_is_nearly_over),
        cmocka_unit_test(a_disk_that_can_not_be_asked_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
