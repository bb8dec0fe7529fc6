/* Preloaded into Pamit's programs: a system clock that a test sets while they run.
 *
 * The file that PAMIT_TEST_CLOCK names holds `struct setting`, which the test writes and every call
 * reads: how far CLOCK_REALTIME is from the machine's, whether the kernel says that it is
 * disciplined, and whether there is a battery-backed clock. All other clocks are the machine's, as
 * they would be: whoever sets the time of a Linux moves this one alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

struct setting {
    _Atomic int64_t offset_ms;
    _Atomic int32_t disciplined;
    _Atomic int32_t battery;
};

static const struct setting *setting(void)
{
    static _Atomic(const struct setting *) mapped;
    const struct setting *found = atomic_load(&mapped);
    if (found)
        return found;
    const int fd = open(getenv("PAMIT_TEST_CLOCK"), O_RDONLY | O_CLOEXEC);
    void *at = mmap(NULL, sizeof *found, PROT_READ, MAP_SHARED, fd, 0);
    if (fd < 0 || at == MAP_FAILED)
        abort();
    close(fd);
    atomic_store(&mapped, at);
    return at;
}

/* The machine's time, moved. */
static struct timespec moved(clockid_t id)
{
    int (*real)(clockid_t, struct timespec *);
    struct timespec now;
    *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime"); /* as dlsym(3) has it */
    if (real(id, &now) != 0)
        abort();
    const int64_t ns = now.tv_nsec + atomic_load(&setting()->offset_ms) % 1000 * 1000000;
    now.tv_sec += atomic_load(&setting()->offset_ms) / 1000 + (ns >= 1000000000) - (ns < 0);
    now.tv_nsec = (ns + 1000000000) % 1000000000;
    return now;
}

int clock_gettime(clockid_t id, struct timespec *out)
{
    int (*real)(clockid_t, struct timespec *);
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) {
        *out = moved(id);
        return 0;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    return real(id, out);
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    const struct timespec now = moved(CLOCK_REALTIME);
    (void)zone;
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out)
{
    const struct timespec now = moved(CLOCK_REALTIME);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}

int adjtimex(struct timex *kernel)
{
    if (atomic_load(&setting()->disciplined)) {
        kernel->status &= ~STA_UNSYNC;
        kernel->maxerror = 2000;
        return TIME_OK;
    }
    kernel->status |= STA_UNSYNC;
    return TIME_ERROR;
}

int access(const char *path, int mode)
{
    int (*real)(const char *, int);
    if (strcmp(path, "/dev/rtc0") == 0 || strcmp(path, "/sys/class/rtc/rtc0") == 0) {
        errno = ENOENT;
        return atomic_load(&setting()->battery) ? 0 : -1;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "access");
    return real(path, mode);
}
