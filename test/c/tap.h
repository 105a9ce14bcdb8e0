/* SPDX-License-Identifier: Apache-2.0 */
/* A C test is a function in the list of main.c; it states what must be true with CHECK. */
#ifndef CKPT_TEST_TAP_H
#define CKPT_TEST_TAP_H

#include <stdbool.h>
#include <stddef.h>

/* Reports a failed condition of the running test, at most a few times a test. */
bool tap_check(bool condition, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define CHECK(condition) tap_check((condition), __FILE__, __LINE__, "%s", #condition)
#define CHECK_THAT(condition, ...) tap_check((condition), __FILE__, __LINE__, __VA_ARGS__)

/* Path of a file below test/data; valid until the next call. */
const char *tap_data(const char *name);

/* The whole file; the caller frees it. NULL, and a failed check, if it cannot be read. */
char *tap_read_file(const char *path, size_t *length);

#endif
