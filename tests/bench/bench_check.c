/* One whole check at a counter: look-up texts, finding, opening, grading, verdict, in caches of up
 * to 7 million placements.
 *
 * A cache is built (and kept, for its size and seed), then fictional travellers are checked in a
 * mix like a counter's. What a check can't do without is measured beside it: the very SELECTs,
 * HMACs and AEAD opens of the same checks, recorded and done again bare (replay.h), block by block
 * in turn, so that both find the same machine, warm caches and neighbours. At last another process
 * applies steps of the feed as fast as it can while the checks go on. Every answer is compared with
 * what the traveller must get: a wrong one ends the benchmark.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "findings.h"
#include "population.h"
#include "provide.h"
#include "replay.h"
#include "sign.h"

#define BLOCK          500 /* checks between two looks at the clock of blocks */
#define STEP_ROWS      CACHE_DELTA_MAX
#define CHECKS_MAX     20000
#define UNDER_LOAD_MAX 1000000

static const struct date today = {2026, 11, 21};

struct plan {
    uint32_t placements, listings_of_kind;
    unsigned checks, passes, steps; /* of the feed */
};

#define NOMINAL 2100000u /* domain.md, sizes */
#define CEILING 7000000u
#define USUAL   200000u
#define SHORT   3000u
#define LISTED  250000u /* of each kind */

static struct plan plan_of(uint32_t placements)
{
    const bool moment = placements <= SHORT;
    return (struct plan){
        .placements = placements,
        .listings_of_kind = placements / 8 < LISTED ? placements / 8 : LISTED,
        .checks = moment ? 1000 : CHECKS_MAX,
        .passes = moment ? 2 : 8,
        .steps = moment ? 4 : 20,
    };
}

struct traveller {
    enum visit visit;
    uint32_t placement;
    struct document document;
    size_t calls_from, calls_to; /* its part of the replay */
};

struct took {
    double wall_us, cpu_us;
};

struct scene {
    struct plan plan;
    struct population population;
    char label[24], path[PROVIDE_PATH_LEN];
    struct seal_root *root;
    struct cache_reader *reader;
    const struct policy *policy;
    struct data_state data;
    struct traveller *travellers;
    struct took *took; /* of every check that was measured */
    size_t n_took;
};

static void say(const struct scene *scene, const char *what, const char *unit, double figure,
                const char *target, double baseline)
{
    char name[96];
    snprintf(name, sizeof name, "%s, %s", scene->label, what);
    bench_say(name, unit, figure, target, baseline);
}

static void open_reader(struct scene *scene)
{
    char why[CACHE_WHY_LEN];
    if (cache_reader_open(scene->path, scene->root, &scene->reader, why))
        bench_fail("reader", why);
    provide_need(cache_reader_state(scene->reader, &scene->data), "state");
}

/* ---- a check -------------------------------------------------------------------------------- */

static bool right(const struct traveller *traveller, const struct findings *findings)
{
    const struct match *match = &findings->match;
    char id[PLACEMENT_ID_LEN];

    snprintf(id, sizeof id, "PMI-%08u-01", traveller->placement);
    const bool theirs = strcmp(match->placement.placement_id, id) == 0;
    switch (traveller->visit) {
    case VISIT_NUMBER:
        return match->key == MATCH_KEY_PASSPORT && match->grade == MATCH_EXACT && theirs;
    case VISIT_OLD:
        return match->key == MATCH_KEY_OLD_PASSPORT && match->grade == MATCH_EXACT && theirs;
    case VISIT_NAME: /* or somebody of the same name, sex and birth date */
        return match->key == MATCH_KEY_NAME_DOB;
    case VISIT_NOBODY: /* may be somebody's namesake */
        return match->grade == MATCH_NONE || match->key == MATCH_KEY_NAME_DOB;
    case VISIT_LISTED:
        return match->key == MATCH_KEY_PASSPORT && theirs &&
               findings->listings.of[LISTING_SOI].kind == LISTING_SOI;
    case VISIT_COUNT:
        break;
    }
    return false;
}

static void check(const struct scene *scene, const struct traveller *traveller)
{
    static const struct context context = {.dest_country = "TWN", .purpose = PURPOSE_WORK};
    struct findings findings;
    struct verdict verdict;

    provide_need(findings_look_up(scene->reader, &traveller->document, today, &findings),
                 "look up");
    const struct facts facts = {.document = &traveller->document,
                                .context = &context,
                                .match = &findings.match,
                                .listings = &findings.listings,
                                .data = &scene->data,
                                .policy = scene->policy,
                                .site = SITE_ONLINE,
                                .clock_quality = CLOCK_SYNCED,
                                .today = today};
    verdict_judge(&facts, &verdict);
    bench_keep(&verdict);
    if (!right(traveller, &findings) || verdict.n_reasons == 0)
        bench_fail("a traveller got a wrong answer", traveller->document.number);
}

/* The processor's time is that of this check whoever else is on the machine; the wall's is all. */
static struct took check_timed(const struct scene *scene, const struct traveller *traveller)
{
    const double wall_s = bench_now_s(), cpu_s = bench_cpu_s();
    check(scene, traveller);
    return (struct took){.cpu_us = (bench_cpu_s() - cpu_s) * 1e6,
                         .wall_us = (bench_now_s() - wall_s) * 1e6};
}

