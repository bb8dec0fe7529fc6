/* GPIO without a chip: the lines of the simulated counter, over a SOCK_SEQPACKET unix socket.
 *
 * One message is two bytes, {line offset, 1 active / 0 inactive}: to the desk for each output that
 * is set, from the desk for each input that changes. Values are logical, so `active_low` has no
 * meaning here. Anything else that arrives is ignored: a panel must not fail over a message it does
 * not know.
 */
#include "gpio_backend.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define IGNORED_PER_CALL 16

struct mem_gpio {
    struct gpio base;
    uint8_t outputs[GPIO_PINS_MAX]; /* lines */
    uint8_t inputs[GPIO_PINS_MAX];
    bool active[GPIO_PINS_MAX]; /* inputs, as told last */
};

static int mem_set(struct gpio *gpio, size_t output, bool active)
{
    struct mem_gpio *mem = (struct mem_gpio *)gpio;
    const uint8_t message[2] = {mem->outputs[output], active};
    if (send(gpio->fd, message, sizeof message, MSG_NOSIGNAL) == sizeof message)
        return 0;
    return errno == EPIPE || errno == ECONNRESET ? -ENODEV : -errno;
}

static int mem_get(struct gpio *gpio, size_t input)
{
    return ((struct mem_gpio *)gpio)->active[input];
}

static int mem_read_event(struct gpio *gpio, struct gpio_event *event)
{
    struct mem_gpio *mem = (struct mem_gpio *)gpio;
    for (int i = 0; i < IGNORED_PER_CALL; i++) {
        uint8_t message[3];
        ssize_t n = recv(gpio->fd, message, sizeof message, 0);
        if (n == 0 || (n < 0 && errno == ECONNRESET))
            return -ENODEV;
        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        const uint8_t *line = memchr(mem->inputs, message[0], gpio->n_inputs);
        if (n != 2 || !line || message[1] > 1)
            continue;
        *event = (struct gpio_event){.input = (size_t)(line - mem->inputs), .active = message[1]};
        mem->active[event->input] = event->active;
        return 1;
    }
    return 0;
}

static void mem_close(struct gpio *gpio)
{
    close(gpio->fd);
    free(gpio);
}

/* Line N is named GPIO<N>, as on a Raspberry Pi. */
static int mem_find(void *chip, const char *name)
{
    (void)chip;
    unsigned line;
    char rest;
    return sscanf(name, "GPIO%3u%c", &line, &rest) == 1 ? (int)line : -1;
}

/* As the back end's open, on a connected socket. */
static int mem_open_fd(int fd, const char *path, const struct gpio_request *request,
                       struct gpio **out, char why[DEVICE_WHY_LEN])
{
    struct gpio_lines at;
    int r = gpio_find_lines(path, request, mem_find, NULL, &at, why);
    struct mem_gpio *mem = r == 0 ? calloc(1, sizeof *mem) : NULL;
    if (!mem || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
        if (r == 0)
            r = device_why(why, mem ? errno : ENOMEM, "%s: no socket to go by", path);
        free(mem);
        close(fd);
        return r;
    }
    mem->base = (struct gpio){.backend = &gpio_mem,
                              .n_outputs = request->n_outputs,
                              .n_inputs = request->n_inputs,
                              .fd = fd};
    for (size_t i = 0; i < request->n_outputs; i++)
        mem->outputs[i] = (uint8_t)at.outputs[i];
    for (size_t i = 0; i < request->n_inputs; i++)
        mem->inputs[i] = (uint8_t)at.inputs[i];
    for (size_t i = 0; i < request->n_outputs; i++) {
        r = mem_set(&mem->base, i, false);
        if (r < 0) {
            mem_close(&mem->base);
            return device_why(why, -r, "%s: %s", path, strerror(-r));
        }
    }
    *out = &mem->base;
    return 0;
}

int gpio_mem_open_fd(int fd, const struct gpio_request *request, struct gpio **out)
{
    char why[DEVICE_WHY_LEN];
    return mem_open_fd(fd, "socket", request, out, why);
}

static int mem_open(const char *path, const struct gpio_request *request, struct gpio **out,
                    char why[DEVICE_WHY_LEN])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return device_why(why, ENAMETOOLONG, "%s: too long for a socket's path", path);
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return device_why(why, errno, "%s: no socket (%s)", path, strerror(errno));
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int error = errno;
        close(fd);
        return device_why(why, error, "%s: the simulated panel does not answer (%s)", path,
                          strerror(error));
    }
    return mem_open_fd(fd, path, request, out, why);
}

const struct gpio_backend gpio_mem = {
    .open = mem_open,
    .set = mem_set,
    .get = mem_get,
    .read_event = mem_read_event,
    .close = mem_close,
};
