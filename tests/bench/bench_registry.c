/* How fast the registry takes entries in, and a fleet that comes back at once.
 *
 * Kiosks' batches are made beforehand: what is measured is the real pamit-registry over mutual TLS,
 * with signature and chain checked, each batch durable before its receipt. Its processor time is
 * its process's own; the wall clock also has the clients, who share the cores. In each round the
 * same rows are then inserted bare into such a table, as many in a transaction as in a batch, WAL
 * and synchronous=FULL, the WAL checkpointed where the registry's is; a signature is verified and
 * one made by the same library; and 4 KiB are written and synced.
 *
 * A fleet: so many kiosks with the entries of 14 days, a tenth of them, all connect at the same
 * moment, ask how far the registry is, and send what they have in batches of up to 512, as
 * pamit-sync does. The curve is in the lines: how many are acknowledged when, and what the process
 * has resident then.
 */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "bare_rows.h"
#include "bench.h"
#include "fleet.h"
#include "registry_sign.h"

#define CLIENTS       8
#define BATCH         BARE_ROWS_BATCH
#define ROUNDS        8
#define FLEET_ENTRIES 2100 /* of a kiosk in 14 days: 150 a day */
#define CURVE         4096
#define LOOK_MS       100
#define TRIES         4 /* of each of the basics, a batch of a round */

/* ---- what a batch can't do without ----------------------------------------------------------- */

struct basics {
    struct took verify, sign, write;
    unsigned n;
};

static void begin(struct took *took)
{
    took->wall_s -= bench_now_s();
    took->cpu_s -= bench_cpu_s();
}

static void end(struct took *took)
{
    took->cpu_s += bench_cpu_s();
    took->wall_s += bench_now_s();
}

static void basics_measure(const struct centre *centre, size_t tries, struct basics *basics)
{
    static const uint8_t page[4096], header[200];
    char path[PROVIDE_PATH_LEN], why[SIGN_WHY_LEN];
    uint8_t signature[SIGN_LEN], point[SIGN_POINT_LEN];
    struct registry_signer *signer;

    provide_path(centre->folder, "receipt.key", path);
    if (registry_signer_load(path, &signer, why) != ERR_OK)
        bench_fail("key", why);
    registry_signer_point(signer, point);
    provide_path(centre->folder, "write", path);
    provide_file(path, page, sizeof page);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    for (size_t i = 0; i < tries; i++, basics->n++) {
        begin(&basics->sign);
        provide_need(registry_sign(signer, span_of(header, sizeof header), signature), "sign");
        end(&basics->sign);
        begin(&basics->verify);
        provide_need(registry_check(point, span_of(header, sizeof header), signature), "verify");
        end(&basics->verify);
        begin(&basics->write);
        if (pwrite(fd, page, sizeof page, 0) != (ssize_t)sizeof page || fdatasync(fd) < 0)
            bench_fail(path, "can't be written");
        end(&basics->write);
    }
    close(fd);
    registry_signer_close(signer);
}

/* ---- batches of a hundred from eight clients ------------------------------------------------- */

static void need_all(const struct fleet *fleet, uint64_t entries)
{
    char why[128 + FLEET_WHY_LEN];

    snprintf(why, sizeof why, "%llu of %llu entries acknowledged, %llu kiosks failed, first %s",
             (unsigned long long)fleet->acknowledged, (unsigned long long)entries,
             (unsigned long long)fleet->failed, fleet->why);
    if (fleet->failed > 0 || fleet->acknowledged != entries)
        bench_fail("fleet", why);
}

static void say_clients(const struct took *here, const struct took *bare, double entries)
{
    bench_say("8 clients, 100 entries a batch, mutual TLS", "entries/s", entries / here->wall_s,
              "> 40000", entries / bare->wall_s);
    bench_say("... the registry's processor, beside SQLite's alone", "us/entry",
              here->cpu_s / entries * 1e6, "< 25", bare->cpu_s / entries * 1e6);
}

static void say_basics(const struct basics *basics)
{
    const double n = basics->n;

    bench_say("... a signature verified, one a batch: processor", "us",
              basics->verify.cpu_s / n * 1e6, "", 0);
    bench_say("... and made, one a receipt: processor", "us", basics->sign.cpu_s / n * 1e6, "", 0);
    bench_say("... 4 KiB written over and synced", "us", basics->write.wall_s / n * 1e6, "", 0);
}

static void measure_clients(const char *folder, size_t batches)
{
    static struct centre centre;
    static struct fleet fleet;
    struct took here = {0}, bare = {0};
    struct basics basics = {0};
    struct bare_rows rows;

    centre_open(&centre, folder, 2 * CLIENTS);
    fleet_open(&fleet, &centre, CLIENTS, ROUNDS * batches * BATCH, BATCH);
    bare_rows_open(&rows, &centre);
    centre_start(&centre);
    for (size_t i = 0; i < ROUNDS; i++) {
        const double wall_s = bench_now_s(), cpu_s = centre_cpu_s(&centre);
        fleet_send(&fleet, i * batches, (i + 1) * batches);
        here.wall_s += bench_now_s() - wall_s;
        here.cpu_s += centre_cpu_s(&centre) - cpu_s;
        bare_rows_insert(&rows, i * batches * BATCH + 1, (i + 1) * batches * BATCH, &bare);
        basics_measure(&centre, TRIES * batches, &basics);
    }
    const uint64_t entries = (uint64_t)CLIENTS * ROUNDS * batches * BATCH;
    need_all(&fleet, entries);
    say_clients(&here, &bare, (double)entries);
    say_basics(&basics);
    centre_stop(&centre);
    bare_rows_close(&rows);
    fleet_close(&fleet);
    centre_close(&centre);
}

