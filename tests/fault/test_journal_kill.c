/* kill -9 of the journal's writer, at any moment: nothing acknowledged is lost.
 *
 * A child appends and tells the seq of each acknowledged entry through a pipe; between appends it
 * checkpoints now and then. It is killed after a random number of acknowledgements and a random
 * moment more. The journal must then open by itself and hold all that was told. The seed is printed
 * and can be given in PAMIT_SEED.
 */
#include "store_fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define ROUNDS          120
#define ACKS_MAX        6
#define MOMENT_MAX_US   4000
#define CHECKPOINT_EACH 3

/* The child: never returns. */
static void append_for_ever(const struct store_fixture *fixture, int out)
{
    struct journal *journal = NULL;
    struct journal_head head;
    char why[JOURNAL_WHY_LEN];

    if (journal_open(fixture->path, "CGK-03-0412", &fixture->keys, &fixture->now, &journal, why)) {
        fprintf(stderr, "%s\n", why);
        _exit(1);
    }
    for (unsigned i = 1;; i++) {
        if (fixture_append(journal, fixture, "x", &head) ||
            write(out, &head.seq, sizeof head.seq) != sizeof head.seq)
            _exit(1);
        if (i % CHECKPOINT_EACH == 0 && journal_checkpoint(journal))
            _exit(1);
    }
}

/* Runs one child until a random moment; returns the last seq that it told, or 0. */
static uint64_t run_and_kill(const struct store_fixture *fixture)
{
    int ends[2], status = 0;
    uint64_t seq = 0, told;
    const long acks = random() % ACKS_MAX;
    const struct timespec moment = {.tv_nsec = random() % MOMENT_MAX_US * 1000};

    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        append_for_ever(fixture, ends[1]);
    }
    close(ends[1]);
    for (long i = 0; i < acks && read(ends[0], &told, sizeof told) == sizeof told; i++)
        seq = told;
    nanosleep(&moment, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    while (read(ends[0], &told, sizeof told) == sizeof told)
        seq = told;
    close(ends[0]);
    return seq;
}

static void nothing_acknowledged_is_lost(void **state)
{
    const struct store_fixture *fixture = *state;
    const char *given = getenv("PAMIT_SEED");
    const unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    uint64_t acknowledged = 0, unsure = 0;
    struct journal_head head;

    print_message("seed %u\n", seed);
    srandom(seed);
    for (unsigned i = 0; i < ROUNDS; i++) {
        const uint64_t told = run_and_kill(fixture);
        if (told)
            acknowledged = told;
        struct journal *journal = fixture_journal(fixture);
        journal_head(journal, &head);
        journal_close(journal);
        if (head.seq < acknowledged)
            fail_msg("round %u: entry %u was acknowledged, the journal ends at %u", i,
                     (unsigned)acknowledged, (unsigned)head.seq);
        unsure += head.seq - (acknowledged ? acknowledged : 1);
        acknowledged =
            head.seq; /* one more may be there: committed, and killed before it said so */
    }
    const struct journal_verdict verdict = fixture_verify(fixture);
    assert_int_equal(verdict.fault, JOURNAL_SOUND);
    assert_int_equal(verdict.entries, head.seq);
    assert_true(verdict.payloads_opened);
    print_message("%u rounds, %u entries, %u committed but never told\n", ROUNDS,
                  (unsigned)head.seq, (unsigned)unsure);
    assert_true(head.seq > ROUNDS);
    assert_true(unsure < ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_acknowledged_is_lost, store_fixture_make,
                                        store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
