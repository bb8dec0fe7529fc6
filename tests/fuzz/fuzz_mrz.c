/* Any lines at all through the MRZ parser, and what it accepts on into a document and its look-ups.
 *
 * Input: lines separated by LF. Held besides memory safety: the raw lines are kept, nothing that is
 * no MRZ is valid, and the verdict on one input is the same twice.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "document.h"
#include "placement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define LINES 4

static size_t split_lines(const uint8_t *data, size_t len, struct span out[LINES])
{
    size_t n = 0;
    while (n < LINES) {
        const uint8_t *end = len > 0 ? memchr(data, '\n', len) : NULL;
        size_t line_len = end ? (size_t)(end - data) : len;
        out[n++] = span_of(data, line_len);
        if (!end)
            break;
        data += line_len + 1;
        len -= line_len + 1;
    }
    return n;
}

static void check_raw_lines(const struct span *lines, size_t n, const struct mrz *mrz)
{
    for (size_t i = 0; i < n && i < MRZ_LINES_MAX; i++) {
        size_t kept = lines[i].len < MRZ_LINE_LEN_MAX ? lines[i].len : MRZ_LINE_LEN_MAX;
        assert(kept == 0 || memcmp(mrz->line[i], lines[i].p, kept) == 0);
        assert(mrz->line[i][kept] == '\0');
    }
}

static void check_document(const struct mrz *mrz)
{
    static const struct date days[] = {{2026, 11, 21}, {1970, 1, 1}, {2099, 12, 31}};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct document document;
        struct lookup lookups[LOOKUPS_MAX];
        document_from_mrz(mrz, days[i], &document);
        assert(date_compare(document.birth, days[i]) <= 0);
        assert(!date_known(document.expiry) || document.expiry.year / 100 == 20);
        assert(placement_lookups(&document, lookups) <= LOOKUPS_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct span lines[LINES];
    size_t n = split_lines(data, len, lines);
    struct mrz mrz, again;
    bool read = mrz_parse(lines, n, &mrz);
    assert(read == mrz_parse(lines, n, &again) && memcmp(&mrz, &again, sizeof mrz) == 0);
    assert(read == (mrz.format != MRZ_FORMAT_NONE));
    assert(read || (!mrz_valid(&mrz) && mrz.issues != 0));
    check_raw_lines(lines, n, &mrz);
    if (mrz_valid(&mrz))
        check_document(&mrz);
    return 0;
}
