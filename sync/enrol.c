/* The conversation: two questions, over two connections.
 *
 * The first connection verifies nothing, and need not: the CA's certificate that it brings is
 * either the one whose fingerprint is in the code, or it is thrown away; nothing of ours goes over
 * it. The second one trusts that CA alone, for the host that was named, as pamit-sync does ever
 * after. So whoever sits between learns that a kiosk enrols, and can keep it from it, and no more:
 * the secret goes to the registry alone.
 */
#include "enrol.h"

#include <stdarg.h>
#include <stdio.h>

#include "device_key.h"
#include "enrol_check.h"
#include "enrol_files.h"
#include "link.h"
#include "loop.h"
#include "utf8.h"

#define QUOTE_MAX 200 /* of the registry's own words */

static void say(struct enrol_outcome *out, enum enrol_result result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(struct enrol_outcome *out, enum enrol_result result, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(out->why, sizeof out->why, format, arguments);
    va_end(arguments);
    out->result = result;
}

/* ---- one question ---------------------------------------------------------------------------- */

struct question {
    sd_event *loop;
    struct link_request request;
    bool answered;
    enum err err;
    int status;
    size_t len;
    char why[EXCHANGE_WHY_LEN];
    uint8_t body[WIRE_ENROLLED_MAX]; /* of the answer */
};

static void on_answer(const struct link_answer *answer, void *user)
{
    struct question *question = user;
    question->answered = true;
    question->err = answer->err;
    if (answer->err == ERR_OK) {
        question->status = answer->status;
        question->len = answer->body.len;
        memcpy(question->body, answer->body.p, answer->body.len);
    } else {
        snprintf(question->why, sizeof question->why, "%s", answer->why);
    }
    (void)sd_event_exit(question->loop, 0);
}

/* Waits for an answer, or why there is none: ERR_CLOSED if we were told to end. */
static enum err ask(const struct enrol_parts *parts, struct tls_context *tls,
                    struct question *question)
{
    const struct exchange_peer peer = {
        .host = parts->url.host, .port = parts->url.port, .tls = tls};
    struct link *link = NULL;
    question->answered = false;
    snprintf(question->why, sizeof question->why, "%s", err_text(ERR_MEMORY));
    enum err err = loop_open(&question->loop);
    if (!err)
        err = link_open(question->loop, &peer, sizeof question->body, &link);
    if (!err) {
        link_ask(link, &question->request, on_answer, question);
        snprintf(question->why, sizeof question->why, "interrupted");
        (void)loop_run(question->loop);
        err = question->answered ? question->err : ERR_CLOSED;
    }
    link_close(link);
    question->loop = sd_event_unref(question->loop);
    return err;
}

/* ---- the registry's word --------------------------------------------------------------------- */

static void say_refused(const struct question *question, struct enrol_outcome *out)
{
    const bool again = question->status == 429 || question->status >= 500;
    const bool quotable = question->len > 0 && question->len <= QUOTE_MAX &&
                          utf8_is_plain(span_of(question->body, question->len));
    say(out, again ? ENROL_NOT_REACHED : ENROL_REFUSED, "the registry answered with HTTP %d%s%.*s",
        question->status, quotable ? ": " : "", quotable ? (int)question->len : 0,
        quotable ? (const char *)question->body : "");
}

/* To somebody that speaks another language, or asks for a certificate, trying again is no use. */
static void say_unanswered(const struct enrol_parts *parts, const struct question *question,
                           enum err err, struct enrol_outcome *out)
{
    if (err == ERR_AUTH || err == ERR_INVALID || err == ERR_SIZE)
        say(out, ENROL_REFUSED, "https://%s:%u is no address to enrol at (%s)", parts->url.host,
            (unsigned)parts->url.port, question->why);
    else
        say(out, ENROL_NOT_REACHED, "%s", question->why);
}

/* What the CA is. False: said why. */
static bool ca_fetch(const struct enrol_parts *parts, struct question *question,
                     struct enrol_outcome *out)
{
    struct tls_context *tls;
    uint8_t fingerprint[ENROL_CODE_FINGERPRINT];
    enum err err = tls_context_open_unverified(&tls);
    if (err) {
        say(out, ENROL_UNUSABLE, "%s", err_text(err));
        return false;
    }
    question->request = (struct link_request){.method = "GET", .target = wire_ca_target};
    err = ask(parts, tls, question);
    tls_context_close(tls);
    if (err) {
        say_unanswered(parts, question, err, out);
        return false;
    }
    if (question->status != 200) {
        say_refused(question, out);
        return false;
    }
    enrol_code_fingerprint(span_of(question->body, question->len), fingerprint);
    if (question->len <= WIRE_CERT_MAX &&
        memcmp(fingerprint, parts->code.fingerprint, sizeof fingerprint) == 0)
        return true;
    say(out, ENROL_STRANGER,
        "%s is not the registry that this code is of, or somebody sits in between: its CA has "
        "another fingerprint. Nothing was sent",
        parts->url.host);
    return false;
}

static bool may_enrol_there(const struct enrol_parts *parts, struct span ca,
                            struct enrol_outcome *out)
{
    if (parts->another_registry || !enrol_check_is_others(parts->config, ca))
        return true;
    say(out, ENROL_UNUSABLE,
        "this kiosk is another registry's (%.150s is another CA's). Nothing was sent, and the code "
        "is still good: --another-registry takes it to this one",
        parts->config->ca_cert);
    return false;
}

/* Makes what is missing, and the request. */
static enum err request_make(const struct enrol_parts *parts, uint8_t out[WIRE_ENROL_MAX],
                             size_t *len, struct enrol_outcome *outcome)
{
    const struct kiosk_config *config = parts->config;
    struct wire_enrol request;
    struct sign_key *entry_key = NULL;
    uint8_t csr[WIRE_CSR_MAX];
    size_t csr_len;
    bool made;
    char why[WHOLE_FILE_WHY_LEN];
    _Static_assert(WHOLE_FILE_WHY_LEN == SIGN_WHY_LEN, "one buffer for both");
    enum err err = device_storage_key_make(config->storage_key, &made, why);
    if (!err)
        err = device_key_make(config->entry_key, &outcome->made_entry_key, why);
    if (!err)
        err = device_key_make(config->tls_key, &made, why);
    if (!err)
        err = sign_key_load(config->entry_key, &entry_key, why);
    if (!err)
        err = device_key_csr(config->tls_key, config->kiosk_id, csr, sizeof csr, &csr_len, why);
    if (!err) {
        snprintf(request.kiosk, sizeof request.kiosk, "%s", config->kiosk_id);
        memcpy(request.secret, parts->code.secret, sizeof request.secret);
        request.csr = span_of(csr, csr_len);
        err = wire_enrol_seal(entry_key, &request, out, WIRE_ENROL_MAX, len);
        snprintf(why, sizeof why, "%s", err_text(err));
    }
    sign_key_close(entry_key);
    if (err)
        say(outcome, ENROL_UNUSABLE, "%s", why);
    return err;
}

/* Sends the request over a connection that the CA vouches for. */
static bool request_send(const struct enrol_parts *parts, struct span ca, struct span body,
                         struct question *question, struct enrol_outcome *out)
{
    struct tls_context *tls;
    enum err err = tls_context_open_to(ca, parts->clock, &tls);
    if (err) {
        say(out, ENROL_STRANGER, "the registry's CA: %s", err_text(err));
        return false;
    }
    question->request = (struct link_request){.method = "POST",
                                              .target = wire_enrol_target,
                                              .content_type = wire_enrol_type,
                                              .body = body};
    err = ask(parts, tls, question);
    tls_context_close(tls);
    if (err == ERR_AUTH)
        say(out, ENROL_STRANGER, "%s", question->why);
    else if (err)
        say_unanswered(parts, question, err, out);
    else if (question->status != 200)
        say_refused(question, out);
    return !err && question->status == 200;
}

/* Is the answer one for us? */
static bool answer_check(const struct enrol_parts *parts, struct span ca, struct span body,
                         struct wire_enrolled *answer, struct enrol_outcome *out)
{
    const struct kiosk_config *config = parts->config;
    const struct tls_files files = {.tls_key = config->tls_key, .kiosk = config->kiosk_id};
    const uint8_t *const points[] = {answer->receipt_point, answer->policy_point};
    char why[TLS_WHY_LEN] = "it is no answer";
    enum err err = wire_enrolled_decode(body, answer);
    if (!err && (strcmp(answer->kiosk, config->kiosk_id) != 0 || answer->ca.len != ca.len ||
                 memcmp(answer->ca.p, ca.p, ca.len) != 0))
        err = ERR_INVALID;
    for (size_t i = 0; !err && i < sizeof points / sizeof points[0]; i++) {
        struct verify_key *key = NULL;
        err = verify_key_from_point(points[i], &key);
        verify_key_close(key);
    }
    if (!err)
        err = tls_certificate_check(&files, answer->certificate, why);
    if (err)
        say(out, ENROL_REFUSED, "the registry's answer is of no use: %s", why);
    return !err;
}

static void install(const struct enrol_parts *parts, struct span body,
                    const struct wire_enrolled *answer, struct enrol_outcome *out)
{
    char why[WHOLE_FILE_WHY_LEN];
    if (enrol_files_install(parts->config, body, answer, why) != ERR_OK) {
        say(out, ENROL_UNUSABLE, "%s", why);
        return;
    }
    memcpy(out->host, answer->host, sizeof out->host);
    out->port = answer->port;
    out->result = ENROL_DONE;
}

void enrol_run(const struct enrol_parts *parts, struct enrol_outcome *out)
{
    struct question question = {0};
    uint8_t ca_bytes[WIRE_CERT_MAX];
    uint8_t request[WIRE_ENROL_MAX];
    size_t request_len;
    char why[WHOLE_FILE_WHY_LEN];
    *out = (struct enrol_outcome){0};
    if (enrol_check_owner(parts->config, why) != ERR_OK) {
        say(out, ENROL_UNUSABLE, "%s", why);
        return;
    }
    if (!ca_fetch(parts, &question, out))
        return;
    memcpy(ca_bytes, question.body, question.len);
    const struct span ca = span_of(ca_bytes, question.len);
    struct wire_enrolled answer;
    if (!may_enrol_there(parts, ca, out) ||
        request_make(parts, request, &request_len, out) != ERR_OK ||
        !request_send(parts, ca, span_of(request, request_len), &question, out))
        return;
    const struct span body = span_of(question.body, question.len);
    if (answer_check(parts, ca, body, &answer, out))
        install(parts, body, &answer, out);
}
