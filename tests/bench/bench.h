/* What every benchmark shares: a clock, and one line a figure for tests/bench/run. */
#ifndef PAMIT_BENCH_H
#define PAMIT_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <time.h>

static inline double bench_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What this thread has had of a core; of what only computes, so that a busy machine matters less.
 */
static inline double bench_cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What is measured must be looked at, or the compiler drops it. */
static inline void bench_keep(const void *p)
{
    __asm__ volatile("" : : "r"(p) : "memory");
}

/* name, unit, figure, target ("" for none), baseline in the same unit (0 for none): tab-separated.
 */
static inline void bench_say(const char *name, const char *unit, double figure, const char *target,
                             double baseline)
{
    printf("%s\t%s\t%.4g\t%s\t%.4g\n", name, unit, figure, target, baseline);
}

#endif
