/* What is asked of the kiosk before it makes or sends anything. pamit-sync, while it enrols. */
#ifndef PAMIT_ENROL_CHECK_H
#define PAMIT_ENROL_CHECK_H

#include <stdbool.h>

#include "kiosk_config.h"
#include "span.h"
#include "whole_file.h"

/* Will the keys, and the certificate, be of one user, whose all their folders are, and may we make
 * them so? ERR_DENIED, ERR_MISSING (a folder). */
MUST_CHECK enum err enrol_check_owner(const struct kiosk_config *config,
                                      char why[WHOLE_FILE_WHY_LEN]);
/* Has this kiosk enrolled at a registry of another CA (DER), or trusts something else by now that
 * is no CA's certificate? */
bool enrol_check_is_others(const struct kiosk_config *config, struct span ca);

#endif
