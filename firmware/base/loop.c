/* The loop every process runs: signals as events, readiness and the watchdog through sd-daemon.
 *
 * SIGTERM and SIGINT are blocked and come back through a signalfd, so that they end the loop
 * between two events and never inside one. All of sd-daemon's calls do nothing when systemd is not
 * there, which is how the processes run in a terminal.
 */
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

static int end_asked(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
    (void)info;
    (void)user;
    sd_notify(0, "STOPPING=1");
    return sd_event_exit(sd_event_source_get_event(source), EXIT_SUCCESS);
}

/* Returns 0 or a negative errno value. */
static int loop_prepare(sd_event *loop)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &ends, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return -EINVAL;
    int failed = sd_event_add_signal(loop, NULL, SIGTERM, end_asked, NULL);
    if (failed >= 0)
        failed = sd_event_add_signal(loop, NULL, SIGINT, end_asked, NULL);
    if (failed >= 0)
        failed = sd_event_set_watchdog(loop, true);
    return failed;
}

enum err loop_open(sd_event **out)
{
    sd_event *loop = NULL;
    int failed = sd_event_new(&loop);
    if (failed >= 0)
        failed = loop_prepare(loop);
    if (failed < 0) {
        sd_event_unref(loop);
        return err_from_errno(-failed);
    }
    *out = loop;
    return ERR_OK;
}

int loop_run(sd_event *loop)
{
    sd_notify(0, "READY=1");
    const int code = sd_event_loop(loop);
    return code < 0 ? EXIT_FAILURE : code;
}
