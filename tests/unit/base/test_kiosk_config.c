/* kiosk_config: a whole file, its presets, and the rules between keys. */
#include "fixture.h"

#include "kiosk_config.h"

/* Every key that has no preset. Rows below add lines to it. */
static const char required[] = "[kiosk]\n"
                               "kiosk_id = CGK-03-0412\n"
                               "zone = WITA\n"
                               "tpi_code = CGK\n"
                               "tpi_name = Soekarno-Hatta\n"
                               "counter = 12\n"
                               "storage_key = storage.key\n"
                               "[lane]\n"
                               "journal = journal.db\n"
                               "entry_key = entry.pem\n"
                               "lane_socket = lane.sock\n"
                               "console_uid = 990\n"
                               "officer_id = 198801\n"
                               "officer_name = Sari Contoh\n"
                               "refer_to = Ruang 3\n"
                               "[scanner]\n"
                               "scanner_device = /dev/pamit-scanner\n"
                               "[panel]\n"
                               "gpio_chip = /dev/gpiochip0\n"
                               "lamp_green = 17\n"
                               "lamp_amber = 27\n"
                               "lamp_red = 22\n"
                               "lamp_white = 23\n"
                               "buzzer = 24\n"
                               "button_1 = 5\n"
                               "button_2 = 6\n"
                               "button_3 = 13\n"
                               "button_4 = 19\n"
                               "[sync]\n"
                               "cache = cache.db\n"
                               "sync_db = sync.db\n"
                               "ca_cert = ca.pem\n"
                               "tls_cert = tls.pem\n"
                               "tls_key = tls.key\n"
                               "receipt_key = receipt.pub\n"
                               "policy_key = policy.pub\n";

static enum err load(const char *folder, const char *text, struct kiosk_config *out, char *why)
{
    char path[FIXTURE_PATH_LEN];
    fixture_file_write(folder, "pamit.conf", span_of_text(text), 0644, path);
    return kiosk_config_load(path, out, why);
}

static void presets_are_those_of_a_live_remote_kiosk(void **state)
{
    struct kiosk_config config;
    char why[CONFIG_WHY_LEN] = "", path[FIXTURE_PATH_LEN];
    if (load(*state, required, &config, why) != ERR_OK)
        fail_msg("%s", why);
    assert_string_equal(config.kiosk_id, "CGK-03-0412");
    assert_int_equal(config.mode, KIOSK_LIVE);
    assert_int_equal(config.site, KIOSK_REMOTE);
    assert_int_equal(config.zone, CLOCK_WITA);
    assert_false(config.assume_clock_synced);
    assert_int_equal(config.console_uid, 990);
    assert_string_equal(config.scanner_profile, "auto");
    assert_int_equal(config.scanner_baud, 0);
    assert_int_equal(config.scanner_data_bits, KIOSK_DATA_BITS_PROFILE);
    assert_int_equal(config.scanner_parity, KIOSK_PARITY_PROFILE);
    assert_int_equal(config.scanner_dtr, KIOSK_MODEM_LINE_PROFILE);
    assert_int_equal(config.scanner_rts, KIOSK_MODEM_LINE_PROFILE);
    assert_string_equal(config.lamp_green, "17");
    assert_string_equal(config.button_4, "19");
    assert_false(config.lamps_active_low);
    assert_false(config.buttons_active_low);
    assert_string_equal(config.registry_host, KIOSK_AS_ENROLLED);
    snprintf(path, sizeof path, "%s/endpoint", (char *)*state);
    assert_string_equal(config.endpoint, path);
    assert_int_equal(config.registry_port, 8443);
    assert_int_equal(config.sync_interval_s, 3600);
    assert_int_equal(config.long_poll_s, 50);
    assert_int_equal(config.backoff_min_ms, 1000);
    assert_int_equal(config.backoff_max_ms, 900000);
    assert_int_equal(config.console_port, 8080);
    assert_int_equal(config.desk_port, 0);
    assert_int_equal(config.panel_width_mm, 217);
    assert_string_equal(config.language, "id");
    snprintf(path, sizeof path, "%s/journal.db", (char *)*state);
    assert_string_equal(config.journal, path);
    assert_string_equal(config.scanner_device, "/dev/pamit-scanner");
}

