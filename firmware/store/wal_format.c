/* Checksums of a WAL: sums of pairs of 32-bit words, of which the header says how they are ordered.
 */
#include "wal_format.h"

#include <string.h>

static uint32_t word_at(const uint8_t *p, bool big_endian)
{
    return big_endian ? wal_number(p)
                      : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static struct wal_sum sum_add(struct wal_sum sum, bool big_endian, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i + 8 <= len; i += 8) {
        sum.s0 += word_at(p + i, big_endian) + sum.s1;
        sum.s1 += word_at(p + i + 4, big_endian) + sum.s0;
    }
    return sum;
}

bool wal_sum_same(struct wal_sum a, struct wal_sum b)
{
    return a.s0 == b.s0 && a.s1 == b.s1;
}

struct wal_sum wal_sum_said(const uint8_t p[8])
{
    return (struct wal_sum){.s0 = wal_number(p), .s1 = wal_number(p + 4)};
}

void wal_sum_put(uint8_t p[8], struct wal_sum sum)
{
    wal_number_put(p, sum.s0);
    wal_number_put(p + 4, sum.s1);
}

struct wal_sum wal_header_sum(const uint8_t header[WAL_HEADER_LEN])
{
    return sum_add((struct wal_sum){0}, wal_number(header) & 1, header, WAL_HEADER_SUM_AT);
}

struct wal_sum wal_frame_sum(struct wal_sum before, bool big_endian, const uint8_t *frame,
                             size_t page_len)
{
    const struct wal_sum sum = sum_add(before, big_endian, frame, WAL_FRAME_SALT_AT);

    return sum_add(sum, big_endian, frame + WAL_FRAME_HEADER_LEN, page_len);
}

bool wal_header_checks(const uint8_t header[WAL_HEADER_LEN])
{
    const uint32_t page_len = wal_number(header + WAL_PAGE_LEN_AT);

    return (wal_number(header) & ~1u) == WAL_MAGIC && (page_len & (page_len - 1)) == 0 &&
           wal_number(header + WAL_VERSION_AT) == WAL_VERSION && page_len >= WAL_PAGE_LEN_MIN &&
           page_len <= WAL_PAGE_LEN_MAX &&
           wal_sum_same(wal_header_sum(header), wal_sum_said(header + WAL_HEADER_SUM_AT));
}

void wal_header_make(uint8_t header[WAL_HEADER_LEN], size_t page_len, uint32_t round,
                     const uint8_t salts[WAL_SALT_LEN])
{
    wal_number_put(header, WAL_MAGIC | (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__));
    wal_number_put(header + WAL_VERSION_AT, WAL_VERSION);
    wal_number_put(header + WAL_PAGE_LEN_AT, (uint32_t)page_len);
    wal_number_put(header + WAL_ROUND_AT, round);
    memcpy(header + WAL_SALT_AT, salts, WAL_SALT_LEN);
    wal_sum_put(header + WAL_HEADER_SUM_AT, wal_header_sum(header));
}
