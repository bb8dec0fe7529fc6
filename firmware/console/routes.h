/* The console's HTTP interface: paths, who may use them, what they answer.
 *
 * GET / is the page (static, nobody's data); /?token=T exchanges the token for the cookie.
 *
 * GET /NAME, /settings.json and /reasons.json are its files.
 *
 * GET /state answers {"lane", "view", "refused"}.
 *
 * GET /events streams Server-Sent Events: lane, view, refused, button, heartbeat.
 *
 * POST /action, /context, /keyed, /clock, /painted, /dismiss take JSON bodies of request_json.h and
 * answer 202: handed to the lane.
 *
 * Errors are {"error": "..."}: 400 body, 401 token, 403 origin, 404, 405, 413, 415, 421 host, 503
 * no lane. An action's outcome comes as a view, or as refused. pamit-console, in its loop.
 */
#ifndef PAMIT_ROUTES_H
#define PAMIT_ROUTES_H

#include <jansson.h>

#include "guard.h"
#include "http_server.h"
#include "kiosk_config.h"
#include "lane_link.h"
#include "page_feed.h"

#define ROUTES_POLICY_LEN 512

struct routes {
    const struct guard *guard;
    struct page_feed *feed;
    struct lane_link *link;
    json_t *settings, *reasons; /* owned by whoever made them */
    uint16_t desk_port;         /* 0: nobody may frame the page */
    uint64_t painted_seq;       /* the last verdict that a page said it shows; 0: none */
    char content_policy[ROUTES_POLICY_LEN];
};

/* Writes content_policy from desk_port. */
void routes_prepare(struct routes *routes);

/* The handler's functions, with a struct routes as its user. */
enum MHD_Result routes_request(void *user, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_len, void **state);
void routes_completed(void *user, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode code);

#endif
