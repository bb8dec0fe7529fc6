/* SQLite cuts a WAL off where a checksum fails, since that is how a power cut looks: the frames of
 * the transaction under way, of which some are not on the disk. A flipped bit looks the same to it,
 * and all transactions behind it are gone. So we look at what was cut off: frames of this round of
 * the WAL, told by its salts (a flipped bit leaves one of the two).
 */
#include "wal_scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "wal_format.h"

struct sum {
    uint32_t s0, s1;
};

struct scan {
    size_t page_len;
    bool big_endian; /* words that checksums are of */
    const uint8_t *salts;
    struct sum before; /* as the frame before says, or the header */
    bool valid;        /* up to here, as SQLite sees it */
    unsigned left;
};

static uint32_t word_at(const uint8_t *p, bool big_endian)
{
    return big_endian ? wal_number(p)
                      : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static struct sum sum_add(struct sum sum, bool big_endian, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i + 8 <= len; i += 8) {
        sum.s0 += word_at(p + i, big_endian) + sum.s1;
        sum.s1 += word_at(p + i + 4, big_endian) + sum.s0;
    }
    return sum;
}

static struct sum sum_said(const uint8_t *p)
{
    return (struct sum){.s0 = wal_number(p), .s1 = wal_number(p + 4)};
}

static bool sum_same(struct sum a, struct sum b)
{
    return a.s0 == b.s0 && a.s1 == b.s1;
}

static bool goes_on(const struct scan *scan, struct sum before, const uint8_t *frame)
{
    struct sum sum = sum_add(before, scan->big_endian, frame, WAL_FRAME_SALT_AT);

    sum = sum_add(sum, scan->big_endian, frame + WAL_FRAME_HEADER_LEN, scan->page_len);
    return wal_number(frame) != 0 && sum_same(sum, sum_said(frame + WAL_FRAME_SUM_AT));
}

static bool of_this_round(const uint8_t *frame, const uint8_t *salts)
{
    const uint8_t *own = frame + WAL_FRAME_SALT_AT;
    const size_t half = WAL_SALT_LEN / 2;

    return memcmp(own, salts, half) == 0 || memcmp(own + half, salts + half, half) == 0;
}

static void frame_take(struct scan *scan, const uint8_t *frame)
{
    const bool commit = wal_number(frame + WAL_FRAME_COMMIT_AT) != 0;
    const bool follows = goes_on(scan, scan->before, frame);

    scan->valid =
        scan->valid && follows && memcmp(frame + WAL_FRAME_SALT_AT, scan->salts, WAL_SALT_LEN) == 0;
    if (scan->valid && commit)
        scan->left = 0;
    else if (of_this_round(frame, scan->salts))
        scan->left++;
    scan->before = sum_said(frame + WAL_FRAME_SUM_AT);
}

static int frames_take(struct scan *scan, sqlite3_file *wal, sqlite3_int64 size)
{
    uint8_t frame[WAL_FRAME_HEADER_LEN + WAL_PAGE_LEN_MAX];
    const int len = (int)(WAL_FRAME_HEADER_LEN + scan->page_len);
    int rc = SQLITE_OK;

    for (sqlite3_int64 at = WAL_HEADER_LEN; rc == SQLITE_OK && at + len <= size; at += len) {
        rc = wal->pMethods->xRead(wal, frame, len, at);
        if (rc == SQLITE_OK)
            frame_take(scan, frame);
    }
    return rc;
}

static bool header_checks(const uint8_t header[WAL_HEADER_LEN])
{
    const uint32_t page_len = wal_number(header + WAL_PAGE_LEN_AT);
    const struct sum sum =
        sum_add((struct sum){0}, wal_number(header) & 1, header, WAL_HEADER_SUM_AT);

    return (wal_number(header) & ~1u) == WAL_MAGIC &&
           wal_number(header + WAL_VERSION_AT) == WAL_VERSION && page_len > 0 &&
           page_len <= WAL_PAGE_LEN_MAX && sum_same(sum, sum_said(header + WAL_HEADER_SUM_AT));
}

int wal_scan(sqlite3_file *wal, unsigned *left)
{
    uint8_t header[WAL_HEADER_LEN];
    sqlite3_int64 size = 0;
    int rc = wal->pMethods->xFileSize(wal, &size);

    *left = 0;
    if (rc || size < WAL_HEADER_LEN)
        return rc;
    rc = wal->pMethods->xRead(wal, header, WAL_HEADER_LEN, 0);
    if (rc)
        return rc;
    if (!header_checks(header)) {
        *left = size > WAL_HEADER_LEN;
        return SQLITE_OK;
    }
    struct scan scan = {.page_len = wal_number(header + WAL_PAGE_LEN_AT),
                        .big_endian = wal_number(header) & 1,
                        .salts = header + WAL_SALT_AT,
                        .before = sum_said(header + WAL_HEADER_SUM_AT),
                        .valid = true};
    rc = frames_take(&scan, wal, size);
    if (rc == SQLITE_OK)
        *left = scan.left;
    return rc;
}
