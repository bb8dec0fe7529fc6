/* Profiles are data: each is whole, and the configuration knows them by the same names. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk_config.h"
#include "reader.h"
#include "scan_frame.h"

static void profiles_are_found_by_name(void **state)
{
    (void)state;
    for (unsigned i = 0; scan_profile_at(i); i++)
        assert_ptr_equal(scan_profile_find(scan_profile_at(i)->name), scan_profile_at(i));
    assert_null(scan_profile_find("telepathy"));
}

static void every_row_is_whole(void **state)
{
    (void)state;
    for (unsigned i = 0; scan_profile_at(i); i++) {
        const struct scan_profile *profile = scan_profile_at(i);
        assert_true(profile->settings.baud >= 300);
        assert_true(profile->settings.data_bits == 7 || profile->settings.data_bits == 8);
        assert_true(profile->settings.stop_bits == 1 || profile->settings.stop_bits == 2);
        assert_true(profile->silence_ms >= 100 && profile->silence_ms <= 1000);
        assert_true(profile->init.len <= SCAN_COMMAND_LEN_MAX);
        assert_true(profile->rearm.len <= SCAN_COMMAND_LEN_MAX);
        assert_true(profile->answer.len < SCAN_COMMAND_LEN_MAX);
        assert_true(profile->rearm_every_ms == 0 || profile->rearm.len > 0);
    }
}

/* A byte of the good frame that is read as a document, whatever the reader. */
static void every_profile_reads_every_document_in_every_style(void **state)
{
    (void)state;
    for (unsigned i = 0; scan_profile_at(i); i++)
        for (int style = 0; style < READER_STYLES; style++)
            for (size_t d = 0; d < 3; d++) {
                const struct reader_document *document = &reader_documents[d];
                uint8_t sent[READER_LEN_MAX];
                size_t n =
                    reader_send(scan_profile_at(i), (enum reader_style)style, document, sent);
                struct scan_frame f;
                struct scan_event event;
                size_t used = 0;
                scan_frame_init(&f, scan_profile_at(i));
                assert_true(scan_frame_push(&f, sent, n, &used, &event));
                assert_int_equal(event.kind, SCAN_EVENT_STARTED);
                if (!scan_frame_push(&f, sent + used, n - used, &used, &event) ||
                    event.kind != SCAN_EVENT_FRAME || event.n_lines != document->n_rows)
                    fail_msg("%s, style %d, document %zu", scan_profile_at(i)->name, style, d);
                for (unsigned k = 0; k < event.n_lines; k++)
                    assert_memory_equal(event.lines[k].text, document->rows[k], event.lines[k].len);
            }
}

/* The error that a wrong name gets lists the right ones, in order. */
static void the_configuration_knows_the_same_names(void **state)
{
    (void)state;
    char want[256] = "", why[CONFIG_WHY_LEN] = "", path[] = "/tmp/pamit-profile-XXXXXX";
    for (unsigned i = 0; scan_profile_at(i); i++) {
        strcat(want, i ? ", " : "none of: ");
        strcat(want, scan_profile_at(i)->name);
    }
    static const char text[] =
        "[kiosk]\nkiosk_id = K\nzone = WIB\ntpi_code = T\ntpi_name = T\ncounter = 1\n"
        "storage_key = k\n[lane]\njournal = j\nentry_key = k\nlane_socket = s\nconsole_uid = 1\n"
        "officer_id = P\nofficer_name = P\nrefer_to = R\n"
        "[scanner]\nscanner_device = s\nscanner_profile = telepathy\n"
        "[panel]\ngpio_chip = g\nlamp_green = 1\nlamp_amber = 2\nlamp_red = 3\nlamp_white = 4\n"
        "buzzer = 5\nbutton_1 = 6\nbutton_2 = 7\nbutton_3 = 8\nbutton_4 = 9\n"
        "[sync]\ncache = c\nsync_db = s\nregistry_host = r\nca_cert = c\ntls_cert = t\n"
        "tls_key = k\nreceipt_key = r\npolicy_key = p\n";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    close(fd);
    struct kiosk_config config;
    assert_int_equal(kiosk_config_load(path, &config, why), ERR_INVALID);
    unlink(path);
    const char *names = strstr(why, "none of: ");
    assert_non_null(names);
    assert_string_equal(names, want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profiles_are_found_by_name),
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(every_profile_reads_every_document_in_every_style),
        cmocka_unit_test(the_configuration_knows_the_same_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
