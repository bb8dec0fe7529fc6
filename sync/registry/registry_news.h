/* Watches the store for what is new there, whichever process brought it, and releases the requests
 * that wait for it. pamit-registry, main thread.
 */
#ifndef PAMIT_REGISTRY_NEWS_H
#define PAMIT_REGISTRY_NEWS_H

#include <systemd/sd-event.h>

#include "registry_server.h"

#define REGISTRY_NEWS_MS 200 /* how late a request that waits may learn of it */

struct registry_news;

/* Opens the store at `path` once more, for its thread; borrows `server`. */
MUST_CHECK enum err registry_news_open(sd_event *loop, const char *path,
                                       struct registry_server *server, struct registry_news **out,
                                       char why[REGISTRY_WHY_LEN]);
void registry_news_close(struct registry_news *news);

#endif
