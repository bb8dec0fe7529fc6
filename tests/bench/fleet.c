#include "fleet.h"

#include <string.h>
#include <unistd.h>

#include "fleet_line.h"
#include "registry_sign.h"

#define DEFERRED_ONE 100 /* in so many */
#define STACK_LEN    (256u << 10)
#define STATUS_OK    200

static const struct population people = {.seed = PROVIDE_SEED, .placements = 2100000};

/* ---- making entries -------------------------------------------------------------------------- */

/* One kiosk's journal while it is made. */
struct making {
    const struct fleet_kiosk *kiosk;
    struct registry_signer *signer;
    uint64_t seq;
    uint32_t traveller;
    uint8_t prev[SIGN_HASH_LEN];
    struct document document; /* of the last PRESENTED */
    uint8_t whole[ENTRY_HEADER_MAX];
    size_t whole_len;
    struct wire_batch batch;
    size_t used;
    uint8_t bytes[WIRE_BATCH_MAX], plain[WIRE_BATCH_MAX], body[WIRE_BATCH_MAX];
};

static const struct entry_place place = {
    .mode = MODE_LIVE, .tpi_code = "CGK", .counter = "03", .officer_id = "P-0001"};

static size_t present(struct making *making, const uint8_t salt[ENTRY_SALT_LEN], uint8_t *out)
{
    struct entry_presented entry = {.place = place,
                                    .context = {.direction = DIRECTION_DEPARTURE,
                                                .carrier_kind = CARRIER_AIR,
                                                .carrier_no = "CI762",
                                                .dest_country = "TWN",
                                                .purpose = PURPOSE_WORK},
                                    .match_key = MATCH_KEY_PASSPORT,
                                    .match_grade = MATCH_EXACT,
                                    .data = {.placements_usable = true,
                                             .placements_as_of = PROVIDE_AS_OF_S,
                                             .lists_as_of = PROVIDE_AS_OF_S,
                                             .placements_version = 7},
                                    .policy_version = 3,
                                    .verdict = {.result = VERDICT_CLEAR,
                                                .n_reasons = 1,
                                                .reasons = {{.code = 1, .colour = COLOUR_GREEN}}}};
    uint32_t placement;
    size_t len = 0;

    population_document(&people, VISIT_NUMBER, making->traveller, &entry.document, &placement);
    snprintf(entry.placement_id, sizeof entry.placement_id, "PMI-%u", (unsigned)placement);
    provide_need(entry_presented_encode(&entry, salt, out, ENTRY_PAYLOAD_MAX, &len), "PRESENTED");
    return len;
}

static size_t decide(struct making *making, const uint8_t salt[ENTRY_SALT_LEN], uint8_t *out)
{
    const bool defers = making->traveller++ % DEFERRED_ONE == 0;
    const struct entry_decided entry = {.place = place,
                                        .presented = making->seq - 1,
                                        .decision = defers ? DECISION_DEFERRED : DECISION_CLEARED,
                                        .role = defers ? ROLE_SUPERVISOR : ROLE_OFFICER,
                                        .duration_ms = 4200};
    size_t len = 0;

    provide_need(entry_decided_encode(&entry, salt, out, ENTRY_PAYLOAD_MAX, &len), "DECIDED");
    return len;
}

static size_t payload_make(struct making *making, enum entry_kind kind, uint8_t *out)
{
    static const struct entry_epoch begins;
    uint8_t salt[ENTRY_SALT_LEN];
    size_t len = 0;

    seal_random(salt, sizeof salt);
    if (kind == ENTRY_PRESENTED)
        return present(making, salt, out);
    if (kind == ENTRY_DECIDED)
        return decide(making, salt, out);
    provide_need(entry_epoch_encode(&begins, salt, out, ENTRY_PAYLOAD_MAX, &len), "EPOCH");
    return len;
}

