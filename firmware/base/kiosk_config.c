/* The table of the kiosk's keys, and the rules between them.
 *
 * Presets exist where one value is right for nearly every kiosk: speeds, intervals, ports. What
 * belongs to one machine or one site (names, paths, pins, users, the time zone) has to be written
 * in its file, so that nothing of it is ever right by accident.
 */
#include "kiosk_config.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_KEYS (sizeof kiosk_keys / sizeof kiosk_keys[0])

#define PLACE(member) offsetof(struct kiosk_config, member)
#define ROOM(member)  sizeof((struct kiosk_config *)NULL)->member

/* Every key is named as its member. */
#define TEXT(section, member)                                                                      \
    {                                                                                              \
        section, #member, CONFIG_TEXT, PLACE(member), ROOM(member), 0, 0, NULL, NULL               \
    }
#define TEXT_OR(section, member, preset)                                                           \
    {                                                                                              \
        section, #member, CONFIG_TEXT, PLACE(member), ROOM(member), 0, 0, NULL, preset             \
    }
#define PATH(section, member)                                                                      \
    {                                                                                              \
        section, #member, CONFIG_PATH, PLACE(member), ROOM(member), 0, 0, NULL, NULL               \
    }
#define PATH_OR(section, member, preset)                                                           \
    {                                                                                              \
        section, #member, CONFIG_PATH, PLACE(member), ROOM(member), 0, 0, NULL, preset             \
    }
#define UINT(section, member, min, max, preset)                                                    \
    {                                                                                              \
        section, #member, CONFIG_UINT, PLACE(member), 0, min, max, NULL, preset                    \
    }
#define BOOL(section, member, preset)                                                              \
    {                                                                                              \
        section, #member, CONFIG_BOOL, PLACE(member), 0, 0, 0, NULL, preset                        \
    }
#define ENUM(section, member, choices, preset)                                                     \
    {                                                                                              \
        section, #member, CONFIG_ENUM, PLACE(member), 0, 0, 0, choices, preset                     \
    }

static const struct config_choice modes[] = {
    {"live", KIOSK_LIVE}, {"training", KIOSK_TRAINING}, {"desk", KIOSK_DESK}, {NULL, 0}};
static const struct config_choice sites[] = {
    {"remote", KIOSK_REMOTE}, {"online", KIOSK_ONLINE}, {NULL, 0}};
static const struct config_choice zones[] = {
    {"WIB", CLOCK_WIB}, {"WITA", CLOCK_WITA}, {"WIT", CLOCK_WIT}, {NULL, 0}};
static const struct config_choice data_bits[] = {{"profile", KIOSK_DATA_BITS_PROFILE},
                                                 {"7", KIOSK_DATA_BITS_7},
                                                 {"8", KIOSK_DATA_BITS_8},
                                                 {NULL, 0}};
static const struct config_choice parities[] = {{"profile", KIOSK_PARITY_PROFILE},
                                                {"none", KIOSK_PARITY_NONE},
                                                {"even", KIOSK_PARITY_EVEN},
                                                {"odd", KIOSK_PARITY_ODD},
                                                {NULL, 0}};
static const struct config_choice modem_lines[] = {{"profile", KIOSK_MODEM_LINE_PROFILE},
                                                   {"on", KIOSK_MODEM_LINE_ON},
                                                   {"off", KIOSK_MODEM_LINE_OFF},
                                                   {NULL, 0}};

/* The rows of drivers/scan_profile.c, which base can't see; tests/unit/drivers/test_scan_profile.c
 * holds the two together. */
static const char *const scanner_profiles[] = {"auto",  "lines", "stx-etx",   "elyctis",
                                               "desko", "rte",   "honeywell", "code"};

