/* Failures as words, and errno values as failures.
 *
 * errno has some 130 values and no caller of ours acts differently on most of them: what is not
 * named below is ERR_IO, the device said no.
 */
#include "err.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>

static const char *const texts[] = {
    [-ERR_OK] = "no failure",          [-ERR_IO] = "input or output failed",
    [-ERR_FULL] = "no space left",     [-ERR_CORRUPT] = "stored data are damaged",
    [-ERR_MISSING] = "missing",        [-ERR_INVALID] = "malformed",
    [-ERR_SIZE] = "too large",         [-ERR_AUTH] = "not authentic",
    [-ERR_BUSY] = "in use by another", [-ERR_DENIED] = "not permitted",
    [-ERR_MEMORY] = "out of memory",   [-ERR_CLOSED] = "closed by the other end",
    [-ERR_TIMEOUT] = "timed out",      [-ERR_OLD] = "version does not rise",
};

const char *err_text(enum err err)
{
    size_t at = (size_t) - (int)err;
    return at < sizeof texts / sizeof texts[0] ? texts[at] : "unknown failure";
}

enum err err_from_errno(int error)
{
    assert(error > 0);
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return ERR_FULL;
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ENOTDIR:
        return ERR_MISSING;
    case EINVAL:
    case EILSEQ:
        return ERR_INVALID;
    case ENAMETOOLONG:
    case EFBIG:
    case EOVERFLOW:
    case E2BIG:
    case EMSGSIZE:
        return ERR_SIZE;
    case EBUSY:
    case EAGAIN:
    case EADDRINUSE:
    case ETXTBSY:
        return ERR_BUSY;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_DENIED;
    case ENOMEM:
        return ERR_MEMORY;
    case EPIPE:
    case ECONNRESET:
    case ECONNREFUSED:
    case ENOTCONN:
        return ERR_CLOSED;
    case ETIMEDOUT:
        return ERR_TIMEOUT;
    default:
        return ERR_IO;
    }
}