static void entry_make(struct making *making)
{
    struct wire_entry *wire = &making->batch.entries[making->batch.n_entries++];
    struct entry_header header = {
        .epoch = 1,
        .seq = ++making->seq,
        .kind = making->seq == 1  ? ENTRY_EPOCH
                : making->seq % 2 ? ENTRY_DECIDED
                                  : ENTRY_PRESENTED,
        .time = {.wall_ms = (PROVIDE_AS_OF_S + (int64_t)making->seq * 60) * 1000,
                 .zone = CLOCK_WIB,
                 .quality = CLOCK_SYNCED,
                 .boottime_ms = (int64_t)making->seq * 60000}};
    uint8_t *at = making->bytes + making->used;
    size_t len = 0;

    snprintf(header.kiosk, sizeof header.kiosk, "%s", making->kiosk->id);
    memcpy(header.prev, making->prev, sizeof header.prev);
    provide_need(entry_header_encode(&header, ENTRY_UNLINKED, at, ENTRY_HEADER_MAX, &len),
                 "header");
    wire->header = span_of(at, len);
    at += len;
    wire->payload = span_of(at, payload_make(making, header.kind, at));
    making->used += len + wire->payload.len;
    sign_hash(wire->payload, header.payload_hash);
    provide_need(entry_header_encode(&header, ENTRY_WHOLE, making->whole, sizeof making->whole,
                                     &making->whole_len),
                 "header");
    sign_hash(span_of(making->whole, making->whole_len), making->prev);
}

static void batch_make(struct making *making, size_t n, struct fleet_batch *out)
{
    size_t plain_len = 0, len = 0;

    making->batch.epoch = 1;
    making->batch.from = making->seq + 1;
    making->batch.n_entries = 0;
    making->used = 0;
    while (making->batch.n_entries < n)
        entry_make(making);
    provide_need(registry_sign(making->signer, span_of(making->whole, making->whole_len),
                               making->batch.signature),
                 "signature");
    provide_need(wire_batch_encode(&making->batch, making->plain, sizeof making->plain, &plain_len),
                 "batch");
    provide_need(
        wire_compress(span_of(making->plain, plain_len), making->body, sizeof making->body, &len),
        "batch");
    *out = (struct fleet_batch){.body = malloc(len), .len = len, .n_entries = n};
    if (!out->body || len > WIRE_BODY_MAX)
        bench_fail("batch", "too large");
    memcpy(out->body, making->body, len);
}

/* ---- making kiosks --------------------------------------------------------------------------- */

static struct registry_signer *signer_make(const struct centre *centre)
{
    char path[PROVIDE_PATH_LEN], why[SIGN_WHY_LEN];
    struct registry_signer *signer;

    provide_path(centre->folder, "entry.key", path);
    centre_key(path);
    if (registry_signer_load(path, &signer, why) != ERR_OK)
        bench_fail("entry key", why);
    unlink(path);
    return signer;
}

static void kiosk_make(struct fleet *fleet, struct making *making, struct registry_store *store,
                       size_t nth)
{
    struct fleet_kiosk *kiosk = &fleet->kiosks[nth];
    struct registry_kiosk known = {0};

    snprintf(kiosk->id, sizeof kiosk->id, "CGK-03-%04zu", nth);
    centre_certify(fleet->centre, kiosk->id, &kiosk->crt);
    *making = (struct making){.kiosk = kiosk, .signer = signer_make(fleet->centre)};
    making->traveller = (uint32_t)(nth * 1000);
    memcpy(known.id, kiosk->id, sizeof known.id);
    registry_signer_point(making->signer, known.entry_point);
    provide_need(store->ops->kiosk_add(store, &known), "kiosk");
    kiosk->batches = calloc(fleet->n_batches, sizeof *kiosk->batches);
    if (!kiosk->batches)
        bench_fail("kiosk", "no memory");
    for (size_t i = 0; i < fleet->n_batches; i++) {
        const size_t left = fleet->n_entries - i * fleet->batch_len;
        batch_make(making, left < fleet->batch_len ? left : fleet->batch_len, &kiosk->batches[i]);
    }
    registry_signer_close(making->signer);
}

void fleet_open(struct fleet *fleet, struct centre *centre, size_t n_kiosks, size_t n_entries,
                size_t batch_len)
{
    struct registry_store *store;
    struct making *making = malloc(sizeof *making);
    char why[REGISTRY_WHY_LEN];

    *fleet = (struct fleet){.centre = centre,
                            .n_kiosks = n_kiosks,
                            .n_entries = n_entries,
                            .n_batches = (n_entries + batch_len - 1) / batch_len,
                            .batch_len = batch_len};
    fleet->kiosks = calloc(n_kiosks, sizeof *fleet->kiosks);
    if (!making || !fleet->kiosks || pthread_mutex_init(&fleet->checking, NULL) != 0)
        bench_fail("fleet", "no memory");
    if (registry_sqlite_open(centre->store, &store, why) != ERR_OK)
        bench_fail("store", why);
    for (size_t i = 0; i < n_kiosks; i++)
        kiosk_make(fleet, making, store, i);
    store->ops->close(store);
    free(making);
}

