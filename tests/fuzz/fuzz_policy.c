/* Any bytes through the policy decoder; what it accepts is encoded again, colours every reason, and
 * is asked for every row it has.
 *
 * Held besides memory safety: a policy that decodes has a version, comes back the same, never
 * lowers a red of law, and each row of its tables is found.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* How many rows there are of any key that the rules ask for. */
static size_t rows_of(const struct policy *policy, enum policy_table_key table, const char *key)
{
    struct policy_rows rows;
    union policy_row row;
    size_t count = 0;
    policy_rows_find(policy->tables, table, key, &rows);
    while (policy_rows_next(&rows, &row))
        count++;
    return count;
}

static void ask_tables(const struct policy *policy)
{
    const char *const *names = policy_column_names(&policy_tables[0].columns[0]);
    size_t found = 0;
    for (size_t i = 0; names[i]; i++)
        found += rows_of(policy, POLICY_DOCUMENTS, names[i]);
    found += rows_of(policy, POLICY_PROMPTS, "origin_region");
    found += rows_of(policy, POLICY_P3MI, "SIP3MI-0001");
    found += rows_of(policy, POLICY_DESTINATIONS, "SAU");
    found += rows_of(policy, POLICY_TEXTS, "hotline_domestic");
    assert(found <= policy->tables->n_rows && policy->tables->n_rows <= POLICY_ROWS_MAX);
    for (size_t i = 1; i < policy->tables->n_rows; i++)
        assert(policy->tables->row[i - 1].key <= policy->tables->row[i].key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct policy_index index;
    struct policy policy, back;
    if (policy_decode(span_of(data, len), &index, &policy) != ERR_OK)
        return 0;
    assert(policy.version > 0 && policy.n_colours <= POLICY_COLOURS_MAX);
    ask_tables(&policy);
    static uint8_t bytes[POLICY_CBOR_MAX];
    struct cbor_writer w;
    cbor_writer_init(&w, bytes, sizeof bytes);
    enum err err = policy_encode(&policy, index.bytes, &w);
    assert(err == ERR_OK);
    err = policy_decode(span_of(bytes, w.len), NULL, &back);
    policy.tables = NULL;
    assert(err == ERR_OK && memcmp(&back, &policy, sizeof back) == 0);
    for (size_t i = 0; i < reasons_count; i++)
        if (reasons[i].basis == BASIS_LAW && reasons[i].colour == COLOUR_RED)
            assert(policy_colour(&policy, &reasons[i]) == COLOUR_RED);
    return 0;
}
