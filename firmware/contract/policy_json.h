/* The policy before it is signed, as JSON, and as the payload that is signed.
 *
 * Which parameters, tables and columns there are is core's to say (policy.h, policy_tables.h); here
 * they are read strictly. Pure.
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
