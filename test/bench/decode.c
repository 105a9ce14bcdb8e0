/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native library: nanoseconds and MB/s of ckpt_decode(), for each "KIND<tab>FILE" line of a
 * list (build/bench/list.tsv, from inputs.mjs): bench-decode [LIST]. The files are beside it.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ckpt.h"

enum { ROUNDS = 9 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *data = NULL;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        long size = ftell(file);
        rewind(file);
        data = size < 0 ? NULL : malloc((size_t)size + 1);
        *length = data == NULL ? 0 : fread(data, 1, (size_t)size, file);
    }
    if (file != NULL)
        fclose(file);
    return data;
}

static int measure(const char *kind_name, const char *path, const char *name)
{
    size_t length;
    char *data = read_file(path, &length);
    ckpt_document *document = ckpt_document_new();
    ckpt_kind kind = ckpt_kind_by_name(kind_name, strlen(kind_name));
    ckpt_error error;
    double times[ROUNDS];
    if (data == NULL || document == NULL || !ckpt_decode(document, kind, data, length, &error)) {
        fprintf(stderr, "%s cannot be decoded\n", path);
        return 1;
    }
    size_t calls = 20000000 / (length + 200) + 1;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        for (size_t i = 0; i < calls; i++)
            ckpt_decode(document, kind, data, length, &error);
        times[round] = (now() - start) / (double)calls;
    }
    qsort(times, ROUNDS, sizeof(times[0]), ascending);
    double time = times[ROUNDS / 2];
    printf("%-22s%9zu%14.0f ns%10.0f MB/s\n", name, length, time, (double)length * 1e3 / time);
    ckpt_document_free(document);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    char line[1024], path[4096];
    int failed = 0;
    const char *list_path = argc > 1 ? argv[1] : "build/bench/list.tsv";
    FILE *list = fopen(list_path, "r");
    if (list == NULL) {
        fprintf(stderr, "%s cannot be opened; usage: bench-decode [LIST]\n", list_path);
        return 2;
    }
    const char *slash = strrchr(list_path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - list_path) + 1;
    printf("Native library, ckpt_decode()\n\n%-22s%9s%17s\n", "file", "bytes", "time");
    while (fgets(line, sizeof(line), list) != NULL) {
        char *kind = strtok(line, "\t\n"), *file = strtok(NULL, "\t\n");
        char *name = strtok(NULL, "\t\n");
        if (kind == NULL || file == NULL)
            continue;
        snprintf(path, sizeof(path), "%.*s%s", folder, list_path, file);
        failed |= measure(kind, path, name == NULL ? file : name);
    }
    fclose(list);
    return failed;
}
