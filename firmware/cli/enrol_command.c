/* pamit enrol: pamit-sync's own subcommand, which has the keys and the network. It becomes that
 * program, found beside this one. */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SYNC_NAME "pamit-sync"

/* The path of this very program, cut behind its last slash. False with errno. */
static bool folder_find(char out[PATH_MAX])
{
    const ssize_t len = readlink("/proc/self/exe", out, PATH_MAX - sizeof SYNC_NAME);

    if (len < 0)
        return false;
    out[len] = '\0';
    *(strrchr(out, '/') + 1) = '\0';
    return true;
}

int cli_enrol(char **argv)
{
    char path[PATH_MAX];

    if (!folder_find(path))
        return cli_fail("/proc/self/exe: %s", strerror(errno));
    strcat(path, SYNC_NAME);
    argv[0] = path;
    execv(path, argv);
    return cli_fail("%s: %s", path, strerror(errno));
}
