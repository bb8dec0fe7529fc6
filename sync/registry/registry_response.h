/* A reply as HTTP's headers and body. Private to registry_requests.c. */
#ifndef PAMIT_REGISTRY_RESPONSE_H
#define PAMIT_REGISTRY_RESPONSE_H

#include "registry_service.h"

struct MHD_Response;

/* Destroy it. NULL: no memory. */
struct MHD_Response *registry_response_make(const struct registry_reply *reply);

#endif
