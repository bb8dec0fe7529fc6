/* pamit status: the certificate, judged by the latest time that is known. One that begins after
 * that was made by a clock that is wrong, or it is ours that is. */
#include "cli.h"

#include <time.h>

#include "certificate.h"

#define DAY_S 86400

static int64_t latest_s(const struct cli_uplink *uplink)
{
    const int64_t known_s[] = {time(NULL), uplink->state.contact.wall_ms / 1000,
                               uplink->registry_ms / 1000};
    int64_t latest = known_s[0];

    for (size_t i = 1; i < sizeof known_s / sizeof known_s[0]; i++)
        latest = known_s[i] > latest ? known_s[i] : latest;
    return latest;
}

const char *cli_certificate_add(json_t *json, const struct cli_paths *paths,
                                const struct cli_uplink *uplink)
{
    const int64_t now_s = latest_s(uplink);
    struct certificate_dates dates;
    char why[CERTIFICATE_WHY_LEN];

    if (certificate_dates_load(paths->config.tls_cert, &dates, why) != ERR_OK) {
        json_object_set_new(json, "certificate_ends", json_null());
        json_object_set_new(json, "certificate_days", json_null());
        return "";
    }
    const bool ended = certificate_age(&dates, now_s) == CERTIFICATE_ENDED;
    json_object_set_new(json, "certificate_ends", cli_time_json(dates.to * 1000));
    json_object_set_new(json, "certificate_days",
                        json_integer(ended ? 0 : (dates.to - now_s) / DAY_S));
    if (ended)
        return "the certificate has ended: pamit enrol, with a new code";
    return now_s < dates.from ? "the certificate is not valid yet, or the clock is wrong" : "";
}
