/* Makes FOLDER/journal.db with many entries, sealed with FOLDER/storage.key and signed with
 * FOLDER/entry.pem; or goes on with the one that is there.
 *
 * The journal's own code writes it; only nothing is synced, and GnuTLS signs: a million entries
 * take minutes. With STEP_MS they are that far apart and the last one is of now. For the tests of
 * `pamit journal` and for benchmarks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crowd.h"
#include "key_file.h"
#include "quick_sign.h"

#define PEM_MAX 4096

static void check(enum err err, const char *what)
{
    if (err) {
        fprintf(stderr, "journal_crowd: %s: %s\n", what, err_text(err));
        exit(1);
    }
}

static const char *path(const char *folder, const char *name)
{
    static char text[512];

    snprintf(text, sizeof text, "%s/%s", folder, name);
    return text;
}

static void end_now(struct crowd *crowd, uint64_t entries, int64_t step_ms)
{
    struct journal_head head;

    journal_head(crowd->journal, &head);
    crowd->step_ms = step_ms;
    crowd->now.wall_ms = time(NULL) * 1000LL - (int64_t)(entries - head.seq) * step_ms;
}

int main(int argc, char **argv)
{
    static char pem[PEM_MAX + 1];
    char why[SIGN_WHY_LEN];
    struct crowd crowd = {.now = {.wall_ms = 1795250228000,
                                  .zone = CLOCK_WIB,
                                  .quality = CLOCK_SYNCED,
                                  .uncertainty_s = 1,
                                  .boot_id = {0xb0, 0x07},
                                  .boottime_ms = 60000},
                          .step_ms = CROWD_STEP_MS};
    struct sign_key *entry = NULL;
    struct seal_root *root = NULL;
    size_t len = 0;

    if (argc != 3 && argc != 4) {
        fputs("usage: journal_crowd FOLDER ENTRIES [STEP_MS]\n", stderr);
        return 2;
    }
    const uint64_t entries = strtoull(argv[2], NULL, 10);
    check(sign_init(), "crypto");
    check(key_file_read(path(argv[1], "entry.pem"), true, (uint8_t *)pem, PEM_MAX, &len, why), why);
    check(sign_key_load(path(argv[1], "entry.pem"), &entry, why), why);
    check(seal_root_load(path(argv[1], "storage.key"), &root, why), why);
    quick_sign_use(entry, pem, entries);
    const struct journal_keys keys = {.entry = entry, .root = root};
    check(journal_open(path(argv[1], "journal.db"), CROWD_KIOSK, &keys, &crowd.now, &crowd.journal,
                       why),
          why);
    if (argc == 4)
        end_now(&crowd, entries, strtoll(argv[3], NULL, 10));
    check(crowd_fill(&crowd, entries), "append");
    check(journal_checkpoint(crowd.journal), "checkpoint");
    journal_close(crowd.journal);
    sign_key_close(entry);
    seal_root_close(root);
    return 0;
}