static void invite(struct scene *scene)
{
    for (uint32_t i = 0; i < scene->plan.checks; i++) {
        struct traveller *traveller = &scene->travellers[i];
        *traveller = (struct traveller){.visit = population_visit(&scene->population, i)};
        population_document(&scene->population, traveller->visit, i, &traveller->document,
                            &traveller->placement);
    }
}

/* ---- figures -------------------------------------------------------------------------------- */

static int compare_wall(const void *left, const void *right)
{
    const struct took *a = left, *b = right;
    return (a->wall_us > b->wall_us) - (a->wall_us < b->wall_us);
}

static int compare_cpu(const void *left, const void *right)
{
    const struct took *a = left, *b = right;
    return (a->cpu_us > b->cpu_us) - (a->cpu_us < b->cpu_us);
}

static size_t rank(const struct scene *scene, double of)
{
    return (size_t)((double)(scene->n_took - 1) * of);
}

static void say_percentiles(struct scene *scene, const char *when)
{
    static const struct {
        const char *name;
        double of;
        const char *target;
    } rows[] = {{"p50", 0.5, ""}, {"p99", 0.99, "<= 1000"}, {"p99.9", 0.999, ""}, {"max", 1, ""}};
    char what[56];

    qsort(scene->took, scene->n_took, sizeof *scene->took, compare_wall);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(what, sizeof what, "%s, %s", when, rows[i].name);
        say(scene, what, "us", scene->took[rank(scene, rows[i].of)].wall_us, rows[i].target, 0);
    }
    qsort(scene->took, scene->n_took, sizeof *scene->took, compare_cpu);
    for (size_t i = 0; i < 3; i++) {
        snprintf(what, sizeof what, "%s, processor, %s", when, rows[i].name);
        say(scene, what, "us", scene->took[rank(scene, rows[i].of)].cpu_us, "", 0);
    }
    scene->n_took = 0;
}

/* ---- resident ------------------------------------------------------------------------------- */

/* What a process holds that only checks: a child of a parent that is still small. */
static void say_resident(struct scene *scene)
{
    struct rusage used;
    int status;
    const pid_t child = fork();

    if (child == 0) {
        open_reader(scene);
        for (unsigned i = 0; i < scene->plan.checks; i++)
            check(scene, &scene->travellers[i]);
        cache_reader_close(scene->reader);
        _exit(0);
    }
    if (wait4(child, &status, 0, &used) != child || status != 0)
        bench_fail("resident", "failed");
    say(scene, "checking, resident", "MB", (double)used.ru_maxrss / 1e3, "<= 64", 0);
}

/* ---- side by side --------------------------------------------------------------------------- */

struct side {
    double wall_s, cpu_s;
};

static void record(struct scene *scene)
{
    size_t at = 0;

    for (unsigned i = 0; i < scene->plan.checks; i++) {
        replay_begin();
        check(scene, &scene->travellers[i]);
        scene->travellers[i].calls_from = at;
        scene->travellers[i].calls_to = at = replay_end();
    }
}

static void run_checks(struct scene *scene, unsigned from, unsigned to, struct side *side)
{
    const double wall = bench_now_s(), cpu = bench_cpu_s();
    for (unsigned i = from; i < to; i++)
        scene->took[scene->n_took++] = check_timed(scene, &scene->travellers[i]);
    side->wall_s += bench_now_s() - wall;
    side->cpu_s += bench_cpu_s() - cpu;
}

static void run_bare(const struct scene *scene, unsigned from, unsigned to, struct side *side)
{
    const double wall = bench_now_s(), cpu = bench_cpu_s();
    for (unsigned i = from; i < to; i++) {
        /* The clocks cost both sides. */
        const double wall_s = bench_now_s(), cpu_s = bench_cpu_s();
        replay_run(scene->travellers[i].calls_from, scene->travellers[i].calls_to);
        const struct took took = {.cpu_us = bench_cpu_s() - cpu_s,
                                  .wall_us = bench_now_s() - wall_s};
        bench_keep(&took);
    }
    side->wall_s += bench_now_s() - wall;
    side->cpu_s += bench_cpu_s() - cpu;
}

static void side_by_side(struct scene *scene)
{
    struct side checks = {0}, bare = {0};
    const unsigned n = scene->plan.checks;

    record(scene); /* and everything is warm */
    for (unsigned pass = 0; pass < scene->plan.passes; pass++)
        for (unsigned from = 0; from < n; from += BLOCK) {
            const unsigned to = from + BLOCK < n ? from + BLOCK : n;
            if (pass % 2)
                run_bare(scene, from, to, &bare);
            run_checks(scene, from, to, &checks);
            if (!(pass % 2))
                run_bare(scene, from, to, &bare);
        }
    const double all = (double)n * scene->plan.passes / 1e6;
    say(scene, "warm, mean against its parts", "us", checks.wall_s / all, "1.25 x",
        bare.wall_s / all);
    say(scene, "warm, processor against parts", "us", checks.cpu_s / all, "1.25 x",
        bare.cpu_s / all);
    say_percentiles(scene, "warm");
    replay_clear();
}

