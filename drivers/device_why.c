/* One line that says why a device did not open. */
#include "device_why.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

int device_why(char why[DEVICE_WHY_LEN], int error, const char *format, ...)
{
    assert(error > 0);
    va_list args;
    va_start(args, format);
    vsnprintf(why, DEVICE_WHY_LEN, format, args);
    va_end(args);
    return -error;
}
