/* From the reader's bytes to a document, the whole path: framing, MRZ, fault, repair, document.
 *
 * Input: byte 0 picks the profile, byte 1 how many substitutions a repair may have, byte 2 the
 * length of runs; the rest is what the reader sends, where 0xff stands for a silence.
 *
 * Held besides memory safety:
 * - what comes out was sent: the lines of all frames stand in the stream in their order, no byte
 *   twice, and with the garbage they are no more than was sent;
 * - the MRZ's raw lines are the frame's lines;
 * - each check digit holds or fails as computed here from the standard and not by mrz.c; of a valid
 *   MRZ all hold, the characters are of the alphabet, and the dates are days;
 * - a fault points into the lines, at the character that it names;
 * - a proposal is valid, and differs from what was read at its positions alone, by look-alikes;
 * - a document has the number and the dates of its lines.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "icao_layout.h"
#include "mrz_fault.h"
#include "mrz_repair.h"
#include "scan_frame.h"

#define SILENCE  0xff
#define SENT_MAX 8192
#define HEAD_LEN 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- checks ---------------------------------------------------------------------------------- */

static const struct icao_layout *layout_of(enum mrz_format format)
{
    for (size_t i = 0; i < ICAO_LAYOUTS; i++)
        if (icao_layouts[i].format == format)
            return &icao_layouts[i];
    abort();
}

static bool is_day(const char *yymmdd)
{
    static const unsigned days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (strspn(yymmdd, "<") == 6)
        return true;
    const bool no_month = memcmp(yymmdd + 2, "<<<<", 4) == 0, no_day = yymmdd[4] == '<';
    if (strspn(yymmdd, "0123456789") != (no_month ? 2u : no_day ? 4u : 6u))
        return false;
    const unsigned month =
        icao_layout_value((uint8_t)yymmdd[2]) * 10 + icao_layout_value((uint8_t)yymmdd[3]);
    const unsigned day =
        icao_layout_value((uint8_t)yymmdd[4]) * 10 + icao_layout_value((uint8_t)yymmdd[5]);
    return no_month || (month >= 1 && month <= 12 &&
                        (no_day ? yymmdd[5] == '<' : day >= 1 && day <= days[month - 1]));
}

/* A long number's digit stands behind its rest, in the optional field (parts 5 and 6): over the
 * number, with or without the filler in its usual place. */
static bool long_digit_is(const struct mrz *mrz, bool filler_included)
{
    uint8_t joined[MRZ_NUMBER_LEN_MAX + 2];
    const size_t len = strlen(mrz->document_number);
    memcpy(joined, mrz->document_number, len + 1);
    struct icao_digit digit = {.over = {{1, 1, (uint8_t)len}}};
    const struct icao_rows rows = {{joined}};
    if (filler_included) {
        memmove(joined + 10, joined + 9, len - 9);
        joined[9] = '<';
        digit.over[0].last++;
    }
    return (uint8_t)mrz->optional[len - 9] == icao_layout_digit(&rows, &digit);
}

static enum mrz_long_digit long_digit(const struct mrz *mrz)
{
    if (!mrz->long_number)
        return MRZ_LONG_DIGIT_NONE;
    if (long_digit_is(mrz, false))
        return MRZ_LONG_DIGIT_FILLER_EXCLUDED;
    return long_digit_is(mrz, true) ? MRZ_LONG_DIGIT_FILLER_INCLUDED : MRZ_LONG_DIGIT_NONE;
}

/* What the parser says of each check digit is what the standard says. */
static void check_digits(const struct mrz *mrz)
{
    const struct icao_layout *layout = layout_of(mrz->format);
    struct mrz copy = *mrz;
    struct icao_rows rows;
    for (unsigned i = 0; i < layout->n_lines; i++)
        rows.at[i] = (uint8_t *)copy.line[i];
    bool holds[MRZ_PLACES] = {false}, printed[MRZ_PLACES] = {false};
    for (unsigned i = 0; i < layout->n_digits; i++) {
        const bool is_composite = i >= MRZ_PLACE_OPTIONAL && i + 1 == layout->n_digits;
        const unsigned place = is_composite ? (unsigned)MRZ_PLACE_COMPOSITE : i;
        const struct icao_digit *digit = &layout->digit[i];
        const bool is_filler = rows.at[digit->at.line - 1][digit->at.first - 1] == '<';
        holds[place] = icao_layout_holds(&rows, digit);
        printed[place] = !(digit->may_be_filler && is_filler && holds[place]);
    }
    assert(mrz->long_digit == long_digit(mrz));
    if (mrz->long_number)
        holds[MRZ_PLACE_NUMBER] = mrz->long_digit != MRZ_LONG_DIGIT_NONE;
    for (unsigned place = 0; place < MRZ_PLACES; place++)
        assert(mrz->check[place] == (!printed[place] ? MRZ_CHECK_NONE
                                     : holds[place]  ? MRZ_CHECK_HOLDS
                                                     : MRZ_CHECK_FAILS));
}

