/* Where what came down goes: all of it or none, whatever is cut off when. pamit-sync.
 *
 * The registry's answer is first kept as it came (TLS_CERT.enrolled), durably; from then on the
 * kiosk is enrolled: pamit-sync, when it starts, writes the files that the configuration names, as
 * often as it takes, and then removes it. `pamit enrol`, which may run as root, installs nothing
 * but what it was just answered itself.
 */
#ifndef PAMIT_ENROL_FILES_H
#define PAMIT_ENROL_FILES_H

#include <stdbool.h>

#include "kiosk_config.h"
#include "whole_file.h"
#include "wire_enrol.h"

/* Keeps an answer that was checked, in place of one that is kept already, and installs it. `answer`
 * is what `bytes` say. */
MUST_CHECK enum err enrol_files_install(const struct kiosk_config *config, struct span bytes,
                                        const struct wire_enrolled *answer,
                                        char why[WHOLE_FILE_WHY_LEN]);
/* Finishes what was kept; `*finished` is false where nothing was. ERR_INVALID: it is no answer.
 * ERR_DENIED: it is another user's: who may write here is not thereby who may say what to trust. */
MUST_CHECK enum err enrol_files_finish(const struct kiosk_config *config, bool *finished,
                                       char why[WHOLE_FILE_WHY_LEN]);

/* Where the registry is, if the configuration leaves that to enrolment: puts it there. ERR_MISSING:
 * never enrolled; ERR_INVALID. */
MUST_CHECK enum err enrol_files_endpoint(struct kiosk_config *config, char why[WHOLE_FILE_WHY_LEN]);

#endif
