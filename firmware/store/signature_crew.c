/* A batch is cut into as many parts as there are threads; each stops at its first bad signature,
 * and the first part with one has the batch's first. Threads live for one batch, some 100 ms:
 * nothing is shared but the batch, which nobody writes meanwhile, so that there is nothing to lock.
 */
#include "signature_crew.h"

#include <assert.h>
#include <pthread.h>
#include <unistd.h>

struct part {
    const struct verify_key *key;
    const struct signed_header *at;
    size_t n;
    size_t good; /* before the first bad one */
    enum err err;
    bool threaded;
    pthread_t thread;
};

enum err signature_crew_open(const struct verify_key *key, struct signature_crew *out)
{
    uint8_t point[SIGN_POINT_LEN];
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    enum err err = ERR_OK;

    out->n_keys = 0;
    out->n = 0;
    verify_key_point(key, point);
    do {
        err = verify_key_from_point(point, &out->keys[out->n_keys]);
        if (!err)
            out->n_keys++;
    } while (!err && out->n_keys < SIGNATURE_CREW_MAX && (long)out->n_keys < processors);
    return err;
}

void signature_crew_close(struct signature_crew *crew)
{
    for (size_t i = 0; i < crew->n_keys; i++)
        verify_key_close(crew->keys[i]);
    crew->n_keys = 0;
}

void signature_crew_add(struct signature_crew *crew, const struct stored_entry *stored)
{
    assert(crew->n < SIGNATURE_BATCH_MAX && stored->header.len <= ENTRY_HEADER_MAX &&
           stored->signature.len == SIGN_LEN);
    struct signed_header *item = &crew->batch[crew->n++];
    item->seq = stored->seq;
    item->len = stored->header.len;
    memcpy(item->bytes, stored->header.p, stored->header.len);
    memcpy(item->signature, stored->signature.p, SIGN_LEN);
}

static void *part_check(void *user)
{
    struct part *part = user;

    for (part->good = 0; part->good < part->n; part->good++) {
        const struct signed_header *item = &part->at[part->good];
        part->err = cose_check(part->key, span_of(item->bytes, item->len), item->signature);
        if (part->err)
            break;
    }
    if (part->err == ERR_AUTH || part->err == ERR_INVALID)
        part->err = ERR_OK; /* it is bad: that is a finding */
    return NULL;
}

static size_t parts_cut(const struct signature_crew *crew, struct part parts[SIGNATURE_CREW_MAX])
{
    size_t n_parts = crew->n / SIGNATURES_EACH_MIN, from = 0;

    if (n_parts > crew->n_keys)
        n_parts = crew->n_keys;
    if (n_parts == 0)
        n_parts = 1;
    for (size_t i = 0; i < n_parts; i++) {
        const size_t to = crew->n * (i + 1) / n_parts;
        parts[i] = (struct part){.key = crew->keys[i], .at = &crew->batch[from], .n = to - from};
        from = to;
    }
    return n_parts;
}

enum err signature_crew_check(struct signature_crew *crew, const struct signed_header **bad)
{
    struct part parts[SIGNATURE_CREW_MAX];
    const size_t n_parts = parts_cut(crew, parts);

    /* The caller is one of the crew; a thread that can't be had is the caller's work too. */
    for (size_t i = 1; i < n_parts; i++)
        parts[i].threaded = pthread_create(&parts[i].thread, NULL, part_check, &parts[i]) == 0;
    for (size_t i = 0; i < n_parts; i++) {
        if (parts[i].threaded)
            pthread_join(parts[i].thread, NULL);
        else
            part_check(&parts[i]);
    }
    crew->n = 0;
    *bad = NULL;
    for (size_t i = 0; i < n_parts; i++) {
        if (parts[i].err)
            return parts[i].err;
        if (parts[i].good < parts[i].n) {
            *bad = &parts[i].at[parts[i].good];
            break;
        }
    }
    return ERR_OK;
}
