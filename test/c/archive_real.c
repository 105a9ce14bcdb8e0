/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives made by real writers (test/tools/build.py) and recorded ones (test/data),
 * read whole, in pieces, and cut. What a cut plain archive must say follows from where its members
 * lie.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive_drive.h"
#include "tap.h"
#include "tests.h"

enum { MAX_MEMBERS = 4096 };

static struct ckpt_member members[MAX_MEMBERS];
static uint32_t member_count;
static uint64_t zeros_offset; /* of the first block of zeros, or the end without one */
static uint32_t end_kind;

/* Where the members of a plain archive are. */
static void index_members(const uint8_t *bytes, size_t length)
{
    struct ckpt_archive_options options = {.source_size = length};
    ckpt_archive *a = ckpt_archive_new(&options);
    struct ckpt_archive_event e;
    member_count = 0;
    while (ckpt_archive_next(a, &e) != CKPT_ARCHIVE_END && e.type != CKPT_ARCHIVE_ERROR) {
        if (e.type == CKPT_ARCHIVE_NEED)
            ckpt_archive_feed(a, bytes + e.offset, (size_t)e.length, 0);
        const uint8_t *record = e.data;
        for (uint32_t i = 0;
             e.type == CKPT_ARCHIVE_MEMBERS && i < e.count && member_count < MAX_MEMBERS; i++) {
            memcpy(&members[member_count], record, sizeof *members);
            record += members[member_count++].record_size;
        }
    }
    end_kind = e.code;
    zeros_offset = e.offset - (end_kind == CKPT_END_CLEAN      ? 1024
                               : end_kind == CKPT_END_ONE_ZERO ? 512
                                                               : 0);
    ckpt_archive_free(a);
}

/* What the first `n` bytes must give: an error code, or a kind of end times 1000. */
static uint32_t cut_at(uint64_t n, uint64_t *have, uint64_t *want)
{
    *have = *want = 0;
    if (n == 0)
        return CKPT_ARCHIVE_E_EMPTY;
    if (n < 512) {
        *have = n;
        *want = 512;
        return CKPT_ARCHIVE_E_SHORT;
    }
    if (n >= zeros_offset + 1024)
        return end_kind * 1000;
    if (n >= zeros_offset + 512)
        return n == zeros_offset + 512 ? CKPT_END_ONE_ZERO * 1000 : CKPT_ARCHIVE_E_CUT_HEADER;
    for (uint32_t i = 0; i < member_count; i++) {
        const struct ckpt_member *m = &members[i];
        uint64_t data_end = m->data_offset + m->stored_size, next = (data_end + 511) / 512 * 512;
        if (n >= next)
            continue;
        if (n == m->header_offset)
            return CKPT_END_NO_MARK * 1000;
        if (n < m->data_offset)
            return CKPT_ARCHIVE_E_CUT_HEADER; /* or in or after an extending one */
        *have = n - m->data_offset;
        *want = m->stored_size;
        if (n < data_end)
            return CKPT_ARCHIVE_E_CUT_BODY;
        return CKPT_END_NO_MARK * 1000; /* in the filling */
    }
    return n == zeros_offset ? CKPT_END_NO_MARK * 1000 : CKPT_ARCHIVE_E_CUT_HEADER;
}

static void check_cut(const char *name, const uint8_t *bytes, size_t n, int how_to)
{
    static const size_t chunks[3] = {0, 100, 512};
    drive_how how = {
        .decide = how_to & 1, .sequential = how_to >> 1 & 1, .chunk = chunks[how_to % 3]};
    drive_result r;
    uint64_t have, want;
    drive(bytes, n, &how, &r);
    uint32_t expected = cut_at(n, &have, &want);
    uint32_t got = r.last.type == CKPT_ARCHIVE_ERROR ? r.last.code : r.last.code * 1000;
    /* After an extending header, or its data, the end is one for Go. */
    if (expected == CKPT_ARCHIVE_E_CUT_HEADER &&
        (got == CKPT_ARCHIVE_E_CUT_EXTENSION ||
         (got == CKPT_END_NO_MARK * 1000 && n != zeros_offset)))
        got = expected;
    CHECK_THAT(got == expected, "%s cut to %zu: %u, expected %u: %s", name, n, got, expected,
               r.message);
    if (expected == CKPT_ARCHIVE_E_CUT_BODY)
        CHECK_THAT(r.last.have == have && r.last.want == want, "%s cut to %zu: wrong numbers: %s",
                   name, n, r.message);
    drive_free(&r);
}

