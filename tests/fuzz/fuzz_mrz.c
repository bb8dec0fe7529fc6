/* Any lines at all through everything that looks at an MRZ: parser, faults, repair, and what is
 * valid on into a document and its look-ups.
 *
 * Input: lines separated by LF. Held besides memory safety: raw lines are kept, nothing that is no
 * MRZ is valid, texts end where their fields do, nothing depends on chance, a good MRZ has no
 * fault, and a repair is valid, undoes to the lines as read, and leaves the reading as it was.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "document.h"
#include "mrz_fault.h"
#include "mrz_repair.h"
#include "placement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define LINES 5

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

static void check_fields(const struct mrz *mrz)
{
    assert(strlen(mrz->document_code) < sizeof mrz->document_code);
    assert(strlen(mrz->issuing_state) < sizeof mrz->issuing_state);
    assert(strlen(mrz->document_number) < sizeof mrz->document_number);
    assert(strlen(mrz->nationality) < sizeof mrz->nationality);
    assert(strlen(mrz->birth_date_raw) == 6 && strlen(mrz->expiry_raw) == 6);
    assert(strlen(mrz->primary) + strlen(mrz->secondary) <= MRZ_NAME_LEN_MAX);
    assert(strlen(mrz->optional) < sizeof mrz->optional);
    assert(strlen(mrz->optional2) < sizeof mrz->optional2);
    assert(mrz->long_number || (strlen(mrz->document_number) <= 9 && !mrz->long_digit &&
                                mrz->optional_after_number[0] == '\0'));
    assert(!strchr(mrz->primary, '<') && !strchr(mrz->secondary, '<'));
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
        assert(placement_lookups_by_name(&document, lookups) <= LOOKUPS_MAX);
    }
}

static void check_fault(const struct span *lines, size_t n, const struct mrz *mrz)
{
    struct mrz_fault fault;
    const bool found = mrz_fault_find(lines, n, &fault);
    assert(found == (fault.kind != MRZ_FAULT_NONE) && fault.kind < MRZ_FAULT_KINDS);
    assert(!found || !mrz_valid(mrz));
    bool filler = n == 0;
    for (size_t i = 0; i < n; i++)
        filler |= lines[i].len > 0 && memchr(lines[i].p, '<', lines[i].len);
    assert(found || mrz->format != MRZ_FORMAT_NONE || mrz->issues == MRZ_ISSUE_FRENCH_ID_CARD ||
           (mrz->issues & MRZ_ISSUE_LENGTH && !filler));
    assert(fault.line <= n && (fault.column == 0 || fault.line > 0));
    assert(mrz_fault_name(fault.kind));
}

static void check_repair(const struct mrz *mrz, unsigned substitutions)
{
    const struct mrz before = *mrz;
    struct mrz_repair repair;
    struct span lines[MRZ_LINES_MAX];
    const bool found = mrz_repair_find(mrz, substitutions, &repair);
    assert(memcmp(&before, mrz, sizeof before) == 0);
    assert(found == (repair.n > 0) && repair.n <= substitutions);
    if (!found)
        return;
    assert(mrz->format != MRZ_FORMAT_NONE && !mrz_valid(mrz));
    struct mrz repaired;
    for (size_t i = 0; i < MRZ_LINES_MAX; i++)
        lines[i] = span_of_text(repair.line[i]);
    assert(mrz_parse(lines, mrz_lines(mrz->format), &repaired) && mrz_valid(&repaired));
    assert(repaired.format == mrz->format);
    for (unsigned i = 0; i < repair.n; i++) {
        const struct mrz_position *position = &repair.position[i];
        char *place = &repair.line[position->line - 1][position->column - 1];
        assert(*place == position->to && position->to != position->from);
        *place = position->from;
    }
    assert(memcmp(repair.line, mrz->line, sizeof repair.line) == 0);
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
    if (read)
        check_fields(&mrz);
    check_fault(lines, n, &mrz);
    check_repair(&mrz, 1);
    if (len > 0 && data[len - 1] % 4 == 0) /* for some: it takes as long as all the rest */
        check_repair(&mrz, 2);
    if (mrz_valid(&mrz))
        check_document(&mrz);
    return 0;
}
