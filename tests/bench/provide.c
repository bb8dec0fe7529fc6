/* Building a cache of millions takes minutes, so it stays where it was built, its name saying of
 * what. Time and memory of the build are those of a child, which does nothing else.
 */
#include "provide.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy_json.h"

/* The key of RFC 6979, A.2.5: it protects nobody. */
static const char private_pem[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
    "AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
    "maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END EC PRIVATE KEY-----\n";
static const char public_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
    "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END PUBLIC KEY-----\n";

void provide_need(enum err err, const char *what)
{
    if (err)
        bench_fail(what, err_text(err));
}

void provide_folder(const char *folder)
{
    if (mkdir(folder, 0700) < 0 && access(folder, W_OK) < 0)
        bench_fail(folder, "can't be made");
    provide_need(sign_init(), "crypto");
}

void provide_path(const char *folder, const char *name, char path[PROVIDE_PATH_LEN])
{
    if (snprintf(path, PROVIDE_PATH_LEN, "%s/%s", folder, name) >= PROVIDE_PATH_LEN)
        bench_fail(folder, "is too long a name");
}

/* ---- keys and policy ------------------------------------------------------------------------ */

void provide_file(const char *path, const void *bytes, size_t len)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || close(fd) < 0)
        bench_fail(path, "can't be written");
}

void provide_no_database(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    char name[PROVIDE_PATH_LEN + 8];

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
}

struct seal_root *provide_root(const char *folder)
{
    static const uint8_t key[SEAL_ROOT_LEN] = "a key that seals fictional ones";
    char path[PROVIDE_PATH_LEN], why[SEAL_WHY_LEN];
    struct seal_root *root = NULL;

    provide_path(folder, "storage.key", path);
    provide_file(path, key, sizeof key);
    if (seal_root_load(path, &root, why))
        bench_fail("key", why);
    return root;
}

struct sign_key *provide_signer(const char *folder)
{
    char path[PROVIDE_PATH_LEN], why[SIGN_WHY_LEN];
    struct sign_key *signer = NULL;

    provide_path(folder, "policy.pub", path);
    provide_file(path, public_pem, sizeof public_pem - 1);
    provide_path(folder, "entry.pem", path);
    provide_file(path, private_pem, sizeof private_pem - 1);
    if (sign_key_load(path, &signer, why))
        bench_fail("key", why);
    return signer;
}

static struct span policy_read(struct policy *policy)
{
    static char text[POLICY_JSON_LEN_MAX];
    static uint8_t payload[POLICY_CBOR_MAX];
    struct json_fault fault = {0};
    size_t len = 0;
    FILE *file = fopen(CONTRACT "/policy.example.json", "re");

    if (!file)
        bench_fail("policy", "is not there");
    const size_t n = fread(text, 1, sizeof text, file);
    fclose(file);
    if (!policy_json_read(span_of(text, n), policy, payload, &len, &fault))
        bench_fail("policy", fault.why);
    return span_of(payload, len);
}

const struct policy *provide_policy(void)
{
    static struct policy_index index;
    static struct policy policy;
    const struct span payload = policy_read(&policy);

    provide_need(policy_decode(payload, &index, &policy), "policy");
    return &policy;
}

void provide_cache_policy(const char *path, const struct seal_root *root,
                          const struct sign_key *signer)
{
    static uint8_t envelope[POLICY_CBOR_MAX + SIGN_COSE_OVERHEAD];
    char why[CACHE_WHY_LEN];
    struct policy policy;
    struct cache_writer *writer = NULL;
    size_t len = 0;

    provide_need(cose_seal(signer, policy_read(&policy), envelope, sizeof envelope, &len),
                 "policy");
    if (cache_writer_open(path, root, &writer, why))
        bench_fail("writer", why);
    const enum err err = cache_put_policy(writer, policy.version, span_of(envelope, len));
    if (err != ERR_OLD) /* it is there since an earlier run */
        provide_need(err, "policy");
    cache_writer_close(writer);
}

/* ---- the cache ------------------------------------------------------------------------------ */

static void say(const char *label, const char *what, const char *unit, double figure)
{
    char name[96];

    snprintf(name, sizeof name, "%s, %s", label, what);
    bench_say(name, unit, figure, "", 0);
}

