/* The log: one line per event, whoever listens.
 *
 * sd_journal_send drops messages without a word when journald is not there, so it is used only if
 * stderr is the journal's own stream: JOURNAL_STREAM holds that stream's device and inode, and they
 * must be stderr's (systemd.exec(5)), since the variable alone is inherited by anything started
 * from a service. A line on stderr is one write(2), so lines of threads and processes never mix.
 *
 * What the log remembers is set once by log_open, before there are threads, and only read after.
 */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#define DETAILS_LEN 513 /* 512 and a NUL */
#define LINE_LEN    1024

static const struct {
    const char *name;
    int priority;
    const char *words;
} catalogue[LOG_IDS] = {
#define LOG_ROW(id, priority, words) [LOG_##id] = {#id, priority, words},
    LOG_CATALOGUE(LOG_ROW)
#undef LOG_ROW
};

static struct {
    const char *process;
    bool to_journal;
    bool to_terminal;
} state = {.process = "pamit"};

static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    unsigned long long device, inode;
    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &st) == 0 && device == st.st_dev && inode == st.st_ino;
}

void log_open(const char *process)
{
    state.process = process;
    state.to_journal = stderr_is_journal();
    state.to_terminal = isatty(STDERR_FILENO) == 1;
}

static void replace_controls(char *text)
{
    for (; *text; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7f)
            *text = '?';
    }
}

static void send_to_stderr(enum log_id id, const char *details)
{
    char line[LINE_LEN];
    const char *gap = *details ? " " : "";
    int len;
    if (state.to_terminal)
        len = snprintf(line, sizeof line, "%s %s%s%s (%s)\n", state.process, catalogue[id].name,
                       gap, details, catalogue[id].words);
    else
        len = snprintf(line, sizeof line, "<%d>%s %s%s%s\n", catalogue[id].priority, state.process,
                       catalogue[id].name, gap, details);
    if (len <= 0)
        return;
    size_t size = (size_t)len;
    if (size >= sizeof line) {
        size = sizeof line - 1;
        line[size - 1] = '\n';
    }
    /* A log that can't be written has nobody to tell. */
    const ssize_t written = write(STDERR_FILENO, line, size);
    (void)written;
}

static void send_to_journal(enum log_id id, const char *details)
{
    sd_journal_send("MESSAGE=%s%s%s (%s)", catalogue[id].name, *details ? " " : "", details,
                    catalogue[id].words, "PRIORITY=%d", catalogue[id].priority, "PAMIT_EVENT=%s",
                    catalogue[id].name, "SYSLOG_IDENTIFIER=%s", state.process, NULL);
}

void log_event(enum log_id id, const char *details, ...)
{
    const int saved = errno;
    char text[DETAILS_LEN];
    va_list args;
    va_start(args, details);
    const int len = vsnprintf(text, sizeof text, details, args);
    va_end(args);
    if (len < 0)
        text[0] = '\0';
    replace_controls(text);
    if (state.to_journal)
        send_to_journal(id, text);
    else
        send_to_stderr(id, text);
    errno = saved;
}
