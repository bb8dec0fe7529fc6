/* The least that SQLite needs to store the same rows: the journal's kind of table, and nothing else
 * done. WAL, synchronous=FULL, one transaction a row, one prepared statement; SQLite checkpoints at
 * 1,000 pages, as the journal does. */
#ifndef PAMIT_BENCH_BARE_H
#define PAMIT_BENCH_BARE_H

#include <stddef.h>

struct bare;

/* A new file; whatever fails ends the benchmark. */
struct bare *bare_open(const char *path);
void bare_close(struct bare *bare);
/* A row with a header, a signature and a payload of these sizes, durable. */
void bare_append(struct bare *bare, size_t header_len, size_t payload_len);
/* The WAL into the file. */
void bare_checkpoint(struct bare *bare);

#endif
