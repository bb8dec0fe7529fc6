/* A departure at a counter, from lines read to two entries durable, beside what it can't do
 * without.
 *
 * The departure is the counter's own code: parse, look-ups in a cache of fictional people and in
 * the journal's crossings, verdict by the example policy, PRESENTED encoded, signed, sealed,
 * committed, and DECIDED likewise; one in a hundred is deferred. In each round, on the same disk
 * and thread: (a) 4 KiB are written over an allocated file, and fdatasync; (b) rows of the very
 * sizes of the two entries are inserted bare into such a table, each a transaction of its own, by a
 * prepared statement, WAL and synchronous=FULL, the WAL checkpointed by SQLite where ours is, at
 * 1,000 pages; (c) a digest is signed, twice, by the same library. Rounds turn about which comes
 * first, so that neighbours and the disk's moods meet all alike. What a departure may cost is set
 * against 2 (b) + 2 (c). Between lane and commit thread a real counter also changes threads twice;
 * that is left out here.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bare.h"
#include "bench.h"
#include "departure_parts.h"
#include "journal_crossing.h"
#include "judge.h"
#include "mrz_encode.h"
#include "population.h"
#include "provide.h"
#include "sign_digest.h"

#define ROUNDS_MAX   20000
#define WARM_UP      20
#define PAGE_LEN     4096
#define PAGES        1000 /* of the file that (a) writes over */
#define DEFERRED_ONE 100  /* in so many */

struct took {
    double wall_us, cpu_us;
};

enum side { DEPARTURE, WRITE, BARE, SIDES };

struct scene {
    unsigned rounds;
    struct population population;
    struct kiosk_config config;
    struct seal_root *root;
    struct sign_key *signer;
    struct judge *judge;
    struct journal *journal;
    struct bare *bare;
    int file;
    struct parts parts;      /* of the last departure */
    struct took took[SIDES]; /* of the last round */
    double commits_us[2], signatures_us[2];
    double parts_us[PARTS + 1][ROUNDS_MAX]; /* the last: all else */
    double wall_us[SIDES][ROUNDS_MAX], cpu_us[SIDES][ROUNDS_MAX];
    double commit_us[2 * ROUNDS_MAX], signature_us[2 * ROUNDS_MAX];
    double rows_len[ROUNDS_MAX]; /* what is stored for a departure */
};

/* ---- a departure ---------------------------------------------------------------------------- */

static void put_date(struct date date, char out[7])
{
    snprintf(out, 7, "%02u%02u%02u", (unsigned)date.year % 100, date.month % 100u, date.day % 100u);
}

/* What a scanner sends of the `index`-th traveller. */
static struct mrz_lines lines_of(const struct population *population, uint32_t index)
{
    struct document document;
    uint32_t placement;
    struct mrz_document printed = {.format = MRZ_FORMAT_TD3,
                                   .code = "P",
                                   .state = "IDN",
                                   .nationality = "IDN",
                                   .empty_optional_digit = '<'};

    population_document(population, population_visit(population, index), index, &document,
                        &placement);
    snprintf(printed.number, sizeof printed.number, "%s", document.number);
    put_date(document.birth, printed.birth);
    put_date(document.expiry, printed.expiry);
    printed.sex = document.sex;
    const size_t first = strcspn(document.name, " ");
    snprintf(printed.primary, sizeof printed.primary, "%.*s", (int)first, document.name);
    if (document.name[first])
        snprintf(printed.secondary, sizeof printed.secondary, "%s", document.name + first + 1);
    return mrz_encode(&printed);
}

/* Times pass as at a counter that never rests. */
static struct clock_reading reading_of(uint32_t index, int64_t after_ms)
{
    return (struct clock_reading){.wall_ms = PROVIDE_AS_OF_S * 1000LL + index * 10LL + after_ms,
                                  .zone = CLOCK_WIB,
                                  .quality = CLOCK_SYNCED,
                                  .boottime_ms = 1 + index * 10LL + after_ms};
}

static struct entry_place place_of(const struct kiosk_config *config)
{
    struct entry_place place = {.mode = MODE_LIVE};

    snprintf(place.tpi_code, sizeof place.tpi_code, "%s", config->tpi_code);
    snprintf(place.counter, sizeof place.counter, "%s", config->counter);
    snprintf(place.officer_id, sizeof place.officer_id, "%s", config->officer_id);
    return place;
}

