/* Where things are in a WAL: https://sqlite.org/fileformat2.html#walformat. Numbers are big-endian.
 * Internal to store.
 */
#ifndef PAMIT_WAL_FORMAT_H
#define PAMIT_WAL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WAL_MAGIC            0x377f0682u /* last bit: checksums are of big-endian words */
#define WAL_VERSION          3007000
#define WAL_HEADER_LEN       32
#define WAL_VERSION_AT       4
#define WAL_PAGE_LEN_AT      8
#define WAL_ROUND_AT         12 /* its number: SQLite's checkpoint sequence */
#define WAL_SALT_AT          16
#define WAL_HEADER_SUM_AT    24
#define WAL_FRAME_HEADER_LEN 24
#define WAL_FRAME_COMMIT_AT  4 /* not zero: the last frame of a transaction */
#define WAL_FRAME_SALT_AT    8
#define WAL_FRAME_SUM_AT     16
#define WAL_SALT_LEN         8
#define WAL_PAGE_LEN_MIN     512
#define WAL_PAGE_LEN_MAX     65536

/* Of the database file: https://sqlite.org/fileformat2.html#file_format_version_numbers */
#define FILE_READ_VERSION_AT  19
#define FILE_READ_VERSION_WAL 2

static inline uint32_t wal_number(const uint8_t p[4])
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void wal_number_put(uint8_t p[4], uint32_t number)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(number >> 8 * (3 - i));
}

/* A checksum goes on from that of the frame before, of the first one from the header's. */
struct wal_sum {
    uint32_t s0, s1;
};

bool wal_sum_same(struct wal_sum a, struct wal_sum b);
/* As it is stored. */
struct wal_sum wal_sum_said(const uint8_t p[8]);
void wal_sum_put(uint8_t p[8], struct wal_sum sum);
/* Of the header without its own. */
struct wal_sum wal_header_sum(const uint8_t header[WAL_HEADER_LEN]);
struct wal_sum wal_frame_sum(struct wal_sum before, bool big_endian, const uint8_t *frame,
                             size_t page_len);
bool wal_header_checks(const uint8_t header[WAL_HEADER_LEN]);
/* As SQLite writes it on this machine. */
void wal_header_make(uint8_t header[WAL_HEADER_LEN], size_t page_len, uint32_t round,
                     const uint8_t salts[WAL_SALT_LEN]);

#endif
