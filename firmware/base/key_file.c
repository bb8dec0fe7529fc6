/* Reading a key file: what is checked is the very file that is read (fstat on the open one), so a
 * file swapped in between is not trusted for the mode of another. Opening never blocks on a FIFO.
 */
#include "key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err system_failed(const char *path, char *why)
{
    const int error = errno;
    snprintf(why, KEY_FILE_WHY_LEN, "%s: %s", path, strerrordesc_np(error));
    return err_from_errno(error);
}

static enum err file_check(const char *path, int fd, bool secret, char *why)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return system_failed(path, why);
    if (!S_ISREG(st.st_mode)) {
        snprintf(why, KEY_FILE_WHY_LEN, "%s: is not a regular file", path);
        return ERR_INVALID;
    }
    if (secret && (st.st_mode & (S_IRWXG | S_IRWXO))) {
        snprintf(why, KEY_FILE_WHY_LEN,
                 "%s: its mode is %04o, others than its owner may use it; make it 0600", path,
                 (unsigned)(st.st_mode & 07777));
        return ERR_DENIED;
    }
    return ERR_OK;
}

static enum err file_read(const char *path, int fd, uint8_t *out, size_t cap, size_t *len,
                          char *why)
{
    size_t have = 0;
    for (;;) {
        uint8_t beyond;
        const bool full = have == cap;
        const ssize_t n = read(fd, full ? &beyond : out + have, full ? 1 : cap - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return system_failed(path, why);
        if (n == 0)
            break;
        if (full) {
            snprintf(why, KEY_FILE_WHY_LEN, "%s: is longer than %zu bytes", path, cap);
            return ERR_INVALID;
        }
        have += (size_t)n;
    }
    *len = have;
    return ERR_OK;
}

enum err key_file_read(const char *path, bool secret, uint8_t *out, size_t cap, size_t *len,
                       char why[KEY_FILE_WHY_LEN])
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return system_failed(path, why);
    enum err err = file_check(path, fd, secret, why);
    if (!err)
        err = file_read(path, fd, out, cap, len, why);
    close(fd);
    return err;
}
