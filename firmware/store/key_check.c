/* A known text in a box. */
#include "key_check.h"

#include <string.h>

static const char text[] = "pamit storage ok";
static const char context[] = "pamit key check";

_Static_assert(sizeof text - 1 == KEY_CHECK_LEN - SEAL_OVERHEAD, "the box's size");

enum err key_check_make(const struct seal_key *key, uint8_t out[KEY_CHECK_LEN])
{
    size_t len;
    return seal_box(key, span_of_text(context), span_of_text(text), out, KEY_CHECK_LEN, &len);
}

static enum err box_open(const struct seal_key *key, struct span box)
{
    uint8_t opened[sizeof text];
    size_t len;

    if (box.len != KEY_CHECK_LEN)
        return ERR_CORRUPT;
    return seal_open(key, span_of_text(context), box, opened, sizeof opened, &len);
}

enum err key_check_verify(const struct seal_key *key, struct database *database)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(database, "SELECT key_check FROM meta", &select);

    if (err)
        return err;
    const int rc = database_step(select);
    if (rc == SQLITE_ROW)
        err = box_open(key, database_column(select, 0));
    else
        err = rc == SQLITE_DONE ? ERR_CORRUPT : database_err(rc);
    sqlite3_finalize(select);
    return err;
}
