/* A folder of its own with two storage keys and two entry keys, for one test each.
 *
 * The entry key is the test key of RFC 6979 A.2.5; the other one is the next scalar.
 */
#ifndef PAMIT_STORE_FIXTURE_H
#define PAMIT_STORE_FIXTURE_H

#include "cache.h"
#include "journal_reader.h"
#include "scratch.h"

/* The entry key and its public half, as files hold them. */
extern const char fixture_entry_pem[], fixture_entry_pub_pem[];

struct store_fixture {
    char folder[SCRATCH_LEN];
    char path[48]; /* of the database under test, in folder */
    struct sign_key *entry_key, *other_entry_key;
    struct verify_key *entry_public;
    struct seal_root *root, *other_root;
    struct journal_keys keys;
    struct clock_reading now;
};

/* cmocka's setup and teardown; *state is a struct store_fixture. */
int store_fixture_make(void **state);
int store_fixture_remove(void **state);

/* Opens the journal at fixture->path; fails the test if it does not. */
struct journal *fixture_journal(const struct store_fixture *fixture);
struct journal_reader *fixture_reader(const struct store_fixture *fixture);
/* What journal_verify says of it, with the fixture's keys. */
struct journal_verdict fixture_verify(const struct store_fixture *fixture);
/* The same of the cache there. */
struct cache_writer *fixture_cache_writer(const struct store_fixture *fixture);
struct cache_reader *fixture_cache_reader(const struct store_fixture *fixture);
/* Appends a DECIDED with this note. */
enum err fixture_append(struct journal *journal, const struct store_fixture *fixture,
                        const char *note, struct journal_head *head);
/* Runs SQL on the file behind everybody's back. */
void fixture_sql(const char *path, const char *sql);
/* Copies the database, which nobody writes, and puts it back as it was then. */
void fixture_keep(const struct store_fixture *fixture);
void fixture_restore(const struct store_fixture *fixture);
/* The number that a query gives; of a path, or a "file:" URI. */
int64_t fixture_number(const char *path, const char *sql);

#endif