static const struct config_key kiosk_keys[] = {
    TEXT("kiosk", kiosk_id),
    ENUM("kiosk", mode, modes, "live"),
    ENUM("kiosk", site, sites, "remote"),
    ENUM("kiosk", zone, zones, NULL),
    BOOL("kiosk", assume_clock_synced, "no"),
    TEXT("kiosk", tpi_code),
    TEXT("kiosk", tpi_name),
    TEXT("kiosk", counter),
    PATH("kiosk", storage_key),

    PATH("lane", journal),
    PATH("lane", entry_key),
    PATH("lane", lane_socket),
    UINT("lane", console_uid, 0, UINT32_MAX - 1, NULL), /* -1 is no user: chown(2) */
    TEXT("lane", officer_id),
    TEXT("lane", officer_name),
    TEXT("lane", refer_to),

    PATH("scanner", scanner_device),
    TEXT_OR("scanner", scanner_profile, "auto"),
    UINT("scanner", scanner_baud, 0, 4000000, "0"),
    ENUM("scanner", scanner_data_bits, data_bits, "profile"),
    ENUM("scanner", scanner_parity, parities, "profile"),
    ENUM("scanner", scanner_dtr, modem_lines, "profile"),
    ENUM("scanner", scanner_rts, modem_lines, "profile"),

    {"panel", "board", CONFIG_FILE, PLACE(board), ROOM(board), 0, 0, NULL, ""},
    PATH_OR("panel", gpio_chip, ""),
    TEXT_OR("panel", gpio_label, ""),
    TEXT("panel", lamp_green),
    TEXT("panel", lamp_amber),
    TEXT("panel", lamp_red),
    TEXT("panel", lamp_white),
    TEXT("panel", buzzer),
    TEXT("panel", button_1),
    TEXT("panel", button_2),
    TEXT("panel", button_3),
    TEXT("panel", button_4),
    BOOL("panel", lamps_active_low, "no"),
    BOOL("panel", buttons_active_low, "no"),

    PATH("sync", cache),
    PATH("sync", sync_db),
    TEXT_OR("sync", registry_host, KIOSK_AS_ENROLLED),
    UINT("sync", registry_port, 1, 65535, "8443"),
    PATH_OR("sync", endpoint, "endpoint"),
    PATH("sync", ca_cert),
    PATH("sync", tls_cert),
    PATH("sync", tls_key),
    PATH("sync", receipt_key),
    PATH("sync", policy_key),
    UINT("sync", sync_interval_s, 1, 86400, "3600"),
    UINT("sync", long_poll_s, 0, 60, "50"), /* less than what middle boxes forget a connection in */
    UINT("sync", backoff_min_ms, 10, 3600000, "1000"),
    UINT("sync", backoff_max_ms, 10, 3600000, "900000"),

    UINT("console", console_port, 1, 65535, "8080"),
    UINT("console", desk_port, 0, 65535, "0"),
    UINT("console", panel_width_mm, 50, 2000, "217"), /* 10.1 inch, 1280 x 800 */
    TEXT_OR("console", language, "id"),
};

_Static_assert(sizeof(enum kiosk_mode) == sizeof(int) && sizeof(enum kiosk_site) == sizeof(int) &&
                   sizeof(enum clock_zone) == sizeof(int) &&
                   sizeof(enum kiosk_data_bits) == sizeof(int) &&
                   sizeof(enum kiosk_parity) == sizeof(int),
               "CONFIG_ENUM writes an int");
_Static_assert(N_KEYS <= CONFIG_KEYS_MAX, "the table fits");

/* A file's keys and where they stand, for rules between keys. */
struct checked {
    const char *path;
    const struct kiosk_config *config;
    const unsigned *lines;
    char *why;
};

static size_t key_index(const char *name)
{
    size_t i = 0;
    while (i < N_KEYS && strcmp(kiosk_keys[i].key, name) != 0)
        i++;
    assert(i < N_KEYS);
    return i;
}

static enum err refuse(const struct checked *checked, const char *key, const char *reason)
{
    const unsigned line = checked->lines[key_index(key)];
    const char *path = line & CONFIG_LINE_OF_FILE ? checked->config->board : checked->path;
    if (line)
        snprintf(checked->why, CONFIG_WHY_LEN, "%.*s:%u: %s", CONFIG_WHY_LEN / 2, path,
                 line & ~CONFIG_LINE_OF_FILE, reason);
    else
        snprintf(checked->why, CONFIG_WHY_LEN, "%s: %s", checked->path, reason);
    return ERR_INVALID;
}

static enum err desk_check(const struct checked *checked)
{
    if (checked->config->mode == KIOSK_DESK)
        return ERR_OK;
    if (checked->config->assume_clock_synced)
        return refuse(checked, "assume_clock_synced",
                      "assume_clock_synced = yes needs mode = desk");
    if (checked->config->desk_port)
        return refuse(checked, "desk_port", "a desk_port needs mode = desk");
    return ERR_OK;
}

/* GPIO lines of one chip; the Raspberry Pi 5's RP1 has 54, other chips some hundred. */
#define LINE_MAX 1023

