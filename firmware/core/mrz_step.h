/* The steps of mrz_parse, one file each. Each takes an MRZ whose lines are known to be of the
 * layout's format, and fills its part of what began cleared.
 */
#ifndef PAMIT_MRZ_STEP_H
#define PAMIT_MRZ_STEP_H

#include "mrz_format.h"

/* Primary, secondary and their warnings. */
void mrz_read_name(const struct mrz_layout *layout, struct mrz *mrz);
/* The check digits, and the rest of a long number; after the fields. */
void mrz_read_checks(const struct mrz_layout *layout, struct mrz *mrz);
/* Issues and warnings; after all others. */
void mrz_judge(const struct mrz_layout *layout, struct mrz *mrz);

#endif
