/* How drivers explain a failure: a negative errno for the program, one line for a person.
 *
 * Every driver function returns 0 (or a count) or a negative errno value. Those that open something
 * also fill `why` with "PATH: reason" for the log, for example
 * "/dev/gpiochip4: no such device" or "/dev/gpiochip0: line 17 (lamp green) is in use by
 * gpio-leds". Used inside drivers; callers only need DEVICE_WHY_LEN.
 */
#ifndef PAMIT_DEVICE_WHY_H
#define PAMIT_DEVICE_WHY_H

#define DEVICE_WHY_LEN 256

/* Writes the formatted text, cut to fit, and returns -error. `error` > 0 (errno value). */
int device_why(char why[DEVICE_WHY_LEN], int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
