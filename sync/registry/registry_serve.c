/* `pamit-registry serve`: the process that answers kiosks.
 *
 * The main thread waits for SIGTERM; the server's own thread does the work. Everything that can be
 * wrong with config, keys, store and address is found before the port is announced.
 */
#include <stdlib.h>
#include <systemd/sd-event.h>

#include "log.h"
#include "loop.h"
#include "registry_commands.h"
#include "registry_news.h"
#include "registry_server.h"
#include "sign.h"

struct parts {
    sd_event *loop;
    struct sign_key *receipt_key;
    struct registry_store *store;
    struct registry_service *service;
    struct registry_server *server;
    struct registry_news *news;
};

static enum err parts_open(struct parts *parts, const struct registry_config *config,
                           char why[REGISTRY_WHY_LEN])
{
    _Static_assert(REGISTRY_WHY_LEN >= SIGN_WHY_LEN, "a reason fits");
    enum err err = loop_open(&parts->loop); /* first: it blocks signals for the threads to come */
    if (!err)
        err = sign_key_load(config->receipt_key, &parts->receipt_key, why);
    if (!err)
        err = registry_sqlite_open(config->store, &parts->store, why);
    if (!err)
        err = registry_service_open(parts->store, parts->receipt_key, &parts->service);
    if (!err)
        err = registry_server_open(config, parts->service, &parts->server, why);
    if (!err)
        err = registry_news_open(parts->loop, config->store, parts->server, &parts->news, why);
    return err;
}

static void parts_close(struct parts *parts)
{
    registry_news_close(parts->news);
    registry_server_close(parts->server);
    registry_service_close(parts->service);
    if (parts->store)
        parts->store->ops->close(parts->store);
    sign_key_close(parts->receipt_key);
    sd_event_unref(parts->loop);
}

int registry_serve(const struct registry_command *command)
{
    struct registry_config config;
    char why[CONFIG_WHY_LEN] = "";
    log_open("pamit-registry");
    if (registry_config_load(command->config_path, &config, why) != ERR_OK) {
        log_event(LOG_CONFIG_BAD, "reason=\"%s\"", why);
        return EXIT_FAILURE;
    }
    struct parts parts = {0};
    int code = EXIT_FAILURE;
    const enum err err = parts_open(&parts, &config, why);
    if (err) {
        log_event(LOG_START_FAILED, "reason=\"%s\"", why[0] ? why : err_text(err));
    } else {
        log_event(LOG_REGISTRY_LISTENING, "address=%s port=%u", config.address,
                  registry_server_port(parts.server));
        code = loop_run(parts.loop);
        log_event(LOG_STOPPING, "");
    }
    parts_close(&parts);
    return code;
}
