/* What the files of the SQLite back end share: the open database, its statements, its failures.
 * Private to registry_sqlite*.c. */
#ifndef PAMIT_REGISTRY_SQLITE_H
#define PAMIT_REGISTRY_SQLITE_H

#include "database.h"
#include "registry_store.h"

/* Those of one feed's table; `staged` is what an import brings. */
#define REGISTRY_FEED_STATEMENTS(X, NAME, table)                                                   \
    X(NAME##_HELD, "SELECT 1 FROM " table " WHERE id = ?1")                                        \
    X(NAME##_OLDER,                                                                                \
      "DELETE FROM staged WHERE EXISTS(SELECT 1 FROM " table " held WHERE "                        \
      "held.id = staged.id AND staged.rec_seq > 0 AND held.rec_seq > staged.rec_seq)")             \
    X(NAME##_UNCHANGED, "DELETE FROM staged WHERE EXISTS(SELECT 1 FROM " table " held WHERE "      \
                        "held.id = staged.id AND held.withdrawn = staged.withdrawn AND "           \
                        "(held.withdrawn OR held.record = staged.record))")                        \
    X(NAME##_APPLY, "INSERT OR REPLACE INTO " table "(id, version, rec_seq, withdrawn, record) "   \
                    "SELECT id, ?1 + row_number() OVER (ORDER BY no), rec_seq, withdrawn, record " \
                    "FROM staged")                                                                 \
    X(NAME##_ABOVE, "SELECT version, withdrawn, record FROM " table " WHERE version > ?1 "         \
                    "ORDER BY version LIMIT ?2")

/* Every statement, prepared once when the store is opened. A kiosk is named by its row number. */
#define REGISTRY_STATEMENTS(X)                                                                     \
    X(KIOSK_ADD, "INSERT INTO kiosk(id, entry_point) VALUES(?1, ?2)")                              \
    X(KIOSK_REVOKE, "UPDATE kiosk SET revoked = 1 WHERE id = ?1")                                  \
    X(KIOSK_FIND, "SELECT no, id, entry_point, revoked, epoch, next, head FROM kiosk "             \
                  "WHERE id = ?1")                                                                 \
    X(KIOSKS, "SELECT no, id, entry_point, revoked, epoch, next, head, "                           \
              "(SELECT count(*) FROM branch b WHERE b.kiosk = kiosk.no) FROM kiosk ORDER BY id")   \
    X(KEYS_OTHERS, "SELECT 1 FROM kiosk WHERE entry_point = ?2 AND id <> ?1 UNION ALL "            \
                   "SELECT 1 FROM enrol_code WHERE tls_key = ?3 AND kiosk <> ?1")                  \
    X(CODES_FORGET, "DELETE FROM enrol_code WHERE used_ms IS NULL AND "                            \
                    "(expires_ms < ?1 OR kiosk = ?2)")                                             \
    X(CODE_ADD, "INSERT INTO enrol_code(hash, kiosk, expires_ms) VALUES(?1, ?2, ?3)")              \
    X(CODE_FIND, "SELECT kiosk, expires_ms, used_ms, entry_point, tls_key FROM enrol_code "        \
                 "WHERE hash = ?1")                                                                \
    X(CODE_USE, "UPDATE enrol_code SET used_ms = ?2, entry_point = ?3, tls_key = ?4 "              \
                "WHERE hash = ?1")                                                                 \
    X(HEAD_SET, "UPDATE kiosk SET epoch = ?2, next = ?3, head = ?4 WHERE no = ?1")                 \
    X(ENTRY_HASH, "SELECT hash FROM entry WHERE kiosk = ?1 AND seq = ?2")                          \
    X(HASH_BEFORE, "SELECT hash FROM entry WHERE kiosk = ?1 AND seq < ?2 "                         \
                   "ORDER BY seq DESC LIMIT 1")                                                    \
    X(ORIGINAL, "SELECT seq, mark FROM entry WHERE kiosk = ?1 AND seq = ?3 AND hash = ?2")         \
    X(RECOVERED, "SELECT e.seq, e.mark FROM recovered r JOIN entry e ON e.kiosk = r.kiosk "        \
                 "AND e.seq = r.seq WHERE r.kiosk = ?1 AND r.hash = ?2")                           \
    X(RECOVERED_PUT, "REPLACE INTO recovered(kiosk, hash, seq) VALUES(?1, ?2, ?3)")                \
    X(MARK_SET, "UPDATE entry SET mark = ?3 WHERE kiosk = ?1 AND seq = ?2")                        \
    X(ENTRY_ADD, "INSERT INTO entry(kiosk, seq, epoch, kind, mark, received_ms, hash, header, "    \
                 "payload, signature) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")            \
    X(ENTRIES, "SELECT k.id, e.epoch, e.seq, e.kind, e.mark, e.hash, e.header, e.payload, "        \
               "e.received_ms, e.signature FROM kiosk k JOIN entry e ON e.kiosk = k.no "           \
               "WHERE ?1 IS NULL OR k.id = ?1 ORDER BY k.id, e.seq")                               \
    X(PAYLOAD, "SELECT payload FROM entry JOIN kiosk ON kiosk.no = entry.kiosk "                   \
               "WHERE kiosk.id = ?1 AND seq = ?2 AND kind = ?3")                                   \
    X(COPY_PUT, "INSERT OR IGNORE INTO copy(kiosk, seq, hash, received_ms, header, payload, "      \
                "signature) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                   \
    X(COPY_COUNT, "SELECT count(*) FROM copy WHERE kiosk = ?1 AND seq >= ?2")                      \
    X(COPY_DROP, "DELETE FROM copy WHERE kiosk = ?1 AND seq BETWEEN ?2 AND ?3 AND "                \
                 "hash IN (SELECT hash FROM entry WHERE kiosk = ?1 AND seq = copy.seq)")           \
    X(COPY_BOUND, "DELETE FROM copy WHERE kiosk = ?1 AND seq BETWEEN ?2 AND ?3 AND "               \
                  "(SELECT count(*) FROM copy WHERE kiosk = ?1 AND seq < ?2) >= ?4")               \
    X(COPIES, "SELECT k.id, c.seq, c.hash, c.header, c.received_ms, c.seq >= k.next "              \
              "FROM kiosk k JOIN copy c ON c.kiosk = k.no ORDER BY k.id, c.seq, c.hash")           \
    X(COPIES_FORGET, "DELETE FROM copy WHERE kiosk = ?1")                                          \
    X(TOLD_COUNT, "SELECT count(*) FROM told WHERE kiosk = ?1 AND told_ms > ?2")                   \
    X(TOLD_PUT, "INSERT OR REPLACE INTO told(id, kiosk, told_ms) VALUES(?1, ?2, ?3)")              \
    X(TOLD_VOUCHED, "DELETE FROM told WHERE id IN (SELECT id FROM staged)")                        \
    X(DEFERRAL_VOID, "INSERT OR IGNORE INTO deferral(kiosk, hash, id, voided) "                    \
                     "VALUES(?1, ?2, '', 1)")                                                      \
    X(DEFERRAL_VOID_ROWS, "UPDATE deferral SET voided = 1 "                                        \
                          "WHERE kiosk = ?1 AND hash = ?2 AND NOT voided")                         \
    X(DEFERRAL_WITHDRAW, "UPDATE deferral SET voided = 2 WHERE kiosk = ?1")                        \
    X(DEFERRAL_PUT, "INSERT OR IGNORE INTO deferral(kiosk, hash, id, voided) SELECT ?1, ?2, ?3, "  \
                    "coalesce(max(voided), 0) FROM deferral WHERE kiosk = ?1 AND hash = ?2")       \
    X(DEFERRAL_LOOK,                                                                               \
      "SELECT EXISTS(SELECT 1 FROM deferral WHERE kiosk = ?1 AND hash = ?2 AND voided), "          \
      "EXISTS(SELECT 1 FROM told JOIN listing USING(id) WHERE id = ?3 AND withdrawn AND NOT "      \
      "EXISTS("                                                                                    \
      "SELECT 1 FROM deferral WHERE kiosk = ?1 AND id = ?3 AND (hash = ?2 OR voided = 2)))")       \
    X(STAGE_VOIDED,                                                                                \
      "INSERT OR IGNORE INTO staged(id, rec_seq, withdrawn, record) SELECT id, 0, 1, record "      \
      "FROM deferral d JOIN told USING(id) JOIN listing USING(id) WHERE d.kiosk = ?1 AND "         \
      "d.hash = ?2 AND NOT EXISTS(SELECT 1 FROM deferral o WHERE o.id = d.id AND NOT o.voided)")   \
    X(STAGE_TOLD,                                                                                  \
      "INSERT INTO staged(id, rec_seq, withdrawn, record) SELECT id, 0, 1, record "                \
      "FROM told t JOIN listing USING(id) WHERE (t.kiosk = ?1 OR EXISTS("                          \
      "SELECT 1 FROM deferral d WHERE d.id = t.id AND d.kiosk = ?1)) AND NOT EXISTS("              \
      "SELECT 1 FROM deferral o WHERE o.id = t.id AND o.kiosk <> ?1 AND NOT o.voided)")            \
    X(BRANCH_FIND, "SELECT no FROM branch WHERE kiosk = ?1 AND proven = ?2 AND head = ?3")         \
    X(BRANCH_EACH, "SELECT b.no, b.proven, b.received_ms, e.epoch, e.seq, e.kind, e.hash, "        \
                   "coalesce((SELECT min(p.seq) FROM branch_entry p WHERE p.branch = b.no AND "    \
                   "NOT EXISTS(SELECT 1 FROM entry h WHERE h.kiosk = b.kiosk AND h.seq = p.seq "   \
                   "AND h.hash = p.hash)), 0) FROM branch b JOIN branch_entry e ON e.branch = "    \
                   "b.no WHERE b.kiosk = ?1 ORDER BY b.no, e.seq")                                 \
    X(BRANCH_COUNT, "SELECT count(*) FROM branch WHERE kiosk = ?1 AND proven = ?2")                \
    X(BRANCH_ADD, "INSERT INTO branch(kiosk, proven, received_ms, signature, head) "               \
                  "VALUES(?1, ?2, ?3, ?4, ?5)")                                                    \
    X(BRANCH_ENTRY_ADD, "INSERT INTO branch_entry(branch, seq, epoch, kind, hash, header, "        \
                        "payload) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                             \
    X(STAGE_CLEAR, "DELETE FROM staged")                                                           \
    X(STAGE_ABOUT_CLEAR, "DELETE FROM staged_about")                                               \
    X(STAGE_ABOUT_PUT, "INSERT OR IGNORE INTO staged_about(text, id) VALUES(?1, ?2)")              \
    X(ABOUT_LACKS, "SELECT EXISTS(SELECT 1 FROM listing) AND NOT EXISTS(SELECT 1 FROM about)")     \
    X(LISTINGS, "SELECT id, record FROM listing")                                                  \
    X(ABOUT_APPLY, "INSERT OR IGNORE INTO about(text, id) SELECT text, id FROM staged_about")      \
    X(PLACEMENT, "SELECT record FROM placement WHERE id = ?1 AND withdrawn = 0")                   \
    X(ABOUT, "SELECT record FROM listing WHERE withdrawn = 0 AND id IN "                           \
             "(SELECT id FROM about WHERE text IN (?1, ?2, ?3))")                                  \
    X(STAGE_PUT, "INSERT OR REPLACE INTO staged(id, rec_seq, withdrawn, record) "                  \
                 "VALUES(?1, ?2, ?3, ?4)")                                                         \
    X(IMPORT_NEWEST, "SELECT version FROM import WHERE feed = ?1 ORDER BY version DESC LIMIT 1")   \
    X(IMPORT_ADD, "INSERT INTO import(feed, version, stored_ms) VALUES(?1, ?2, ?3)")               \
    REGISTRY_FEED_STATEMENTS(X, PLACEMENT, "placement")                                            \
    REGISTRY_FEED_STATEMENTS(X, LISTING, "listing")                                                \
    X(POLICY_LATEST, "SELECT version, envelope FROM policy ORDER BY version DESC LIMIT 1")         \
    X(POLICY_ADD, "INSERT INTO policy(version, envelope) VALUES(?1, ?2)")

enum registry_statement {
#define REGISTRY_ROW(name, sql) SQL_##name,
    REGISTRY_STATEMENTS(REGISTRY_ROW)
#undef REGISTRY_ROW
        SQL_COUNT
};

struct registry_sqlite {
    struct registry_store store; /* first: the interface points here */
    struct database database;
    sqlite3_stmt *statements[SQL_COUNT];
    bool importing;
    bool grouped;               /* what is appended is committed by group_end, */
    enum err spoilt;            /* unless it failed with this */
    enum registry_feed imports; /* what it imports */
};

struct registry_sqlite *registry_sqlite_of(struct registry_store *store);

/* A statement, reset and without old values. It must be reset after its last row is read. */
sqlite3_stmt *registry_sql(struct registry_sqlite *s, enum registry_statement which);
/* Binds bytes or, where p is NULL, SQL's NULL; borrowed until the statement is used again. */
void registry_sql_blob(sqlite3_stmt *stmt, int at, struct span bytes);
/* ERR_CORRUPT unless the column is exactly `len` bytes. */
MUST_CHECK enum err registry_sql_exact(sqlite3_stmt *stmt, int column, void *out, size_t len);
/* The next row: ERR_OK. ERR_MISSING: there is none, and the statement is reset. */
MUST_CHECK enum err registry_sql_row(sqlite3_stmt *stmt);
/* BEGIN, and COMMIT if `err` is ERR_OK, else ROLLBACK; return the first failure. Within a group
 * both leave that to its end, where it is kept only if nothing failed. */
MUST_CHECK enum err registry_sql_begin(struct registry_sqlite *s);
MUST_CHECK enum err registry_sql_end(struct registry_sqlite *s, enum err err);

/* A kiosk's row. ERR_MISSING. `head` may be NULL. */
MUST_CHECK enum err registry_sql_kiosk(struct registry_sqlite *s, const char *id, int64_t *no,
                                       struct registry_head *head);

/* The last entry's hash stands for a whole branch: it chains all of it. */
static inline const struct registry_entry *
registry_branch_last(const struct registry_branch *branch)
{
    return &branch->entries[branch->n_entries - 1];
}
/* Within a transaction: quarantine, of the kiosk's row. */
MUST_CHECK enum err registry_sql_branch_keep(struct registry_sqlite *s, int64_t kiosk,
                                             const struct registry_branch *branch, bool *kept);
/* Within the same: the mark that an entry gets, REGISTRY_MARK_TWICE if it has no effect. */
MUST_CHECK enum err registry_sql_mark_find(struct registry_sqlite *s, int64_t kiosk,
                                           const struct registry_entry *entry,
                                           enum registry_mark *mark);

/* Has another id one of these keys, or had? `tls_key` NULL: it is not known. ERR_MISSING: none has.
 */
MUST_CHECK enum err registry_sql_keys_others(struct registry_sqlite *s,
                                             const struct registry_kiosk *kiosk,
                                             const uint8_t tls_key[SIGN_HASH_LEN]);
/* Registers a kiosk, within the caller's transaction; outcomes as of kiosk_add. */
MUST_CHECK enum err registry_sql_kiosk_add(struct registry_sqlite *s,
                                           const struct registry_kiosk *kiosk);
/* Rows that the entries of a kiosk make. */
struct registry_sql_rows {
    int64_t kiosk;
    const struct registry_record *rows;
    size_t n_rows;
    struct registry_voids voids;
    int64_t now_ms;
};
/* Within a transaction: puts rows of the lists of which none was ever held, and withdraws what is
 * taken back. `*over` is how many are left out, being beyond REGISTRY_ROWS_A_DAY. */
MUST_CHECK enum err registry_sql_rows_add(struct registry_sqlite *s,
                                          const struct registry_sql_rows *rows, size_t *over);
/* registry_sqlite_voids.c, within the same: decisions that are taken back are known as such; */
MUST_CHECK enum err registry_sql_voids_note(struct registry_sqlite *s,
                                            const struct registry_sql_rows *rows);
/* ... the decision that makes a row is known; is that row to be put? */
MUST_CHECK enum err registry_sql_row_note(struct registry_sqlite *s, int64_t kiosk,
                                          const struct registry_record *row, bool *wanted);
/* ... and rows that no decision makes any more are staged to be withdrawn. */
MUST_CHECK enum err registry_sql_voids_stage(struct registry_sqlite *s,
                                             const struct registry_sql_rows *rows);
/* ... and so are all that a kiosk has made and no other kiosk has. */
MUST_CHECK enum err registry_sql_made_stage(struct registry_sqlite *s, int64_t kiosk);
/* What is imported: staged in `s->imports`, and moved over within a transaction. */
/* In a store that lacks it, as one of version 2 does: whom the rows of the lists are about. */
MUST_CHECK enum err registry_sql_about_fill(struct registry_sqlite *s);
MUST_CHECK enum err registry_sql_stage_clear(struct registry_sqlite *s);
/* Whom the row `id` is about: one of listing_index's texts. */
MUST_CHECK enum err registry_sql_stage_about(struct registry_sqlite *s, const char *text,
                                             const char *id);
MUST_CHECK enum err registry_sql_stage_put(struct registry_sqlite *s,
                                           const struct registry_record *record);
MUST_CHECK enum err registry_sql_stage_apply(struct registry_sqlite *s, int64_t now_ms,
                                             struct registry_imported *out);
/* Does the feed that is imported hold a record of this id? ERR_MISSING: never. */
MUST_CHECK enum err registry_sql_held_find(struct registry_sqlite *s, const char *id);
/* Of the newest policy bundle; 0: there is none. */
MUST_CHECK enum err registry_sql_policy_version(struct registry_sqlite *s, uint64_t *out);
/* Within a transaction, when the chain has come from `first` to `last`: drops the copies of which
 * it has brought the same, and those that it contradicts if there are enough of such. */
MUST_CHECK enum err registry_sql_copies_drop(struct registry_sqlite *s, int64_t kiosk,
                                             uint64_t first, uint64_t last);

/* ---- the operations, by file; registry_sqlite.c makes the table of them -----------------------
 */

enum err sqlite_kiosk_find(struct registry_store *store, const char *id,
                           struct registry_kiosk *out);
enum err sqlite_kiosk_add(struct registry_store *store, const struct registry_kiosk *kiosk);
enum err sqlite_kiosk_revoke(struct registry_store *store, const char *id);
enum err sqlite_kiosks_each(struct registry_store *store, registry_kiosk_each *each, void *user);
enum err sqlite_code_add(struct registry_store *store, const struct registry_code *code,
                         int64_t now_ms);
enum err sqlite_code_use(struct registry_store *store, const struct registry_joiner *joiner,
                         int64_t now_ms, enum registry_joined *out);
enum err sqlite_head(struct registry_store *store, const char *kiosk, struct registry_head *out);
enum err sqlite_hash_before(struct registry_store *store, const char *kiosk, uint64_t seq,
                            uint8_t out[SIGN_HASH_LEN]);
enum err sqlite_payload_get(struct registry_store *store,
                            const struct registry_payload_asked *asked, void *room, size_t cap,
                            struct span *out);
enum err sqlite_copies_put(struct registry_store *store, const char *kiosk,
                           const struct registry_copies *copies, struct registry_kept *out);
enum err sqlite_quarantine_each(struct registry_store *store, const char *kiosk,
                                registry_quarantine_each *each, void *user);
enum err sqlite_copies_each(struct registry_store *store, registry_copy_each *each, void *user);
enum err sqlite_copies_forget(struct registry_store *store, const char *kiosk, uint64_t *n);
enum err sqlite_rows_withdraw(struct registry_store *store, const char *kiosk, int64_t now_ms,
                              struct registry_imported *out);
enum err sqlite_append(struct registry_store *store, const char *kiosk,
                       const struct registry_branch *branch, struct registry_appended *out);
enum err sqlite_group_begin(struct registry_store *store);
enum err sqlite_group_end(struct registry_store *store, bool keep);
enum err sqlite_quarantine(struct registry_store *store, const char *kiosk,
                           const struct registry_branch *branch, bool *kept);
enum err sqlite_entries_each(struct registry_store *store, const char *kiosk,
                             registry_entry_each *each, void *user);

enum err sqlite_import_begin(struct registry_store *store, enum registry_feed feed);
enum err sqlite_import_put(struct registry_store *store, const struct registry_record *record);
enum err sqlite_import_end(struct registry_store *store, bool commit, int64_t now_ms,
                           struct registry_imported *out);
enum err sqlite_rows_about(struct registry_store *store, const struct listing_text *texts, size_t n,
                           registry_record_each *each, void *user);
enum err sqlite_placement_get(struct registry_store *store, const char *id, void *room, size_t cap,
                              struct span *out);
enum err sqlite_feed(struct registry_store *store, const struct registry_range *range,
                     registry_record_each *each, void *user, struct registry_step *out);
enum err sqlite_policy_put(struct registry_store *store, uint64_t version, struct span envelope);
enum err sqlite_policy_get(struct registry_store *store, void *out, size_t cap, size_t *len,
                           uint64_t *version);
enum err sqlite_versions(struct registry_store *store, struct registry_versions *out);

#endif
