/* kiosk_config: [panel] alone, for who puts lamps out, of a file that nobody else can use. */
#include "fixture.h"

#include "kiosk_config.h"

static const char panel[] = "[panel]\n"
                            "gpio_chip = /dev/gpiochip0\n"
                            "lamp_green = 17\n"
                            "lamp_amber = 27\n"
                            "lamp_red = 22\n"
                            "lamp_white = 23\n"
                            "buzzer = 24\n"
                            "button_1 = 5\n"
                            "button_2 = 6\n"
                            "button_3 = 13\n"
                            "button_4 = 19\n";

static void the_panel_is_read_whatever_is_wrong_with_the_rest(void **state)
{
    static const struct {
        const char *says, *before, *after; /* the lines of [panel] */
        enum err want;
        const char *why;
    } rows[] = {
        {"alone", "", "", ERR_OK, ""},
        {"the rest is not even a configuration",
         "mode = live\n what\n[kiosk\nzone = nowhere\nzone = WIB\n[nothing]\n\x01\n",
         "[sync\nlamps_active_low = no\n[kiosk]\nmode = demo\nlamp_red\n", ERR_OK, ""},
        {"a long line, with what looks like [panel] where a reader's buffer ends",
         "a = "
         "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
         "90123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
         "89012345678901234[panel]\nlamp_red = 9\n",
         "", ERR_OK, ""},
        {"what is wrong with itself", "", "lamp_blue = 7\n", ERR_INVALID,
         "there is no key lamp_blue in [panel]"},
        {"a line that may be the one that says how the lamps are wired", "",
         " lamps_active_low = no\n", ERR_INVALID, "a line that begins with a space"},
        {"a lamp twice", "", "lamp_red = 7\n", ERR_INVALID, "lamp_red in [panel] is given twice"},
        {"the section is there twice", "", "[kiosk]\nmode = desk\n[panel]\nbuzzer = 7\n",
         ERR_INVALID, "buzzer in [panel] is given twice"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[1024], path[FIXTURE_PATH_LEN], why[CONFIG_WHY_LEN] = "";
        snprintf(text, sizeof text, "%s%slamps_active_low = yes\n%s", rows[i].before, panel,
                 rows[i].after);
        fixture_file_write(*state, "pamit.conf", span_of_text(text), 0644, path);
        struct kiosk_config config;
        const enum err err = kiosk_config_load_panel(path, &config, why);
        if (err != rows[i].want || (err && !strstr(why, rows[i].why)))
            fail_msg("%s: %s", rows[i].says, why);
        if (!err) {
            assert_string_equal(config.lamp_red, "22");
            assert_true(config.lamps_active_low);
            assert_string_equal(config.kiosk_id, "");
            assert_int_equal(config.mode, KIOSK_LIVE);
        }
    }
}

static void a_board_s_table_is_read_for_the_panel_alone(void **state)
{
    char table[sizeof panel + 16], path[FIXTURE_PATH_LEN], why[CONFIG_WHY_LEN] = "";
    struct kiosk_config config;
    snprintf(table, sizeof table, "no board\n%s", panel);
    fixture_file_write(*state, "pi.conf", span_of_text(table), 0644, path);
    static const char text[] = "[lane]\nofficer_id\n[panel]\nboard = pi.conf\n";
    fixture_file_write(*state, "pamit.conf", span_of_text(text), 0644, path);
    if (kiosk_config_load_panel(path, &config, why) != ERR_OK)
        fail_msg("%s", why);
    assert_string_equal(config.lamp_red, "22");
    assert_int_equal(kiosk_config_load_panel("/dev/zero", &config, why), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_panel_is_read_whatever_is_wrong_with_the_rest),
        cmocka_unit_test(a_board_s_table_is_read_for_the_panel_alone),
    };
    return cmocka_run_group_tests(tests, fixture_folder_make, fixture_folder_remove);
}
