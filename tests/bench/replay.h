/* What a stretch of code asks of SQLite and of the seals, to be done again without that code.
 *
 * The linker puts replay.c between the libraries and sqlite3_bind_int64, sqlite3_step,
 * sqlite3_reset, mac_compute and seal_open (--wrap). Recorded are arguments, not results: the same
 * prepared statements with the same numbers, the same texts, copies of the same boxes. One thread.
 */
#ifndef PAMIT_BENCH_REPLAY_H
#define PAMIT_BENCH_REPLAY_H

#include <stddef.h>

/* What is called from here on is recorded, after what was recorded before. */
void replay_begin(void);
/* Ends the recording; returns how many calls there are by now: the end of this stretch. */
size_t replay_end(void);
/* Does calls [from, to) again. */
void replay_run(size_t from, size_t to);
/* Forgets everything. */
void replay_clear(void);

#endif
