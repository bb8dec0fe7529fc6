/* Documents a second through mrz_parse, by format, and the time of one search for a repair.
 *
 * A scanner sends a document every few seconds; the speed matters where files are read (pamit mrz,
 * imports) and tells of waste elsewhere. Documents differ in every field, or the processor would
 * learn one by heart. The baseline adds up the same bytes, one by one.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "mrz_repair.h"

#define DOCUMENTS 1024

struct sample {
    char text[MRZ_LINES_MAX][MRZ_LINE_LEN_MAX + 1];
    struct span lines[MRZ_LINES_MAX];
};

static uint32_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* ---- documents ----------------------------------------------------------------------------- */

static void put(char *line, size_t at, const char *text)
{
    memcpy(line + at, text, strlen(text));
}

static void put_name(char *line, size_t at)
{
    static const char *const words[] = {"SITI",  "RAHMAWATI", "AGUS",    "SUPRIYADI", "DEWI",
                                        "LARAS", "PRATAMA",   "BUDIMAN", "NUR",       "AINI"};
    static const char *const parts[] = {"", "<<", "<", "<"};
    for (size_t i = 0, n = 1 + draw(4); i < n; i++) {
        const char *word = words[draw(10)];
        if (at + strlen(parts[i]) + strlen(word) > 30)
            return;
        put(line, at, parts[i]);
        put(line, at + strlen(parts[i]), word);
        at += strlen(parts[i]) + strlen(word);
    }
}

/* `text` and its check digit. */
static void put_checked(char *line, size_t at, const char *text)
{
    put(line, at, text);
    line[at + strlen(text)] = mrz_check_digit(text, strlen(text));
}

static void put_number(char *line, size_t at)
{
    char text[16];
    snprintf(text, sizeof text, "%c%07u<", 'A' + (int)draw(26), draw(10000000));
    put_checked(line, at, text);
}

static void put_date(char *line, size_t at, unsigned first_year, unsigned years)
{
    char text[16];
    snprintf(text, sizeof text, "%02u%02u%02u", (first_year + draw(years)) % 100u, 1 + draw(12),
             1 + draw(28));
    put_checked(line, at, text);
}

static void make_two_lines(struct sample *sample, enum mrz_format format)
{
    char *first = sample->text[0], *second = sample->text[1], over[40];
    put(first, 0,
        format == MRZ_FORMAT_TD3   ? "P<IDN"
        : format == MRZ_FORMAT_TD2 ? "I<IDN"
                                   : "V<IDN");
    put_name(first, 5);
    put_number(second, 0);
    put(second, 10, "IDN");
    put_date(second, 13, 50, 60);
    put(second, 20, draw(2) ? "M" : "F");
    put_date(second, 21, 26, 10);
    const size_t composite = mrz_line_len(format) - 1, len = composite - 21;
    if (format != MRZ_FORMAT_TD3 && format != MRZ_FORMAT_TD2)
        return;
    memcpy(over, second, 10);
    memcpy(over + 10, second + 13, 7);
    memcpy(over + 17, second + 21, len);
    second[composite] = mrz_check_digit(over, 17 + len);
}

static void make_three_lines(struct sample *sample)
{
    char *first = sample->text[0], *second = sample->text[1], over[60];
    put(first, 0, "I<IDN");
    put_number(first, 5);
    put_date(second, 0, 50, 60);
    put(second, 7, draw(2) ? "M" : "F");
    put_date(second, 8, 26, 10);
    put(second, 15, "IDN");
    put_name(sample->text[2], 0);
    memcpy(over, first + 5, 25);
    memcpy(over + 25, second, 7);
    memcpy(over + 32, second + 8, 7);
    memcpy(over + 39, second + 18, 11);
    second[29] = mrz_check_digit(over, 50);
}

static void make(struct sample *sample, enum mrz_format format)
{
    for (size_t i = 0; i < mrz_lines(format); i++) {
        memset(sample->text[i], '<', mrz_line_len(format));
        sample->text[i][mrz_line_len(format)] = '\0';
        sample->lines[i] = span_of(sample->text[i], mrz_line_len(format));
    }
    if (format == MRZ_FORMAT_TD1)
        make_three_lines(sample);
    else
        make_two_lines(sample, format);
    struct mrz mrz;
    if (!mrz_parse(sample->lines, mrz_lines(format), &mrz) || !mrz_valid(&mrz)) {
        fprintf(stderr, "bench_mrz: made a %s that is not valid\n", mrz_format_name(format));
        exit(1);
    }
}