static uint64_t present(const struct scene *scene, const struct document *document, uint32_t index)
{
    const struct context context = {.direction = DIRECTION_DEPARTURE,
                                    .carrier_kind = CARRIER_AIR,
                                    .carrier_no = "CI762",
                                    .dest_country = "TWN",
                                    .purpose = PURPOSE_WORK};
    const struct clock_reading now = reading_of(index, 0);
    struct judgement judgement;
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    struct journal_head head;

    judge_traveller(scene->judge, document, &context, &now, &judgement);
    if (judgement.verdict.n_reasons == 0 || !judgement.data.placements_usable)
        bench_fail("a traveller got no answer", document->number);
    struct entry_presented entry = {.place = place_of(&scene->config),
                                    .context = context,
                                    .document = *document,
                                    .match_key = judgement.match.key,
                                    .match_grade = judgement.match.grade,
                                    .data = judgement.data,
                                    .policy_version = judgement.policy_version,
                                    .verdict = judgement.verdict};
    if (judgement.match.grade != MATCH_NONE)
        snprintf(entry.placement_id, sizeof entry.placement_id, "%s",
                 judgement.match.placement.placement_id);
    seal_random(salt, sizeof salt);
    provide_need(entry_presented_encode(&entry, salt, payload, sizeof payload, &len), "PRESENTED");
    provide_need(
        journal_append(scene->journal, ENTRY_PRESENTED, &now, span_of(payload, len), &head),
        "append");
    return head.seq;
}

static void decide(const struct scene *scene, const struct document *document, uint32_t index,
                   uint64_t presented)
{
    const bool defers = index % DEFERRED_ONE == 0;
    const struct clock_reading now = reading_of(index, 5);
    const struct entry_decided entry = {.place = place_of(&scene->config),
                                        .presented = presented,
                                        .decision = defers ? DECISION_DEFERRED : DECISION_CLEARED,
                                        .role = defers ? ROLE_SUPERVISOR : ROLE_OFFICER,
                                        .duration_ms = 4200};
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    struct journal_head head;
    struct crossing_decided about = {.direction = DIRECTION_DEPARTURE, .decision = entry.decision};

    seal_random(salt, sizeof salt);
    provide_need(entry_decided_encode(&entry, salt, payload, sizeof payload, &len), "DECIDED");
    const struct span bytes = span_of(payload, len);
    crossing_subject_of(document, MODE_LIVE, &about.subject);
    provide_need(journal_append_decided(scene->journal, &now, bytes, &about, &head), "append");
}

static void depart(const struct scene *scene, const struct mrz_lines *lines, uint32_t index)
{
    static const struct date today = {2026, 11, 21};
    struct mrz mrz;
    struct document document;

    if (!mrz_parse_lines(lines, &mrz))
        bench_fail("a document is unreadable", lines->text[1]);
    document_from_mrz(&mrz, today, &document);
    const uint64_t presented = present(scene, &document, index);
    decide(scene, &document, index, presented);
}

/* ---- the four sides ------------------------------------------------------------------------- */

static void write_page(const struct scene *scene, uint32_t index)
{
    static uint8_t page[PAGE_LEN];

    memcpy(page, &index, sizeof index);
    if (pwrite(scene->file, page, sizeof page, (off_t)(index % PAGES) * PAGE_LEN) != PAGE_LEN ||
        fdatasync(scene->file) < 0)
        bench_fail("write", "failed");
}

static void sign_digest_of(const struct scene *scene, uint32_t nth)
{
    uint8_t digest[SIGN_HASH_LEN] = {0}, signature[SIGN_LEN];

    memcpy(digest, &nth, sizeof nth);
    provide_need(sign_digest(scene->signer, digest, signature), "sign");
}

/* What a departure can't do without: its two rows. */
static void run_bare(struct scene *scene, uint32_t index)
{
    for (uint32_t i = 0; i < PARTS_ROWS; i++) {
        const double begin_s = bench_now_s();
        sign_digest_of(scene, PARTS_ROWS * index + i);
        const double signed_s = bench_now_s();
        bare_append(scene->bare, scene->parts.header_len[i], scene->parts.sealed_len[i]);
        scene->commits_us[i] = (bench_now_s() - signed_s) * 1e6;
        scene->signatures_us[i] = (signed_s - begin_s) * 1e6;
    }
}

