/* Megabytes a second through scan_frame_push, for each framing: traffic with some noise in it, and
 * kinds of garbage that cost most.
 *
 * A line brings a thousandth of this at its best; the speed matters because a babbling reader must
 * not take the lane's time from lamps and buttons. The baseline adds up the same bytes, one by one.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "reader.h"
#include "scan_frame.h"

#define TRAFFIC_LEN ((size_t)256 << 10) /* a pass fits between two switches of a busy machine */
#define READ_LEN    4096                /* as scanner.c reads */

static uint32_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* Documents of all kinds; every eighth is preceded by noise, every sixteenth breaks off. */
static void fill_documents(uint8_t *p, const struct scan_profile *profile)
{
    size_t at = 0;
    while (at + 64 + READER_LEN_MAX < TRAFFIC_LEN) {
        size_t n = draw(8) == 0 ? 1 + draw(60) : 0;
        for (size_t i = 0; i < n; i++)
            p[at++] = (uint8_t)draw(256);
        n = reader_send(profile, READER_ROWS, &reader_documents[draw(READER_DOCUMENTS)], p + at);
        at += draw(16) == 0 ? draw((uint32_t)n) : n;
    }
    memset(p + at, '\r', TRAFFIC_LEN - at);
}

static void fill_bytes(uint8_t *p, const struct scan_profile *profile)
{
    (void)profile;
    for (size_t i = 0; i < TRAFFIC_LEN; i++)
        p[i] = (uint8_t)draw(256);
}

static void fill_letters(uint8_t *p, const struct scan_profile *profile)
{
    (void)profile;
    for (size_t i = 0; i < TRAFFIC_LEN; i++)
        p[i] = (uint8_t) "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<"[draw(40)];
}

static void fill_short_lines(uint8_t *p, const struct scan_profile *profile)
{
    fill_letters(p, profile);
    for (size_t i = draw(30); i < TRAFFIC_LEN; i += 1 + draw(30))
        p[i] = '\r';
}

/* Beginnings of frames and nothing else. */
static void fill_headers(uint8_t *p, const struct scan_profile *profile)
{
    uint8_t frame[READER_LEN_MAX];
    reader_send(profile, READER_RUN, &reader_documents[0], frame);
    for (size_t i = 0; i < TRAFFIC_LEN; i++)
        p[i] = frame[i % 9];
}

static unsigned n_events;

static void push_all(struct scan_frame *f, const uint8_t *p)
{
    struct scan_event event;
    for (size_t at = 0; at < TRAFFIC_LEN; at += READ_LEN) {
        size_t pos = 0, used = 0;
        while (scan_frame_push(f, p + at + pos, READ_LEN - pos, &used, &event)) {
            pos += used;
            n_events++;
            bench_keep(&event);
        }
    }
}

static double sum_mb_s(const uint8_t *p)
{
    double begin_s = bench_cpu_s();
    uint32_t sum = 0;
    for (size_t i = 0; i < TRAFFIC_LEN; i++) {
        sum += p[i];
        bench_keep(&sum);
    }
    return (double)TRAFFIC_LEN / 1e6 / (bench_cpu_s() - begin_s);
}

static void measure(const char *profile, const char *what, int passes,
                    void (*fill)(uint8_t *p, const struct scan_profile *profile), uint8_t *p)
{
    static struct scan_frame f;
    double best = 0, baseline = 0;
    char name[64];
    fill(p, scan_profile_find(profile));
    for (int i = 0; i < passes; i++) {
        scan_frame_init(&f, scan_profile_find(profile));
        double begin_s = bench_cpu_s();
        push_all(&f, p);
        double mb_s = (double)TRAFFIC_LEN / 1e6 / (bench_cpu_s() - begin_s);
        double sum = sum_mb_s(p);
        best = mb_s > best ? mb_s : best;
        baseline = sum > baseline ? sum : baseline;
    }
    snprintf(name, sizeof name, "framing %s, %s", profile, what);
    bench_say(name, "MB/s", best, ">= 200", baseline);
}

int main(int argc, char **argv)
{
    static const char *const profiles[] = {"auto", "lines", "stx-etx", "desko", "elyctis", "rte"};
    const int passes = argc > 1 && strcmp(argv[1], "--short") == 0 ? 1 : 400;
    uint8_t *p = malloc(TRAFFIC_LEN);
    if (!p)
        return 1;
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        measure(profiles[i], "documents", passes, fill_documents, p);
        measure(profiles[i], "random bytes", passes, fill_bytes, p);
        measure(profiles[i], "one endless line", passes, fill_letters, p);
        measure(profiles[i], "short lines", passes, fill_short_lines, p);
        measure(profiles[i], "headers only", passes, fill_headers, p);
    }
    free(p);
    return n_events > 0 ? 0 : 1;
}