static void check_valid(const struct mrz *mrz)
{
    const struct icao_layout *layout = layout_of(mrz->format);
    for (unsigned i = 0; i < layout->n_lines; i++) {
        assert(strlen(mrz->line[i]) == layout->len);
        assert(strspn(mrz->line[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<") == layout->len);
    }
    for (unsigned place = 0; place < MRZ_PLACES; place++)
        assert(mrz->check[place] != MRZ_CHECK_FAILS);
    check_digits(mrz);
    assert(is_day(mrz->birth_date_raw) && is_day(mrz->expiry_raw));
    assert(memcmp(mrz->birth_date_raw, mrz->line[layout->birth.line - 1] + layout->birth.first - 1,
                  6) == 0);
    assert(memcmp(mrz->expiry_raw, mrz->line[layout->expiry.line - 1] + layout->expiry.first - 1,
                  6) == 0);
}

static void check_document(const struct mrz *mrz)
{
    static const struct date days[] = {{2026, 11, 21}, {1970, 1, 1}, {2099, 12, 31}};
    const struct icao_layout *layout = layout_of(mrz->format);
    const char *number = mrz->line[layout->number.line - 1] + layout->number.first - 1;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct document document;
        document_from_mrz(mrz, days[i], &document);
        assert(document.capture == DOCUMENT_SCANNED);
        const size_t len = strlen(document.number);
        assert(memcmp(document.number, number, len < 9 ? len : 9) == 0);
        assert(len >= 9 || strspn(number + len, "<") >= 9 - len);
        assert(date_compare(document.birth, days[i]) <= 0);
        assert(!date_known(document.expiry) || document.expiry.year / 100 == 20);
    }
}

static bool look_alike(char a, char b)
{
    static const char *const classes[] = {"0ODQU", "1IL", "2Z", "4A", "5S",
                                          "6G",    "7T",  "8B", "PF", "<K"};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strchr(classes[i], a) && strchr(classes[i], b))
            return true;
    return false;
}

static void check_repair(const struct mrz *mrz, unsigned substitutions_max)
{
    struct mrz_repair repair;
    if (!mrz_repair_find(mrz, substitutions_max, &repair))
        return;
    assert(mrz->format != MRZ_FORMAT_NONE && !mrz_valid(mrz));
    assert(repair.n >= 1 && repair.n <= substitutions_max);
    const size_t n_lines = mrz_lines(mrz->format), len = mrz_line_len(mrz->format);
    struct mrz read = *mrz;
    for (unsigned i = 0; i < repair.n; i++) {
        const struct mrz_position *at = &repair.position[i];
        assert(at->line >= 1 && at->line <= n_lines && at->column >= 1 && at->column <= len);
        char *place = &read.line[at->line - 1][at->column - 1];
        assert(*place == at->from && at->from != at->to && look_alike(at->from, at->to));
        *place = at->to;
    }
    struct span lines[MRZ_LINES_MAX];
    for (size_t i = 0; i < n_lines; i++) {
        assert(strcmp(read.line[i], repair.line[i]) == 0);
        lines[i] = span_of(repair.line[i], len);
    }
    struct mrz repaired;
    assert(mrz_parse(lines, n_lines, &repaired) && mrz_valid(&repaired));
    assert(repaired.format == mrz->format);
    check_valid(&repaired);
}

static void check_fault(const struct span *lines, size_t n_lines)
{
    struct mrz_fault fault;
    if (!mrz_fault_find(lines, n_lines, &fault))
        return;
    assert(fault.kind > MRZ_FAULT_NONE && fault.kind < MRZ_FAULT_KINDS);
    assert(fault.line <= n_lines);
    assert(fault.line > 0 || fault.column == 0);
    if (fault.line > 0)
        assert(fault.column <= lines[fault.line - 1].len + 1);
}

static void check_lines(const struct span *lines, size_t n_lines, unsigned substitutions_max)
{
    struct mrz mrz;
    const bool read = mrz_parse(lines, n_lines, &mrz);
    assert(read == (mrz.format != MRZ_FORMAT_NONE));
    for (size_t i = 0; i < n_lines; i++) {
        const size_t kept = lines[i].len < MRZ_LINE_LEN_MAX ? lines[i].len : MRZ_LINE_LEN_MAX;
        assert(memcmp(mrz.line[i], lines[i].p, kept) == 0 && mrz.line[i][kept] == '\0');
    }
    if (read)
        check_digits(&mrz);
    check_repair(&mrz, substitutions_max);
    if (!mrz_valid(&mrz)) {
        check_fault(lines, n_lines);
        return;
    }
    check_valid(&mrz);
    if (!document_is_visa(&mrz))
        check_document(&mrz);
}

/* ---- the path -------------------------------------------------------------------------------- */

/* The stream, and how much of it has come out. */
struct path {
    const uint8_t *sent; /* without the silences */
    size_t n_sent;
    size_t taken; /* up to here lines have come out */
    size_t n_out; /* bytes of lines and garbage */
    unsigned substitutions_max;
};

static void take_lines(struct path *path, const struct scan_event *event)
{
    struct span lines[SCAN_FRAME_LINES_MAX] = {{NULL, 0}};
    assert(event->n_lines >= 1 && event->n_lines <= SCAN_FRAME_LINES_MAX);
    for (unsigned i = 0; i < event->n_lines; i++) {
        lines[i] = span_of(event->lines[i].text, event->lines[i].len);
        const uint8_t *from = path->sent + path->taken;
        const uint8_t *at = memmem(from, path->n_sent - path->taken, lines[i].p, lines[i].len);
        assert(at);
        path->taken = (size_t)(at - path->sent) + lines[i].len;
        path->n_out += lines[i].len;
    }
    check_lines(lines, event->n_lines, path->substitutions_max);
}

static void take(struct path *path, const struct scan_event *event)
{
    if (event->kind == SCAN_EVENT_FRAME || event->kind == SCAN_EVENT_PARTIAL)
        take_lines(path, event);
    else if (event->kind == SCAN_EVENT_GARBAGE)
        path->n_out += event->garbage_bytes;
    assert(path->n_out <= path->n_sent);
}

static void push(struct scan_frame *f, struct path *path, const uint8_t *p, size_t len, size_t run)
{
    struct scan_event event;
    size_t used;
    while (len > 0) {
        const size_t part = len < run ? len : run;
        if (scan_frame_push(f, p, part, &used, &event))
            take(path, &event);
        p += used;
        len -= used;
    }
    while (scan_frame_push(f, p, 0, &used, &event))
        take(path, &event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD_LEN || size > SENT_MAX)
        return 0;
    unsigned n_profiles = 0;
    while (scan_profile_at(n_profiles))
        n_profiles++;
    uint8_t sent[SENT_MAX];
    struct path path = {.sent = sent, .substitutions_max = 1 + data[1] % MRZ_SUBSTITUTIONS_MAX};
    struct scan_frame f;
    struct scan_event event;
    scan_frame_init(&f, scan_profile_at(data[0] % n_profiles));
    for (size_t i = HEAD_LEN; i < size; i++) {
        const uint8_t *at = data + i, *stop = memchr(at, SILENCE, size - i);
        const size_t len = stop ? (size_t)(stop - at) : size - i;
        memcpy(sent + path.n_sent, at, len);
        path.n_sent += len;
        push(&f, &path, sent + path.n_sent - len, len, data[2] > 0 ? data[2] : SENT_MAX);
        while (stop && scan_frame_timeout(&f, &event))
            take(&path, &event);
        i += len;
    }
    while (scan_frame_timeout(&f, &event))
        take(&path, &event);
    assert(!scan_frame_pending(&f));
    return 0;
}