static void run_side(struct scene *scene, enum side side, const struct mrz_lines *lines,
                     uint32_t index)
{
    parts_take();
    const double wall_s = bench_now_s(), cpu_s = bench_cpu_s();
    switch (side) {
    case DEPARTURE:
        depart(scene, lines, index);
        break;
    case WRITE:
        write_page(scene, index);
        break;
    case BARE:
        run_bare(scene, index);
        break;
    case SIDES:
        break;
    }
    scene->took[side] = (struct took){.cpu_us = (bench_cpu_s() - cpu_s) * 1e6,
                                      .wall_us = (bench_now_s() - wall_s) * 1e6};
    if (side == DEPARTURE)
        scene->parts = parts_take();
}

static void keep(struct scene *scene, unsigned round)
{
    double rest_us = scene->took[DEPARTURE].wall_us;

    for (size_t side = 0; side < SIDES; side++) {
        scene->wall_us[side][round] = scene->took[side].wall_us;
        scene->cpu_us[side][round] = scene->took[side].cpu_us;
    }
    scene->rows_len[round] = 0;
    for (size_t i = 0; i < PARTS_ROWS; i++) {
        scene->rows_len[round] +=
            (double)(scene->parts.header_len[i] + SIGN_LEN + scene->parts.sealed_len[i]);
        scene->commit_us[PARTS_ROWS * round + i] = scene->commits_us[i];
        scene->signature_us[PARTS_ROWS * round + i] = scene->signatures_us[i];
    }
    for (size_t i = 0; i < PARTS; i++) {
        scene->parts_us[i][round] = scene->parts.us[i];
        rest_us -= scene->parts.us[i];
    }
    scene->parts_us[PARTS][round] = rest_us;
}

static void run_rounds(struct scene *scene)
{
    for (unsigned i = 0; i < scene->rounds + WARM_UP; i++) {
        const struct mrz_lines lines = lines_of(&scene->population, i);
        for (unsigned turn = 0; turn < SIDES; turn++)
            run_side(scene, (enum side)((i + turn) % SIDES), &lines, i);
        if (i >= WARM_UP)
            keep(scene, i - WARM_UP);
    }
}

/* ---- figures -------------------------------------------------------------------------------- */

static double percentile(const struct scene *scene, double *figures, double of)
{
    return bench_percentile(figures, scene->rounds, of);
}

static double mean(const struct scene *scene, const double *figures)
{
    double sum = 0;

    for (unsigned i = 0; i < scene->rounds; i++)
        sum += figures[i];
    return sum / scene->rounds;
}

static double percentile_of_rows(const struct scene *scene, double *figures, double of)
{
    return bench_percentile(figures, (size_t)PARTS_ROWS * scene->rounds, of);
}

static void say_departure(struct scene *scene)
{
    double *wall = scene->wall_us[DEPARTURE], *bare = scene->wall_us[BARE];
    const double commit = percentile_of_rows(scene, scene->commit_us, 0.5);
    const double signature = percentile_of_rows(scene, scene->signature_us, 0.5);

    bench_say("departure, p50, against 2b + 2c", "us", percentile(scene, wall, 0.5), "1.25 x",
              2 * commit + 2 * signature);
    bench_say("departure, p99, against theirs", "us", percentile(scene, wall, 0.99), "",
              percentile(scene, bare, 0.99));
    bench_say("departure, processor, p50, against theirs", "us",
              percentile(scene, scene->cpu_us[DEPARTURE], 0.5), "",
              percentile(scene, scene->cpu_us[BARE], 0.5));
    bench_say("departures one after the other", "1/s", 1e6 / mean(scene, wall), "",
              1e6 / mean(scene, bare));
    bench_say("departure, its two rows", "bytes", mean(scene, scene->rows_len), "", 0);
}

static void say_bare(struct scene *scene)
{
    bench_say("a: 4 KiB write and fdatasync, p50", "us",
              percentile(scene, scene->wall_us[WRITE], 0.5), "", 0);
    bench_say("a: 4 KiB write and fdatasync, p99", "us",
              percentile(scene, scene->wall_us[WRITE], 0.99), "", 0);
    bench_say("b: bare commit of one row, p50", "us",
              percentile_of_rows(scene, scene->commit_us, 0.5), "", 0);
    bench_say("b: bare commit of one row, p99", "us",
              percentile_of_rows(scene, scene->commit_us, 0.99), "", 0);
    bench_say("c: bare signature, p50", "us", percentile_of_rows(scene, scene->signature_us, 0.5),
              "", 0);
    bench_say("c: bare signature, p99", "us", percentile_of_rows(scene, scene->signature_us, 0.99),
              "", 0);
}

