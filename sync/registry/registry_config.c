/* registry.conf as a table. */
#include "registry_config.h"

#include "wire.h"

#define TEXT(name, preset_text)                                                                    \
    {                                                                                              \
        .section = "registry", .key = #name, .type = CONFIG_TEXT,                                  \
        .offset = offsetof(struct registry_config, name), .size = REGISTRY_TEXT_LEN,               \
        .preset = (preset_text)                                                                    \
    }
#define PATH(name, preset_text)                                                                    \
    {                                                                                              \
        .section = "registry", .key = #name, .type = CONFIG_PATH,                                  \
        .offset = offsetof(struct registry_config, name), .size = REGISTRY_PATH_LEN,               \
        .preset = (preset_text)                                                                    \
    }
#define UINT(name, low, high, preset_text)                                                         \
    {                                                                                              \
        .section = "registry", .key = #name, .type = CONFIG_UINT,                                  \
        .offset = offsetof(struct registry_config, name), .min = (low), .max = (high),             \
        .preset = (preset_text)                                                                    \
    }
#define BOOL(name, preset_text)                                                                    \
    {                                                                                              \
        .section = "registry", .key = #name, .type = CONFIG_BOOL,                                  \
        .offset = offsetof(struct registry_config, name), .preset = (preset_text)                  \
    }

static const struct config_key keys[] = {
    TEXT(address, "127.0.0.1"),
    UINT(port, 0, 65535, "8443"),
    PATH(store, NULL),
    PATH(tls_cert, NULL),
    PATH(tls_key, NULL),
    PATH(client_ca, NULL),
    PATH(receipt_key, NULL),
    PATH(policy_key, "policy.key"),
    BOOL(enrol, "no"),
    TEXT(enrol_address, "127.0.0.1"),
    UINT(enrol_port, 0, 65535, "8445"),
    PATH(ca_key, "ca.key"),
    PATH(policy_pub, "policy.pub"),
    TEXT(public_host, "localhost"),
    UINT(public_port, 0, 65535, "0"),
    UINT(certificate_days, 1, 3650, "365"),
    UINT(max_body, 1024, WIRE_BODY_MAX, "65536"),
    UINT(max_connections, 1, 65536, "1000"), /* of a fleet of 370, two each */
    UINT(max_rate, 1, 1000, "100"),
    UINT(timeout_s, 1, 3600, "30"),
    UINT(keep_s, 1, 86400, "1200"), /* a kiosk's interval of 900 s, and some */
};

_Static_assert(WIRE_BODY_MAX == 65536, "the preset of max_body is what a kiosk may send");

enum err registry_config_load(const char *path, struct registry_config *out,
                              char why[CONFIG_WHY_LEN])
{
    return config_load(path, keys, sizeof keys / sizeof keys[0], out, sizeof *out, why);
}
