/* Written under another name and renamed, so that a reader finds a whole token or none; the file is
 * created 0600 and never opened through a link that someone left there. */
#include "token_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define SECRET_BYTES ((GUARD_SECRET_LEN - 1) / 2)

enum err token_make(char out[GUARD_SECRET_LEN])
{
    unsigned char bytes[SECRET_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return ERR_IO;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return ERR_OK;
}

enum err token_file_path(const char *lane_socket, char out[TOKEN_PATH_LEN])
{
    static const char name[] = "console.token";
    const char *folder = getenv("RUNTIME_DIRECTORY");
    int len;
    if (folder && *folder) {
        len = snprintf(out, TOKEN_PATH_LEN, "%s/%s", folder, name);
    } else {
        const char *slash = strrchr(lane_socket, '/');
        const int folder_len = slash ? (int)(slash - lane_socket) + 1 : 0;
        len = snprintf(out, TOKEN_PATH_LEN, "%.*s%s", folder_len, lane_socket, name);
    }
    return len < 0 || len >= TOKEN_PATH_LEN ? ERR_SIZE : ERR_OK;
}

/* Returns 0 or an errno value. */
static int write_whole(const char *path, const char *text, size_t len)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    const ssize_t written = write(fd, text, len);
    const int failed = written == (ssize_t)len ? 0 : written < 0 ? errno : ENOSPC;
    close(fd);
    return failed;
}

enum err token_file_write(const char *path, const char token[GUARD_SECRET_LEN])
{
    assert(path && strlen(token) == GUARD_SECRET_LEN - 1);
    char fresh[TOKEN_PATH_LEN + sizeof ".new"];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    char line[GUARD_SECRET_LEN + 1];
    const int len = snprintf(line, sizeof line, "%s\n", token);
    unlink(fresh);
    int failed = write_whole(fresh, line, (size_t)len);
    if (failed == 0 && rename(fresh, path) != 0)
        failed = errno;
    if (failed != 0) {
        unlink(fresh);
        return err_from_errno(failed);
    }
    return ERR_OK;
}