void fleet_close(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->n_kiosks; i++) {
        for (size_t j = 0; j < fleet->n_batches; j++)
            free(fleet->kiosks[i].batches[j].body);
        free(fleet->kiosks[i].batches);
        gnutls_x509_crt_deinit(fleet->kiosks[i].crt);
    }
    free(fleet->kiosks);
    pthread_mutex_destroy(&fleet->checking);
}

/* ---- sending --------------------------------------------------------------------------------- */

struct sender {
    struct fleet *fleet;
    const struct fleet_kiosk *kiosk;
    size_t first, end;
    pthread_t thread;
};

/* Keeps why the first one failed. */
static void sender_failed(const struct sender *sender, const char *why)
{
    struct fleet *fleet = sender->fleet;

    pthread_mutex_lock(&fleet->checking);
    if (fleet->failed++ == 0)
        snprintf(fleet->why, sizeof fleet->why, "%s: %s", sender->kiosk->id, why);
    pthread_mutex_unlock(&fleet->checking);
}

/* Asks, and expects 200. */
static bool line_ask(struct fleet_line *line, const char *target, struct span body)
{
    const unsigned status = fleet_line_ask(line, target, body);

    if (status != 0 && status != STATUS_OK)
        snprintf(line->why, sizeof line->why, "%.20s: status %u: %.80s", target, status,
                 (const char *)line->body.p);
    return status == STATUS_OK;
}

/* Does the last receipt say that all is held? */
static bool receipt_says(const struct sender *sender, struct fleet_line *line, uint64_t next)
{
    struct span payload;
    struct receipt receipt;

    pthread_mutex_lock(&sender->fleet->checking);
    const enum err err = cose_open(sender->fleet->centre->receipts, line->body, &payload);
    pthread_mutex_unlock(&sender->fleet->checking);
    if (!err && receipt_decode(payload, &receipt) == ERR_OK &&
        strcmp(receipt.kiosk, sender->kiosk->id) == 0 && receipt.next == next)
        return true;
    snprintf(line->why, sizeof line->why, "the last receipt is not its own, or for less");
    return false;
}

static bool batches_send(const struct sender *sender, struct fleet_line *line)
{
    static const char ask[] = "GET /v1/receipt?nonce=00000000000000000000000000000000";
    struct fleet *fleet = sender->fleet;
    uint64_t next = sender->first * fleet->batch_len + 1;

    if (!line_ask(line, ask, span_of(NULL, 0)))
        return false;
    fleet->connected++;
    for (size_t i = sender->first; i < sender->end; i++) {
        const struct fleet_batch *batch = &sender->kiosk->batches[i];
        if (!line_ask(line, "POST /v1/entries", span_of(batch->body, batch->len)))
            return false;
        next += batch->n_entries;
        fleet->acknowledged += batch->n_entries;
    }
    return receipt_says(sender, line, next);
}

static void *sender_run(void *user)
{
    const struct sender *sender = user;
    struct fleet_line line;

    if (!fleet_line_open(&line, sender->fleet->centre, sender->kiosk->crt) ||
        !batches_send(sender, &line))
        sender_failed(sender, line.why);
    fleet_line_close(&line);
    return NULL;
}

void fleet_send(struct fleet *fleet, size_t first, size_t end)
{
    struct sender *senders = calloc(fleet->n_kiosks, sizeof *senders);
    pthread_attr_t attr;

    if (!senders || pthread_attr_init(&attr) || pthread_attr_setstacksize(&attr, STACK_LEN))
        bench_fail("fleet", "no memory");
    for (size_t i = 0; i < fleet->n_kiosks; i++) {
        senders[i] =
            (struct sender){.fleet = fleet, .kiosk = &fleet->kiosks[i], .first = first, .end = end};
        if (pthread_create(&senders[i].thread, &attr, sender_run, &senders[i]) != 0)
            bench_fail("fleet", "no thread");
    }
    for (size_t i = 0; i < fleet->n_kiosks; i++)
        pthread_join(senders[i].thread, NULL);
    pthread_attr_destroy(&attr);
    free(senders);
}
