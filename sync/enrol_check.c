/* Whose the files are, and whose the kiosk is.
 *
 * pamit-lane and pamit-sync run as one user: both read the storage key, and pamit-sync reads the
 * journal. A secret is its owner's alone, so with keys of two users one of the two programs would
 * not start; that is better known before the code is used.
 */
#include "enrol_check.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "key_file.h"

#define PEM_MAX (64 << 10)

_Static_assert(WHOLE_FILE_WHY_LEN == KEY_FILE_WHY_LEN, "one buffer for both");

/* ---- users ----------------------------------------------------------------------------------- */

struct owner {
    bool known;
    uid_t uid; /* of what was looked at first: the storage key's folder */
};

static enum err fail(const char *path, char *why)
{
    const int error = errno;
    snprintf(why, WHOLE_FILE_WHY_LEN, "%.200s: %s", path, strerrordesc_np(error));
    return err_from_errno(error);
}

static enum err hold_against(struct owner *owner, const char *path, uid_t uid, char *why)
{
    if (!owner->known)
        *owner = (struct owner){true, uid};
    if (owner->uid == uid)
        return ERR_OK;
    snprintf(why, WHOLE_FILE_WHY_LEN,
             "%.150s and the storage key's folder belong to two users: pamit-lane and pamit-sync "
             "run as one",
             path);
    return ERR_DENIED;
}

/* A secret that is there, and the folder of one that is not, too. */
static enum err owner_check(struct owner *owner, const char *path, char *why)
{
    char copy[KIOSK_PATH_LEN];
    struct stat st;
    snprintf(copy, sizeof copy, "%s", path);
    const char *folder = dirname(copy);
    if (stat(folder, &st) != 0)
        return fail(folder, why);
    const enum err err = hold_against(owner, path, st.st_uid, why);
    if (err)
        return err;
    if (stat(path, &st) == 0)
        return hold_against(owner, path, st.st_uid, why);
    return errno == ENOENT ? ERR_OK : fail(path, why);
}

enum err enrol_check_owner(const struct kiosk_config *config, char why[WHOLE_FILE_WHY_LEN])
{
    const char *const paths[] = {config->storage_key, config->entry_key, config->tls_key,
                                 config->tls_cert};
    struct owner owner = {0};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const enum err err = owner_check(&owner, paths[i], why);
        if (err)
            return err;
    }
    if (geteuid() == 0 || geteuid() == owner.uid)
        return ERR_OK;
    snprintf(why, WHOLE_FILE_WHY_LEN, "%.180s: its folder is another user's: enrol as root",
             config->storage_key);
    return ERR_DENIED;
}

/* ---- the registry ---------------------------------------------------------------------------- */

static bool chain_has(const uint8_t *pem, size_t len, struct span ca)
{
    mbedtls_x509_crt chain;
    bool has = false;
    mbedtls_x509_crt_init(&chain);
    if (mbedtls_x509_crt_parse(&chain, pem, len) == 0)
        for (const mbedtls_x509_crt *crt = &chain; crt && !has; crt = crt->next)
            has = crt->raw.len == ca.len && memcmp(crt->raw.p, ca.p, ca.len) == 0;
    mbedtls_x509_crt_free(&chain);
    return has;
}

bool enrol_check_is_others(const struct kiosk_config *config, struct span ca)
{
    char why[KEY_FILE_WHY_LEN];
    size_t len;
    uint8_t *pem = malloc(PEM_MAX);
    if (!pem)
        return true;
    const enum err err = key_file_read(config->ca_cert, false, pem, PEM_MAX - 1, &len, why);
    bool others = err != ERR_MISSING;
    if (!err) {
        pem[len] = '\0';
        others = !chain_has(pem, len + 1, ca);
    }
    free(pem);
    return others;
}
