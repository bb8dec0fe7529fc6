/* Server-Sent Events: a stream that has told its page everything suspends itself. */
#include "desk_events.h"

#include <assert.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_command.h"

struct stream {
    struct desk_events *events;
    struct MHD_Connection *connection; /* NULL: free */
    bool suspended;
    uint64_t seen; /* version of the status sent last */
    char *text;    /* being sent */
    size_t at, len;
};

struct desk_events {
    struct desk *desk;
    uint64_t version; /* of the status; rises with each change */
    bool ending;
    struct stream streams[DESK_EVENTS_PAGES];
};

/* Puts the status into the stream's text. */
static bool stream_fill(struct stream *stream)
{
    json_t *status = desk_status(stream->events->desk);
    char *text = json_dumps(status, JSON_COMPACT);
    json_decref(status);
    free(stream->text);
    stream->text = NULL;
    int n = text ? asprintf(&stream->text, "data: %s\n\n", text) : -1;
    if (n < 0)
        stream->text = NULL; /* asprintf(3) leaves it undefined */
    free(text);
    stream->at = 0;
    stream->len = n > 0 ? (size_t)n : 0;
    stream->seen = stream->events->version;
    return n > 0;
}

static ssize_t on_read(void *user, uint64_t pos, char *buf, size_t max)
{
    (void)pos;
    struct stream *stream = user;
    if (stream->events->ending)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (stream->at == stream->len) {
        if (stream->seen == stream->events->version) {
            stream->suspended = true;
            MHD_suspend_connection(stream->connection);
            return 0;
        }
        if (!stream_fill(stream))
            return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size_t n = stream->len - stream->at < max ? stream->len - stream->at : max;
    memcpy(buf, stream->text + stream->at, n);
    stream->at += n;
    return (ssize_t)n;
}

static void on_end(void *user)
{
    struct stream *stream = user;
    free(stream->text);
    *stream = (struct stream){.events = stream->events};
}

enum MHD_Result desk_events_serve(struct desk_events *events, struct MHD_Connection *connection)
{
    static const char full[] = "too many pages\n";
    struct stream *stream = events->streams;
    while (stream < events->streams + DESK_EVENTS_PAGES && stream->connection)
        stream++;
    bool room = stream < events->streams + DESK_EVENTS_PAGES;
    struct MHD_Response *response =
        room ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, on_read, stream, on_end)
             : MHD_create_response_from_buffer(strlen(full), (void *)(uintptr_t)full,
                                               MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    if (room)
        stream->connection = connection;
    MHD_add_response_header(response, "Content-Type", room ? "text/event-stream" : "text/plain");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    enum MHD_Result r =
        MHD_queue_response(connection, room ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, response);
    MHD_destroy_response(response);
    return r;
}

void desk_events_changed(struct desk_events *events)
{
    events->version++;
}

void desk_events_resume(struct desk_events *events)
{
    for (int i = 0; i < DESK_EVENTS_PAGES; i++) {
        struct stream *stream = &events->streams[i];
        if (!stream->suspended)
            continue;
        stream->suspended = false;
        MHD_resume_connection(stream->connection);
    }
}

void desk_events_end(struct desk_events *events)
{
    events->ending = true;
    desk_events_resume(events);
}

struct desk_events *desk_events_new(struct desk *desk)
{
    struct desk_events *events = calloc(1, sizeof *events);
    if (!events)
        return NULL;
    events->desk = desk;
    events->version = 1; /* streams have seen 0 */
    for (int i = 0; i < DESK_EVENTS_PAGES; i++)
        events->streams[i].events = events;
    return events;
}

void desk_events_free(struct desk_events *events)
{
    for (int i = 0; events && i < DESK_EVENTS_PAGES; i++)
        assert(!events->streams[i].connection);
    free(events);
}
