/* Which days' keys may be destroyed.
 *
 * A key goes only when all that it seals may go. Mostly that is one day after the other; but a
 * clock that jumped has sealed entries of many days with one key, or goes back to a day whose
 * entries are older than those after it. So nothing is concluded from a day's date: only numbers
 * count, and the registry's word on them.
 */
#include "journal_retention.h"

bool retention_old_enough(int64_t receipt_ms, int64_t now_ms, uint32_t days)
{
    return receipt_ms >= 0 && receipt_ms <= now_ms &&
           now_ms - receipt_ms >= days * RETENTION_DAY_MS;
}

static bool may_go(const struct retention_day *day, uint64_t covered, uint64_t open_seq)
{
    const bool around_open = open_seq >= day->sealed.first && open_seq <= day->sealed.last;

    return day->sealed.last < covered && day->until < covered && !around_open;
}

/* Keeps the days in the order of their first entries; the highest falls out when there is no room.
 */
static size_t put_in_order(struct entry_purge_day *out, size_t n, const struct entry_purge_day *day)
{
    if (n == ENTRY_PURGE_DAYS_MAX) {
        if (out[n - 1].first < day->first)
            return n;
        n--;
    }
    size_t at = n;
    for (; at > 0 && out[at - 1].first > day->first; at--)
        out[at] = out[at - 1];
    out[at] = *day;
    return n + 1;
}

size_t retention_plan(const struct retention_day *days, size_t n_days, uint64_t covered,
                      uint64_t open_seq, struct entry_purge *out)
{
    out->n_days = 0;
    for (size_t i = 0; i < n_days; i++)
        if (may_go(&days[i], covered, open_seq))
            out->n_days = put_in_order(out->day, out->n_days, &days[i].sealed);
    return out->n_days;
}
