/* The steps of mrz_parse, one file each. Each takes an MRZ whose lines and format are known and
 * that is otherwise clear, or filled by the steps before it, and fills its part of it.
 */
#ifndef PAMIT_MRZ_STEP_H
#define PAMIT_MRZ_STEP_H

#include "mrz.h"

void mrz_read_name(struct mrz *mrz);   /* primary, secondary and their warnings */
void mrz_read_checks(struct mrz *mrz); /* check digits; the rest of a long number */
void mrz_judge(struct mrz *mrz);       /* issues and warnings */

#endif
