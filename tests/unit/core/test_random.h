/* Random numbers for property tests: the seed is printed, and taken from PAMIT_TEST_SEED. */
#ifndef PAMIT_TEST_RANDOM_H
#define PAMIT_TEST_RANDOM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define TEST_SEED_DEFAULT 20261121

struct test_random {
    uint64_t state;
};

static inline struct test_random test_random_begin(void)
{
    const char *given = getenv("PAMIT_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : TEST_SEED_DEFAULT;
    printf("PAMIT_TEST_SEED=%llu\n", (unsigned long long)seed);
    return (struct test_random){.state = seed * 2 + 1}; /* xorshift must not start at 0 */
}

/* 0 to n - 1; xorshift64*. */
static inline unsigned test_random_below(struct test_random *random, unsigned n)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (unsigned)((random->state * 0x2545F4914F6CDD1Du) >> 33) % n;
}

static inline bool test_random_one_in(struct test_random *random, unsigned n)
{
    return test_random_below(random, n) == 0;
}

#endif
