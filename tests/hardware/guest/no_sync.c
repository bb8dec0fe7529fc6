/* Commits that don't wait for the disk, for the control run of the power cuts: what the cuts would
 * find if the journal were written so. Preloaded, it answers for SQLite's sqlite3_exec. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sqlite3.h>
#include <string.h>

int sqlite3_exec(sqlite3 *db, const char *sql, sqlite3_callback each, void *user, char **error)
{
    int (*real)(sqlite3 *, const char *, sqlite3_callback, void *, char **);
    *(void **)&real = dlsym(RTLD_NEXT, "sqlite3_exec");
    return real(db, strcmp(sql, "PRAGMA synchronous=FULL") == 0 ? "PRAGMA synchronous=OFF" : sql,
                each, user, error);
}
