/* Commits that don't wait for the disk, put in by the linker (--wrap=sqlite3_exec): for tests in
 * which nothing dies. */
#include <sqlite3.h>
#include <string.h>

int __real_sqlite3_exec(sqlite3 *handle, const char *sql, sqlite3_callback each, void *user,
                        char **error);
int __wrap_sqlite3_exec(sqlite3 *handle, const char *sql, sqlite3_callback each, void *user,
                        char **error);

int __wrap_sqlite3_exec(sqlite3 *handle, const char *sql, sqlite3_callback each, void *user,
                        char **error)
{
    if (strcmp(sql, "PRAGMA synchronous=FULL") == 0)
        sql = "PRAGMA synchronous=OFF";
    return __real_sqlite3_exec(handle, sql, each, user, error);
}
