/* The secrets of one run, and the file that hands the token to whoever opens the page.
 *
 * The file `console.token` (0600, replaced as a whole) lies in the folder that systemd gave us
 * (RUNTIME_DIRECTORY, systemd.exec(5)), else beside the lane's socket. The kiosk's browser
 * launcher, the desk and the tour read it and open http://127.0.0.1:PORT/?token=TOKEN, or send the
 * token as "Authorization: Bearer TOKEN". It is worthless after the console ends, and is removed
 * then.
 */
#ifndef PAMIT_TOKEN_FILE_H
#define PAMIT_TOKEN_FILE_H

#include "err.h"
#include "guard.h"

#define TOKEN_PATH_LEN 512

/* 32 random bytes of the kernel in hex. ERR_IO. */
MUST_CHECK enum err token_make(char out[GUARD_SECRET_LEN]);
/* Where the file belongs. ERR_SIZE. */
MUST_CHECK enum err token_file_path(const char *lane_socket, char out[TOKEN_PATH_LEN]);
/* Writes the token and a line end. ERR_DENIED, ERR_IO, ERR_FULL ... */
MUST_CHECK enum err token_file_write(const char *path, const char token[GUARD_SECRET_LEN]);

#endif
