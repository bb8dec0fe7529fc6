#include "kiosk.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd.h"

#define USUAL_STEP_MS "60000" /* 720 crossings a day */
#define TODAY_STEP_MS "1000"
#define WORD_LEN      24

static const char configuration[] =
    "[kiosk]\nkiosk_id = " CROWD_KIOSK "\nmode = desk\nzone = WIB\nassume_clock_synced = yes\n"
    "tpi_code = CGK\ntpi_name = TPI Contoh\ncounter = 03\nstorage_key = storage.key\n"
    "[lane]\njournal = journal.db\nentry_key = entry.pem\nlane_socket = lane.sock\n"
    "console_uid = 0\nofficer_id = P-0001\nofficer_name = R. Hartono\nrefer_to = Meja 1\n"
    "[scanner]\nscanner_device = scanner\n"
    "[panel]\ngpio_chip = gpio.sock\nlamp_green = 1\nlamp_amber = 2\nlamp_red = 3\n"
    "lamp_white = 4\nbuzzer = 5\nbutton_1 = 6\nbutton_2 = 7\nbutton_3 = 8\nbutton_4 = 9\n"
    "[sync]\ncache = cache.db\nsync_db = sync.db\nregistry_host = localhost\nca_cert = ca.pem\n"
    "tls_cert = tls.pem\ntls_key = tls.key\nreceipt_key = policy.pub\npolicy_key = policy.pub\n"
    "[console]\n";

/* ---- children ------------------------------------------------------------------------------- */

/* Runs a program to its end. */
static void run(char *const words[])
{
    int status;
    const pid_t child = fork();

    if (child == 0) {
        execv(words[0], words);
        _exit(127);
    }
    if (waitpid(child, &status, 0) != child || status != 0)
        bench_fail(words[0], "failed");
}

static void crowd_to(const struct kiosk *kiosk, uint64_t entries, const char *step_ms)
{
    char count[WORD_LEN];
    char *const words[] = {(char *)(uintptr_t)BIN "/journal_crowd",
                           (char *)(uintptr_t)kiosk->folder, count, (char *)(uintptr_t)step_ms,
                           NULL};

    snprintf(count, sizeof count, "%" PRIu64, entries);
    run(words);
}

/* ---- the journal ---------------------------------------------------------------------------- */

struct journal *kiosk_journal(const struct kiosk *kiosk)
{
    static const struct clock_reading now = {
        .wall_ms = PROVIDE_AS_OF_S * 1000LL, .zone = CLOCK_WIB, .quality = CLOCK_SYNCED};
    const struct journal_keys keys = {.entry = kiosk->signer, .root = kiosk->root};
    struct journal *journal = NULL;
    char why[JOURNAL_WHY_LEN];

    if (journal_open(kiosk->journal, CROWD_KIOSK, &keys, &now, &journal, why))
        bench_fail("journal", why);
    return journal;
}

struct journal_head kiosk_head(const struct kiosk *kiosk)
{
    struct journal *journal = kiosk_journal(kiosk);
    struct journal_head head;

    journal_head(journal, &head);
    journal_close(journal);
    return head;
}

static void prepare(struct kiosk *kiosk, const char *folder)
{
    char path[PROVIDE_PATH_LEN];

    snprintf(kiosk->folder, sizeof kiosk->folder, "%s", folder);
    provide_folder(folder);
    kiosk->root = provide_root(folder);
    kiosk->signer = provide_signer(folder);
    provide_path(folder, "pamit.conf", path);
    provide_file(path, configuration, sizeof configuration - 1);
    provide_path(folder, "journal.db", kiosk->journal);
}