/* ---- a fleet that comes back ----------------------------------------------------------------- */

struct curve {
    struct centre *centre;
    struct fleet *fleet;
    double began_s;
    size_t n;
    struct point {
        double at_s, resident_mb;
        uint64_t acknowledged, connected;
    } points[CURVE];
    _Atomic bool over;
};

static void *curve_draw(void *user)
{
    const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
    struct curve *curve = user;
    bool last;

    do {
        last = curve->over; /* the end is looked at too */
        curve->points[curve->n++] = (struct point){.at_s = bench_now_s() - curve->began_s,
                                                   .resident_mb = centre_resident_mb(curve->centre),
                                                   .acknowledged = curve->fleet->acknowledged,
                                                   .connected = curve->fleet->connected};
        nanosleep(&pause, NULL);
    } while (!last && curve->n < CURVE);
    return NULL;
}

/* When each tenth was acknowledged, and what was resident then. */
static void curve_say(const struct curve *curve, uint64_t entries)
{
    char name[64];
    size_t at = 0;

    for (unsigned tenth = 1; tenth <= 10; tenth++) {
        while (at + 1 < curve->n && curve->points[at].acknowledged * 10 < entries * tenth)
            at++;
        snprintf(name, sizeof name, "... %3u %% of them acknowledged after", 10 * tenth);
        bench_say(name, "s", curve->points[at].at_s, "", 0);
        bench_say("    resident then", "MB", curve->points[at].resident_mb, "", 0);
    }
}

/* The most that was resident on the second half of the way, beside what was when it began. */
static void say_memory(const struct curve *curve, uint64_t entries)
{
    double most = 0, early = 0;

    for (size_t i = 0; i < curve->n; i++) {
        const struct point *point = &curve->points[i];
        if (point->acknowledged * 2 < entries)
            continue;
        early = early > 0 ? early : point->resident_mb;
        most = most > point->resident_mb ? most : point->resident_mb;
    }
    bench_say("... resident at most, beside half of the way", "MB", most, "1.1 x", early);
}

static void measure_return(const char *folder, size_t kiosks, size_t entries_each)
{
    static struct centre centre;
    static struct fleet fleet;
    static struct curve curve;
    const uint64_t entries = (uint64_t)kiosks * entries_each;
    pthread_t drawer;

    centre_open(&centre, folder, (unsigned)(2 * kiosks));
    fleet_open(&fleet, &centre, kiosks, entries_each, WIRE_BATCH_ENTRIES);
    centre_start(&centre);
    bench_say("the registry at rest: resident", "MB", centre_resident_mb(&centre), "", 0);
    curve.centre = &centre;
    curve.fleet = &fleet;
    curve.began_s = bench_now_s();
    const double cpu_s = centre_cpu_s(&centre);
    if (pthread_create(&drawer, NULL, curve_draw, &curve) != 0)
        bench_fail("curve", "no thread");
    fleet_send(&fleet, 0, fleet.n_batches);
    const double took_s = bench_now_s() - curve.began_s;
    const double used_s = centre_cpu_s(&centre) - cpu_s;
    curve.over = true;
    pthread_join(drawer, NULL);
    need_all(&fleet, entries);
    bench_say("kiosks that come back at once, none with an error", "kiosks", (double)kiosks, "", 0);
    bench_say("... all their entries acknowledged after", "s", took_s, "", 0);
    bench_say("... that is", "entries/s", (double)entries / took_s, "", 0);
    bench_say("... the registry's processor", "us/entry", used_s / (double)entries * 1e6, "", 0);
    curve_say(&curve, entries);
    say_memory(&curve, entries);
    centre_stop(&centre);
    fleet_close(&fleet);
    centre_close(&centre);
}

static bool wants(int argc, char **argv, const char *word)
{
    bool wanted = true;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], word) == 0)
            return true;
        wanted &= argv[i][0] == '-';
    }
    return wanted;
}

/* bench_registry [--short] [clients|fleet] */
int main(int argc, char **argv)
{
    const bool brief = argc > 1 && strcmp(argv[1], "--short") == 0;

    provide_folder(FOLDER);
    if (wants(argc, argv, "clients"))
        measure_clients(FOLDER "/registry", brief ? 1 : 50);
    if (wants(argc, argv, "fleet"))
        measure_return(FOLDER "/registry", brief ? 20 : 1000, brief ? 600 : FLEET_ENTRIES);
    return 0;
}
