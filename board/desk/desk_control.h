/* The desk's door for scripts: DIR/desk.sock, SOCK_SEQPACKET.
 *
 * One message is one command of desk_command.h as text ("scan siti"), its answer one message of
 * JSON.
 */
#ifndef PAMIT_DESK_CONTROL_H
#define PAMIT_DESK_CONTROL_H

#include "desk.h"

#define DESK_CONTROL_WAIT_S 10 /* for the answer */

int desk_control_open(struct desk *desk, struct desk_control **out);
void desk_control_close(struct desk_control *control);

/* The other end, for `pamit-desk ctl`: sends the words, prints the answer. Returns the exit code: 0
 * done, 1 refused or no desk. */
int desk_control_ask(const char *dir, char *const *words, int n_words);

#endif
