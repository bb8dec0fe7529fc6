/* The desk's door for scripts. */
#include "desk_control.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "desk_command.h"

#define CLIENTS_MAX 16
#define ANSWER_LEN  131072

struct client {
    struct desk_control *control;
    int fd; /* -1: free */
    sd_event_source *source;
};

struct desk_control {
    struct desk *desk;
    char path[DESK_PATH_LEN];
    int listen_fd;
    sd_event_source *listen_source;
    struct client clients[CLIENTS_MAX];
    char text[DESK_COMMAND_LEN + 1];
};

static void client_close(struct client *client)
{
    client->source = sd_event_source_disable_unref(client->source);
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
}

/* Does the command in `text` and answers. Returns false when the client is not worth keeping. */
static bool client_serve(struct client *client, char *text)
{
    char *argument = strchr(text, ' ');
    if (argument)
        *argument++ = '\0';
    json_t *reply = desk_command(client->control->desk, text, argument ? argument : "");
    char *answer = json_dumps(reply, JSON_COMPACT);
    json_decref(reply);
    size_t len = answer ? strlen(answer) : 0;
    bool sent = len > 0 && len <= ANSWER_LEN &&
                send(client->fd, answer, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;
    free(answer);
    return sent;
}

static int on_client(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source, (void)events;
    struct client *client = user;
    char *text = client->control->text;
    ssize_t n = recv(fd, text, DESK_COMMAND_LEN, MSG_DONTWAIT | MSG_TRUNC);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    bool keep = n > 0 && n <= DESK_COMMAND_LEN;
    if (keep) {
        text[n] = '\0';
        keep = client_serve(client, text);
    }
    if (!keep)
        client_close(client);
    return 0;
}

static int on_listen(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source, (void)events;
    struct desk_control *control = user;
    int client_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    if (client_fd < 0)
        return 0;
    struct client *client = control->clients;
    while (client < control->clients + CLIENTS_MAX && client->fd >= 0)
        client++;
    if (client == control->clients + CLIENTS_MAX) {
        close(client_fd);
        return 0;
    }
    client->fd = client_fd;
    if (sd_event_add_io(control->desk->loop, &client->source, client_fd, EPOLLIN, on_client,
                        client) < 0)
        client_close(client);
    return 0;
}

int desk_control_open(struct desk *desk, struct desk_control **out)
{
    struct desk_control *control = calloc(1, sizeof *control);
    if (!control)
        return -ENOMEM;
    control->desk = desk;
    for (int i = 0; i < CLIENTS_MAX; i++)
        control->clients[i] = (struct client){.control = control, .fd = -1};
    control->listen_fd = desk_listen(desk, "desk.sock", control->path);
    int r = control->listen_fd;
    if (r >= 0)
        r = sd_event_add_io(desk->loop, &control->listen_source, control->listen_fd, EPOLLIN,
                            on_listen, control);
    if (r < 0) {
        desk_control_close(control);
        return r;
    }
    *out = control;
    return 0;
}

void desk_control_close(struct desk_control *control)
{
    if (!control)
        return;
    for (int i = 0; i < CLIENTS_MAX; i++)
        client_close(&control->clients[i]);
    sd_event_source_disable_unref(control->listen_source);
    if (control->listen_fd >= 0) {
        close(control->listen_fd);
        unlink(control->path);
    }
    free(control);
}

static int ask(int fd, const char *text, size_t len, char *answer)
{
    const struct timeval wait = {.tv_sec = DESK_CONTROL_WAIT_S};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) < 0 ||
        send(fd, text, len, MSG_NOSIGNAL) != (ssize_t)len)
        return -errno;
    ssize_t n = recv(fd, answer, ANSWER_LEN, 0);
    if (n <= 0)
        return n == 0 ? -ECONNRESET : -errno;
    answer[n] = '\0';
    return 0;
}

/* Joins the words with single spaces. Returns the length, 0 when they don't fit. */
static size_t join(char *const *words, int n_words, char *text)
{
    size_t len = 0;
    for (int i = 0; i < n_words; i++) {
        size_t n = strlen(words[i]);
        if (len + n + 1 > DESK_COMMAND_LEN)
            return 0;
        if (i > 0)
            text[len++] = ' ';
        memcpy(text + len, words[i], n);
        len += n;
    }
    return len;
}

int desk_control_ask(const char *dir, char *const *words, int n_words)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int n = snprintf(address.sun_path, sizeof address.sun_path, "%s/desk.sock", dir);
    char *text = malloc(DESK_COMMAND_LEN), *answer = malloc(ANSWER_LEN + 1);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    size_t len = text ? join(words, n_words, text) : 0;
    int r = -EMSGSIZE;
    if (len > 0 && answer && fd >= 0 && n < (int)sizeof address.sun_path)
        r = connect(fd, (struct sockaddr *)&address, sizeof address) == 0
                ? ask(fd, text, len, answer)
                : -errno;
    int code = EXIT_FAILURE;
    if (r < 0) {
        fprintf(stderr, "pamit-desk: %s/desk.sock: %s\n", dir, strerror(-r));
    } else {
        puts(answer);
        json_t *reply = json_loads(answer, 0, NULL);
        const json_t *why = json_object_get(reply, "error");
        if (json_is_true(json_object_get(reply, "ok")))
            code = EXIT_SUCCESS;
        else
            fprintf(stderr, "pamit-desk: %s\n", json_is_string(why) ? json_string_value(why) : "?");
        json_decref(reply);
    }
    if (fd >= 0)
        close(fd);
    free(text);
    free(answer);
    return code;
}
