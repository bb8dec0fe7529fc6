/* One look-up at a time on a detached thread.
 *
 * Owner and thread share one block of memory under a lock. Whoever of the two is last frees it: the
 * thread if the owner has closed it meanwhile (`abandoned`), else the owner.
 */
#include "resolver.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct resolver {
    char *host;
    char port[sizeof "4294967295"];
    int fd;

    pthread_mutex_t lock; /* guards what follows */
    bool running, abandoned;
    bool answered;
    int result; /* of getaddrinfo */
    struct addrinfo *list;
};

enum err resolver_open(const char *host, uint32_t port, struct resolver **out)
{
    struct resolver *resolver = calloc(1, sizeof *resolver);
    if (!resolver)
        return ERR_MEMORY;
    resolver->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    resolver->host = strdup(host);
    pthread_mutex_init(&resolver->lock, NULL);
    snprintf(resolver->port, sizeof resolver->port, "%u", (unsigned)port);
    if (resolver->fd < 0 || !resolver->host) {
        resolver_close(resolver);
        return ERR_MEMORY;
    }
    *out = resolver;
    return ERR_OK;
}

static void forget_answer(struct resolver *resolver)
{
    if (resolver->list)
        freeaddrinfo(resolver->list);
    resolver->list = NULL;
    resolver->answered = false;
}

static void destroy(struct resolver *resolver)
{
    forget_answer(resolver);
    if (resolver->fd >= 0)
        close(resolver->fd);
    pthread_mutex_destroy(&resolver->lock);
    free(resolver->host);
    free(resolver);
}

void resolver_close(struct resolver *resolver)
{
    if (!resolver)
        return;
    pthread_mutex_lock(&resolver->lock);
    resolver->abandoned = true;
    const bool last = !resolver->running;
    pthread_mutex_unlock(&resolver->lock);
    if (last)
        destroy(resolver);
}

static void *look_up(void *user)
{
    struct resolver *resolver = user;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    /* "localhost" is the loopback whatever a name service says, or does not (RFC 6761, 6.3). */
    const char *node = strcmp(resolver->host, "localhost") == 0 ? NULL : resolver->host;
    const int result = getaddrinfo(node, resolver->port, &hints, &list);

    pthread_mutex_lock(&resolver->lock);
    resolver->running = false;
    resolver->answered = true;
    resolver->result = result;
    resolver->list = result == 0 ? list : NULL;
    const bool last = resolver->abandoned;
    if (!last) {
        const int failed = eventfd_write(resolver->fd, 1);
        assert(failed == 0);
    }
    pthread_mutex_unlock(&resolver->lock);
    if (last)
        destroy(resolver);
    return NULL;
}

int resolver_fd(const struct resolver *resolver)
{
    return resolver->fd;
}

/* Under the lock. */
static enum err start_thread(struct resolver *resolver)
{
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) != 0)
        return ERR_MEMORY;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    resolver->running = pthread_create(&thread, &attributes, look_up, resolver) == 0;
    pthread_attr_destroy(&attributes);
    return resolver->running ? ERR_OK : ERR_MEMORY;
}

enum err resolver_start(struct resolver *resolver)
{
    enum err err = ERR_OK;
    pthread_mutex_lock(&resolver->lock);
    if (!resolver->running) {
        forget_answer(resolver);
        eventfd_t ignored;
        (void)eventfd_read(resolver->fd, &ignored);
        err = start_thread(resolver);
    }
    pthread_mutex_unlock(&resolver->lock);
    return err;
}

enum err resolver_take(struct resolver *resolver, struct addrinfo **out, const char **why)
{
    enum err err = ERR_BUSY;
    pthread_mutex_lock(&resolver->lock);
    if (resolver->answered && resolver->list) {
        *out = resolver->list;
        resolver->list = NULL;
        err = ERR_OK;
    } else if (resolver->answered) {
        *why = gai_strerror(resolver->result);
        err = ERR_MISSING;
    }
    pthread_mutex_unlock(&resolver->lock);
    return err;
}
