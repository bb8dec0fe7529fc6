/* Preloaded into pamit-lane: a machine whose clock nobody disciplines, and without a battery.
 *
 * What the machine that runs the tests has of both would show through otherwise.
 */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

int adjtimex(struct timex *kernel)
{
    kernel->status |= STA_UNSYNC;
    return TIME_ERROR;
}

int access(const char *path, int mode)
{
    int (*real)(const char *, int);
    if (strcmp(path, "/dev/rtc0") == 0 || strcmp(path, "/sys/class/rtc/rtc0") == 0) {
        errno = ENOENT;
        return -1;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "access"); /* as dlsym(3) has it */
    return real(path, mode);
}
