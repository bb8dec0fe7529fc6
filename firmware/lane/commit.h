/* Commits off the loop: one worker thread appends to the journal, so that a slow disk never freezes
 * lamps, buttons, buzzer or watchdog.
 *
 * Two appends can be under way: one of the crossing at the counter, and beside it one of the kiosk
 * itself, which the crossing does not wait for. Each completion comes back as an event of the loop.
 * The journal belongs to the worker from commit_open until commit_close. pamit-lane only.
 */
#ifndef PAMIT_COMMIT_H
#define PAMIT_COMMIT_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "journal_crossing.h"

struct commit;

struct commit_result {
    enum err err;
    enum entry_kind kind;
    bool beside;              /* of commit_append_beside */
    struct journal_head head; /* the new head, when err is ERR_OK */
};

/* Called in the loop. `result` is borrowed for the call. */
typedef void (*commit_done_fn)(const struct commit_result *result, void *user);

/* Starts the worker. `journal` is borrowed until commit_close. ERR_MEMORY, ERR_IO. */
MUST_CHECK enum err commit_open(sd_event *loop, struct journal *journal, commit_done_fn done,
                                void *user, struct commit **out);
/* Finishes what is under way, without calling back. NULL is fine. */
void commit_close(struct commit *commit);

bool commit_busy(const struct commit *commit);
bool commit_beside_busy(const struct commit *commit);

/* Begins an append, of a VOID too; `payload` is copied. Not while busy (assert). */
void commit_append(struct commit *commit, enum entry_kind kind, const struct clock_reading *time,
                   struct span payload);
/* The same of a DECIDED; `decided` is copied. */
void commit_append_decided(struct commit *commit, const struct clock_reading *time,
                           struct span payload, const struct crossing_decided *decided);

/* Begins an append of the kiosk about itself; `payload` is copied. Not while beside_busy (assert).
 */
void commit_append_beside(struct commit *commit, enum entry_kind kind,
                          const struct clock_reading *time, struct span payload);

/* Work on the journal in steps, each of which is short: an append may have to wait for one. */
struct commit_job {
    bool (*step)(void *user); /* in the worker; true: there is more */
    void (*done)(void *user); /* in the loop, when there is no more */
    void *user;
};
/* Begins a job, for when nothing is to be appended; not while one is under way (assert).
 * commit_close ends it between two steps, and calls nobody back. */
void commit_job(struct commit *commit, const struct commit_job *job);
bool commit_job_busy(const struct commit *commit);

/* Moves the WAL into the database when nothing is to be appended; calls nobody back. */
void commit_checkpoint(struct commit *commit);

#endif
