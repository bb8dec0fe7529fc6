/* SQLite cuts a WAL off where a checksum fails, since that is how a power cut looks: the frames of
 * the transaction under way, of which some are not on the disk. A flipped bit looks the same to it,
 * and all transactions behind it are gone. So we look at what was cut off: frames of this round of
 * the WAL, told by its salts (a flipped bit leaves one of the two).
 *
 * A frame's checksum goes on from that of the frame before. Each transaction is synced before the
 * next one begins, so a power cut leaves one commit at most that does not check. Two in a row that
 * go on from each other were on the disk and acknowledged: a bit before them has changed. This
 * holds as long as nobody appends where such frames lie behind (wal_trim.c): else what two power
 * cuts left, or two rounds of the same salts, lies there side by side.
 *
 * The header is written when a round begins over an old one, which is in the file by then. So a
 * header that does not check has lost something only if the pages of the last transaction behind it
 * are not those of the file.
 *
 * What can't be told from a power cut is a change behind which there are no two such commits: of a
 * flipped bit, in the last transaction or in the page that ends the one before it; of a damaged
 * block of 4 KiB, which reaches into two frames and hides where the next goes on from, in one of
 * the last four.
 */
#include "wal_scan.h"

#include <stdint.h>
#include <string.h>

/* https://sqlite.org/fileformat2.html#pagesize */
#define FILE_PAGE_LEN_AT 16

struct scan {
    size_t page_len;
    bool big_endian; /* words that checksums are of */
    uint8_t salts[WAL_SALT_LEN];
    struct wal_sum said, sum; /* of the frame before, or the header: what it says, what it is */
    bool valid;               /* up to here, as SQLite sees it */
    unsigned commits;         /* in a row that go on from each other, behind that */
    struct wal_scan found;
};

/* From the frame before as it says of itself; or, if only that is damaged, as it is. */
static bool goes_on(struct scan *scan, const uint8_t *frame)
{
    const struct wal_sum said = wal_sum_said(frame + WAL_FRAME_SUM_AT);
    struct wal_sum sum = wal_frame_sum(scan->said, scan->big_endian, frame, scan->page_len);

    if (!wal_sum_same(sum, said) && !wal_sum_same(scan->said, scan->sum))
        sum = wal_frame_sum(scan->sum, scan->big_endian, frame, scan->page_len);
    scan->said = said;
    scan->sum = sum;
    return wal_sum_same(sum, said) && wal_number(frame) != 0 &&
           memcmp(frame + WAL_FRAME_SALT_AT, scan->salts, WAL_SALT_LEN) == 0;
}

static int frame_len(const struct scan *scan)
{
    return (int)(WAL_FRAME_HEADER_LEN + scan->page_len);
}

static bool of_this_round(const uint8_t *frame, const uint8_t *salts)
{
    const uint8_t *own = frame + WAL_FRAME_SALT_AT;
    const size_t half = WAL_SALT_LEN / 2;

    return memcmp(own, salts, half) == 0 || memcmp(own + half, salts + half, half) == 0;
}

static void frame_take(struct scan *scan, const uint8_t *frame, sqlite3_int64 end)
{
    const bool commit = wal_number(frame + WAL_FRAME_COMMIT_AT) != 0;
    const bool follows = goes_on(scan, frame);

    scan->valid = scan->valid && follows;
    if (scan->valid && commit) {
        scan->found.end = end;
        scan->found.left = 0;
    } else if (of_this_round(frame, scan->salts)) {
        scan->found.left++;
    }
    /* Of a frame that doesn't follow nothing is known: it may be torn, one half of an older one. */
    if (!scan->valid) {
        scan->commits = follows ? scan->commits + commit : 0;
        scan->found.lost |= scan->commits > 1;
        if (follows && commit)
            scan->found.lost_end = end;
    }
}

static int frames_take(struct scan *scan, sqlite3_file *wal, sqlite3_int64 size)
{
    uint8_t frame[WAL_FRAME_HEADER_LEN + WAL_PAGE_LEN_MAX];
    const int len = frame_len(scan);
    int rc = SQLITE_OK;

    for (sqlite3_int64 at = WAL_HEADER_LEN; rc == SQLITE_OK && at + len <= size; at += len) {
        rc = wal->pMethods->xRead(wal, frame, len, at);
        if (rc == SQLITE_OK)
            frame_take(scan, frame, at + len);
    }
    return rc;
}

/* ---- a header that does not check --------------------------------------------------------- */

/* A header that was torn while the next round began: the salts of the one before are in its first
 * frame, its number is what is there or one less. Such frames go on from it again; behind a round
 * of one frame older ones may lie, which the file has long gone beyond. */
static void header_rebuild(struct scan *scan, uint32_t round, const uint8_t *first)
{
    const struct wal_sum said = wal_sum_said(first + WAL_FRAME_SUM_AT);
    uint8_t header[WAL_HEADER_LEN];

    for (uint32_t back = 0; back <= 1; back++) {
        wal_header_make(header, scan->page_len, round - back, first + WAL_FRAME_SALT_AT);
        const struct wal_sum sum = wal_header_sum(header);
        if (wal_sum_same(wal_frame_sum(sum, scan->big_endian, first, scan->page_len), said))
            scan->said = scan->sum = sum;
    }
}

/* Where the last transaction begins and ends that can be followed from the first frame on that goes
 * on from another. The first one of all goes on from a header of which one bit is wrong, or that
 * was torn. */
