/* pamit status: the certificate. */
#include "cli.h"

#include <time.h>

#include "certificate.h"

#define DAY_S 86400

bool cli_certificate_add(json_t *json, const struct cli_paths *paths,
                         const struct cli_uplink *uplink)
{
    const int64_t contact_s = uplink->state.contact.wall_ms / 1000, clock_s = time(NULL);
    const int64_t now_s = contact_s > clock_s ? contact_s : clock_s;
    struct certificate_dates dates;
    char why[CERTIFICATE_WHY_LEN];

    if (certificate_dates_load(paths->config.tls_cert, &dates, why) != ERR_OK) {
        json_object_set_new(json, "certificate_ends", json_null());
        json_object_set_new(json, "certificate_days", json_null());
        return true;
    }
    const bool ended = certificate_age(&dates, now_s) == CERTIFICATE_ENDED;
    json_object_set_new(json, "certificate_ends", cli_time_json(dates.to * 1000));
    json_object_set_new(json, "certificate_days",
                        json_integer(ended ? 0 : (dates.to - now_s) / DAY_S));
    return !ended;
}
