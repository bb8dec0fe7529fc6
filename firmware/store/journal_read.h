/* What journal_reader and journal_verify share: the open reader. Internal to store. */
#ifndef PAMIT_JOURNAL_READ_H
#define PAMIT_JOURNAL_READ_H

#include "journal_format.h"
#include "journal_reader.h"

struct journal_reader {
    struct database database;
    struct day_keys days;
    sqlite3_stmt *by_seq, *last, *at_or_after;
    char kiosk[ENTRY_KIOSK_LEN]; /* whose journal it says it is */
};

#endif
