/* Random bytes are hardly ever a valid MRZ: half of the time this changes a character of lines that
 * have the shape of one, and mostly makes their check digits right again. For libFuzzer only. */
#include "icao_layout.h"

#define HEAD_LEN 3 /* before the stream: see fuzz_scan_path.c */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static size_t row_len(const uint8_t *p, const uint8_t *end)
{
    size_t n = 0;
    while (p + n < end && icao_layout_value(p[n]) + (p[n] == '<' || p[n] == '0') > 0)
        n++;
    return n;
}

/* Rows of this layout from `p` on, whatever separates them. */
static bool rows_at(const struct icao_layout *layout, uint8_t *p, const uint8_t *end,
                    struct icao_rows *rows)
{
    for (unsigned i = 0; i < layout->n_lines; i++) {
        while (p < end && row_len(p, end) == 0)
            p++;
        if (row_len(p, end) != layout->len)
            return false;
        rows->at[i] = p;
        p += layout->len;
    }
    return (rows->at[0][0] == 'V') ==
           (layout->format == MRZ_FORMAT_MRV_A || layout->format == MRZ_FORMAT_MRV_B);
}

static unsigned next(unsigned *random)
{
    *random = *random * 1103515245u + 12345u;
    return *random >> 16;
}

static void set_digits(const struct icao_layout *layout, const struct icao_rows *rows)
{
    for (unsigned i = 0; i < layout->n_digits; i++) {
        const struct icao_digit *digit = &layout->digit[i];
        rows->at[digit->at.line - 1][digit->at.first - 1] = icao_layout_digit(rows, digit);
    }
}

/* Changes a character of a document in the stream, and mostly makes its check digits right. */
static bool mutate_document(uint8_t *data, size_t size, unsigned random)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<<<<<";
    struct icao_rows rows;
    const size_t skip = next(&random) % size;
    for (size_t i = 0; i < size; i++) {
        uint8_t *p = data + (skip + i) % size;
        for (size_t k = 0; k < ICAO_LAYOUTS; k++) {
            if (!rows_at(&icao_layouts[k], p, data + size, &rows))
                continue;
            uint8_t *row = rows.at[next(&random) % icao_layouts[k].n_lines];
            row[next(&random) % icao_layouts[k].len] = (uint8_t)alphabet[next(&random) % 44];
            if (next(&random) % 4 > 0)
                set_digits(&icao_layouts[k], &rows);
            return true;
        }
    }
    return false;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    if (size > HEAD_LEN && seed % 2 && mutate_document(data + HEAD_LEN, size - HEAD_LEN, seed / 2))
        return size;
    return LLVMFuzzerMutate(data, size, max_size);
}
