/* config: each thing that can be wrong with a file, with the very words that say so. */
#include "fixture.h"

#include "config.h"

struct sample {
    char name[8];
    char file[64];
    uint32_t number;
    bool flag;
    int colour;
};

static const struct config_choice colours[] = {{"green", 1}, {"red", 2}, {NULL, 0}};

static const struct config_key keys[] = {
    {"one", "name", CONFIG_TEXT, offsetof(struct sample, name), 8, 0, 0, NULL, NULL},
    {"one", "file", CONFIG_PATH, offsetof(struct sample, file), 64, 0, 0, NULL, "default.db"},
    {"two", "number", CONFIG_UINT, offsetof(struct sample, number), 0, 3, 70, NULL, "5"},
    {"two", "flag", CONFIG_BOOL, offsetof(struct sample, flag), 0, 0, 0, NULL, "yes"},
    {"two", "colour", CONFIG_ENUM, offsetof(struct sample, colour), 0, 0, 0, colours, "red"},
};

static enum err load(const char *folder, struct span text, struct sample *out, char *why)
{
    char path[FIXTURE_PATH_LEN];
    fixture_file_write(folder, "x.conf", text, 0644, path);
    return config_load(path, keys, LENGTH(keys), out, sizeof *out, why);
}

static void every_type_is_read(void **state)
{
    char why[CONFIG_WHY_LEN] = "", path[FIXTURE_PATH_LEN];
    struct sample sample;
    memset(&sample, 0xee, sizeof sample);
    static const char text[] = "# a comment\r\n"
                               "; another\n"
                               "[one]\r\n"
                               "name = Nur\xc3\xa9 ; a comment after a value\r\n"
                               "  \t\n"
                               "file=/var/lib/x\n"
                               "[two]\n"
                               "flag: no\n"
                               "[one]\n"
                               "[two]\n"
                               "number = 70\n"
                               "colour = green"; /* and no newline */
    assert_int_equal(load(*state, span_of_text(text), &sample, why), ERR_OK);
    assert_string_equal(sample.name, "Nur\xc3\xa9");
    assert_string_equal(sample.file, "/var/lib/x");
    assert_int_equal(sample.number, 70);
    assert_false(sample.flag);
    assert_int_equal(sample.colour, 1);

    assert_int_equal(load(*state, span_of_text("[one]\nname = x"), &sample, why), ERR_OK);
    snprintf(path, sizeof path, "%s/default.db", (char *)*state);
    assert_string_equal(sample.file, path); /* a relative path starts at the file's folder */
    assert_int_equal(sample.number, 5);
    assert_true(sample.flag);
    assert_int_equal(sample.colour, 2);
}

#define LONG_190                                                                                   \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"  \
    "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"     \
    "9012345678901"

