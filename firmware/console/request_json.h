/* What the page may ask for, read from JSON bodies into messages for the lane. Strict. Pure.
 *
 * /action   {"seq": 413, "decision": "CLEARED", "role": "OFFICER",
 *            "second_officer_id": "", "note": ""}          the last two may be absent
 * /context  {"direction": "DEPARTURE", "carrier_kind": "SEA", "carrier_no": "KM 12",
 *            "dest_country": "MYS", "purpose": "NONE", "category": "TOUR"}
 * /keyed    {"proposal_id": 0, "type": "P", "number": "X0000012", "number_check": "4",
 *            "country": "IDN", "nationality": "IDN", "name": "SITI RAHMAWATI", "sex": "F",
 *            "birth": "1996-03-14", "expiry": "2031-09-02", "nik": ""}
 *            What is not known is "", unknown parts of a date are zeros ("1996-03-00").
 * /clock    {"old_ms": 1795246628000, "new_ms": 1795250228000, "role": "SUPERVISOR",
 *            "second_officer_id": "S-0007"}
 * /void     {"seq": 414, "reason": "WRONG_TRAVELLER", "role": "OFFICER", "second_officer_id": ""}
 * /painted  {"seq": 413, "covered": false}
 * /dismiss  {}
 */
#ifndef PAMIT_REQUEST_JSON_H
#define PAMIT_REQUEST_JSON_H

#include "view.h"

#define REQUEST_BODY_MAX 4096
#define REQUEST_WHY_LEN  96

/* Reads a body for a message of `type`. ERR_INVALID, with the reason in English in `why` (it names
 * keys, never values). */
MUST_CHECK enum err request_parse(enum view_message_type type, struct span body,
                                  struct view_message *out, char why[REQUEST_WHY_LEN]);

#endif
