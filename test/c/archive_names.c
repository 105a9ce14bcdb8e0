/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "archive/names.h"
#include "tap.h"
#include "tests.h"

static uint32_t classify(const char *name)
{
    uint32_t start, length;
    return ckpt_name_classify((const uint8_t *)name, strlen(name), &start, &length);
}

static uint32_t link_of(const char *name, const char *target, int symbolic)
{
    return ckpt_name_classify_link((const uint8_t *)name, strlen(name), (const uint8_t *)target,
                                   strlen(target), symbolic);
}

static int normal_is(const char *name, const char *expected)
{
    uint32_t start, length;
    ckpt_name_classify((const uint8_t *)name, strlen(name), &start, &length);
    return length == strlen(expected) && memcmp(name + start, expected, length) == 0;
}

static int same_hash(const char *a, const char *b)
{
    return ckpt_name_hash((const uint8_t *)a, strlen(a)) ==
           ckpt_name_hash((const uint8_t *)b, strlen(b));
}

static void *allocate(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

void test_archive_names(void)
{
    CHECK(classify("checkpoint/pages-1.img") == 0);
    CHECK(classify("") == CKPT_NAME_EMPTY);
    CHECK(classify("/etc/passwd") == CKPT_NAME_ABSOLUTE);
    CHECK(classify("a/../b") == CKPT_NAME_DOTDOT);
    CHECK(classify("..") == CKPT_NAME_DOTDOT);
    CHECK(classify("a..b/..c") == 0);
    CHECK(classify("C:/x") == CKPT_NAME_DRIVE);
    CHECK(classify("..\\x") == CKPT_NAME_BACKSLASH);
    CHECK(classify("a\nb") == CKPT_NAME_CONTROL);
    CHECK(classify("a\xc2\x9b"
                   "b") == CKPT_NAME_CONTROL);
    CHECK(classify("a\x9b"
                   "b") == CKPT_NAME_NOT_UTF8);
    CHECK(classify("a\xe2\x80\xae\xe2\x80\xac"
                   "b") == CKPT_NAME_BIDI);
    CHECK(classify("gr\xc3\xbc\xc3\x9f \xe4\xb8\x96 \xf0\x9f\x98\x80") == 0);
    CHECK(classify("\xed\xa0\x80") == CKPT_NAME_NOT_UTF8);
    CHECK(classify("\xc0\xaf") == CKPT_NAME_NOT_UTF8);
    CHECK(classify("\xf4\x90\x80\x80") == CKPT_NAME_NOT_UTF8);
    CHECK(classify("./x") == CKPT_NAME_DOT_SLASH);

    CHECK(normal_is("./x/", "x"));
    CHECK(normal_is(".//./x//", "x"));
    CHECK(normal_is("./", ""));
    CHECK(normal_is("/", ""));
    CHECK(normal_is(".x", ".x"));
    CHECK(normal_is("../x", "../x"));

    CHECK(link_of("checkpoint/parent", "../pre-checkpoint", 1) == 0);
    CHECK(link_of("parent", "../pre-checkpoint", 1) == CKPT_NAME_LINK_OUTSIDE);
    CHECK(link_of("./a/b", "../../x", 1) == CKPT_NAME_LINK_OUTSIDE);
    CHECK(link_of("a/b", "x/../../../y/z", 1) == CKPT_NAME_LINK_OUTSIDE);
    CHECK(link_of("a/b", "../a/x", 0) == CKPT_NAME_LINK_OUTSIDE);
    CHECK(link_of("a/b", "c/d", 0) == 0);
    CHECK(link_of("a", "/etc/passwd", 1) == CKPT_NAME_LINK_ABSOLUTE);
    CHECK(link_of("a", "", 1) == CKPT_NAME_LINK_EMPTY);
    CHECK(link_of("a", "x\x1b", 1) == CKPT_NAME_LINK_CONTROL);

    CHECK(same_hash("a/b", "./a//b/"));
    CHECK(same_hash("a/./b", "/a/b"));
    CHECK(!same_hash("ab", "a/b"));
    CHECK(!same_hash("a/../b", "b"));

    const ckpt_archive_memory memory = {allocate, release, NULL};
    ckpt_name_set set = {0};
    int wrong = 0;
    for (uint64_t i = 1; i <= 100000; i++)
        wrong += ckpt_name_set_add(&set, &memory, i * UINT64_C(0x9e3779b97f4a7c15));
    CHECK(wrong == 0);
    for (uint64_t i = 1; i <= 100000; i++)
        wrong += !ckpt_name_set_add(&set, &memory, i * UINT64_C(0x9e3779b97f4a7c15));
    CHECK(wrong == 0);
    ckpt_name_set_free(&set, &memory);
    /* All into one place: repeats may go unnoticed, time and memory stay small. */
    for (uint64_t i = 1; i <= 100000; i++)
        wrong += ckpt_name_set_add(&set, &memory, i << 32);
    CHECK(wrong == 0 && set.capacity <= 1024);
    ckpt_name_set_free(&set, &memory);
}
