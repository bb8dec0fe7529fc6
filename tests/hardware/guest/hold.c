/* Another program that has a device: takes its lock, says so, and keeps it until it is ended.
 *
 * usage: hold DEVICE
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const int fd = argc == 2 ? open(argv[1], O_RDWR | O_NOCTTY | O_NONBLOCK) : -1;
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0) {
        perror("hold");
        return 1;
    }
    puts("held");
    fclose(stdout);
    pause();
    return 0;
}
