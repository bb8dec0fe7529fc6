/* What every benchmark shares: clocks, percentiles, and one line a figure for tests/bench/run. */
#ifndef PAMIT_BENCH_H
#define PAMIT_BENCH_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Nothing was measured: says why, and ends. */
static inline void bench_fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
    exit(1);
}

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

static inline int bench_compare(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Of `n` figures the one that the share `of` of them does not exceed; sorts them. */
static inline double bench_percentile(double *figures, size_t n, double of)
{
    qsort(figures, n, sizeof *figures, bench_compare);
    return figures[(size_t)((double)(n - 1) * of)];
}

/* Four digits are what a measurement is good for. */
static inline void bench_put(double figure)
{
    printf("\t%.*f", figure >= 1000 ? 0 : figure >= 100 ? 1 : figure >= 10 ? 2 : 3, figure);
}

/* name, unit, figure, target ("" for none), baseline in the same unit (0 for none): tab-separated.
 */
static inline void bench_say(const char *name, const char *unit, double figure, const char *target,
                             double baseline)
{
    printf("%s\t%s", name, unit);
    bench_put(figure);
    printf("\t%s", target);
    bench_put(baseline);
    printf("\n");
    fflush(stdout);
}

#endif
