/* `pamit-registry serve`: the process that answers kiosks.
 *
 * The main thread waits for SIGTERM; the server's own thread does the work, and a second one that
 * of enrolment where the configuration wants it. Everything that can be wrong with config, keys,
 * store and address is found before the port is announced.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <systemd/sd-event.h>

#include "key_file.h"
#include "log.h"
#include "loop.h"
#include "registry_ca.h"
#include "registry_commands.h"
#include "registry_enrol.h"
#include "registry_news.h"
#include "registry_server.h"
#include "registry_sign.h"
#include "registry_tls.h"

/* What answers strangers: a store's handle, a CA and a thread of its own. */
struct enrol_parts {
    struct registry_store *store;
    struct registry_ca *ca;
    struct registry_enrol *enrol;
    struct registry_server *server;
};

struct parts {
    sd_event *loop;
    struct registry_signer *receipt_key;
    struct registry_store *store;
    struct registry_ca *ca; /* renews certificates */
    struct registry_service *service;
    struct registry_server *server;
    struct enrol_parts enrol;
    struct registry_news *news;
};

static void service_answer(void *user, const struct registry_request *request,
                           struct registry_reply *reply)
{
    registry_service_answer(user, request, reply);
}

static enum err service_settle(void *user)
{
    return registry_service_settle(user);
}

static void enrol_answer(void *user, const struct registry_request *request,
                         struct registry_reply *reply)
{
    registry_enrol_answer(user, request, reply);
}

static enum err ca_open(const struct registry_config *config, struct registry_ca **out,
                        char why[REGISTRY_WHY_LEN])
{
    const struct registry_ca_files files = {
        .cert = config->client_ca, .key = config->ca_key, .days = config->certificate_days};
    return registry_ca_open(&files, out, why);
}

static enum err service_open(struct parts *parts, const struct registry_config *config,
                             char why[REGISTRY_WHY_LEN])
{
    enum err err = registry_service_open(parts->store, parts->receipt_key, &parts->service);
    if (!err && config->enrol)
        err = ca_open(config, &parts->ca, why);
    if (err)
        return err;
    registry_service_issue(parts->service, parts->ca);
    registry_sqlite_hurry(parts->store);
    const struct registry_door door = {.address = config->address,
                                       .port = config->port,
                                       .client_ca = config->client_ca,
                                       .answer = service_answer,
                                       .settle = service_settle,
                                       .user = parts->service};
    return registry_server_open(config, &door, &parts->server, why);
}

/* What kiosks are told; `parts` listens already. */
static enum err facts_read(const struct parts *parts, const struct registry_config *config,
                           struct registry_enrol_facts *out, char why[REGISTRY_WHY_LEN])
{
    struct verify_key *policy_key;
    const enum err err = verify_key_load(config->policy_pub, &policy_key, why);
    if (err)
        return err;
    *out = (struct registry_enrol_facts){.ca = parts->enrol.ca, .host = config->public_host};
    out->port = config->public_port ? config->public_port : registry_server_port(parts->server);
    registry_signer_point(parts->receipt_key, out->receipt_point);
    verify_key_point(policy_key, out->policy_point);
    verify_key_close(policy_key);
    return ERR_OK;
}

/* Kiosks are told to connect to it, and verify it. */
static enum err public_host_check(const struct registry_config *config, char why[REGISTRY_WHY_LEN])
{
    enum { PEM_MAX = 64 << 10 };
    uint8_t *pem = malloc(PEM_MAX);
    size_t len;
    enum err err = pem ? ERR_OK : ERR_MEMORY;
    if (!err)
        err = key_file_read(config->tls_cert, false, pem, PEM_MAX, &len, why);
    if (!err && registry_tls_names(span_of(pem, len), config->public_host) != ERR_OK) {
        err = ERR_INVALID;
        snprintf(why, REGISTRY_WHY_LEN, "public_host = %.100s: tls_cert (%.100s) is not for it",
                 config->public_host, config->tls_cert);
    }
    free(pem);
    return err;
}

static enum err enrol_open(struct parts *parts, const struct registry_config *config,
                           char why[REGISTRY_WHY_LEN])
{
    struct enrol_parts *enrol = &parts->enrol;
    struct registry_enrol_facts facts;
    enum err err = public_host_check(config, why);
    if (!err)
        err = registry_sqlite_open(config->store, &enrol->store, why);
    if (!err)
        err = ca_open(config, &enrol->ca, why);
    if (!err)
        err = facts_read(parts, config, &facts, why);
    if (!err)
        err = registry_enrol_open(enrol->store, &facts, &enrol->enrol);
    const struct registry_door door = {.address = config->enrol_address,
                                       .port = config->enrol_port,
                                       .answer = enrol_answer,
                                       .user = enrol->enrol};
    return err ? err : registry_server_open(config, &door, &enrol->server, why);
}

/* Each connection is a descriptor; the system's soft limit (1024) is for programs that select. */
static enum err descriptors_ensure(const struct registry_config *config, char why[REGISTRY_WHY_LEN])
{
    enum { SPARE = 64 }; /* files of the stores, and what is listened to */
    const struct registry_door kiosks = {.client_ca = config->client_ca}, strangers = {0};
    const rlim_t need = (rlim_t)SPARE + registry_server_connections(config, &kiosks) +
                        registry_server_connections(config, &strangers);
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max >= need) {
        if (limit.rlim_cur >= need)
            return ERR_OK;
        limit.rlim_cur = need;
        if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
            return ERR_OK;
    }
    snprintf(why, REGISTRY_WHY_LEN,
             "max_connections = %u needs %llu descriptors: raise LimitNOFILE",
             (unsigned)config->max_connections, (unsigned long long)need);
    return ERR_INVALID;
}

static enum err parts_open(struct parts *parts, const struct registry_config *config,
                           char why[REGISTRY_WHY_LEN])
{
    _Static_assert(REGISTRY_WHY_LEN >= SIGN_WHY_LEN, "a reason fits");
    enum err err = loop_open(&parts->loop); /* first: it blocks signals for the threads to come */
    if (!err)
        err = descriptors_ensure(config, why);
    if (!err)
        err = registry_signer_load(config->receipt_key, &parts->receipt_key, why);
    if (!err)
        err = registry_sqlite_open(config->store, &parts->store, why);
    if (!err)
        err = service_open(parts, config, why);
    if (!err)
        err = registry_news_open(parts->loop, config->store, parts->server, &parts->news, why);
    if (!err && config->enrol)
        err = enrol_open(parts, config, why);
    return err;
}

static void enrol_close(struct enrol_parts *enrol)
{
    registry_server_close(enrol->server);
    registry_enrol_close(enrol->enrol);
    registry_ca_close(enrol->ca);
    if (enrol->store)
        enrol->store->ops->close(enrol->store);
}

static void parts_close(struct parts *parts)
{
    enrol_close(&parts->enrol);
    registry_news_close(parts->news);
    registry_server_close(parts->server);
    registry_service_close(parts->service);
    registry_ca_close(parts->ca);
    if (parts->store)
        parts->store->ops->close(parts->store);
    registry_signer_close(parts->receipt_key);
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
        if (config.enrol)
            log_event(LOG_REGISTRY_ENROL_LISTENING, "address=%s port=%u", config.enrol_address,
                      registry_server_port(parts.enrol.server));
        log_event(LOG_REGISTRY_LISTENING, "address=%s port=%u", config.address,
                  registry_server_port(parts.server));
        code = loop_run(parts.loop);
        log_event(LOG_STOPPING, "");
    }
    parts_close(&parts);
    return code;
}