struct last {
    sqlite3_int64 from, to;
};

static int last_find(struct scan *scan, sqlite3_file *wal, sqlite3_int64 size, uint32_t round,
                     struct last *out)
{
    uint8_t frame[WAL_FRAME_HEADER_LEN + WAL_PAGE_LEN_MAX];
    const int len = frame_len(scan);
    sqlite3_int64 at = WAL_HEADER_LEN, from = at;

    for (; at + len <= size; at += len) {
        const int rc = wal->pMethods->xRead(wal, frame, len, at);
        if (rc)
            return rc;
        if (at == WAL_HEADER_LEN) {
            memcpy(scan->salts, frame + WAL_FRAME_SALT_AT, sizeof scan->salts);
            header_rebuild(scan, round, frame);
        }
        const bool follows = goes_on(scan, frame);
        if (!follows && out->to > 0)
            break;
        if (!follows) {
            memcpy(scan->salts, frame + WAL_FRAME_SALT_AT, sizeof scan->salts);
            from = at;
        }
        scan->found.left++;
        if (wal_number(frame + WAL_FRAME_COMMIT_AT) != 0) {
            if (follows)
                *out = (struct last){.from = from, .to = at + len};
            from = at + len;
        }
    }
    return SQLITE_OK;
}

/* Are its pages those of the file? */
static int last_compare(struct scan *scan, sqlite3_file *wal, sqlite3_file *file,
                        const struct last *last)
{
    uint8_t frame[WAL_FRAME_HEADER_LEN + WAL_PAGE_LEN_MAX], page[WAL_PAGE_LEN_MAX];
    const int len = frame_len(scan), page_len = (int)scan->page_len;
    int rc = SQLITE_OK;

    scan->found.lost_end = last->to;
    for (sqlite3_int64 at = last->from; rc == SQLITE_OK && at < last->to; at += len) {
        rc = wal->pMethods->xRead(wal, frame, len, at);
        const sqlite3_int64 number = rc ? 1 : wal_number(frame);
        if (rc == SQLITE_OK)
            rc = file->pMethods->xRead(file, page, page_len, (number - 1) * page_len);
        scan->found.lost |= rc == SQLITE_IOERR_SHORT_READ ||
                            memcmp(page, frame + WAL_FRAME_HEADER_LEN, scan->page_len) != 0;
        rc = rc == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : rc;
    }
    return rc;
}

static int page_len_read(sqlite3_file *file, size_t *out)
{
    uint8_t len[2];
    const int rc = file->pMethods->xRead(file, len, sizeof len, FILE_PAGE_LEN_AT);

    *out = (size_t)len[0] << 8 | (size_t)(len[1] & 1) << 16; /* 1 stands for 65536 */
    if (rc == SQLITE_IOERR_SHORT_READ)
        return SQLITE_NOTADB;
    return rc || (*out >= WAL_PAGE_LEN_MIN && *out <= WAL_PAGE_LEN_MAX) ? rc : SQLITE_NOTADB;
}

static struct wal_scan scan_found(const struct scan *scan)
{
    struct wal_scan found = scan->found;

    found.page_len = scan->page_len;
    memcpy(found.salts, scan->salts, sizeof found.salts);
    return found;
}

/* Nothing of the WAL counts. The header says neither how long a page is nor which way its checksums
 * go: the file does, and this machine.
 */
static int headless_scan(sqlite3_file *wal, sqlite3_file *file, const uint8_t *header,
                         struct wal_scan *out)
{
    struct scan scan = {.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
                        .said = wal_sum_said(header + WAL_HEADER_SUM_AT),
                        .sum = wal_header_sum(header)};
    sqlite3_int64 size = 0;
    struct last last = {0};
    int rc = page_len_read(file, &scan.page_len);

    if (rc == SQLITE_OK)
        rc = wal->pMethods->xFileSize(wal, &size);
    if (rc == SQLITE_OK)
        rc = last_find(&scan, wal, size, wal_number(header + WAL_ROUND_AT), &last);
    if (rc == SQLITE_OK)
        rc = last_compare(&scan, wal, file, &last);
    if (rc == SQLITE_OK)
        *out = scan_found(&scan);
    return rc;
}

int wal_scan(sqlite3_file *wal, sqlite3_file *file, struct wal_scan *out)
{
    uint8_t header[WAL_HEADER_LEN];
    sqlite3_int64 size = 0;
    int rc = wal->pMethods->xFileSize(wal, &size);

    *out = (struct wal_scan){.end = size < WAL_HEADER_LEN ? size : WAL_HEADER_LEN};
    if (rc || size <= WAL_HEADER_LEN)
        return rc;
    rc = wal->pMethods->xRead(wal, header, WAL_HEADER_LEN, 0);
    if (rc)
        return rc;
    if (!wal_header_checks(header))
        return headless_scan(wal, file, header, out);
    struct scan scan = {.page_len = wal_number(header + WAL_PAGE_LEN_AT),
                        .big_endian = wal_number(header) & 1,
                        .said = wal_sum_said(header + WAL_HEADER_SUM_AT),
                        .valid = true,
                        .found = *out};
    scan.sum = scan.said;
    memcpy(scan.salts, header + WAL_SALT_AT, sizeof scan.salts);
    rc = frames_take(&scan, wal, size);
    if (rc == SQLITE_OK)
        *out = scan_found(&scan);
    return rc;
}