/* A line is a number, or a name that begins with a letter. */
static bool is_line(const char *text)
{
    char *end;
    if (text[0] >= '0' && text[0] <= '9')
        return strtoul(text, &end, 10) <= LINE_MAX && !*end;
    return (text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= 'a' && text[0] <= 'z');
}

/* One chip, and no two lamps or buttons on one of its lines; names and numbers of the same line
 * meet when the chip is opened. */
static enum err panel_check(const struct checked *checked)
{
    static const char *const pins[] = {"lamp_green", "lamp_amber", "lamp_red",
                                       "lamp_white", "buzzer",     "button_1",
                                       "button_2",   "button_3",   "button_4"};
    const struct kiosk_config *config = checked->config;
    if (!config->gpio_chip[0] && !config->gpio_label[0])
        return refuse(checked, "gpio_chip",
                      "gpio_chip in [panel] is missing, and gpio_label with it");
    if (config->gpio_chip[0] && config->gpio_label[0])
        return refuse(checked, "gpio_label", "gpio_label stands beside a gpio_chip");
    if (strchr(config->gpio_label, '/'))
        return refuse(checked, "gpio_label", "gpio_label in [panel] is a path, not a label");
    for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        const char *line = (const char *)config + kiosk_keys[key_index(pins[i])].offset;
        char reason[CONFIG_WHY_LEN / 2];
        snprintf(reason, sizeof reason,
                 "%s in [panel] is neither a line's number up to %d nor its name", pins[i],
                 LINE_MAX);
        if (!is_line(line))
            return refuse(checked, pins[i], reason);
        for (size_t k = 0; k < i; k++) {
            const char *other = (const char *)config + kiosk_keys[key_index(pins[k])].offset;
            snprintf(reason, sizeof reason, "%s is on line %s, and so is %s", pins[i], line,
                     pins[k]);
            if (strcmp(line, other) == 0)
                return refuse(checked, pins[i], reason);
        }
    }
    return ERR_OK;
}

#define BAUD_MIN 300

static enum err scanner_check(const struct checked *checked)
{
    char why[CONFIG_WHY_LEN / 2] = "scanner_profile in [scanner] is none of: ";
    for (size_t i = 0; i < sizeof scanner_profiles / sizeof scanner_profiles[0]; i++) {
        if (strcmp(scanner_profiles[i], checked->config->scanner_profile) == 0) {
            why[0] = '\0';
            break;
        }
        const size_t used = strlen(why);
        snprintf(why + used, sizeof why - used, "%s%s", i ? ", " : "", scanner_profiles[i]);
    }
    if (why[0])
        return refuse(checked, "scanner_profile", why);
    if (checked->config->scanner_baud > 0 && checked->config->scanner_baud < BAUD_MIN)
        return refuse(checked, "scanner_baud",
                      "scanner_baud in [scanner] is no speed: 300 or more, or 0 for the profile's");
    return ERR_OK;
}

static enum err rest_check(const struct checked *checked)
{
    const struct kiosk_config *config = checked->config;
    if (config->backoff_min_ms > config->backoff_max_ms)
        return refuse(checked, "backoff_min_ms", "backoff_min_ms is above backoff_max_ms");
    if (strcmp(config->language, "id") != 0 && strcmp(config->language, "en") != 0)
        return refuse(checked, "language", "language in [console] is none of: id, en");
    return ERR_OK;
}

enum err kiosk_config_load(const char *path, struct kiosk_config *out, char why[CONFIG_WHY_LEN])
{
    struct kiosk_config config;
    unsigned lines[CONFIG_KEYS_MAX];
    enum err err =
        config_load_lines(path, NULL, kiosk_keys, N_KEYS, &config, sizeof config, lines, why);
    if (err)
        return err;
    const struct checked checked = {path, &config, lines, why};
    err = desk_check(&checked);
    if (!err)
        err = panel_check(&checked);
    if (!err)
        err = scanner_check(&checked);
    if (!err)
        err = rest_check(&checked);
    if (!err)
        *out = config;
    return err;
}

enum err kiosk_config_load_panel(const char *path, struct kiosk_config *out,
                                 char why[CONFIG_WHY_LEN])
{
    struct kiosk_config config;
    unsigned lines[CONFIG_KEYS_MAX];
    enum err err =
        config_load_lines(path, "panel", kiosk_keys, N_KEYS, &config, sizeof config, lines, why);
    if (err)
        return err;
    const struct checked checked = {path, &config, lines, why};
    err = panel_check(&checked);
    if (!err)
        *out = config;
    return err;
}
