/* A kiosk's folder with a journal of so many entries, and its real pamit-lane started there.
 *
 * Entries are made by journal_crowd: through the journal's own code, but signed by GnuTLS and not
 * synced, so that half a million take a minute. They are kept in FOLDER-kept for the next run. */
#ifndef PAMIT_BENCH_KIOSK_H
#define PAMIT_BENCH_KIOSK_H

#include "journal.h"
#include "provide.h"

struct kiosk {
    char folder[PROVIDE_PATH_LEN], journal[PROVIDE_PATH_LEN];
    struct seal_root *root;
    struct sign_key *signer;
    unsigned wal_pages; /* that kiosk_kill_with_full_wal leaves */
};

/* Whatever fails ends the benchmark. */
void kiosk_open(struct kiosk *kiosk, const char *folder, uint64_t entries);
/* The same with no journal yet, and nothing kept. */
void kiosk_open_new(struct kiosk *kiosk, const char *folder);
void kiosk_close(struct kiosk *kiosk);

/* `entries` more, a second apart, the last one of now. */
void kiosk_add_today(const struct kiosk *kiosk, uint64_t entries);
struct journal *kiosk_journal(const struct kiosk *kiosk);
struct journal_head kiosk_head(const struct kiosk *kiosk);

/* Leaves a full WAL that its writer, killed, did not check point. */
void kiosk_kill_with_full_wal(const struct kiosk *kiosk);
/* Drops what the kernel holds of the journal, as after the power came back. */
void kiosk_forget_pages(const struct kiosk *kiosk);

struct kiosk_start {
    double ready_ms; /* from exec to READY */
    double cpu_ms;
    double resident_mb; /* the most until then */
};

/* Starts pamit-lane, and ends it once it is ready. Its devices are not there: it does not wait for
 * them. */
struct kiosk_start kiosk_start_lane(const struct kiosk *kiosk);

#endif