static void say_parts(struct scene *scene)
{
    static const char *const words[PARTS + 1] = {
#define PART_WORDS(name, words) [PART_##name] = words,
        DEPARTURE_PARTS(PART_WORDS)
#undef PART_WORDS
            [PARTS] = "all else",
    };
    char name[96];

    for (size_t i = 0; i <= PARTS; i++) {
        const double bare_us =
            i == PART_SIGN     ? 2 * percentile_of_rows(scene, scene->signature_us, 0.5)
            : i == PART_COMMIT ? 2 * percentile_of_rows(scene, scene->commit_us, 0.5)
                               : 0;
        snprintf(name, sizeof name, "departure, p50 of %s", words[i]);
        bench_say(name, "us", percentile(scene, scene->parts_us[i], 0.5), "", bare_us);
    }
}

/* ---- all ------------------------------------------------------------------------------------ */

static void open_file(struct scene *scene, const char *folder)
{
    char path[PROVIDE_PATH_LEN];

    provide_path(folder, "departure-pages", path);
    scene->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (scene->file < 0)
        bench_fail(path, "can't be made");
    static const uint8_t page[PAGE_LEN];
    for (uint32_t i = 0; i < PAGES; i++)
        if (pwrite(scene->file, page, sizeof page, (off_t)i * PAGE_LEN) != PAGE_LEN)
            bench_fail(path, "can't be written");
    if (fdatasync(scene->file) < 0)
        bench_fail(path, "can't be synced");
}

static void open_counter(struct scene *scene, const char *folder, uint32_t placements)
{
    char bare[PROVIDE_PATH_LEN], why[JOURNAL_WHY_LEN];
    struct kiosk_config *config = &scene->config;
    const struct clock_reading now = reading_of(0, 0);

    scene->population = (struct population){PROVIDE_SEED, placements,
                                            placements / 8 < 250000 ? placements / 8 : 250000};
    scene->root = provide_root(folder);
    scene->signer = provide_signer(folder);
    *config = (struct kiosk_config){.kiosk_id = "CGK-03-0412",
                                    .site = KIOSK_ONLINE,
                                    .tpi_code = "CGK",
                                    .counter = "03",
                                    .officer_id = "P-0001"};
    provide_cache(&scene->population, "departure", folder, scene->root, config->cache);
    provide_cache_policy(config->cache, scene->root, scene->signer);
    provide_path(folder, "policy.pub", config->policy_key);
    provide_path(folder, "departure-journal.db", config->journal);
    provide_path(folder, "departure-bare.db", bare);
    provide_no_database(config->journal);
    provide_no_database(bare);
    if (judge_open(config, scene->root, &scene->judge, why))
        bench_fail("judge", why);
    const struct journal_keys keys = {.entry = scene->signer, .root = scene->root};
    if (journal_open(config->journal, config->kiosk_id, &keys, &now, &scene->journal, why))
        bench_fail("journal", why);
    scene->bare = bare_open(bare);
    open_file(scene, folder);
}

static void close_counter(struct scene *scene)
{
    close(scene->file);
    bare_close(scene->bare);
    judge_close(scene->judge);
    journal_close(scene->journal);
    sign_key_close(scene->signer);
    seal_root_close(scene->root);
}

#define USUAL   200000u
#define NOMINAL 2100000u /* domain.md, sizes */
#define SHORT   3000u

int main(int argc, char **argv)
{
    static struct scene scene = {.rounds = 4000};
    const char *folder = FOLDER;
    uint32_t placements = USUAL;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--short") == 0) {
            scene.rounds = 20;
            placements = SHORT;
        } else if (strcmp(argv[i], "--full") == 0) {
            scene.rounds = ROUNDS_MAX;
            placements = NOMINAL;
        } else {
            folder = argv[i];
        }
    }
    provide_folder(folder);
    open_counter(&scene, folder, placements);
    run_rounds(&scene);
    say_departure(&scene);
    say_bare(&scene);
    say_parts(&scene);
    close_counter(&scene);
    return 0;
}
