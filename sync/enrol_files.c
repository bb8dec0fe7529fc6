/* Installing an answer, file by file.
 *
 * A cut leaves files of two registries, and the kept answer: pamit-sync installs all of that again
 * before it reads any of them. Where there was no registry before, the certificate comes last, so
 * that pamit-sync does not start with less than all.
 */
#include "enrol_files.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device_key.h"
#include "key_file.h"

#define MODE_PUBLIC  0644
#define PEM_MAX      (2 * WIRE_CERT_MAX)
#define LINE_MAX_LEN 300

_Static_assert(WHOLE_FILE_WHY_LEN == KEY_FILE_WHY_LEN, "one buffer for both");

static void kept_path(const struct kiosk_config *config, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s.enrolled", config->tls_cert);
}

static enum err text_write(const char *path, const char *text, char *why)
{
    return whole_file_write(path, MODE_PUBLIC, span_of_text(text), WHOLE_FILE_REPLACE, why);
}

static enum err point_write(const char *path, const uint8_t point[SIGN_POINT_LEN], char *why)
{
    char pem[DEVICE_POINT_PEM_MAX];
    device_point_pem(point, pem);
    return text_write(path, pem, why);
}

static enum err certificate_write(const char *path, struct span der, char *why)
{
    char pem[PEM_MAX];
    if (device_certificate_pem(der, pem, sizeof pem) != ERR_OK) {
        snprintf(why, WHOLE_FILE_WHY_LEN, "%.200s: the certificate is too large", path);
        return ERR_SIZE;
    }
    return text_write(path, pem, why);
}

/* A certificate that was on trial is of the time before. */
static enum err trial_remove(const struct kiosk_config *config, char *why)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s.next", config->tls_cert);
    return whole_file_remove(path, why);
}

static enum err install(const struct kiosk_config *config, const struct wire_enrolled *answer,
                        char *why)
{
    char endpoint[LINE_MAX_LEN];
    snprintf(endpoint, sizeof endpoint, "https://%s:%u\n", answer->host, (unsigned)answer->port);
    enum err err = point_write(config->receipt_key, answer->receipt_point, why);
    if (!err)
        err = point_write(config->policy_key, answer->policy_point, why);
    if (!err)
        err = text_write(config->endpoint, endpoint, why);
    if (!err)
        err = certificate_write(config->ca_cert, answer->ca, why);
    if (!err)
        err = trial_remove(config, why);
    if (!err)
        err = certificate_write(config->tls_cert, answer->certificate, why);
    return err;
}

enum err enrol_files_install(const struct kiosk_config *config, struct span bytes,
                             const struct wire_enrolled *answer, char why[WHOLE_FILE_WHY_LEN])
{
    char path[PATH_MAX];
    int lock;
    kept_path(config, path);
    enum err err = whole_file_lock(config->tls_cert, WHOLE_FILE_WAIT, &lock, why);
    if (err)
        return err;
    err = whole_file_write(path, 0600, bytes, WHOLE_FILE_REPLACE, why);
    if (!err)
        err = install(config, answer, why);
    if (!err)
        err = whole_file_remove(path, why);
    whole_file_unlock(lock);
    return err;
}

static bool is_ours(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
}

enum err enrol_files_finish(const struct kiosk_config *config, bool *finished,
                            char why[WHOLE_FILE_WHY_LEN])
{
    char path[PATH_MAX];
    uint8_t bytes[WIRE_ENROLLED_MAX];
    size_t len;
    struct wire_enrolled answer;
    *finished = false;
    kept_path(config, path);
    enum err err = key_file_read(path, true, bytes, sizeof bytes, &len, why);
    if (err == ERR_MISSING)
        return ERR_OK;
    if (!err && !is_ours(path)) {
        snprintf(why, WHOLE_FILE_WHY_LEN, "%.200s: is another user's: remove it, enrol again",
                 path);
        err = ERR_DENIED;
    }
    if (!err && wire_enrolled_decode(span_of(bytes, len), &answer) != ERR_OK) {
        snprintf(why, WHOLE_FILE_WHY_LEN, "%.200s: is no answer of a registry", path);
        err = ERR_INVALID;
    }
    if (!err)
        err = enrol_files_install(config, span_of(bytes, len), &answer, why);
    *finished = !err;
    return err;
}

enum err enrol_files_endpoint(struct kiosk_config *config, char why[WHOLE_FILE_WHY_LEN])
{
    char line[LINE_MAX_LEN + 1];
    size_t len;
    struct enrol_url url;
    const char *reason;
    if (strcmp(config->registry_host, KIOSK_AS_ENROLLED) != 0)
        return ERR_OK;
    const enum err err =
        key_file_read(config->endpoint, false, (uint8_t *)line, LINE_MAX_LEN, &len, why);
    if (err)
        return err;
    line[len] = '\0';
    line[strcspn(line, "\n")] = '\0';
    if (!enrol_url_parse(line, &url, &reason)) {
        snprintf(why, WHOLE_FILE_WHY_LEN, "%.180s: %s", config->endpoint, reason);
        return ERR_INVALID;
    }
    _Static_assert(sizeof config->registry_host >= sizeof url.host, "a host fits");
    memcpy(config->registry_host, url.host, sizeof url.host);
    config->registry_port = url.port;
    return ERR_OK;
}
