/* mountinfo of any bytes: a finding that is whole, and about the path. The first line is the path.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mount_options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const uint8_t *end = len ? memchr(data, '\n', len) : NULL;
    if (!end)
        return 0;
    const size_t path_len = (size_t)(end - data);
    char *path = malloc(path_len + 1);
    must(path != NULL);
    memcpy(path, data, path_len);
    path[path_len] = '\0';
    struct mount_finding found;
    mount_options_judge(span_of(end + 1, len - path_len - 1), path, &found);
    must(strlen(found.point) < sizeof found.point && strlen(found.type) < sizeof found.type &&
         strlen(found.option) < sizeof found.option);
    must(found.durability == MOUNT_UNKNOWN || found.point[0] == '/');
    free(path);
    return 0;
}
