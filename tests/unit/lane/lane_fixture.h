/* A lane as far as lane_restore needs it: a journal with its keys, and a clock that the test sets.
 */
#ifndef PAMIT_LANE_FIXTURE_H
#define PAMIT_LANE_FIXTURE_H

#include "lane_state.h"
#include "store_fixture.h"

struct lane_fixture {
    struct store_fixture *store;
    struct kiosk_config config;
    struct lane_parts parts; /* the journal is open */
    struct lane lane;
};

/* What clock_read tells, in the boot of whoever asks; one moment for the whole test. */
extern struct clock_reading lane_fixture_reading;
/* The entries that were read with journal_reader_get. */
extern unsigned lane_fixture_reads;

/* cmocka's setup and teardown; *state is a struct lane_fixture. */
int lane_fixture_make(void **state);
int lane_fixture_remove(void **state);

#endif
