/* One entry of a journal, judged by those before it. Internal to store: journal_verify walks.
 */
#ifndef PAMIT_JOURNAL_CHECK_H
#define PAMIT_JOURNAL_CHECK_H

#include "journal_format.h"
#include "journal_reader.h"

struct journal_check {
    const char *kiosk;        /* whose entries they are */
    struct day_keys *days;    /* without a storage key payloads are not looked at */
    struct journal_head head; /* of the entry before; zero before the first */
    uint64_t purged;          /* payloads that a PURGE entry covers, so far */
};

/* All but signature and payload: number, header, chain. `header` is what it says, if it is sound.
 */
enum journal_fault journal_check_header(const struct journal_check *check,
                                        const struct stored_entry *stored,
                                        struct entry_header *header);
/* An outcome is in `fault`. */
MUST_CHECK enum err journal_check_payload(struct journal_check *check,
                                          const struct stored_entry *stored,
                                          const struct entry_header *header,
                                          enum journal_fault *fault);
/* The entry was sound, as far as it was looked at: the next one is judged by it. */
void journal_check_go_on(struct journal_check *check, const struct stored_entry *stored,
                         const struct entry_header *header);

#endif
