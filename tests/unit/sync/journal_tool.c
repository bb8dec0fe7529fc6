/* Writes a kiosk's journal for tests that need one without a lane: appends entries and prints the
 * head as `epoch=1 seq=12 hash=HEX`.
 *
 *     journal_tool JOURNAL KIOSK ENTRY_KEY STORAGE_KEY COUNT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "journal.h"

static int fail(const char *what)
{
    fprintf(stderr, "journal_tool: %s\n", what);
    return EXIT_FAILURE;
}

static enum err append(struct journal *journal, const struct clock_reading *now)
{
    const struct entry_decided decided = {
        .place = {.mode = MODE_DESK, .tpi_code = "CTH", .counter = "01", .officer_id = "P-0001"},
        .presented = 1,
        .decision = DECISION_CLEARED,
        .role = ROLE_OFFICER,
    };
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len;
    struct journal_head head;
    seal_random(salt, sizeof salt);
    enum err err = entry_decided_encode(&decided, salt, payload, sizeof payload, &len);
    if (err == ERR_OK)
        err = journal_append(journal, ENTRY_DECIDED, now, span_of(payload, len), &head);
    return err;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return fail("usage: JOURNAL KIOSK ENTRY_KEY STORAGE_KEY COUNT");
    char why[SIGN_WHY_LEN] = "does not start";
    struct sign_key *entry_key = NULL;
    struct seal_root *root = NULL;
    struct journal *journal = NULL;
    struct clock clock;
    struct clock_reading now;
    clock_init(&clock, CLOCK_WIB, true);
    clock_read(&clock, &now);
    if (sign_init() != ERR_OK || sign_key_load(argv[3], &entry_key, why) != ERR_OK ||
        seal_root_load(argv[4], &root, why) != ERR_OK)
        return fail(why);
    const struct journal_keys keys = {.entry = entry_key, .root = root};
    if (journal_open(argv[1], argv[2], &keys, &now, &journal, why) != ERR_OK)
        return fail(why);
    for (unsigned long count = strtoul(argv[5], NULL, 10); count > 0; count--) {
        if (append(journal, &now) != ERR_OK)
            return fail("append failed");
    }
    struct journal_head head;
    journal_head(journal, &head);
    printf("epoch=%u seq=%" PRIu64 " hash=", (unsigned)head.epoch, head.seq);
    for (size_t i = 0; i < sizeof head.hash; i++)
        printf("%02x", head.hash[i]);
    putchar('\n');
    journal_close(journal);
    seal_root_close(root);
    sign_key_close(entry_key);
    return EXIT_SUCCESS;
}
