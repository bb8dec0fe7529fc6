/* The policy bundle's payload: a CBOR map of parameters, and tables.
 *
 * Problem: parameters of rules are set centrally and read by kiosks of several versions. Method: a
 * map with one small key per parameter; all parameters are mandatory, since a rule without its
 * limit would have to guess; keys this version has no rule for are skipped whole; tables are left
 * to policy_tables.c. Refused: limits beyond their bounds, version 0 (it means that there is no
 * policy), and lowering what the law colours red, which policy_colour ignores however it got into a
 * bundle.
 */
#include "policy.h"

#include <assert.h>

#define CODE_MAX 999

/* Keys of the bundle; never reused. */
enum policy_key {
    KEY_VERSION = 1,
    KEY_ISSUED = 2,
    KEY_STALENESS = 3, /* by site class: [placements, lists], hours */
    KEY_VALIDITY_MONTHS = 4,
    KEY_WORK_AGE_YEARS = 5,
    KEY_DOUBLE_SCAN_S = 6,
    KEY_RETENTION = 7, /* [payload after receipt, double-scan hash], days */
    KEY_COLOURS = 8,   /* {code: colour} */
    KEY_TABLES = 9,    /* policy_tables.h */
};

#define MANDATORY                                                                                  \
    (1u << KEY_VERSION | 1u << KEY_ISSUED | 1u << KEY_STALENESS | 1u << KEY_VALIDITY_MONTHS |      \
     1u << KEY_WORK_AGE_YEARS | 1u << KEY_DOUBLE_SCAN_S | 1u << KEY_RETENTION)

/* An array of exactly `n` items follows. */
static void get_array_of(struct cbor_reader *r, size_t n)
{
    if (cbor_get_array(r, n) != n)
        r->bad = true;
}

static void get_staleness(struct cbor_reader *r, struct policy *out)
{
    get_array_of(r, SITE_CLASSES);
    for (int site = 0; site < SITE_CLASSES; site++) {
        get_array_of(r, 2);
        out->staleness_hours[site].placements = (uint32_t)cbor_get_uint(r, POLICY_HOURS_MAX);
        out->staleness_hours[site].lists = (uint32_t)cbor_get_uint(r, POLICY_HOURS_MAX);
    }
}

/* A code this version does not know is kept: it colours nothing here. */
static void get_colours(struct cbor_reader *r, struct policy *out)
{
    int64_t previous = -1;
    out->n_colours = cbor_get_map(r, POLICY_COLOURS_MAX);
    for (size_t i = 0; i < out->n_colours; i++) {
        int64_t code = cbor_get_key(r, &previous);
        uint64_t colour = cbor_get_uint(r, COLOUR_RED);
        if (code > CODE_MAX || colour == COLOUR_NONE)
            r->bad = true;
        out->colours[i].code = (uint16_t)code;
        out->colours[i].colour = (enum colour)colour;
    }
}

static void get_parameter(struct cbor_reader *r, int64_t key, struct policy *out)
{
    switch (key) {
    case KEY_VERSION:
        out->version = cbor_get_uint(r, INT64_MAX);
        break;
    case KEY_ISSUED:
        out->issued = cbor_get_int(r);
        break;
    case KEY_STALENESS:
        get_staleness(r, out);
        break;
    case KEY_VALIDITY_MONTHS:
        out->passport_min_validity_months = (uint32_t)cbor_get_uint(r, POLICY_MONTHS_MAX);
        break;
    case KEY_WORK_AGE_YEARS:
        out->min_work_age_years = (uint32_t)cbor_get_uint(r, POLICY_AGE_MAX);
        break;
    case KEY_DOUBLE_SCAN_S:
        out->double_scan_s = (uint32_t)cbor_get_uint(r, POLICY_SCAN_S_MAX);
        break;
    case KEY_RETENTION:
        get_array_of(r, 2);
        out->payload_after_receipt_days = (uint32_t)cbor_get_uint(r, POLICY_DAYS_MAX);
        out->double_scan_hash_days = (uint32_t)cbor_get_uint(r, POLICY_DAYS_MAX);
        break;
    case KEY_COLOURS:
        get_colours(r, out);
        break;
    default:
        cbor_get_raw(r);
        break;
    }
}

