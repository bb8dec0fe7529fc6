/* Is a database still where its name says?
 *
 * Whoever has a file open keeps it, whatever becomes of its name: set aside by its writer, replaced
 * by a newer one, removed by a person. SQLite doesn't look (SQLITE_FCNTL_HAS_MOVED is asked for),
 * and of a -wal or -shm that is gone it says nothing at all: the writer goes on in a file that
 * vanishes with it, and a reader sees one state for ever. So the three files' numbers are noted
 * when they are opened. As long as they are open no other file can get them.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "database.h"

#define PATH_ROOM 4096

static ino_t number_of(const struct database *database, const char *suffix)
{
    char name[PATH_ROOM];
    struct stat st;

    snprintf(name, sizeof name, "%s%s", sqlite3_db_filename(database->handle, "main"), suffix);
    return stat(name, &st) == 0 ? st.st_ino : 0;
}

void database_place_note(struct database *database)
{
    const char *name = sqlite3_db_filename(database->handle, "main");

    /* Read as it is, for want of a -wal: one that is there by now is its writer's, who came. */
    database->wal = sqlite3_uri_boolean(name, "immutable", 0) ? 0 : number_of(database, "-wal");
    database->shm = number_of(database, "-shm");
}

bool database_has_moved(const struct database *database)
{
    int moved = 0;

    sqlite3_file_control(database->handle, NULL, SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved || database->wal != number_of(database, "-wal") ||
           database->shm != number_of(database, "-shm");
}
