#include "departure_parts.h"

#include "bench.h"
#include "database.h"
#include "entry.h"
#include "findings.h"
#include "journal_crossing.h"

static struct parts parts;

struct parts parts_take(void)
{
    const struct parts taken = parts;

    parts = (struct parts){0};
    return taken;
}

/* The call itself, its time added to a part. */
#define TIMED(part, name, declared, passed)                                                        \
    enum err __real_##name declared;                                                               \
    enum err __wrap_##name declared;                                                               \
    enum err __wrap_##name declared                                                                \
    {                                                                                              \
        const double begin_s = bench_now_s();                                                      \
        const enum err err = __real_##name passed;                                                 \
        parts.us[PART_##part] += (bench_now_s() - begin_s) * 1e6;                                  \
        return err;                                                                                \
    }

TIMED(FIND, findings_look_up,
      (struct cache_reader * reader, const struct document *document, struct date today,
       struct findings *out),
      (reader, document, today, out))
TIMED(CROSSINGS, crossing_reader_find,
      (struct crossing_reader * reader, const struct crossing_subject *subject, struct date day,
       struct crossing_hits *out),
      (reader, subject, day, out))
TIMED(ENCODE, entry_presented_encode,
      (const struct entry_presented *payload, const uint8_t salt[ENTRY_SALT_LEN], void *out,
       size_t cap, size_t *len),
      (payload, salt, out, cap, len))
TIMED(ENCODE, entry_decided_encode,
      (const struct entry_decided *payload, const uint8_t salt[ENTRY_SALT_LEN], void *out,
       size_t cap, size_t *len),
      (payload, salt, out, cap, len))
TIMED(INSERT, database_begin, (struct database * database), (database))
TIMED(INSERT, database_step_done, (sqlite3_stmt * statement), (statement))
TIMED(COMMIT, database_commit, (struct database * database), (database))

void __real_verdict_judge(const struct facts *facts, struct verdict *out);
void __wrap_verdict_judge(const struct facts *facts, struct verdict *out);
void __wrap_verdict_judge(const struct facts *facts, struct verdict *out)
{
    const double begin_s = bench_now_s();

    __real_verdict_judge(facts, out);
    parts.us[PART_VERDICT] += (bench_now_s() - begin_s) * 1e6;
}

enum err __real_cose_sign(const struct sign_key *key, struct span payload,
                          uint8_t signature[SIGN_LEN]);
enum err __wrap_cose_sign(const struct sign_key *key, struct span payload,
                          uint8_t signature[SIGN_LEN]);
enum err __wrap_cose_sign(const struct sign_key *key, struct span payload,
                          uint8_t signature[SIGN_LEN])
{
    const double begin_s = bench_now_s();
    const enum err err = __real_cose_sign(key, payload, signature);

    parts.us[PART_SIGN] += (bench_now_s() - begin_s) * 1e6;
    if (parts.n_rows < PARTS_ROWS)
        parts.header_len[parts.n_rows] = payload.len;
    return err;
}

enum err __real_seal_box(const struct seal_key *key, struct span context, struct span plain,
                         void *out, size_t cap, size_t *len);
enum err __wrap_seal_box(const struct seal_key *key, struct span context, struct span plain,
                         void *out, size_t cap, size_t *len);
enum err __wrap_seal_box(const struct seal_key *key, struct span context, struct span plain,
                         void *out, size_t cap, size_t *len)
{
    const double begin_s = bench_now_s();
    const enum err err = __real_seal_box(key, context, plain, out, cap, len);

    parts.us[PART_SEAL] += (bench_now_s() - begin_s) * 1e6;
    if (parts.n_rows < PARTS_ROWS)
        parts.sealed_len[parts.n_rows++] = plain.len + SEAL_OVERHEAD;
    return err;
}