static void every_line_of_the_required_is_required(void **state)
{
    for (const char *line = required; *line; line = strchr(line, '\n') + 1) {
        if (*line == '[')
            continue;
        struct kiosk_config config;
        char text[sizeof required], why[CONFIG_WHY_LEN] = "", name[64];
        const char *rest = strchr(line, '\n') + 1;
        snprintf(text, sizeof text, "%.*s%s", (int)(line - required), required, rest);
        assert_int_equal(sscanf(line, "%63[^ ]", name), 1);
        if (load(*state, text, &config, why) != ERR_INVALID || !strstr(why, name) ||
            !strstr(why, "is missing"))
            fail_msg("without %s: %s", name, why);
    }
}

static void rules_between_keys_hold(void **state)
{
    static const struct {
        const char *says;
        const char *added;
        enum err want;
        const char *why; /* after the path; the added lines start at line 37 */
    } rows[] = {
        {"a desk", "[kiosk]\nmode = desk\nassume_clock_synced = yes\n[console]\ndesk_port = 8090\n",
         ERR_OK, ""},
        {"training with real devices", "[kiosk]\nmode = training\nsite = online\n", ERR_OK, ""},
        {"English", "[console]\nlanguage = en\n", ERR_OK, ""},
        {"a live kiosk that believes its clock", "[kiosk]\nassume_clock_synced = yes\n",
         ERR_INVALID, ":38: assume_clock_synced = yes needs mode = desk"},
        {"a training kiosk that believes its clock",
         "[kiosk]\nassume_clock_synced = yes\nmode = training\n", ERR_INVALID,
         ":38: assume_clock_synced = yes needs mode = desk"},
        {"saying no is fine anywhere", "[kiosk]\nassume_clock_synced = no\n", ERR_OK, ""},
        {"a live kiosk framed by a desk", "[console]\ndesk_port = 8090\n", ERR_INVALID,
         ":38: a desk_port needs mode = desk"},
        {"a mode that is none", "[kiosk]\nmode = demo\n", ERR_INVALID,
         ":38: mode in [kiosk] is none of: live, training, desk"},
        {"a language we do not have", "[console]\nlanguage = jv\n", ERR_INVALID,
         ":38: language in [console] is none of: id, en"},
        {"backoff upside down", "[sync]\nbackoff_min_ms = 2000\nbackoff_max_ms = 1000\n",
         ERR_INVALID, ":38: backoff_min_ms is above backoff_max_ms"},
        {"a scanner with a line of its own",
         "[scanner]\nscanner_profile = rte\nscanner_baud = 300\nscanner_data_bits = 7\n"
         "scanner_parity = even\nscanner_dtr = off\nscanner_rts = on\n",
         ERR_OK, ""},
        {"a scanner nobody described", "[scanner]\nscanner_profile = telepathy\n", ERR_INVALID,
         ":38: scanner_profile in [scanner] is none of: auto, lines, stx-etx, elyctis, desko, rte, "
         "honeywell, code"},
        {"a speed slower than any", "[scanner]\nscanner_baud = 299\n", ERR_INVALID,
         ":38: scanner_baud in [scanner] is no speed: 300 or more, or 0 for the profile's"},
        {"9 data bits", "[scanner]\nscanner_data_bits = 9\n", ERR_INVALID,
         ":38: scanner_data_bits in [scanner] is none of: profile, 7, 8"},
        {"a parity that is none", "[scanner]\nscanner_parity = odd-ish\n", ERR_INVALID,
         ":38: scanner_parity in [scanner] is none of: profile, none, even, odd"},
        {"a line that is neither", "[scanner]\nscanner_dtr = yes\n", ERR_INVALID,
         ":38: scanner_dtr in [scanner] is none of: profile, on, off"},
        {"a port beyond", "[console]\nconsole_port = 65536\n", ERR_INVALID,
         ":38: console_port in [console] is no number from 1 to 65535"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct kiosk_config config, before;
        char text[sizeof required + 256], why[CONFIG_WHY_LEN] = "";
        memset(&config, 0xee, sizeof config);
        before = config;
        snprintf(text, sizeof text, "%s%s", required, rows[i].added);
        const enum err err = load(*state, text, &config, why);
        if (err != rows[i].want || (err && !strstr(why, rows[i].why)))
            fail_msg("%s: %s", rows[i].says, why);
        if (err)
            assert_memory_equal(&config, &before, sizeof config);
    }
}

static void two_things_on_one_line_of_the_chip_are_refused(void **state)
{
    struct kiosk_config config;
    char text[sizeof required], why[CONFIG_WHY_LEN] = "";
    memcpy(text, required, sizeof text);
    memcpy(strstr(text, "button_4 = 19"), "button_4 = 22", strlen("button_4 = 22"));
    assert_int_equal(load(*state, text, &config, why), ERR_INVALID);
    assert_non_null(strstr(why, ":28: button_4 is on line 22, and so is lamp_red"));
}

/* `required` without its [panel], whose place is named. */
static void split(char *rest, char *panel, char **place)
{
    const char *begin = strstr(required, "[panel]\n"), *end = strstr(required, "[sync]\n");
    sprintf(panel, "%.*s", (int)(end - begin), begin);
    *place = rest + sprintf(rest, "%.*s", (int)(begin - required), required);
    strcpy(*place, end);
}

struct board {
    const char *says, *panel; /* of the configuration */
    const char *out, *in;     /* this of the table is replaced by that */
    enum err want;
    const char *why;
};

static void a_board_s_table_is_read_as_if_it_stood_there(void **state)
{
    static const struct board rows[] = {
        {"a table with all of it", "board = pi.conf\n", "", "", ERR_OK, ""},
        {"by name and label", "board = pi.conf\n", "gpio_chip = /dev/gpiochip0",
         "gpio_label = pinctrl-rp1", ERR_OK, ""},
        {"both", "board = pi.conf\ngpio_label = pinctrl-rp1\n", "", "", ERR_INVALID,
         "/pamit.conf:20: gpio_label stands beside a gpio_chip"},
        {"no chip", "board = pi.conf\n", "gpio_chip = /dev/gpiochip0", "", ERR_INVALID,
         "/pamit.conf: gpio_chip in [panel] is missing, and gpio_label with it"},
        {"a label that is a path", "board = pi.conf\n", "gpio_chip =", "gpio_label =", ERR_INVALID,
         "/pi.conf:2: gpio_label in [panel] is a path, not a label"},
        {"a key in both", "board = pi.conf\nbuzzer = 24\n", "", "", ERR_INVALID,
         "/pamit.conf:20: buzzer in [panel] is given twice, first in line 7 of the file named "
         "here"},
        {"two on one line", "board = pi.conf\n", "button_2 = 6", "button_2 = 22", ERR_INVALID,
         "/pi.conf:9: button_2 is on line 22, and so is lamp_red"},
        {"a line that is none", "board = pi.conf\n", "lamp_red = 22", "lamp_red = 2 2", ERR_INVALID,
         "/pi.conf:5: lamp_red in [panel] is neither a line's number up to 1023 nor its name"},
        {"a line beyond any", "board = pi.conf\n", "lamp_red = 22", "lamp_red = 1024", ERR_INVALID,
         "/pi.conf:5: lamp_red in [panel] is neither"},
        {"another section in it", "board = pi.conf\n", "[panel]", "[lane]\nofficer_id = 1\n[panel]",
         ERR_INVALID, "/pi.conf:2: there is no section [lane]"},
        {"a table that names another", "board = pi.conf\n", "lamp_red", "board = x\nlamp_red",
         ERR_INVALID, "/pi.conf:5: board in [panel] is for the first file alone"},
        {"one that is not there", "board = other.conf\n", "", "", ERR_INVALID,
         "/other.conf: No such file or directory"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[2 * sizeof required], table[sizeof required], panel[sizeof required], *place;
        char path[FIXTURE_PATH_LEN], why[CONFIG_WHY_LEN] = "";
        split(text, panel, &place);
        memmove(place + strlen("[panel]\n") + strlen(rows[i].panel), place, strlen(place) + 1);
        memcpy(place, "[panel]\n", strlen("[panel]\n"));
        memcpy(place + strlen("[panel]\n"), rows[i].panel, strlen(rows[i].panel));
        const char *out = strstr(panel, rows[i].out);
        snprintf(table, sizeof table, "%.*s%s%s", (int)(out - panel), panel, rows[i].in,
                 out + strlen(rows[i].out));
        fixture_file_write(*state, "pi.conf", span_of_text(table), 0644, path);
        struct kiosk_config config;
        const enum err err = load(*state, text, &config, why);
        if (err != rows[i].want || (err && !strstr(why, rows[i].why)))
            fail_msg("%s: %s", rows[i].says, why);
        if (!err)
            assert_string_equal(config.lamp_red, "22");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_are_those_of_a_live_remote_kiosk),
        cmocka_unit_test(every_line_of_the_required_is_required),
        cmocka_unit_test(rules_between_keys_hold),
        cmocka_unit_test(a_board_s_table_is_read_as_if_it_stood_there),
        cmocka_unit_test(two_things_on_one_line_of_the_chip_are_refused),
    };
    return cmocka_run_group_tests(tests, fixture_folder_make, fixture_folder_remove);
}
