/* An upload is any bytes, to a registry that holds a short history.
 *
 * Each input goes in twice: as the body itself, and as a batch, compressed and, where it can be
 * linked, signed by the kiosk's key, as a kiosk gone wrong would. Whatever comes: what was held is
 * held, and the head only ever grows.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry_append.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define PACKED_MAX (WIRE_BATCH_MAX + 4096)

/* Made for these tests alone. */
static const char entry_key_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJ+Swxxr+8LxeXK1Y\n"
    "xfrYR1sFBUl5DuCQNJozvEy+NUmhRANCAATsFT5AmdoOep8kewIpQzNuFkWlhNhn\n"
    "pX6XUxmzeUF3h3kMfPR8vpuw4HXEdcdjfUM+fdwPJ3v6pksr+cTDbzRs\n"
    "-----END PRIVATE KEY-----\n";

static struct {
    char path[64];
    struct registry_store *store;
    struct append_room *room;
    struct sign_key *key;
    struct registry_kiosk kiosk;
} world;

static void world_remove(void)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    world.store->ops->close(world.store);
    append_room_close(world.room);
    sign_key_close(world.key);
    for (size_t i = 0; i < 3; i++) {
        char path[80];
        snprintf(path, sizeof path, "%s%s", world.path, suffixes[i]);
        unlink(path);
    }
}

static void key_load(void)
{
    char path[] = "/tmp/pamit-fuzz-key-XXXXXX"; /* mkstemp makes it 0600 */
    char why[SIGN_WHY_LEN];
    const int fd = mkstemp(path);
    const ssize_t written = write(fd, entry_key_pem, sizeof entry_key_pem - 1);
    assert(written == sizeof entry_key_pem - 1);
    close(fd);
    assert(sign_init() == ERR_OK && sign_key_load(path, &world.key, why) == ERR_OK);
    unlink(path);
}

static void world_make(void)
{
    char why[REGISTRY_WHY_LEN];
    key_load();
    snprintf(world.path, sizeof world.path, "/tmp/pamit-fuzz-store-%d.db", (int)getpid());
    assert(registry_sqlite_create(world.path, why) == ERR_OK);
    assert(registry_sqlite_open(world.path, &world.store, why) == ERR_OK);
    snprintf(world.kiosk.id, sizeof world.kiosk.id, "CGK-03-0412");
    sign_key_point(world.key, world.kiosk.entry_point);
    assert(world.store->ops->kiosk_add(world.store, &world.kiosk) == ERR_OK);
    world.room = append_room_open();
    assert(world.room);
    atexit(world_remove);
}

static struct registry_head head_now(void)
{
    struct registry_head head;
    assert(world.store->ops->head(world.store, world.kiosk.id, &head) == ERR_OK);
    return head;
}

static void upload(struct span body)
{
    const struct registry_head before = head_now();
    struct append_outcome outcome;
    const enum err err = registry_append(world.store, world.room, &world.kiosk, body, 0, &outcome);
    const struct registry_head after = head_now();
    assert(err == ERR_OK);
    if (outcome.result == APPEND_STORED) {
        assert(after.next >= before.next + outcome.n_new && outcome.n_new > 0);
        assert(after.epoch >= before.epoch);
    } else {
        assert(after.next == before.next && after.epoch == before.epoch);
        assert(memcmp(after.hash, before.hash, sizeof after.hash) == 0);
    }
}

/* Signs the batch as if it followed what is held; false if it has no such form. */
static bool batch_sign(struct wire_batch *batch)
{
    uint8_t hash[SIGN_HASH_LEN] = {0};
    if (world.store->ops->hash_before(world.store, world.kiosk.id, batch->from, hash) != ERR_OK &&
        batch->from > 1)
        return false;
    for (size_t i = 0; i < batch->n_entries; i++) {
        struct entry_header header;
        uint8_t bytes[ENTRY_HEADER_MAX];
        size_t len;
        if (wire_relink(&batch->entries[i], hash, &header, bytes, &len, hash) != ERR_OK)
            return false;
        if (i + 1 == batch->n_entries)
            assert(cose_sign(world.key, span_of(bytes, len), batch->signature) == ERR_OK);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct wire_batch batch;
    static uint8_t plain[WIRE_BATCH_MAX], packed[PACKED_MAX];
    size_t plain_len, packed_len;
    if (!world.store)
        world_make();
    upload(span_of(data, len));
    if (wire_compress(span_of(data, len), packed, sizeof packed, &packed_len) == ERR_OK)
        upload(span_of(packed, packed_len));
    if (wire_batch_decode(span_of(data, len), &batch) == ERR_OK && batch_sign(&batch) &&
        wire_batch_encode(&batch, plain, sizeof plain, &plain_len) == ERR_OK &&
        wire_compress(span_of(plain, plain_len), packed, sizeof packed, &packed_len) == ERR_OK)
        upload(span_of(packed, packed_len));
    return 0;
}
