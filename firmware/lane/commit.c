/* One worker, one append at a time, the crossing's before the kiosk's own. From the hand-over until
 * it is finished a slot belongs to the worker; the mutex guards what says so, an eventfd wakes the
 * loop. A checkpoint is only a wish: the worker grants it when it has nothing to append. So is each
 * step of a job, after that.
 */
#include "commit.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { CROSSING, BESIDE, SLOTS };

struct slot {
    bool under_way;       /* the loop's own: an append is given and not yet called back */
    bool given, finished; /* under the mutex */

    /* the append: the loop's unless given */
    enum entry_kind kind;
    struct clock_reading time;
    size_t payload_len;
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    bool decides;
    struct crossing_decided decided; /* if it decides */
    struct commit_result result;
};

struct commit {
    struct journal *journal;
    commit_done_fn done;
    void *user;
    sd_event_source *source;
    int wake_fd;

    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool stop, checkpoint; /* under the mutex, as job_given and job_finished */

    struct slot slot[SLOTS];

    bool job_under_way; /* as a slot's */
    bool job_given, job_finished;
    struct commit_job job;
};

static void append(struct commit *commit, struct slot *slot)
{
    const struct span payload = span_of(slot->payload, slot->payload_len);
    struct journal_head *head = &slot->result.head;
    slot->result =
        (struct commit_result){.kind = slot->kind, .beside = slot == &commit->slot[BESIDE]};
    if (slot->decides)
        slot->result.err =
            journal_append_decided(commit->journal, &slot->time, payload, &slot->decided, head);
    else if (slot->kind == ENTRY_VOID)
        slot->result.err = journal_append_void(commit->journal, &slot->time, payload, head);
    else
        slot->result.err = journal_append(commit->journal, slot->kind, &slot->time, payload, head);
}

static void checkpoint(struct commit *commit)
{
    /* A failed checkpoint loses nothing: the WAL stays, and the next append will tell. */
    enum err ignored = journal_checkpoint(commit->journal);
    (void)ignored;
}

/* The next that is given; NULL: none. */
static struct slot *next_given(struct commit *commit)
{
    for (int i = 0; i < SLOTS; i++)
        if (commit->slot[i].given)
            return &commit->slot[i];
    return NULL;
}

/* What can wait, with the mutex held before and after. */
static void work_beside(struct commit *commit)
{
    const bool step = !commit->checkpoint;
    bool more = true;
    commit->checkpoint = false;
    pthread_mutex_unlock(&commit->mutex);
    if (step)
        more = commit->job.step(commit->job.user);
    else
        checkpoint(commit);
    pthread_mutex_lock(&commit->mutex);
    if (more)
        return;
    commit->job_given = false;
    commit->job_finished = true;
    eventfd_write(commit->wake_fd, 1);
}

static void *worker(void *user)
{
    struct commit *commit = user;
    pthread_mutex_lock(&commit->mutex);
    for (;;) {
        struct slot *slot = next_given(commit);
        if (!slot && commit->stop)
            break;
        if (!slot && !commit->checkpoint && !commit->job_given) {
            pthread_cond_wait(&commit->changed, &commit->mutex);
            continue;
        }
        if (!slot) {
            work_beside(commit);
            continue;
        }
        commit->checkpoint = false; /* it was wished before there was this to append */
        pthread_mutex_unlock(&commit->mutex);
        append(commit, slot);
        pthread_mutex_lock(&commit->mutex);
        slot->given = false;
        slot->finished = true;
        eventfd_write(commit->wake_fd, 1);
    }
    pthread_mutex_unlock(&commit->mutex);
    return NULL;
}

/* True if it has ended and is to be called back. */
static bool take_finished(struct commit *commit, bool *finished)
{
    pthread_mutex_lock(&commit->mutex);
    const bool was_finished = *finished;
    *finished = false;
    pthread_mutex_unlock(&commit->mutex);
    return was_finished;
}