/* ---- under a delta -------------------------------------------------------------------------- */

/* Half the rows are of people who are there, half of new ones. */
static void delta_apply(const struct scene *scene, struct cache_writer *writer, unsigned step)
{
    static struct placement rows[STEP_ROWS];
    struct cache_versions versions;

    provide_need(cache_writer_versions(writer, &versions), "versions");
    for (uint32_t i = 0; i < STEP_ROWS; i++) {
        const uint32_t nth = step * STEP_ROWS + i, n = scene->population.placements;
        const uint64_t at = population_draw(&scene->population, 0, (uint64_t)1 << 32 | nth);
        population_placement(&scene->population, i % 2 ? (uint32_t)(at % n) : n + nth, &rows[i]);
        rows[i].rec_seq += versions.placements;
    }
    const struct cache_delta delta = {.from = versions.placements,
                                      .to = versions.placements + 1,
                                      .as_of = PROVIDE_AS_OF_S,
                                      .rows = rows,
                                      .n_rows = STEP_ROWS};
    provide_need(cache_apply(writer, &delta), "apply");
}

enum progress_of_writer { WRITER_STARTS, WRITER_WRITES, WRITER_DONE };

static void write_delta(const struct scene *scene, volatile int *state)
{
    char why[CACHE_WHY_LEN];
    struct cache_writer *writer = NULL;

    if (cache_writer_open(scene->path, scene->root, &writer, why))
        bench_fail("writer", why);
    *state = WRITER_WRITES;
    for (unsigned step = 0; step < scene->plan.steps; step++)
        delta_apply(scene, writer, step);
    *state = WRITER_DONE;
    cache_writer_close(writer);
}

static void under_delta(struct scene *scene)
{
    volatile int *state =
        mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;

    if (state == MAP_FAILED)
        bench_fail("mmap", "failed");
    const pid_t child = fork();
    if (child == 0) {
        write_delta(scene, state);
        _exit(0);
    }
    unsigned i = 0;
    double begin_s = 0;
    while (*state != WRITER_DONE && waitpid(child, &status, WNOHANG) == 0) {
        const struct took took = check_timed(scene, &scene->travellers[i]);
        i = (i + 1) % scene->plan.checks;
        if (*state == WRITER_STARTS)
            continue;
        if (begin_s == 0)
            begin_s = bench_now_s();
        if (scene->n_took < UNDER_LOAD_MAX)
            scene->took[scene->n_took++] = took;
    }
    const double took_s = bench_now_s() - begin_s;
    if (*state != WRITER_DONE)
        bench_fail("writer", "failed");
    waitpid(child, &status, 0);
    munmap((void *)(uintptr_t)state, sizeof *state);
    say(scene, "delta under load, rows", "1/s", scene->plan.steps * STEP_ROWS / took_s, "", 0);
    say(scene, "delta under load, checks", "1/s", (double)scene->n_took / took_s, "", 0);
    say_percentiles(scene, "delta under load");
}

/* ---- all ------------------------------------------------------------------------------------ */

static void measure(const struct plan *plan, const char *folder, struct seal_root *root,
                    const struct policy *policy)
{
    static struct traveller travellers[CHECKS_MAX];
    static struct took took[UNDER_LOAD_MAX];
    struct scene scene = {
        .plan = *plan,
        .population = {PROVIDE_SEED, plan->placements, plan->listings_of_kind},
        .root = root,
        .policy = policy,
        .travellers = travellers,
        .took = took,
    };

    snprintf(scene.label, sizeof scene.label, "check %.4g M", plan->placements / 1e6);
    provide_cache(&scene.population, scene.label, folder, root, scene.path);
    invite(&scene);
    say_resident(&scene);
    open_reader(&scene);
    side_by_side(&scene);
    under_delta(&scene);
    cache_reader_close(scene.reader);
}

#define SIZES_MAX 8

int main(int argc, char **argv)
{
    const char *folder = FOLDER;
    uint32_t sizes[SIZES_MAX] = {USUAL};
    size_t n_sizes = 0;

    for (int i = 1; i < argc && n_sizes + 2 < SIZES_MAX; i++) {
        if (strcmp(argv[i], "--short") == 0) {
            sizes[n_sizes++] = SHORT;
        } else if (strcmp(argv[i], "--full") == 0) {
            sizes[n_sizes++] = NOMINAL;
            sizes[n_sizes++] = CEILING;
        } else if (argv[i][0] >= '1' && argv[i][0] <= '9') {
            sizes[n_sizes++] = (uint32_t)strtoul(argv[i], NULL, 10);
        } else {
            folder = argv[i];
        }
    }
    provide_folder(folder);
    struct seal_root *root = provide_root(folder);
    const struct policy *policy = provide_policy();
    for (size_t i = 0; i < (n_sizes ? n_sizes : 1); i++) {
        const struct plan plan = plan_of(sizes[i]);
        measure(&plan, folder, root, policy);
    }
    seal_root_close(root);
    return 0;
}
