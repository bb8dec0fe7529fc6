/* Writes a kiosk's journal for tests that need one without a lane: appends entries, or takes a
 * decision back, and prints the head as `epoch=1 seq=12 hash=HEX`.
 *
 *     journal_tool JOURNAL KIOSK ENTRY_KEY STORAGE_KEY COUNT
 *     journal_tool JOURNAL KIOSK ENTRY_KEY STORAGE_KEY void SEQ
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "journal_reader.h"

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

/* A live counter's, of a supervisor. */
static enum err take_back(struct journal *journal, const char *path, uint64_t seq,
                          const struct clock_reading *now)
{
    struct entry_void names = {.place = {.tpi_code = "CGK", .officer_id = "P-0001"},
                               .kind = ENTRY_DECIDED,
                               .reason = VOID_WRONG_TRAVELLER,
                               .role = ROLE_SUPERVISOR,
                               .second_officer_id = "P-0002"};
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    char why[JOURNAL_WHY_LEN];
    struct journal_reader *reader;
    struct journal_head decided, head;
    size_t len;
    enum err err = journal_reader_open(path, NULL, &reader, why);
    if (err)
        return err;
    err = journal_reader_head_at(reader, seq, &decided);
    journal_reader_close(reader);
    if (err)
        return err;
    names.epoch = decided.epoch;
    names.seq = decided.seq;
    memcpy(names.hash, decided.hash, sizeof names.hash);
    seal_random(salt, sizeof salt);
    err = entry_void_encode(&names, salt, payload, sizeof payload, &len);
    return err ? err : journal_append_void(journal, now, span_of(payload, len), &head);
}

int main(int argc, char **argv)
{
    const bool voids = argc == 7 && strcmp(argv[5], "void") == 0;
    if (argc != 6 && !voids)
        return fail("usage: JOURNAL KIOSK ENTRY_KEY STORAGE_KEY COUNT | void SEQ");
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
    if (voids && take_back(journal, argv[1], strtoull(argv[6], NULL, 10), &now) != ERR_OK)
        return fail("void failed");
    for (unsigned long count = voids ? 0 : strtoul(argv[5], NULL, 10); count > 0; count--) {
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
