/* Random numbers that can be had again: PAMIT_SEED, else the time; the seed is printed. */
#ifndef PAMIT_PROPERTY_H
#define PAMIT_PROPERTY_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct property_random {
    uint64_t state;
};

static inline struct property_random property_begin(void)
{
    const char *given = getenv("PAMIT_SEED");
    const uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    printf("PAMIT_SEED=%" PRIu64 "\n", seed);
    return (struct property_random){seed};
}

/* 0 .. below - 1, by splitmix64. */
static inline uint32_t property_draw(struct property_random *random, uint32_t below)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ z >> 31) >> 32) % below;
}

#endif
