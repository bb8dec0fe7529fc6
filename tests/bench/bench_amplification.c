/* What the journal writes to the disk for an entry, beside the least that SQLite needs.
 *
 * The same rows, by size and in the same order, go into a real journal and into a bare table
 * (bare.h): twice, once with a checkpoint only where the WAL is full, as fast as it goes, and once
 * with one after each departure, as at a counter that rests between two travellers. Counted is what
 * the kernel charges this process for (write_bytes of /proc/self/io: pages that were made dirty, to
 * be written), from the first row to the last checkpoint. What the file system writes about files,
 * and a flash card about its blocks, comes on top on both sides.
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "bare.h"
#include "bench.h"
#include "crowd.h"
#include "kiosk.h"

#define DEPARTURES_MAX 5000
#define ROWS_MAX       (2 * DEPARTURES_MAX)

struct row {
    size_t header_len, payload_len;
};

struct scene {
    const char *folder;
    uint64_t departures;
    size_t n_rows;
    double row_bytes;
    struct row rows[ROWS_MAX];
};

static double bytes_written(void)
{
    char line[64];
    double bytes = -1;
    FILE *file = fopen("/proc/self/io", "re");

    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "write_bytes: %lf", &bytes) == 1)
            break;
    if (file)
        fclose(file);
    if (bytes < 0)
        bench_fail("/proc/self/io", "does not say write_bytes");
    return bytes;
}

static double file_bytes(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        bench_fail(path, "is not there");
    return (double)st.st_size;
}

/* The sizes of what the departures stored. */
static void take_rows(struct scene *scene, const char *path, uint64_t after)
{
    sqlite3 *handle = NULL;
    sqlite3_stmt *select = NULL;

    if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(handle,
                           "SELECT length(header), length(payload) FROM entry WHERE seq > ?1"
                           " ORDER BY seq",
                           -1, &select, NULL) != SQLITE_OK)
        bench_fail(path, sqlite3_errmsg(handle));
    sqlite3_bind_int64(select, 1, (sqlite3_int64)after);
    scene->row_bytes = 0;
    for (scene->n_rows = 0; scene->n_rows < ROWS_MAX && sqlite3_step(select) == SQLITE_ROW;) {
        struct row *row = &scene->rows[scene->n_rows++];
        row->header_len = (size_t)sqlite3_column_int(select, 0);
        row->payload_len = (size_t)sqlite3_column_int(select, 1);
        scene->row_bytes += (double)(row->header_len + SIGN_LEN + row->payload_len);
    }
    sqlite3_finalize(select);
    sqlite3_close(handle);
}

struct cost {
    double written, file; /* bytes an entry */
};

static struct cost journal_cost(struct scene *scene, bool rests)
{
    struct kiosk kiosk;
    char path[PROVIDE_PATH_LEN];
    struct journal_head before, head;

    provide_path(scene->folder, "amplification", path);
    kiosk_open_new(&kiosk, path);
    struct crowd crowd = {
        .journal = kiosk_journal(&kiosk),
        .now = {.wall_ms = PROVIDE_AS_OF_S * 1000LL, .zone = CLOCK_WIB, .quality = CLOCK_SYNCED},
        .step_ms = CROWD_STEP_MS};
    journal_head(crowd.journal, &before);
    const double begin = bytes_written();
    for (uint64_t i = 1; i <= scene->departures; i++) {
        provide_need(crowd_fill(&crowd, before.seq + 2 * i), "append");
        if (rests)
            provide_need(journal_checkpoint(crowd.journal), "checkpoint");
    }
    provide_need(journal_checkpoint(crowd.journal), "checkpoint");
    const double written = bytes_written() - begin;
    journal_head(crowd.journal, &head);
    journal_close(crowd.journal);
    take_rows(scene, kiosk.journal, before.seq);
    const double n = (double)(head.seq - before.seq);
    const struct cost cost = {written / n, file_bytes(kiosk.journal) / n};
    kiosk_close(&kiosk);
    return cost;
}

static struct cost bare_cost(const struct scene *scene, bool rests)
{
    char path[PROVIDE_PATH_LEN];

    provide_path(scene->folder, "amplification-bare.db", path);
    provide_no_database(path);
    struct bare *bare = bare_open(path);
    const double begin = bytes_written();
    for (size_t i = 0; i < scene->n_rows; i++) {
        bare_append(bare, scene->rows[i].header_len, scene->rows[i].payload_len);
        if (rests && i % 2 == 1)
            bare_checkpoint(bare);
    }
    bare_checkpoint(bare);
    const double written = bytes_written() - begin, n = (double)scene->n_rows;
    const struct cost cost = {written / n, file_bytes(path) / n};
    bare_close(bare);
    return cost;
}

int main(int argc, char **argv)
{
    static struct scene scene = {.folder = FOLDER, .departures = 1500};

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--short") == 0)
            scene.departures = 20;
        else if (strcmp(argv[i], "--full") == 0)
            scene.departures = DEPARTURES_MAX;
        else
            scene.folder = argv[i];
    }
    provide_folder(scene.folder);
    const struct cost fast = journal_cost(&scene, false), fast_bare = bare_cost(&scene, false);
    const double row_bytes = scene.row_bytes / (double)scene.n_rows;
    const struct cost rests = journal_cost(&scene, true), rests_bare = bare_cost(&scene, true);
    bench_say("stored, header, signature and sealed payload", "bytes/entry", row_bytes, "", 0);
    bench_say("file, against the rows themselves", "bytes/entry", fast.file, "", row_bytes);
    bench_say("file, against bare SQLite", "bytes/entry", fast.file, "3 x", fast_bare.file);
    bench_say("written, WAL filled, against bare SQLite", "bytes/entry", fast.written, "3 x",
              fast_bare.written);
    bench_say("written, checkpoint a departure, against the same", "bytes/entry", rests.written,
              "3 x", rests_bare.written);
    bench_say("written, checkpoint a departure, against WAL filled", "bytes/entry", rests.written,
              "3 x", fast_bare.written);
    return 0;
}