static void progress(const char *label, const char *what, uint64_t done, uint64_t all,
                     double begin_s)
{
    const double took_s = bench_now_s() - begin_s;

    if (done == all)
        fprintf(stderr, "%s: %s: %llu in %.0f s\n", label, what, (unsigned long long)all, took_s);
    else
        fprintf(stderr, "%s: %s: %llu of %llu, %.0f s to go%c", label, what,
                (unsigned long long)done, (unsigned long long)all,
                took_s * (double)(all - done) / (double)done, isatty(STDERR_FILENO) ? '\r' : '\n');
}

static void build(const struct population *population, const char *label, const char *path,
                  const struct seal_root *root)
{
    char why[CACHE_WHY_LEN];
    struct cache_builder *builder = NULL;
    double begin_s = bench_now_s();

    if (cache_builder_open(path, root, &builder, why))
        bench_fail("build", why);
    for (uint32_t i = 0; i < population->placements; i++) {
        struct placement placement;
        population_placement(population, i, &placement);
        provide_need(cache_builder_put(builder, &placement), "placement");
        if ((i + 1) % 100000 == 0)
            progress(label, "placements", i + 1, population->placements, begin_s);
    }
    begin_s = bench_now_s();
    for (enum listing_kind kind = LISTING_DEFERRAL; kind <= LISTING_COMPLAINT; kind++) {
        for (uint32_t i = 0; i < population->listings_of_kind; i++) {
            struct listing listing;
            population_listing(population, kind, i, &listing);
            provide_need(cache_builder_put_listing(builder, &listing), "row of a list");
        }
        progress(label, "lists", kind, LISTING_COMPLAINT, begin_s);
    }
    begin_s = bench_now_s();
    if (cache_builder_finish(builder, PROVIDE_AS_OF_S, why))
        bench_fail("build", why);
    progress(label, "sorted", 1, 1, begin_s);
}

static void build_measured(const struct population *population, const char *label, const char *path,
                           const struct seal_root *root)
{
    struct rusage used;
    int status;
    const double begin_s = bench_now_s();
    const pid_t child = fork();

    if (child == 0) {
        build(population, label, path, root);
        _exit(0);
    }
    if (wait4(child, &status, 0, &used) != child || status != 0)
        bench_fail("build", "failed");
    const double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    say(label, "build, time", "s", bench_now_s() - begin_s);
    say(label, "build, processor", "s", cpu);
    say(label, "build, resident", "MB", (double)used.ru_maxrss / 1e3);
}

/* A first step of each feed, with nothing new: what was built is as if a registry had sent it. */
static void take_for_sent(const char *path, const struct seal_root *root)
{
    static const struct cache_delta placements = {.to = 1, .as_of = PROVIDE_AS_OF_S};
    static const struct cache_listing_delta lists = {.to = 1, .as_of = PROVIDE_AS_OF_S};
    char why[CACHE_WHY_LEN];
    struct cache_writer *writer = NULL;

    if (cache_writer_open(path, root, &writer, why))
        bench_fail("writer", why);
    provide_need(cache_apply(writer, &placements), "apply");
    provide_need(cache_apply_listings(writer, &lists), "apply");
    cache_writer_close(writer);
}

void provide_cache(const struct population *population, const char *label, const char *folder,
                   const struct seal_root *root, char path[PROVIDE_PATH_LEN])
{
    struct stat st;
    char name[96], why[CACHE_WHY_LEN];
    struct cache_writer *writer = NULL;
    struct cache_versions versions = {0};

    snprintf(name, sizeof name, "check-%u-%u-s%llu-p%u.db", population->placements,
             population->listings_of_kind, (unsigned long long)population->seed,
             POPULATION_VERSION);
    provide_path(folder, name, path);
    if (cache_writer_open(path, root, &writer, why))
        fprintf(stderr, "%s: built anew\n", why);
    if (writer)
        provide_need(cache_writer_versions(writer, &versions), "versions");
    cache_writer_close(writer);
    if (versions.placements == 0) {
        build_measured(population, label, path, root);
        take_for_sent(path, root);
    }
    if (stat(path, &st) < 0)
        bench_fail("stat", path);
    say(label, "file", "MB", (double)st.st_size / 1e6);
}
