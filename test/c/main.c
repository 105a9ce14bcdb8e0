/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the C tests and prints TAP: test-c [-v] [name…]; the working directory is the repository.
   test-c --validate: see validate.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "tests.h"
#include "validate.h"

#define MAX_REPORTS 10

static int failed_checks;

bool tap_check(bool condition, const char *file, int line, const char *format, ...)
{
    if (condition)
        return true;
    if (failed_checks++ < MAX_REPORTS) {
        va_list arguments;
        va_start(arguments, format);
        printf("# %s:%d: ", file, line);
        vprintf(format, arguments);
        printf("\n");
        va_end(arguments);
    }
    return false;
}

const char *tap_data(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof(path), "test/data/%s", name);
    return path;
}

char *tap_read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (!CHECK_THAT(file != NULL, "cannot open %s", path))
        return NULL;
    size_t capacity = 1 << 16;
    char *data = malloc(capacity + 1);
    *length = 0;
    while (data != NULL) {
        *length += fread(data + *length, 1, capacity - *length, file);
        if (*length < capacity)
            break;
        capacity *= 2;
        char *larger = realloc(data, capacity + 1);
        if (larger == NULL)
            free(data);
        data = larger;
    }
    fclose(file);
    if (CHECK_THAT(data != NULL, "no memory for %s", path))
        data[*length] = '\0';
    return data;
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
#define TEST(name) {#name, test_##name},
#include "tests.def"
#undef TEST
};

int main(int argc, char **argv)
{
    int ran = 0, failed = 0;
    if (argc == 2 && strcmp(argv[1], "--validate") == 0)
        return validate_stream();
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        bool wanted = argc < 2;
        for (int a = 1; a < argc; a++)
            wanted = wanted || strcmp(argv[a], tests[i].name) == 0;
        if (!wanted)
            continue;
        failed_checks = 0;
        tests[i].run();
        if (failed_checks > MAX_REPORTS)
            printf("# … and %d more\n", failed_checks - MAX_REPORTS);
        printf("%s %d - %s\n", failed_checks == 0 ? "ok" : "not ok", ++ran, tests[i].name);
        failed += failed_checks != 0;
        fflush(stdout);
    }
    printf("1..%d\n# %d passed, %d failed\n", ran, ran - failed, failed);
    return failed != 0 || ran == 0;
}
