/* Levels as a table; statvfs(3). */
#include "space.h"

#include <errno.h>
#include <sys/statvfs.h>

static const struct {
    unsigned from_percent;
    const char *text;
} levels[] = {
    [SPACE_UNKNOWN] = {0, "unknown"}, [SPACE_ENOUGH] = {0, "enough"}, [SPACE_HALF] = {50, "half"},
    [SPACE_LITTLE] = {80, "little"},  [SPACE_FULL] = {95, "full"},
};

enum err space_look(const char *path, struct space *out)
{
    struct statvfs disk;
    if (statvfs(path, &disk) != 0)
        return err_from_errno(errno);
    const uint64_t used = disk.f_blocks - disk.f_bfree;
    *out = (struct space){.used = used * disk.f_frsize,
                          .total = (used + disk.f_bavail) * disk.f_frsize};
    return ERR_OK;
}

unsigned space_percent(const struct space *space)
{
    if (space->total == 0 || space->used >= space->total)
        return 100;
    const double share = (double)space->used / (double)space->total * 100;
    const unsigned whole = (unsigned)share;
    return share > whole ? whole + 1 : whole;
}

enum space_level space_level_after(enum space_level before, unsigned percent)
{
    enum space_level level = SPACE_FULL;
    while (level > SPACE_ENOUGH) {
        const unsigned from = levels[level].from_percent;
        if (percent >= (level <= before ? from - SPACE_BACK_PERCENT : from))
            break;
        level--;
    }
    return level;
}

bool space_is_alarm(enum space_level level, bool desk)
{
    return level >= (desk ? SPACE_FULL : SPACE_LITTLE);
}

const char *space_level_text(enum space_level level)
{
    return levels[level].text;
}