static const struct {
    const char *says;
    const char *text;
    size_t len; /* 0: up to the NUL */
    const char *why;
} bad_rows[] = {
    {"unknown section", "[one]\nname = x\n[three]\nkey = 1\n", 0,
     ":4: there is no section [three]"},
    {"unknown key", "[one]\nname = x\nnmae = y\n", 0, ":3: there is no key nmae in [one]"},
    {"a key of another section", "[one]\nname = x\nnumber = 5\n", 0,
     ":3: there is no key number in [one]"},
    {"a key before any section", "name = x\n", 0, ":1: a key before any [section]"},
    {"a key twice", "[one]\nname = x\n\nname = x\n", 0,
     ":4: name in [one] is given twice, first in line 2"},
    {"a required key missing", "[two]\nnumber = 5\n", 0, ": name in [one] is missing"},
    {"an empty file", "", 0, ": name in [one] is missing"},
    {"empty text", "[one]\nname =\n", 0, ":2: name in [one] is empty"},
    {"text too long", "[one]\nname = 12345678\n", 0, ":2: name in [one] is longer than 7 bytes"},
    {"a path too long",
     "[one]\nname = x\nfile = 01234567890123456789012345678901234567890123456789012345678\n", 0,
     ":3: file in [one] is longer than 63 bytes with this file's folder"},
    {"a number too small", "[two]\nnumber = 2\n", 0,
     ":2: number in [two] is no number from 3 to 70"},
    {"a number too large", "[two]\nnumber = 71\n", 0,
     ":2: number in [two] is no number from 3 to 70"},
    {"a number beyond any", "[two]\nnumber = 99999999999999999999999\n", 0,
     ":2: number in [two] is no number from 3 to 70"},
    {"a number that wraps to 5 in 32 bits", "[two]\nnumber = 4294967301\n", 0,
     ":2: number in [two] is no number from 3 to 70"},
    {"a number that wraps to 5 in 64 bits", "[two]\nnumber = 18446744073709551621\n", 0,
     ":2: number in [two] is no number from 3 to 70"},
    {"a negative number", "[two]\nnumber = -5\n", 0,
     ":2: number in [two] is no number from 3 to 70"},
    {"a hexadecimal number", "[two]\nnumber = 0x10\n", 0,
     ":2: number in [two] is no number from 3 to 70"},
    {"a number with a unit", "[two]\nnumber = 5s\n", 0,
     ":2: number in [two] is no number from 3 to 70"},
    {"no number", "[two]\nnumber =\n", 0, ":2: number in [two] is no number from 3 to 70"},
    {"true is not yes", "[two]\nflag = true\n", 0, ":2: flag in [two] is neither yes nor no"},
    {"an unknown choice", "[two]\ncolour = blue\n", 0,
     ":2: colour in [two] is none of: green, red"},
    {"an unterminated section", "[one\nname = x\n", 0, ":1: neither a [section] nor a key = value"},
    {"a line that is neither", "[one]\nname = x\nnonsense\n", 0,
     ":3: neither a [section] nor a key = value"},
    {"a continued line", "[one]\nname = x\n  y\n", 0, ":3: a line that begins with a space"},
    {"a NUL", "[one]\nname = x\0y\n", 17, ":2: a control character or bytes that are not UTF-8"},
    {"an escape", "[one]\nname = \x1b[2J\n", 0,
     ":2: a control character or bytes that are not UTF-8"},
    {"Latin-1", "[one]\nname = Nur\xe9\n", 0,
     ":2: a control character or bytes that are not UTF-8"},
    {"a line longer than inih's buffer", "[one]\nname = x\nfile = " LONG_190 "\n", 0,
     ":3: a line of 199 bytes or more"},
    {"the first error counts", "[one]\nnmae = y\n[three]\n\x1b\n", 0,
     ":2: there is no key nmae in [one]"},
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
    char prefix[FIXTURE_PATH_LEN];
    snprintf(prefix, sizeof prefix, "%s/x.conf", (char *)*state);
    for (size_t i = 0; i < LENGTH(bad_rows); i++) {
        char why[CONFIG_WHY_LEN] = "";
        struct sample sample, before;
        memset(&sample, 0xee, sizeof sample);
        before = sample;
        const size_t len = bad_rows[i].len ? bad_rows[i].len : strlen(bad_rows[i].text);
        const enum err err = load(*state, span_of(bad_rows[i].text, len), &sample, why);
        const bool prefixed = strncmp(why, prefix, strlen(prefix)) == 0;
        if (err != ERR_INVALID || !prefixed || strcmp(why + strlen(prefix), bad_rows[i].why) != 0)
            fail_msg("%s: %s: \"%s\"", bad_rows[i].says, err_text(err), why);
        assert_memory_equal(&sample, &before, sizeof sample);
    }
}

static void files_that_cannot_be_read_are_named(void **state)
{
    char why[CONFIG_WHY_LEN];
    struct sample sample;
    assert_int_equal(
        config_load("/nonexistent/x.conf", keys, LENGTH(keys), &sample, sizeof sample, why),
        ERR_MISSING);
    assert_string_equal(why, "/nonexistent/x.conf: No such file or directory");
    assert_int_equal(config_load(*state, keys, LENGTH(keys), &sample, sizeof sample, why), ERR_IO);
    assert_non_null(strstr(why, "Is a directory"));
    assert_int_equal(config_load("/dev/zero", keys, LENGTH(keys), &sample, sizeof sample, why),
                     ERR_INVALID); /* and ends */
}

static void a_file_is_not_read_for_ever(void **state)
{
    static char text[10000];
    char why[CONFIG_WHY_LEN];
    struct sample sample;
    memset(text, '\n', sizeof text);
    assert_int_equal(load(*state, span_of(text, sizeof text), &sample, why), ERR_INVALID);
    assert_non_null(strstr(why, ":2001: more than 2000 lines"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(files_that_cannot_be_read_are_named),
        cmocka_unit_test(a_file_is_not_read_for_ever),
    };
    return cmocka_run_group_tests(tests, fixture_folder_make, fixture_folder_remove);
}
