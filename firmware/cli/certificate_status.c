/* pamit status: what pamit-sync shows the registry.
 *
 * The certificate is judged by the registry's time of this boot, carried on; else by our clock, if
 * somebody vouches for it; else by the earliest time that it can be: by that it may have ended, and
 * never is too young.
 */
#include "cli.h"

#include <unistd.h>

#include "certificate.h"

#define DAY_S 86400

_Static_assert(CERTIFICATE_WHY_LEN == SIGN_WHY_LEN, "one buffer for both");

/* Does pamit-sync start with these files? */
static void identity_check(const struct kiosk_config *config, struct cli_findings *findings)
{
    struct sign_key *key = NULL;
    struct certificate_dates dates;
    uint8_t point[SIGN_POINT_LEN];
    char why[CERTIFICATE_WHY_LEN];

    if (access(config->tls_cert, F_OK) != 0 && access(config->tls_key, F_OK) != 0) {
        cli_finding_add(findings, "this kiosk is not enrolled: pamit enrol");
        return;
    }
    enum err err = certificate_dates_load(config->tls_cert, &dates, why);
    if (!err)
        err = certificate_dates_load(config->ca_cert, &dates, why);
    if (!err)
        err = sign_key_load(config->tls_key, &key, why);
    if (!err) {
        sign_key_point(key, point);
        err = certificate_owner_check(config->tls_cert, point, config->kiosk_id, why);
    }
    sign_key_close(key);
    if (err)
        cli_finding_add(findings, "%s: pamit-sync does not start: pamit enrol", why);
}

void cli_certificate_add(json_t *json, const struct cli_paths *paths, const struct clock *clock,
                         const struct clock_reading *now, struct cli_findings *findings)
{
    const bool has_time = clock->fixed || now->quality != CLOCK_UNKNOWN;
    const int64_t now_s = (has_time ? clock_likely_ms(clock, now) : clock->floor_ms) / 1000;
    struct certificate_dates dates;
    char why[CERTIFICATE_WHY_LEN];

    identity_check(&paths->config, findings);
    if (certificate_dates_load(paths->config.tls_cert, &dates, why) != ERR_OK) {
        json_object_set_new(json, "certificate_ends", json_null());
        json_object_set_new(json, "certificate_days", json_null());
        return;
    }
    const bool ended = certificate_age(&dates, now_s) == CERTIFICATE_ENDED;
    json_object_set_new(json, "certificate_ends", cli_time_json(dates.to * 1000));
    json_object_set_new(json, "certificate_days",
                        json_integer(ended ? 0 : (dates.to - now_s) / DAY_S));
    if (ended)
        cli_finding_add(findings, "the certificate has ended: pamit enrol, with a new code");
    else if (has_time && now_s < dates.from)
        cli_finding_add(findings, "the certificate is not valid yet, or the clock is wrong");
}