/* Into the place of what earlier runs left, and onto the disk. */
static void copy_journal(const struct kiosk *from, const struct kiosk *to)
{
    char *const words[] = {(char *)(uintptr_t) "/bin/cp", (char *)(uintptr_t)from->journal,
                           (char *)(uintptr_t)to->journal, NULL};

    provide_no_database(to->journal);
    run(words);
    const int fd = open(to->journal, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        bench_fail(to->journal, "can't be synced");
    close(fd);
}

void kiosk_open(struct kiosk *kiosk, const char *folder, uint64_t entries)
{
    char path[PROVIDE_PATH_LEN];
    struct kiosk kept;

    if (snprintf(path, sizeof path, "%s-kept", folder) >= (int)sizeof path)
        bench_fail(folder, "is too long a name");
    prepare(&kept, path);
    crowd_to(&kept, entries, USUAL_STEP_MS);
    kiosk_open_new(kiosk, folder);
    copy_journal(&kept, kiosk);
    kiosk_close(&kept);
}

void kiosk_open_new(struct kiosk *kiosk, const char *folder)
{
    prepare(kiosk, folder);
    provide_no_database(kiosk->journal);
}

void kiosk_close(struct kiosk *kiosk)
{
    sign_key_close(kiosk->signer);
    seal_root_close(kiosk->root);
}

void kiosk_add_today(const struct kiosk *kiosk, uint64_t entries)
{
    crowd_to(kiosk, kiosk_head(kiosk).seq + entries, TODAY_STEP_MS);
}

/* Its pages into the file, so that from here its size tells how much is in it. */
static void empty_wal(const struct kiosk *kiosk)
{
    struct journal *journal = kiosk_journal(kiosk);
    char path[PROVIDE_PATH_LEN];

    provide_need(journal_checkpoint(journal), "checkpoint");
    journal_close(journal);
    provide_path(kiosk->folder, "journal.db-wal", path);
    if (truncate(path, 0) < 0)
        bench_fail(path, "can't be emptied");
}

static off_t wal_size(const struct kiosk *kiosk)
{
    char path[PROVIDE_PATH_LEN];
    struct stat st;

    provide_path(kiosk->folder, "journal.db-wal", path);
    return stat(path, &st) == 0 ? st.st_size : 0;
}

void kiosk_kill_with_full_wal(const struct kiosk *kiosk)
{
    const off_t full =
        (off_t)(kiosk->wal_pages - 2) * (4096 + 24); /* frames; the next may be over */
    int status;

    empty_wal(kiosk);
    const pid_t child = fork();
    if (child == 0) {
        struct crowd crowd = {.journal = kiosk_journal(kiosk), .step_ms = 1};
        struct journal_head head;
        journal_head(crowd.journal, &head);
        crowd.now = (struct clock_reading){
            .wall_ms = time(NULL) * 1000LL, .zone = CLOCK_WIB, .quality = CLOCK_SYNCED};
        while (wal_size(kiosk) < full)
            provide_need(crowd_fill(&crowd, ++head.seq), "append");
        raise(SIGKILL);
    }
    if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
        bench_fail("writer", "was not killed");
}

void kiosk_forget_pages(const struct kiosk *kiosk)
{
    static const char *const names[] = {"journal.db", "journal.db-wal"};
    char path[PROVIDE_PATH_LEN];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        provide_path(kiosk->folder, names[i], path);
        const int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fsync(fd) < 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
            bench_fail(path, "can't be dropped");
        close(fd);
    }
}

/* ---- the lane ------------------------------------------------------------------------------- */

static double resident_mb(pid_t pid)
{
    char path[PROVIDE_PATH_LEN], line[128];
    double kb = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %lf", &kb) == 1)
            break;
    if (file)
        fclose(file);
    return kb / 1e3;
}

/* Its log, line by line, until it is ready. */
static void await_ready(FILE *log)
{
    char line[1024], last[1024] = "it said nothing";

    while (fgets(line, sizeof line, log)) {
        if (strstr(line, "pamit-lane READY"))
            return;
        snprintf(last, sizeof last, "%.*s", (int)strcspn(line, "\n"), line);
    }
    bench_fail("pamit-lane", last);
}

struct kiosk_start kiosk_start_lane(const struct kiosk *kiosk)
{
    char config[PROVIDE_PATH_LEN];
    int ends[2], status;
    struct rusage used;

    provide_path(kiosk->folder, "pamit.conf", config);
    if (pipe2(ends, O_CLOEXEC) < 0)
        bench_fail("pipe", "failed");
    const double begin_s = bench_now_s();
    const pid_t lane = vfork();
    if (lane == 0) {
        dup2(ends[1], STDERR_FILENO);
        execl(BIN "/pamit-lane", "pamit-lane", "--config", config, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *log = fdopen(ends[0], "r");
    if (!log)
        bench_fail("fdopen", "failed");
    await_ready(log);
    struct kiosk_start start = {.ready_ms = (bench_now_s() - begin_s) * 1e3,
                                .resident_mb = resident_mb(lane)};
    kill(lane, SIGTERM);
    while (getc(log) != EOF)
        ;
    fclose(log);
    if (wait4(lane, &status, 0, &used) != lane || status != 0)
        bench_fail("pamit-lane", "did not end well");
    start.cpu_ms = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
                   (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
    return start;
}