static int on_wake(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)events;
    struct commit *commit = user;
    eventfd_t count;
    if (eventfd_read(fd, &count) < 0)
        return 0;
    for (int i = 0; i < SLOTS; i++) {
        struct slot *slot = &commit->slot[i];
        if (!take_finished(commit, &slot->finished))
            continue;
        const struct commit_result result = slot->result;
        slot->under_way = false;
        commit->done(&result, commit->user);
    }
    if (take_finished(commit, &commit->job_finished)) {
        commit->job_under_way = false;
        commit->job.done(commit->job.user);
    }
    return 0;
}

enum err commit_open(sd_event *loop, struct journal *journal, commit_done_fn done, void *user,
                     struct commit **out)
{
    struct commit *commit = calloc(1, sizeof *commit);
    if (!commit)
        return ERR_MEMORY;
    commit->journal = journal;
    commit->done = done;
    commit->user = user;
    commit->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (commit->wake_fd < 0) {
        free(commit);
        return err_from_errno(errno);
    }
    pthread_mutex_init(&commit->mutex, NULL);
    pthread_cond_init(&commit->changed, NULL);
    if (sd_event_add_io(loop, &commit->source, commit->wake_fd, EPOLLIN, on_wake, commit) < 0 ||
        pthread_create(&commit->thread, NULL, worker, commit) != 0) {
        sd_event_source_unref(commit->source);
        close(commit->wake_fd);
        free(commit);
        return ERR_MEMORY;
    }
    *out = commit;
    return ERR_OK;
}

void commit_close(struct commit *commit)
{
    if (!commit)
        return;
    pthread_mutex_lock(&commit->mutex);
    commit->stop = true;
    pthread_cond_signal(&commit->changed);
    pthread_mutex_unlock(&commit->mutex);
    pthread_join(commit->thread, NULL);
    pthread_cond_destroy(&commit->changed);
    pthread_mutex_destroy(&commit->mutex);
    sd_event_source_disable_unref(commit->source);
    close(commit->wake_fd);
    free(commit);
}

bool commit_busy(const struct commit *commit)
{
    return commit->slot[CROSSING].under_way;
}

bool commit_beside_busy(const struct commit *commit)
{
    return commit->slot[BESIDE].under_way;
}

/* The slot for an append, the loop's until it is handed over. */
static struct slot *begin(struct commit *commit, int which, enum entry_kind kind,
                          const struct clock_reading *time, struct span payload)
{
    struct slot *slot = &commit->slot[which];
    assert(!slot->under_way && payload.len <= sizeof slot->payload);
    slot->under_way = true;
    slot->kind = kind;
    slot->time = *time;
    slot->payload_len = payload.len;
    memcpy(slot->payload, payload.p, payload.len);
    slot->decides = false;
    return slot;
}

static void hand_over(struct commit *commit, struct slot *slot)
{
    pthread_mutex_lock(&commit->mutex);
    slot->given = true;
    pthread_cond_signal(&commit->changed);
    pthread_mutex_unlock(&commit->mutex);
}

void commit_append(struct commit *commit, enum entry_kind kind, const struct clock_reading *time,
                   struct span payload)
{
    hand_over(commit, begin(commit, CROSSING, kind, time, payload));
}

void commit_append_decided(struct commit *commit, const struct clock_reading *time,
                           struct span payload, const struct crossing_decided *decided)
{
    struct slot *slot = begin(commit, CROSSING, ENTRY_DECIDED, time, payload);
    slot->decides = true;
    slot->decided = *decided;
    hand_over(commit, slot);
}

void commit_append_beside(struct commit *commit, enum entry_kind kind,
                          const struct clock_reading *time, struct span payload)
{
    hand_over(commit, begin(commit, BESIDE, kind, time, payload));
}

void commit_job(struct commit *commit, const struct commit_job *job)
{
    assert(!commit->job_under_way);
    commit->job_under_way = true;
    commit->job = *job;
    pthread_mutex_lock(&commit->mutex);
    commit->job_given = true;
    pthread_cond_signal(&commit->changed);
    pthread_mutex_unlock(&commit->mutex);
}

bool commit_job_busy(const struct commit *commit)
{
    return commit->job_under_way;
}

void commit_checkpoint(struct commit *commit)
{
    pthread_mutex_lock(&commit->mutex);
    commit->checkpoint = true;
    pthread_cond_signal(&commit->changed);
    pthread_mutex_unlock(&commit->mutex);
}
