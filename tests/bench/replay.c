#include "replay.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "seal.h"

enum call_kind { CALL_BIND, CALL_STEP, CALL_RESET, CALL_MAC, CALL_OPEN };

struct call {
    enum call_kind kind;
    const void *on; /* statement or key */
    int64_t number; /* CALL_BIND */
    int column;
    size_t bytes, first, second; /* where in `bytes` two spans begin, and their lengths */
};

static struct {
    bool recording;
    struct call *call;
    size_t n_calls, room_calls;
    uint8_t *bytes;
    size_t n_bytes, room_bytes;
} replay;

static void *grow(void *p, size_t *room, size_t needed, size_t size)
{
    if (needed <= *room)
        return p;
    while (*room < needed)
        *room = *room ? *room * 2 : 4096;
    p = realloc(p, *room * size);
    if (!p) {
        perror("replay");
        exit(1);
    }
    return p;
}

static void note(struct call call, struct span first, struct span second)
{
    if (!replay.recording)
        return;
    call.bytes = replay.n_bytes;
    call.first = first.len;
    call.second = second.len;
    replay.bytes =
        grow(replay.bytes, &replay.room_bytes, replay.n_bytes + first.len + second.len, 1);
    if (first.len)
        memcpy(replay.bytes + replay.n_bytes, first.p, first.len);
    if (second.len)
        memcpy(replay.bytes + replay.n_bytes + first.len, second.p, second.len);
    replay.n_bytes += first.len + second.len;
    replay.call = grow(replay.call, &replay.room_calls, replay.n_calls + 1, sizeof *replay.call);
    replay.call[replay.n_calls++] = call;
}

void replay_begin(void)
{
    replay.recording = true;
}

size_t replay_end(void)
{
    replay.recording = false;
    return replay.n_calls;
}

void replay_clear(void)
{
    free(replay.call);
    free(replay.bytes);
    memset(&replay, 0, sizeof replay);
}

/* ---- between the libraries ------------------------------------------------------------------ */

static const struct span nothing;

int __real_sqlite3_bind_int64(sqlite3_stmt *statement, int column, sqlite3_int64 number);
int __wrap_sqlite3_bind_int64(sqlite3_stmt *statement, int column, sqlite3_int64 number);
int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);
int __real_sqlite3_reset(sqlite3_stmt *statement);
int __wrap_sqlite3_reset(sqlite3_stmt *statement);
void __real_mac_compute(const struct mac_key *key, struct span bytes, uint8_t out[SEAL_MAC_LEN]);
void __wrap_mac_compute(const struct mac_key *key, struct span bytes, uint8_t out[SEAL_MAC_LEN]);
enum err __real_seal_open(const struct seal_key *key, struct span context, struct span box,
                          void *out, size_t cap, size_t *len);
enum err __wrap_seal_open(const struct seal_key *key, struct span context, struct span box,
                          void *out, size_t cap, size_t *len);

int __wrap_sqlite3_bind_int64(sqlite3_stmt *statement, int column, sqlite3_int64 number)
{
    note((struct call){CALL_BIND, .on = statement, .number = number, .column = column}, nothing,
         nothing);
    return __real_sqlite3_bind_int64(statement, column, number);
}

int __wrap_sqlite3_step(sqlite3_stmt *statement)
{
    note((struct call){CALL_STEP, .on = statement}, nothing, nothing);
    return __real_sqlite3_step(statement);
}

int __wrap_sqlite3_reset(sqlite3_stmt *statement)
{
    note((struct call){CALL_RESET, .on = statement}, nothing, nothing);
    return __real_sqlite3_reset(statement);
}

void __wrap_mac_compute(const struct mac_key *key, struct span bytes, uint8_t out[SEAL_MAC_LEN])
{
    note((struct call){CALL_MAC, .on = key}, bytes, nothing);
    __real_mac_compute(key, bytes, out);
}

enum err __wrap_seal_open(const struct seal_key *key, struct span context, struct span box,
                          void *out, size_t cap, size_t *len)
{
    note((struct call){CALL_OPEN, .on = key}, context, box);
    return __real_seal_open(key, context, box, out, cap, len);
}

/* ---- again ---------------------------------------------------------------------------------- */

static void run(const struct call *call)
{
    static uint8_t plain[4096];
    const uint8_t *bytes = replay.bytes + call->bytes;
    sqlite3_stmt *statement = (sqlite3_stmt *)(uintptr_t)call->on;
    size_t len = 0;

    switch (call->kind) {
    case CALL_BIND:
        __real_sqlite3_bind_int64(statement, call->column, call->number);
        return;
    case CALL_STEP:
        __real_sqlite3_step(statement);
        return;
    case CALL_RESET:
        __real_sqlite3_reset(statement);
        return;
    case CALL_MAC:
        __real_mac_compute(call->on, span_of(bytes, call->first), plain);
        break;
    case CALL_OPEN:
        if (__real_seal_open(call->on, span_of(bytes, call->first),
                             span_of(bytes + call->first, call->second), plain, sizeof plain,
                             &len)) {
            fprintf(stderr, "replay: a box does not open again\n");
            exit(1);
        }
        break;
    }
    bench_keep(plain);
}

void replay_run(size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        run(&replay.call[i]);
}
