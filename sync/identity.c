/* The certificate in use, and the one that is to follow it.
 *
 * Ours may be replaced by who enrols while we run: so its file is looked at, under the lock that
 * enrolling takes, before anything is put beside it or in its place.
 */
#include "identity.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device_key.h"
#include "wire_enrol.h"

_Static_assert(TLS_WHY_LEN == WHOLE_FILE_WHY_LEN && TLS_WHY_LEN == CERTIFICATE_WHY_LEN,
               "one buffer for all");

struct identity {
    struct tls_files files;
    const struct clock *clock;
    struct tls_context *own, *next;
    struct certificate_dates dates; /* of our own, */
    struct stat file;               /* and which file it is */
    char next_path[PATH_MAX];
};

static enum err own_note(struct identity *identity, char why[TLS_WHY_LEN])
{
    if (stat(identity->files.tls_cert, &identity->file) != 0) {
        const int error = errno;
        snprintf(why, TLS_WHY_LEN, "%.200s: %s", identity->files.tls_cert, strerrordesc_np(error));
        return err_from_errno(error);
    }
    return certificate_dates_load(identity->files.tls_cert, &identity->dates, why);
}

/* Locks the folder, if our certificate is still the one that was noted; ERR_OLD. */
static enum err own_lock(const struct identity *identity, int *lock, char why[TLS_WHY_LEN])
{
    const struct stat *held = &identity->file;
    struct stat now;
    const enum err err = whole_file_lock(identity->files.tls_cert, WHOLE_FILE_TRY, lock, why);
    if (err)
        return err;
    if (stat(identity->files.tls_cert, &now) == 0 && now.st_ino == held->st_ino &&
        now.st_mtim.tv_sec == held->st_mtim.tv_sec && now.st_mtim.tv_nsec == held->st_mtim.tv_nsec)
        return ERR_OK;
    snprintf(why, TLS_WHY_LEN, "this kiosk has enrolled meanwhile: restart pamit-sync");
    whole_file_unlock(*lock);
    return ERR_OLD;
}

static enum err next_open(struct identity *identity, struct tls_context **out,
                          char why[TLS_WHY_LEN])
{
    struct tls_files files = identity->files;
    files.tls_cert = identity->next_path;
    return tls_context_open(&files, identity->clock, out, why);
}

static void next_forget(struct identity *identity)
{
    char why[WHOLE_FILE_WHY_LEN];
    tls_context_close(identity->next);
    identity->next = NULL;
    (void)!whole_file_remove(identity->next_path, why); /* tried again at the next start */
}

enum err identity_open(const struct tls_files *files, const struct clock *clock,
                       struct identity **out, char why[TLS_WHY_LEN])
{
    struct identity *identity = calloc(1, sizeof *identity);
    snprintf(why, TLS_WHY_LEN, "%s", err_text(ERR_MEMORY));
    if (!identity)
        return ERR_MEMORY;
    identity->files = *files;
    identity->clock = clock;
    snprintf(identity->next_path, sizeof identity->next_path, "%s.next", files->tls_cert);
    enum err err = own_note(identity, why);
    if (!err)
        err = tls_context_open(files, clock, &identity->own, why);
    if (err) {
        identity_close(identity);
        return err;
    }
    char ignored[TLS_WHY_LEN];
    if (access(identity->next_path, F_OK) == 0 &&
        next_open(identity, &identity->next, ignored) != ERR_OK)
        next_forget(identity);
    *out = identity;
    return ERR_OK;
}

void identity_close(struct identity *identity)
{
    if (!identity)
        return;
    tls_context_close(identity->own);
    tls_context_close(identity->next);
    free(identity);
}

struct tls_context *identity_tls(const struct identity *identity)
{
    return identity->next ? identity->next : identity->own;
}

bool identity_is_old(const struct identity *identity, int64_t now_s)
{
    return !identity->next && certificate_age(&identity->dates, now_s) != CERTIFICATE_YOUNG;
}

bool identity_is_on_trial(const struct identity *identity)
{
    return identity->next != NULL;
}

enum err identity_request(const struct identity *identity, uint8_t *out, size_t cap, size_t *len,
                          char why[TLS_WHY_LEN])
{
    return device_key_csr(identity->files.tls_key, identity->files.kiosk, out, cap, len, why);
}

enum err identity_try(struct identity *identity, struct span der, char why[TLS_WHY_LEN])
{
    char pem[2 * WIRE_CERT_MAX];
    struct tls_context *next;
    int lock;
    enum err err = tls_certificate_check(&identity->files, der, why);
    if (err)
        return err;
    err = own_lock(identity, &lock, why);
    if (err)
        return err;
    snprintf(why, TLS_WHY_LEN, "the certificate is too large");
    err = device_certificate_pem(der, pem, sizeof pem);
    if (!err)
        err =
            whole_file_write(identity->next_path, 0644, span_of_text(pem), WHOLE_FILE_REPLACE, why);
    if (!err)
        err = next_open(identity, &next, why);
    if (err)
        next_forget(identity);
    whole_file_unlock(lock);
    if (err)
        return err;
    tls_context_close(identity->next);
    identity->next = next;
    return ERR_OK;
}

enum err identity_prove(struct identity *identity, char why[TLS_WHY_LEN])
{
    assert(identity->next);
    int lock;
    enum err err = own_lock(identity, &lock, why);
    if (err == ERR_OLD)
        next_forget(identity);
    if (err)
        return err;
    err = whole_file_rename(identity->next_path, identity->files.tls_cert, why);
    if (!err)
        err = own_note(identity, why);
    whole_file_unlock(lock);
    if (err)
        return err;
    tls_context_close(identity->own);
    identity->own = identity->next;
    identity->next = NULL;
    return ERR_OK;
}

void identity_reject(struct identity *identity)
{
    assert(identity->next);
    next_forget(identity);
}
