/* Entries from anywhere: what decodes has one encoding. The first byte chooses the decoder. */
#include <stdlib.h>

#include "entry_clock.h"

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void header_try(struct span bytes, enum entry_form form)
{
    struct entry_header header;
    uint8_t again[ENTRY_HEADER_MAX];
    size_t len = 0;

    if (entry_header_decode(bytes, form, &header))
        return;
    require(entry_header_encode(&header, form, again, sizeof again, &len) == ERR_OK);
    require(len == bytes.len && memcmp(again, bytes.p, len) == 0);
}

/* Keys from the future are skipped, so the first re-encoding may be shorter; it then stays. A
 * payload beyond its bound can't come from an encoder. */
#define PAYLOAD_TRY(name)                                                                          \
    static void name##_try(struct span bytes)                                                      \
    {                                                                                              \
        static const uint8_t salt[ENTRY_SALT_LEN];                                                 \
        static struct entry_##name payload, back;                                                  \
        static uint8_t once[ENTRY_PAYLOAD_MAX], twice[ENTRY_PAYLOAD_MAX];                          \
        size_t len = 0, len_twice = 0;                                                             \
                                                                                                   \
        if (bytes.len > ENTRY_ORIGINAL_MAX || entry_##name##_decode(bytes, &payload))              \
            return;                                                                                \
        require(entry_##name##_encode(&payload, salt, once, sizeof once, &len) == ERR_OK);         \
        require(len <= bytes.len);                                                                 \
        require(entry_##name##_decode(span_of(once, len), &back) == ERR_OK);                       \
        require(entry_##name##_encode(&back, salt, twice, sizeof twice, &len_twice) == ERR_OK);    \
        require(len == len_twice && memcmp(once, twice, len) == 0);                                \
    }

PAYLOAD_TRY(presented)
PAYLOAD_TRY(decided)
PAYLOAD_TRY(void)
PAYLOAD_TRY(epoch)
PAYLOAD_TRY(purge)
PAYLOAD_TRY(clock)

static void recovered_try(struct span bytes)
{
    static uint8_t again[ENTRY_PAYLOAD_MAX];
    static const uint8_t salt[ENTRY_SALT_LEN];
    struct entry_recovered payload, back;
    struct entry_header original;
    size_t len = 0;

    if (entry_recovered_decode(bytes, &payload, &original))
        return;
    require(entry_recovered_encode(&payload, salt, again, sizeof again, &len) == ERR_OK);
    require(len == bytes.len);
    require(entry_recovered_decode(span_of(again, len), &back, &original) == ERR_OK);
    require(original.kind != ENTRY_RECOVERED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0)
        return 0;
    const struct span bytes = span_of(data + 1, len - 1);
    switch (data[0]) {
    case 'w':
        header_try(bytes, ENTRY_WHOLE);
        break;
    case 'u':
        header_try(bytes, ENTRY_UNLINKED);
        break;
    case 'p':
        presented_try(bytes);
        break;
    case 'd':
        decided_try(bytes);
        break;
    case 'v':
        void_try(bytes);
        break;
    case 'e':
        epoch_try(bytes);
        break;
    case 'g':
        purge_try(bytes);
        break;
    case 'c':
        clock_try(bytes);
        break;
    case 'r':
        recovered_try(bytes);
        break;
    default:
        break;
    }
    return 0;
}
