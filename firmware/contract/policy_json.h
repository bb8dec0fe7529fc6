/* The policy before it is signed, as JSON, and as the payload that is signed.
 *
 * Parameters go where core's policy_encode puts them. The tables travel beside them as one CBOR map
 * of table key -> rows, each row a map of column key -> value, null columns left out: days as days
 * since 1970-01-01, names by their place, lists of names as bits. Tables: 1 documents, 2 p3mi,
 * 3 destinations, 4 prompts, 5 regions, 6 tpi, 7 officers, 8 texts; columns are numbered from 1 in
 * the order of contracts and policy_json.c. Pure.
 */
#ifndef PAMIT_POLICY_JSON_H
#define PAMIT_POLICY_JSON_H

#include "json_take.h"
#include "policy.h"

#define POLICY_JSON_LEN_MAX (1u << 20)

/* Reads the file's text and writes the payload into `out` (POLICY_CBOR_MAX bytes). False with
 * "path.to[3].it: reason" in `fault`. */
MUST_CHECK bool policy_json_read(struct span text, struct policy *policy,
                                 uint8_t out[POLICY_CBOR_MAX], size_t *len,
                                 struct json_fault *fault);

#endif
