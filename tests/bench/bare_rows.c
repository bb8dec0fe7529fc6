#include "bare_rows.h"

#include "bench.h"

#define WAL_PAGES 1000 /* DATABASE_WAL_PAGES_MAX */

static void need(sqlite3 *handle, int rc)
{
    if (rc != SQLITE_OK && rc != SQLITE_DONE)
        bench_fail("bare SQLite", sqlite3_errmsg(handle));
}

void bare_rows_open(struct bare_rows *rows, const struct centre *centre)
{
    char path[PROVIDE_PATH_LEN], why[REGISTRY_WHY_LEN], pages[64];

    provide_path(centre->folder, "bare.db", path);
    provide_no_database(path);
    if (registry_sqlite_create(path, why) != ERR_OK)
        bench_fail("bare SQLite", why);
    need(NULL, sqlite3_open(centre->store, &rows->from));
    need(NULL, sqlite3_open(path, &rows->to));
    snprintf(pages, sizeof pages, "PRAGMA wal_autocheckpoint=%d;", WAL_PAGES);
    need(rows->to, sqlite3_exec(rows->to, "PRAGMA synchronous=FULL;", NULL, NULL, NULL));
    need(rows->to, sqlite3_exec(rows->to, pages, NULL, NULL, NULL));
    need(rows->from, sqlite3_prepare_v2(rows->from,
                                        "SELECT * FROM entry WHERE seq BETWEEN ?1 AND ?2"
                                        " ORDER BY rowid",
                                        -1, &rows->read, NULL));
    need(rows->to,
         sqlite3_prepare_v2(rows->to, "INSERT INTO entry VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)",
                            -1, &rows->insert, NULL));
}

void bare_rows_close(struct bare_rows *rows)
{
    sqlite3_finalize(rows->read);
    sqlite3_finalize(rows->insert);
    sqlite3_close(rows->from);
    sqlite3_close(rows->to);
}

void bare_rows_insert(struct bare_rows *rows, uint64_t first, uint64_t last, struct took *took)
{
    int rc = SQLITE_ROW;

    sqlite3_bind_int64(rows->read, 1, (sqlite3_int64)first);
    sqlite3_bind_int64(rows->read, 2, (sqlite3_int64)last);
    while (rc == SQLITE_ROW) {
        sqlite3_value *values[BARE_ROWS_BATCH][10];
        size_t n = 0;
        for (; n < BARE_ROWS_BATCH && (rc = sqlite3_step(rows->read)) == SQLITE_ROW; n++)
            for (int i = 0; i < 10; i++)
                values[n][i] = sqlite3_value_dup(sqlite3_column_value(rows->read, i));
        const double wall_s = bench_now_s(), cpu_s = bench_cpu_s();
        need(rows->to, sqlite3_exec(rows->to, "BEGIN IMMEDIATE", NULL, NULL, NULL));
        for (size_t j = 0; j < n; j++) {
            for (int i = 0; i < 10; i++)
                sqlite3_bind_value(rows->insert, i + 1, values[j][i]);
            need(rows->to, sqlite3_step(rows->insert));
            need(rows->to, sqlite3_reset(rows->insert));
        }
        need(rows->to, sqlite3_exec(rows->to, "COMMIT", NULL, NULL, NULL));
        took->wall_s += bench_now_s() - wall_s;
        took->cpu_s += bench_cpu_s() - cpu_s;
        for (size_t j = 0; j < n; j++)
            for (int i = 0; i < 10; i++)
                sqlite3_value_free(values[j][i]);
    }
    need(rows->from, sqlite3_reset(rows->read));
}