static uint32_t random_state = 12345;
static uint32_t any(uint32_t below)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(random_state >> 8) * below >> 24);
}

static void check_cuts(const char *name, const uint8_t *bytes, size_t length, uint32_t compression)
{
    if (compression == CKPT_COMPRESSION_NONE) {
        index_members(bytes, length);
        size_t step = length > 400000 ? 512 * 37 : 512;
        for (size_t n = 0; n <= length; n += step)
            check_cut(name, bytes, n, (int)any(6));
        for (int i = 0; i < 200; i++)
            check_cut(name, bytes, any((uint32_t)length), (int)any(6));
        return;
    }
    for (int i = 0; i < 60; i++) {
        drive_how how = {.decide = (int)any(2)};
        drive_result r;
        size_t n = any((uint32_t)length);
        drive(bytes, n, &how, &r);
        /* Only cuts that fall between two gzip members or zstd frames may look like the end of the
         * file. */
        int fine = r.last.type == CKPT_ARCHIVE_ERROR &&
                   (r.last.code == CKPT_ARCHIVE_E_CUT_STREAM ||
                    r.last.code == CKPT_ARCHIVE_E_EMPTY || r.last.code == CKPT_ARCHIVE_E_SHORT);
        if (strstr(name, "garbage") || strstr(name, "members") || strstr(name, "frames"))
            fine = 1;
        CHECK_THAT(fine, "%s cut to %zu: %u %u %s", name, n, r.last.type, r.last.code, r.message);
        drive_free(&r);
    }
}

static void check_file(const char *path, const char *name)
{
    static const size_t chunks[] = {1, 7, 511, 512, 513, 65536};
    size_t length;
    uint8_t *bytes = (uint8_t *)tap_read_file(path, &length);
    if (bytes == NULL)
        return;
    drive_how how = {.decide = 1};
    drive_result whole, r;
    drive(bytes, length, &how, &whole);
    CHECK_THAT(strstr(whole.text, "WRONG") == NULL, "%s: %s", name, whole.text);
    for (int i = 0; i < 12; i++) {
        how.chunk = chunks[i % 6];
        how.sequential = i >= 6;
        drive(bytes, length, &how, &r);
        CHECK_THAT(strcmp(whole.text, r.text) == 0, "%s differs in pieces of %zu:\n%s---\n%s", name,
                   how.chunk, whole.text, r.text);
        drive_free(&r);
    }
    int good = strncmp(name, "bad-", 4) != 0;
    CHECK_THAT((whole.last.type == CKPT_ARCHIVE_END) == good, "%s: %s", name, whole.message);
    if (good)
        check_cuts(name, bytes, length, whole.info.compression);
    /* Flipped bits: anything may come out, but not a crash, and it must come to an end. */
    for (int i = 0; i < 40; i++) {
        how = (drive_how){.decide = i & 1};
        for (int k = 0; k < 5; k++)
            if (length > 0)
                bytes[any((uint32_t)length)] ^= (uint8_t)(1 << any(8));
        drive(bytes, length, &how, &r);
        drive_free(&r);
    }
    drive_free(&whole);
    free(bytes);
}

void test_archive_real(void)
{
    const char *folder = "build/test/archives";
    char path[4096];
    int count = 0;
    /* NOLINTNEXTLINE: a fixed command, and the tests have one thread */
    if (!CHECK(system("python3 test/tools/build.py build/test/archives >/dev/null") == 0))
        return;
    DIR *dir = opendir(folder);
    CHECK(dir != NULL);
    if (dir == NULL)
        return;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the tests have one thread */
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strstr(entry->d_name, ".tar") == NULL)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        check_file(path, entry->d_name);
        count++;
    }
    closedir(dir);
    CHECK(count >= 40);
}
