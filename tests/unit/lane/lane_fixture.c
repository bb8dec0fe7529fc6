#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lane_fixture.h"

struct clock_reading lane_fixture_reading;
unsigned lane_fixture_reads;

void __wrap_clock_read(const struct clock *clock, struct clock_reading *out);
void __wrap_clock_read(const struct clock *clock, struct clock_reading *out)
{
    *out = lane_fixture_reading;
    memcpy(out->boot_id, clock->boot_id, sizeof out->boot_id);
}

enum err __real_journal_reader_get(struct journal_reader *reader, uint64_t seq,
                                   struct journal_row *out);
enum err __wrap_journal_reader_get(struct journal_reader *reader, uint64_t seq,
                                   struct journal_row *out);
enum err __wrap_journal_reader_get(struct journal_reader *reader, uint64_t seq,
                                   struct journal_row *out)
{
    lane_fixture_reads++;
    return __real_journal_reader_get(reader, seq, out);
}

int lane_fixture_make(void **state)
{
    void *store = NULL;
    struct lane_fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    assert_int_equal(store_fixture_make(&store), 0);
    fixture->store = store;
    snprintf(fixture->config.journal, sizeof fixture->config.journal, "%s", fixture->store->path);
    fixture->parts.root = fixture->store->root;
    fixture->parts.journal = fixture_journal(fixture->store);
    fixture->lane.config = &fixture->config;
    fixture->lane.parts = &fixture->parts;
    clock_init(&fixture->lane.clock, CLOCK_WIB, false);
    *state = fixture;
    return 0;
}

int lane_fixture_remove(void **state)
{
    struct lane_fixture *fixture = *state;
    void *store = fixture->store;

    journal_close(fixture->parts.journal);
    assert_int_equal(store_fixture_remove(&store), 0);
    free(fixture);
    return 0;
}
