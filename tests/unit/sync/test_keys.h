/* Two P-256 keys made for these tests alone, and a way to load them: keys come from files. */
#ifndef PAMIT_TEST_KEYS_H
#define PAMIT_TEST_KEYS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sign.h"

static const char *const test_key_pems[] = {
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJ+Swxxr+8LxeXK1Y\n"
    "xfrYR1sFBUl5DuCQNJozvEy+NUmhRANCAATsFT5AmdoOep8kewIpQzNuFkWlhNhn\n"
    "pX6XUxmzeUF3h3kMfPR8vpuw4HXEdcdjfUM+fdwPJ3v6pksr+cTDbzRs\n"
    "-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBJGwH3MGSx0QDMRB\n"
    "uudt/q7TmQgnf6a9/2xMDu+4CC6hRANCAAQhpqqs8pGEt6qGRQWT2z+fuWnFgCSN\n"
    "zjXpPzFoI/1BsTfxC6RQyhryLUcN6jeRecvuA9bTUt5UX93Rat/Hpah+\n"
    "-----END PRIVATE KEY-----\n",
};

#define TEST_KEY_PATH "/tmp/pamit-test-key-XXXXXX"

/* A key's file under `path`, a TEST_KEY_PATH; unlink it. */
static inline void test_key_file(size_t which, char *path)
{
    const int fd = mkstemp(path); /* which makes it 0600 */
    const size_t len = strlen(test_key_pems[which]);
    if (fd < 0 || write(fd, test_key_pems[which], len) != (ssize_t)len || sign_init() != ERR_OK) {
        fprintf(stderr, "test key: can't be written\n");
        abort();
    }
    close(fd);
}

static inline struct sign_key *test_key(size_t which)
{
    char path[] = TEST_KEY_PATH;
    char why[SIGN_WHY_LEN];
    struct sign_key *key = NULL;
    test_key_file(which, path);
    if (sign_key_load(path, &key, why) != ERR_OK) {
        fprintf(stderr, "test key: %s\n", why);
        abort();
    }
    unlink(path);
    return key;
}

static inline struct verify_key *test_public_key(const struct sign_key *key)
{
    uint8_t point[SIGN_POINT_LEN];
    struct verify_key *public_key = NULL;
    sign_key_point(key, point);
    if (verify_key_from_point(point, &public_key) != ERR_OK)
        abort();
    return public_key;
}

#endif
