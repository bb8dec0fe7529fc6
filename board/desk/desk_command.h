/* What can be done at the desk, in words.
 *
 *   documents            the passports in the drawer
 *   scan NAME            put one on the scanner (rows end with CR LF)
 *   scan-raw HEX         let the scanner send these bytes
 *   press N              tap button N (1..4): down, and up 60 ms later
 *   hold N, release N    only down, only up
 *   network on|off       plug the network cable in, pull it
 *   scanner on|off       plug the scanner in, pull it
 *   lamps [SINCE]        levels now, and all changes from number SINCE on
 *   status               everything at a glance
 */
#ifndef PAMIT_DESK_COMMAND_H
#define PAMIT_DESK_COMMAND_H

#include <jansson.h>

#include "desk.h"

#define DESK_COMMAND_LEN 65536 /* a command's text at most */

/* Does one command. `argument` may be "". Returns a new reference: {"ok": true, ...} or {"ok":
 * false, "error": "..."}; NULL only when out of memory. */
json_t *desk_command(struct desk *desk, const char *verb, const char *argument);

/* The path under which the officer's page opens: with the key that the console leaves in DIR, "/"
 * without. */
#define DESK_PAGE_PATH_LEN 160
void desk_page_path(const struct desk *desk, char path[DESK_PAGE_PATH_LEN]);

/* What `status` answers; also what the page shows. */
json_t *desk_status(const struct desk *desk);

#endif
