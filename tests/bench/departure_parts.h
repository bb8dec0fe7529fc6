/* What a departure's time goes to: the calls it consists of, timed on the way (--wrap). */
#ifndef PAMIT_BENCH_DEPARTURE_PARTS_H
#define PAMIT_BENCH_DEPARTURE_PARTS_H

#include <stddef.h>

#define DEPARTURE_PARTS(X)                                                                         \
    X(FIND, "placements and lists looked up")                                                      \
    X(CROSSINGS, "crossings of this counter looked up")                                            \
    X(VERDICT, "verdict")                                                                          \
    X(ENCODE, "2 payloads encoded and read back")                                                  \
    X(SIGN, "2 headers signed")                                                                    \
    X(SEAL, "2 payloads sealed")                                                                   \
    X(INSERT, "2 rows inserted")                                                                   \
    X(COMMIT, "2 commits")

enum part {
#define PART_ROW(name, words) PART_##name,
    DEPARTURE_PARTS(PART_ROW)
#undef PART_ROW
        PARTS
};

#define PARTS_ROWS 2 /* entries of a departure */

struct parts {
    double us[PARTS];
    size_t n_rows;
    size_t header_len[PARTS_ROWS], sealed_len[PARTS_ROWS]; /* of its rows */
};

/* What was called since the last time. */
struct parts parts_take(void);

#endif
