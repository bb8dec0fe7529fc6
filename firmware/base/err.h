/* Failures: what the outside world can do to us.
 *
 * Three kinds of bad news are kept apart. An *outcome* (a check digit is wrong, no placement is
 * found) is a value of the function's own enum. A *failure* (I/O, disk full, a corrupt store) is
 * one of these. A *bug* is an assert, in every build, and can never be reached by input.
 *
 * On any failure a function leaves its outputs untouched. Pure; any process.
 */
#ifndef PAMIT_ERR_H
#define PAMIT_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))

enum err {
    ERR_OK = 0,
    ERR_IO = -1,      /* the device or the file system said no */
    ERR_FULL = -2,    /* no space left; nothing was written */
    ERR_CORRUPT = -3, /* stored bytes are not what we wrote */
    ERR_MISSING = -4, /* no such file, row, key or device */
    ERR_INVALID = -5, /* malformed input */
    ERR_SIZE = -6,    /* input or output exceeds a named bound */
    ERR_AUTH = -7,    /* a signature, a seal or a certificate does not verify */
    ERR_BUSY = -8,    /* another owner holds it; the bounded wait is over */
    ERR_DENIED = -9,  /* permission denied, or a file others may read that they must not */
    ERR_MEMORY = -10,
    ERR_CLOSED = -11,  /* the other end went away */
    ERR_TIMEOUT = -12, /* the deadline passed */
    ERR_OLD = -13,     /* a version that does not rise */
};

/* A short English phrase, never NULL, static. */
const char *err_text(enum err err);

/* The failure that an errno value stands for. `error` > 0. */
enum err err_from_errno(int error);

#endif
