/* Log: one line per event on stderr, or to journald when it listens.
 *
 * Only mains and process code log; everything else returns. Every message has an id in the one
 * catalogue, log_catalogue.h. No MRZ text, names, numbers of documents, or keys: an entry's
 * sequence number is how a line points at a crossing.
 *
 * A line on stderr reads `<6>pamit-lane PRESENTED seq=12 verdict=RUJUK reasons=R010`: the
 * sd-daemon(3) priority, the process, the id, then details as key=value. On a terminal the
 * priority is left out and the catalogue's words are added. With JOURNAL_STREAM naming stderr's
 * device and inode (systemd.exec(5)) it goes through sd_journal_send with the fields PAMIT_EVENT
 * and PRIORITY. Thread safe. Never blocks longer than the write to stderr does.
 */
#ifndef PAMIT_LOG_H
#define PAMIT_LOG_H

#include "log_catalogue.h"

enum log_id {
#define LOG_ROW(id, priority, words) LOG_##id,
    LOG_CATALOGUE(LOG_ROW)
#undef LOG_ROW
        LOG_IDS
};

/* Names the process in every line. `process` is borrowed for ever. Call once, first in main. */
void log_open(const char *process);

/* Writes one line. `details` is a printf format of key=value pairs, "" for none; control bytes in
 * the result are replaced by '?', and it is cut at 512 bytes. */
void log_event(enum log_id id, const char *details, ...) __attribute__((format(printf, 2, 3)));

#endif
