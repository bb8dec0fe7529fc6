/* Compression of what travels: one zstd frame (RFC 8878), its result never larger than asked for.
 *
 * The single-call decoder writes straight into the caller's memory and uses it as its window, so a
 * frame that announces a window of gigabytes costs nothing, and one that grows beyond `cap` stops
 * there. Exactly one frame is accepted: nothing before, nothing after, nothing skippable.
 */
#include "wire.h"

#include <zstd.h>
#include <zstd_errors.h>

/* Batches are small and written once; the best ratio that is still instant on a Raspberry Pi. */
#define LEVEL 9

static enum err err_from_zstd(size_t result)
{
    const ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
    if (code == ZSTD_error_dstSize_tooSmall)
        return ERR_SIZE;
    return code == ZSTD_error_memory_allocation ? ERR_MEMORY : ERR_INVALID;
}

enum err wire_compress(struct span plain, void *out, size_t cap, size_t *len)
{
    const size_t result = ZSTD_compress(out, cap, plain.p, plain.len, LEVEL);
    if (ZSTD_isError(result))
        return err_from_zstd(result);
    *len = result;
    return ERR_OK;
}

static bool is_one_frame(struct span packed)
{
    static const uint8_t magic[] = {0x28, 0xB5, 0x2F, 0xFD}; /* RFC 8878 3.1.1, little-endian */
    return packed.len >= sizeof magic && memcmp(packed.p, magic, sizeof magic) == 0 &&
           ZSTD_findFrameCompressedSize(packed.p, packed.len) == packed.len;
}

enum err wire_decompress(struct span packed, void *out, size_t cap, size_t *len)
{
    if (!is_one_frame(packed))
        return ERR_INVALID;
    const size_t result = ZSTD_decompress(out, cap, packed.p, packed.len);
    if (ZSTD_isError(result))
        return err_from_zstd(result);
    *len = result;
    return ERR_OK;
}