enum err policy_decode(struct span payload, struct policy_index *index, struct policy *out)
{
    struct policy policy = {.tables = index};
    struct span tables = span_of(NULL, 0);
    struct cbor_reader r;
    cbor_reader_init(&r, payload);
    uint32_t seen = 0;
    int64_t previous = -1;
    size_t count = cbor_get_map(&r, SIZE_MAX);
    for (size_t i = 0; i < count && !r.bad; i++) {
        int64_t key = cbor_get_key(&r, &previous);
        if (key == KEY_TABLES)
            tables = cbor_get_raw(&r);
        else
            get_parameter(&r, key, &policy);
        if (key <= KEY_TABLES)
            seen |= 1u << key;
    }
    enum err err = cbor_reader_finish(&r);
    if (err)
        return err;
    if ((seen & MANDATORY) != MANDATORY || policy.version == 0)
        return ERR_INVALID;
    err = policy_index_build(tables, index);
    if (err)
        return err;
    *out = policy;
    return ERR_OK;
}

/* Map keys ascend, whatever order the colours were given in. */
static void put_colours(const struct policy *policy, struct cbor_writer *w)
{
    cbor_put_map(w, policy->n_colours);
    int last = -1;
    for (size_t n = 0; n < policy->n_colours; n++) {
        size_t next = policy->n_colours;
        for (size_t i = 0; i < policy->n_colours; i++)
            if (policy->colours[i].code > last &&
                (next == policy->n_colours || policy->colours[i].code < policy->colours[next].code))
                next = i;
        assert(next < policy->n_colours); /* no code comes twice */
        last = policy->colours[next].code;
        cbor_put_uint(w, policy->colours[next].code);
        cbor_put_uint(w, policy->colours[next].colour);
    }
}

static bool has_repeated_code(const struct policy *policy)
{
    for (size_t i = 0; i < policy->n_colours; i++)
        for (size_t k = 0; k < i; k++)
            if (policy->colours[i].code == policy->colours[k].code)
                return true;
    return false;
}

static void put_parameters(const struct policy *policy, struct cbor_writer *w)
{
    cbor_put_uint(w, KEY_VERSION);
    cbor_put_uint(w, policy->version);
    cbor_put_uint(w, KEY_ISSUED);
    cbor_put_int(w, policy->issued);
    cbor_put_uint(w, KEY_STALENESS);
    cbor_put_array(w, SITE_CLASSES);
    for (int site = 0; site < SITE_CLASSES; site++) {
        cbor_put_array(w, 2);
        cbor_put_uint(w, policy->staleness_hours[site].placements);
        cbor_put_uint(w, policy->staleness_hours[site].lists);
    }
    cbor_put_uint(w, KEY_VALIDITY_MONTHS);
    cbor_put_uint(w, policy->passport_min_validity_months);
    cbor_put_uint(w, KEY_WORK_AGE_YEARS);
    cbor_put_uint(w, policy->min_work_age_years);
    cbor_put_uint(w, KEY_DOUBLE_SCAN_S);
    cbor_put_uint(w, policy->double_scan_s);
    cbor_put_uint(w, KEY_RETENTION);
    cbor_put_array(w, 2);
    cbor_put_uint(w, policy->payload_after_receipt_days);
    cbor_put_uint(w, policy->double_scan_hash_days);
}

enum err policy_encode(const struct policy *policy, struct span tables, struct cbor_writer *w)
{
    if (policy->n_colours > POLICY_COLOURS_MAX || has_repeated_code(policy))
        return ERR_INVALID;
    size_t start = w->len;
    size_t n_pairs = KEY_RETENTION;
    n_pairs += policy->n_colours > 0;
    n_pairs += tables.len > 0;
    cbor_put_map(w, n_pairs);
    put_parameters(policy, w);
    if (policy->n_colours > 0) {
        cbor_put_uint(w, KEY_COLOURS);
        put_colours(policy, w);
    }
    if (tables.len > 0) {
        cbor_put_uint(w, KEY_TABLES);
        cbor_put_raw(w, tables);
    }
    if (w->overflow)
        return ERR_SIZE;
    /* What a kiosk would refuse is never signed: read back what was written. */
    struct policy read_back;
    return policy_decode(span_of(w->p + start, w->len - start), NULL, &read_back);
}

enum colour policy_colour(const struct policy *policy, const struct reason *reason)
{
    for (size_t i = 0; i < policy->n_colours; i++) {
        if (policy->colours[i].code != reason->code)
            continue;
        if (reason->basis == BASIS_LAW && reason->colour == COLOUR_RED)
            return COLOUR_RED;
        return policy->colours[i].colour;
    }
    return reason->colour;
}
