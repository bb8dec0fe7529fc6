/* Runs a fuzz target over every file of its seed corpus, in builds without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define INPUT_MAX (1u << 20)

static void replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    uint8_t *data = malloc(INPUT_MAX);
    size_t len = data ? fread(data, 1, INPUT_MAX, file) : 0;
    fclose(file);
    LLVMFuzzerTestOneInput(data, len);
    free(data);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
        return 2;
    }
    DIR *folder = opendir(argv[1]);
    if (!folder) {
        perror(argv[1]);
        return 1;
    }
    int count = 0;
    for (const struct dirent *file; (file = readdir(folder));) {
        if (file->d_name[0] == '.')
            continue;
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], file->d_name);
        replay(path);
        count++;
    }
    closedir(folder);
    printf("%d seeds replayed\n", count);
    return count > 0 ? 0 : 1;
}
