/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of xz and bzip2 of test/data/codecs (test/tools/codecs.py), whole, in pieces and cut.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator.h"
#include "archive_drive.h"
#include "helpers.h"
#include "tap.h"
#include "tests.h"

static const char *error_name(const drive_result *r)
{
    if (r->last.type == CKPT_ARCHIVE_END)
        return "ok";
    switch (r->last.code) {
#define X(name, number, text)                                                                      \
    case number:                                                                                   \
        return text;
        CKPT_ARCHIVE_ERRORS(X)
#undef X
    default:
        return "?";
    }
}

static uint8_t *read_case(const char *name, size_t *length)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "codecs/%s", name);
    return (uint8_t *)tap_read_file(tap_data(path), length);
}

static void check_case(const char *name, const char *expected, uint32_t streams, const char *plain)
{
    static const size_t chunks[] = {0, 1, 7, 512};
    size_t length;
    uint8_t *bytes = read_case(name, &length);
    if (bytes == NULL)
        return;
    bool xz = strstr(name, ".xz") != NULL;
    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        drive_how how = {.decide = 1, .chunk = chunks[i], .sequential = (int)(i & 1)};
        drive_result r;
        drive(bytes, length, &how, &r);
        CHECK_THAT(strcmp(error_name(&r), expected) == 0, "%s: %s, expected %s: %s", name,
                   error_name(&r), expected, r.message);
        CHECK_THAT(r.info.streams == streams, "%s: %u streams", name, r.info.streams);
        CHECK_THAT(r.info.compression ==
                       (xz ? (uint32_t)CKPT_COMPRESSION_XZ : (uint32_t)CKPT_COMPRESSION_BZIP2),
                   "%s: compression %u", name, r.info.compression);
        if (strcmp(expected, "ok") == 0)
            CHECK_THAT(strcmp(r.text, plain) == 0, "%s:\n%s", name, r.text);
        if (strstr(name, "garbage") != NULL)
            CHECK_THAT(r.info.garbage_offset == length - (xz ? 6 : 5), "%s: garbage at %llu", name,
                       (unsigned long long)r.info.garbage_offset);
        else if (strcmp(expected, "ok") == 0)
            CHECK_THAT(r.info.garbage_offset == UINT64_MAX && r.info.source_read == length,
                       "%s: garbage or not read to the end", name);
        drive_free(&r);
    }
    free(bytes);
}

/* A file that was cut anywhere never looks whole. */
static void check_every_cut(const char *name)
{
    size_t length;
    uint8_t *bytes = read_case(name, &length);
    for (size_t n = 0; bytes != NULL && n < length; n += n < 128 || n + 128 > length ? 1 : 127) {
        drive_how how = {.decide = 1, .sequential = (int)(n & 1)};
        drive_result r;
        drive(bytes, n, &how, &r);
        uint32_t expected = n == 0  ? CKPT_ARCHIVE_E_EMPTY
                            : n < 6 ? r.last.code /* not enough to be known */
                                    : CKPT_ARCHIVE_E_CUT_STREAM;
        CHECK_THAT(r.last.type == CKPT_ARCHIVE_ERROR && r.last.code == expected,
                   "%s cut to %zu of %zu: %s %s", name, n, length, error_name(&r), r.message);
        drive_free(&r);
    }
    free(bytes);
}

void test_codecs(void)
{
    size_t length;
    uint8_t *bytes = read_case("plain.tar", &length);
    char *list = tap_read_file(tap_data("codecs/cases.txt"), &(size_t){0});
    if (bytes == NULL || list == NULL) {
        free(bytes);
        free(list);
        return;
    }
    drive_result plain;
    drive(bytes, length, &(drive_how){.decide = 1}, &plain);
    char *rest = list;
    size_t count = 0;
    for (char *line; (line = next_line(&rest)) != NULL; count++) {
        char *column[3];
        if (CHECK(split_columns(line, column, 3) == 3))
            check_case(column[0], column[1], (uint32_t)strtoul(column[2], NULL, 10), plain.text);
    }
    CHECK(count >= 35);
    check_every_cut("check-sha256.tar.xz");
    check_every_cut("level-9.tar.bz2");
    drive_free(&plain);
    free(bytes);
    free(list);
}
