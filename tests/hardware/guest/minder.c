/* What systemd does for a unit with Type=notify and WatchdogSec=, for one process: says when it is
 * ready, and ends it when it stays silent for too long.
 *
 * usage: minder PIDFILE WATCHDOG_S PROGRAM ARGUMENT...
 *
 * Exits as the program did (128 + signal).
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_LEN 4096

/* An abstract socket, so that nothing stays when we die; its name is the program's NOTIFY_SOCKET.
 */
static int notify_open(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int len =
        snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "minder-%d", getpid());
    const socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
    char name[64];
    snprintf(name, sizeof name, "@minder-%d", getpid());
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
        setenv("NOTIFY_SOCKET", name, 1) < 0) {
        perror("minder");
        exit(1);
    }
    return fd;
}

static pid_t begin(const char *pid_file, const char *watchdog_s, char **program)
{
    char watchdog_us[32];
    snprintf(watchdog_us, sizeof watchdog_us, "%s000000", watchdog_s);
    setenv("WATCHDOG_USEC", watchdog_us, 1);
    const pid_t pid = fork();
    if (pid == 0) {
        execvp(program[0], program);
        perror(program[0]);
        _exit(127);
    }
    FILE *file = fopen(pid_file, "w");
    if (pid < 0 || !file || fprintf(file, "%d\n", pid) < 0 || fclose(file) != 0) {
        perror(pid_file);
        exit(1);
    }
    return pid;
}

/* Any message is a sign of life: READY=1, WATCHDOG=1. When it was ready goes to its file, in
 * seconds of CLOCK_BOOTTIME as /proc counts them. */
static void note(ssize_t len, char *message, const char *pid_file)
{
    struct timespec now;
    if (len < 0 || clock_gettime(CLOCK_BOOTTIME, &now) < 0)
        return;
    message[len] = '\0';
    if (!strstr(message, "READY=1"))
        return;
    char path[256];
    snprintf(path, sizeof path, "%.*s.ready", (int)(strlen(pid_file) - strlen(".pid")), pid_file);
    FILE *file = fopen(path, "w");
    if (!file || fprintf(file, "%ld.%03ld\n", (long)now.tv_sec, now.tv_nsec / 1000000) < 0 ||
        fclose(file) != 0)
        perror(path);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    const int notify = notify_open();
    const pid_t pid = begin(argv[1], argv[2], argv + 3);
    struct pollfd waits[] = {{.fd = notify, .events = POLLIN},
                             {.fd = pidfd_open(pid, 0), .events = POLLIN}};
    bool ended = false;
    while (!ended) {
        const int n = poll(waits, 2, atoi(argv[2]) * 1000);
        if (n == 0) {
            fprintf(stderr, "<3>init: WATCHDOG program=%s\n", argv[3]);
            kill(pid, SIGABRT); /* a stopped process is ended by SIGKILL alone */
            kill(pid, SIGKILL);
        }
        char message[MESSAGE_LEN];
        if (n > 0 && (waits[0].revents & POLLIN))
            note(recv(notify, message, sizeof message - 1, 0), message, argv[1]);
        ended = n == 0 || (n > 0 && (waits[1].revents & POLLIN));
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
