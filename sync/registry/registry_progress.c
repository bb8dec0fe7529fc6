/* Where the file is read, by its own position. */
#include "registry_progress.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#define EVERY_LINES 10000

void progress_init(struct progress *progress, FILE *file)
{
    struct stat info;
    *progress = (struct progress){.file = file};
    if (isatty(STDERR_FILENO) && fstat(fileno(file), &info) == 0 && info.st_size > 0) {
        progress->size = info.st_size;
        progress->is_shown = true;
    }
}

void progress_say(const struct progress *progress, const char *text)
{
    if (progress->is_shown)
        fprintf(stderr, "\r\033[K%s", text);
}

void progress_step(const struct progress *progress, uint64_t lines)
{
    char text[64];
    if (!progress->is_shown || lines % EVERY_LINES != 0)
        return;
    snprintf(text, sizeof text, "%" PRIu64 " lines, %" PRId64 " %%", lines,
             (int64_t)ftello(progress->file) * 100 / progress->size);
    progress_say(progress, text);
}
