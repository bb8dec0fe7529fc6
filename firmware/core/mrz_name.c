/* A name in its field: PRIMARY<WORDS<<SECONDARY<WORDS<<<<<.
 *
 * The first double filler parts the identifiers; without one there is only a primary (people with
 * one name), and a field that begins with one has an empty primary. Issuers print more double
 * fillers than the standard knows: their words stay with the secondary, and a warning says so.
 * Nothing tells a cut word from a whole one except that the last column is taken.
 */
#include "mrz_check.h"
#include "mrz_step.h"

/* Where the first double filler begins; `len` if there is none. */
static size_t find_double_filler(const char *text, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++)
        if (text[i] == MRZ_FILLER && text[i + 1] == MRZ_FILLER)
            return i;
    return len;
}

/* Fillers between words become one space, at the ends nothing. `out` holds `len` + 1. */
static void copy_words(const char *from, size_t len, char *out)
{
    size_t n = 0;
    char last = MRZ_FILLER;
    for (size_t i = 0; i < len; i++) {
        char c = from[i];
        out[n] = c == MRZ_FILLER ? ' ' : c;
        n += c != MRZ_FILLER || last != MRZ_FILLER;
        last = c;
    }
    if (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

void mrz_read_name(const struct mrz_layout *layout, struct mrz *mrz)
{
    const struct mrz_part name = mrz_part(mrz, &layout->field[MRZ_FIELD_NAME]);
    const size_t len = mrz_stripped_len(name.text, name.len);
    const size_t primary_len = find_double_filler(name.text, len);
    size_t second = primary_len;
    while (second < len && name.text[second] == MRZ_FILLER)
        second++;
    copy_words(name.text, primary_len, mrz->primary);
    copy_words(name.text + second, len - second, mrz->secondary);
    mrz->name_may_be_truncated = len == name.len;
    if (mrz->primary[0] == '\0')
        mrz->warnings |= MRZ_WARNING_NAME_EMPTY_PRIMARY;
    if (find_double_filler(name.text + second, len - second) < len - second)
        mrz->warnings |= MRZ_WARNING_NAME_THIRD_PART;
}
