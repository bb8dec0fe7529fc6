/* Does a journal of half a million entries append and start like one of a thousand?
 *
 * Both are filled by the journal's own code. Appends to the two, and starts of the real pamit-lane
 * on them, take turns. Starts are measured
 *   - after the appends, which are 2,000 crossings;
 *   - after 6,000 today, the most that a counter has: a start reads the day back;
 *   - the same after a power cut: what the kernel held of the file is dropped;
 *   - after kill -9 of a writer that left a WAL of 1,000 pages, which a start writes once more.
 * The baseline is the small one's, with as many crossings today.
 */
#include <inttypes.h>

#include "bench.h"
#include "crowd.h"
#include "kiosk.h"

#define SMALL      1000
#define LARGE      500000
#define TODAY      8000 /* entries that make it 6,000 crossings today */
#define ROUNDS_MAX 4000
#define STARTS_MAX 11

enum { OF_SMALL, OF_LARGE, KIOSKS };

struct plan {
    uint64_t entries[KIOSKS], today;
    unsigned rounds, starts, wal_pages;
};

static const struct plan usual = {{SMALL, LARGE}, TODAY, ROUNDS_MAX, STARTS_MAX, 1000};
static const struct plan moment = {{50, 200}, 50, 20, 1, 50};

struct scene {
    struct plan plan;
    struct kiosk kiosk[KIOSKS];
};

static void say_entries(const struct scene *scene, const char *when)
{
    char what[64];

    snprintf(what, sizeof what, "growth, entries stored %s", when);
    bench_say(what, "entries", (double)kiosk_head(&scene->kiosk[OF_LARGE]).seq, "",
              (double)kiosk_head(&scene->kiosk[OF_SMALL]).seq);
}

/* ---- appends -------------------------------------------------------------------------------- */

static double append(struct crowd *crowd)
{
    struct journal_head head;

    journal_head(crowd->journal, &head);
    const double begin_s = bench_now_s();
    provide_need(crowd_fill(crowd, head.seq + 1), "append");
    return (bench_now_s() - begin_s) * 1e6;
}

static void measure_appends(const struct scene *scene)
{
    static double us[KIOSKS][ROUNDS_MAX];
    struct crowd crowd[KIOSKS];
    const unsigned rounds = scene->plan.rounds;

    for (size_t i = 0; i < KIOSKS; i++)
        crowd[i] = (struct crowd){.journal = kiosk_journal(&scene->kiosk[i]),
                                  .now = {.wall_ms = time(NULL) * 1000LL - 3600000,
                                          .zone = CLOCK_WIB,
                                          .quality = CLOCK_SYNCED},
                                  .step_ms = 100};
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned turn = 0; turn < KIOSKS; turn++) {
            const unsigned i = (round + turn) % KIOSKS;
            us[i][round] = append(&crowd[i]);
        }
    for (size_t i = 0; i < KIOSKS; i++) {
        provide_need(journal_checkpoint(crowd[i].journal), "checkpoint");
        journal_close(crowd[i].journal);
    }
    bench_say("growth, append, p50", "us", bench_percentile(us[OF_LARGE], rounds, 0.5), "1.25 x",
              bench_percentile(us[OF_SMALL], rounds, 0.5));
    bench_say("growth, append, p99", "us", bench_percentile(us[OF_LARGE], rounds, 0.99), "1.25 x",
              bench_percentile(us[OF_SMALL], rounds, 0.99));
}

/* ---- starts --------------------------------------------------------------------------------- */

static void say_start(const char *when, const char *what, const char *unit,
                      double figures[KIOSKS][STARTS_MAX], unsigned n, double of, const char *target)
{
    char name[96];

    snprintf(name, sizeof name, "start to ready, %s, %s", when, what);
    bench_say(name, unit, bench_percentile(figures[OF_LARGE], n, of), target,
              bench_percentile(figures[OF_SMALL], n, of));
}

typedef void (*prepare_fn)(const struct kiosk *kiosk);

static void measure_starts(const struct scene *scene, const char *when, prepare_fn prepare)
{
    static double ms[KIOSKS][STARTS_MAX], cpu[KIOSKS][STARTS_MAX], mb[KIOSKS][STARTS_MAX];
    const unsigned n = scene->plan.starts;

    for (unsigned round = 0; round < n; round++)
        for (unsigned turn = 0; turn < KIOSKS; turn++) {
            const unsigned i = (round + turn) % KIOSKS;
            if (prepare)
                prepare(&scene->kiosk[i]);
            const struct kiosk_start start = kiosk_start_lane(&scene->kiosk[i]);
            ms[i][round] = start.ready_ms;
            cpu[i][round] = start.cpu_ms;
            mb[i][round] = start.resident_mb;
        }
    say_start(when, "p50", "ms", ms, n, 0.5, "<= 1000");
    say_start(when, "slowest", "ms", ms, n, 1, "<= 1000");
    say_start(when, "processor", "ms", cpu, n, 0.5, "");
    say_start(when, "resident", "MB", mb, n, 1, "<= 64");
}

/* ---- all ------------------------------------------------------------------------------------ */

int main(int argc, char **argv)
{
    static struct scene scene;
    const char *folder = FOLDER;
    char path[PROVIDE_PATH_LEN], name[32];

    scene.plan = usual;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--short") == 0)
            scene.plan = moment;
        else
            folder = argv[i];
    }
    provide_folder(folder);
    for (size_t i = 0; i < KIOSKS; i++) {
        snprintf(name, sizeof name, "growth-%" PRIu64, scene.plan.entries[i]);
        provide_path(folder, name, path);
        kiosk_open(&scene.kiosk[i], path, scene.plan.entries[i]);
        scene.kiosk[i].wal_pages = scene.plan.wal_pages;
    }
    say_entries(&scene, "before");
    measure_appends(&scene);
    measure_starts(&scene, "2,000 crossings today", NULL);
    for (size_t i = 0; i < KIOSKS; i++)
        kiosk_add_today(&scene.kiosk[i], scene.plan.today);
    measure_starts(&scene, "6,000 crossings today", NULL);
    measure_starts(&scene, "nothing in memory", kiosk_forget_pages);
    measure_starts(&scene, "killed with a full WAL", kiosk_kill_with_full_wal);
    say_entries(&scene, "after");
    for (size_t i = 0; i < KIOSKS; i++)
        kiosk_close(&scene.kiosk[i]);
    return 0;
}
