#include "registry_response.h"

#include <microhttpd.h>
#include <stdio.h>

static bool headers_add(struct MHD_Response *response, const struct registry_reply *reply)
{
    char seconds[16];
    const char *type = reply->type ? reply->type : "text/plain; charset=utf-8";
    enum MHD_Result ok = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (ok && reply->allow)
        ok = MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, reply->allow);
    if (ok && reply->status == MHD_HTTP_FORBIDDEN)
        ok = MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (ok && reply->retry_after_s) {
        snprintf(seconds, sizeof seconds, "%u", reply->retry_after_s);
        ok = MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    return ok == MHD_YES;
}

struct MHD_Response *registry_response_make(const struct registry_reply *reply)
{
    /* libmicrohttpd copies it and takes a pointer that is not const. */
    union {
        const uint8_t *given;
        void *taken;
    } body = {.given = reply->body.p};
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body.len, body.taken, MHD_RESPMEM_MUST_COPY);
    if (response && !headers_add(response, reply)) {
        MHD_destroy_response(response);
        response = NULL;
    }
    return response;
}
