/* One worker, one append at a time. Between commit_append and the loop's wake-up the append belongs
 * to the worker; the mutex guards the hand-over, an eventfd wakes the loop. A checkpoint is only a
 * wish: the worker grants it when it has nothing to append.
 */
#include "commit.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct commit {
    struct journal *journal;
    commit_done_fn done;
    void *user;
    sd_event_source *source;
    int wake_fd;
    bool under_way; /* the loop's own: an append is given and not yet called back */

    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool stop, given, checkpoint; /* under the mutex */

    /* the append: the loop's unless given */
    enum entry_kind kind;
    struct clock_reading time;
    size_t payload_len;
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    bool defers;
    struct deferral_subject subject; /* if it defers */
    struct commit_result result;
};

static void append(struct commit *commit)
{
    const struct span payload = span_of(commit->payload, commit->payload_len);
    struct journal_head *head = &commit->result.head;
    commit->result = (struct commit_result){.kind = commit->kind};
    commit->result.err = commit->defers ? journal_append_deferral(commit->journal, &commit->time,
                                                                  payload, &commit->subject, head)
                                        : journal_append(commit->journal, commit->kind,
                                                         &commit->time, payload, head);
}

static void checkpoint(struct commit *commit)
{
    /* A failed checkpoint loses nothing: the WAL stays, and the next append will tell. */
    enum err ignored = journal_checkpoint(commit->journal);
    (void)ignored;
}

static void *worker(void *user)
{
    struct commit *commit = user;
    pthread_mutex_lock(&commit->mutex);
    for (;;) {
        while (!commit->stop && !commit->given && !commit->checkpoint)
            pthread_cond_wait(&commit->changed, &commit->mutex);
        bool given = commit->given;
        if (!given && commit->stop)
            break;
        commit->given = false;
        commit->checkpoint = commit->checkpoint && given;
        pthread_mutex_unlock(&commit->mutex);
        if (given) {
            append(commit);
            eventfd_write(commit->wake_fd, 1);
        } else {
            checkpoint(commit);
        }
        pthread_mutex_lock(&commit->mutex);
    }
    pthread_mutex_unlock(&commit->mutex);
    return NULL;
}

static int on_wake(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)events;
    struct commit *commit = user;
    eventfd_t count;
    if (eventfd_read(fd, &count) < 0)
        return 0;
    struct commit_result result = commit->result;
    commit->under_way = false;
    commit->done(&result, commit->user);
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
    return commit->under_way;
}

static void hand_over(struct commit *commit, enum entry_kind kind, const struct clock_reading *time,
                      struct span payload)
{
    assert(payload.len <= sizeof commit->payload);
    commit->kind = kind;
    commit->time = *time;
    commit->payload_len = payload.len;
    memcpy(commit->payload, payload.p, payload.len);
    pthread_mutex_lock(&commit->mutex);
    commit->given = true;
    pthread_cond_signal(&commit->changed);
    pthread_mutex_unlock(&commit->mutex);
}

void commit_append(struct commit *commit, enum entry_kind kind, const struct clock_reading *time,
                   struct span payload)
{
    assert(!commit->under_way);
    commit->under_way = true;
    commit->defers = false;
    hand_over(commit, kind, time, payload);
}

void commit_append_deferral(struct commit *commit, const struct clock_reading *time,
                            struct span payload, const struct deferral_subject *subject)
{
    assert(!commit->under_way);
    commit->under_way = true;
    commit->defers = true;
    commit->subject = *subject;
    hand_over(commit, ENTRY_DECIDED, time, payload);
}

void commit_checkpoint(struct commit *commit)
{
    pthread_mutex_lock(&commit->mutex);
    commit->checkpoint = true;
    pthread_cond_signal(&commit->changed);
    pthread_mutex_unlock(&commit->mutex);
}