/* ---- what is measured ---------------------------------------------------------------------- */

static void parse(const struct sample *sample, enum mrz_format format)
{
    struct mrz mrz;
    mrz_parse(sample->lines, mrz_lines(format), &mrz);
    bench_keep(&mrz);
}

static void add_up(const struct sample *sample, enum mrz_format format)
{
    unsigned sum = 0;
    for (size_t i = 0, n = mrz_lines(format); i < n; i++) {
        const struct span line = sample->lines[i];
        for (size_t k = 0; k < line.len; k++) {
            sum += line.p[k];
            __asm__ volatile("" : "+r"(sum)); /* one by one */
        }
    }
    bench_keep(&sum);
}

/* Millions a second in the fastest pass over all samples: others use the machine as well. */
static double rate(void (*work)(const struct sample *, enum mrz_format),
                   const struct sample *samples, enum mrz_format format, double seconds)
{
    const double end = bench_cpu_s() + seconds;
    double best = 1e9, start = bench_cpu_s();
    while (start < end) {
        for (size_t i = 0; i < DOCUMENTS; i++)
            work(&samples[i], format);
        const double now = bench_cpu_s();
        if (now - start < best)
            best = now - start;
        start = now;
    }
    return DOCUMENTS / best / 1e6;
}

/* ---- repair -------------------------------------------------------------------------------- */

/* The most there is to try: every place has look-alikes, and check digits fail. */
static void spoil(struct sample *sample, enum mrz_format format)
{
    static const char confusing[] = "0ODQU1IL2Z4A5S6G7T8BPFK";
    for (unsigned i = 0, n = 1 + draw(40); i < n; i++) {
        char *line = sample->text[draw((unsigned)mrz_lines(format))];
        line[5 + draw((unsigned)mrz_line_len(format) - 5)] = confusing[draw(sizeof confusing - 1)];
    }
}

/* Microseconds of the slowest search, each timed by its fastest run. */
static double slowest_search(const struct sample *samples, enum mrz_format format,
                             unsigned substitutions)
{
    double slowest = 0;
    for (size_t i = 0; i < DOCUMENTS; i++) {
        struct mrz mrz;
        struct mrz_repair repair;
        double best = 1e9;
        mrz_parse(samples[i].lines, mrz_lines(format), &mrz);
        for (int run = 0; run < 5; run++) {
            const double start = bench_cpu_s();
            mrz_repair_find(&mrz, substitutions, &repair);
            bench_keep(&repair);
            const double took = bench_cpu_s() - start;
            best = took < best ? took : best;
        }
        slowest = best > slowest ? best : slowest;
    }
    return slowest * 1e6;
}

static void say_parse(const struct sample *samples, enum mrz_format format, double seconds)
{
    char name[32];
    snprintf(name, sizeof name, "mrz_parse %s", mrz_format_name(format));
    bench_say(name, "M documents/s", rate(parse, samples, format, seconds),
              format == MRZ_FORMAT_TD3 ? ">= 5" : "", rate(add_up, samples, format, seconds));
}

static void say_repair(struct sample *samples, enum mrz_format format)
{
    for (size_t i = 0; i < DOCUMENTS; i++)
        spoil(&samples[i], format);
    for (unsigned n = 1; n <= MRZ_SUBSTITUTIONS_MAX; n++) {
        char name[40];
        snprintf(name, sizeof name, "mrz_repair_find %s, up to %u", mrz_format_name(format), n);
        bench_say(name, "us, slowest", slowest_search(samples, format, n), "< 1000", 0);
    }
}

int main(int argc, char **argv)
{
    static struct sample samples[MRZ_FORMATS][DOCUMENTS];
    const double seconds = argc > 1 && strcmp(argv[1], "--short") == 0 ? 0.02 : 1.0;
    for (enum mrz_format format = MRZ_FORMAT_TD3; format < MRZ_FORMATS; format++)
        for (size_t i = 0; i < DOCUMENTS; i++)
            make(&samples[format][i], format);
    for (enum mrz_format format = MRZ_FORMAT_TD3; format < MRZ_FORMATS; format++)
        say_parse(samples[format], format, seconds);
    for (enum mrz_format format = MRZ_FORMAT_TD3; format < MRZ_FORMATS; format++)
        say_repair(samples[format], format);
    return 0;
}
