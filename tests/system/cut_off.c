/* Preloaded into a program: it is killed before the n-th of the calls by which something becomes
 * visible to others: a file's name, given or taken, but for a database's; bytes to the network; and
 * the wait for an answer to them. PAMIT_TEST_CUT is n; without it nothing happens.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void count(void)
{
    static atomic_long calls;
    const char *n = getenv("PAMIT_TEST_CUT");
    if (n && atomic_fetch_add(&calls, 1) + 1 == strtol(n, NULL, 10))
        raise(SIGKILL);
}

static void count_name(const char *path)
{
    if (!strstr(path, ".db"))
        count();
}

static _Atomic int asked;

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
    int (*real)(int, const char *, int, const char *, unsigned);
    *(void **)&real = dlsym(RTLD_NEXT, "renameat2"); /* as dlsym(3) has it */
    count_name(to);
    return real(from_at, from, to_at, to, flags);
}

int unlinkat(int at, const char *path, int flags)
{
    int (*real)(int, const char *, int);
    *(void **)&real = dlsym(RTLD_NEXT, "unlinkat");
    if (faccessat(at, path, F_OK, 0) == 0)
        count_name(path);
    return real(at, path, flags);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    ssize_t (*real)(int, const void *, size_t, int);
    *(void **)&real = dlsym(RTLD_NEXT, "send");
    count();
    atomic_store(&asked, 1);
    return real(fd, bytes, len, flags);
}

ssize_t recv(int fd, void *out, size_t cap, int flags)
{
    ssize_t (*real)(int, void *, size_t, int);
    *(void **)&real = dlsym(RTLD_NEXT, "recv");
    if (atomic_exchange(&asked, 0))
        count();
    return real(fd, out, cap, flags);
}
