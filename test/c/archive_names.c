/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/names.h"
#include "archive/paths.h"
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

static bool clean_is(const char *name, const char *expected)
{
    uint8_t clean[64];
    size_t length = ckpt_name_clean((const uint8_t *)name, strlen(name), clean);
    return length == strlen(expected) && memcmp(clean, expected, length) == 0;
}

/* Whether two names are one path. */
static bool same_path(const char *a, const char *b)
{
    struct ckpt_paths set = {0};
    uint32_t one = 0, two = 1;
    CHECK(ckpt_paths_add(&set, a, strlen(a), &one) && ckpt_paths_add(&set, b, strlen(b), &two));
    CHECK(ckpt_paths_find(&set, a, strlen(a)) == one);
    ckpt_paths_free(&set);
    return one == two;
}

/* Adds `count` names; returns the work, and checks that each is there once. */
static uint64_t fill(uint32_t count, void name(uint32_t number, char *text))
{
    struct ckpt_paths set = {0};
    char text[400];
    uint32_t node;
    unsigned wrong = 0;
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < count; i++) {
            name(i, text);
            wrong += !ckpt_paths_add(&set, text, strlen(text), &node);
            wrong += set.nodes[node].mark++ != (uint32_t)round;
        }
    CHECK(wrong == 0);
    CHECK(ckpt_paths_find(&set, "no/such", 7) == CKPT_PATHS_NONE);
    uint64_t work = set.work;
    ckpt_paths_free(&set);
    return work;
}

static void flat(uint32_t i, char *text)
{
    (void)snprintf(text, 400, "checkpoint/core-%u.img", i * 2654435761u);
}

/* Each differs from the one before it in one more bit: the deepest tree that there is. */
static void deep(uint32_t i, char *text)
{
    memset(text, 'a', 300);
    text[300] = '\0';
    text[i % 300] = (char)('a' ^ (1 << i / 300 % 4));
    (void)snprintf(text + 300, 100, "%u", i / 1200);
}

static void linear(void)
{
    const uint32_t n = 8000;
    uint64_t one = fill(n, flat), two = fill(2 * n, flat), four = fill(4 * n, flat);
    CHECK_THAT(two < one * 5 / 2 && four < two * 5 / 2, "flat: %u %u %u", (unsigned)one,
               (unsigned)two, (unsigned)four);
    one = fill(n, deep), two = fill(2 * n, deep), four = fill(4 * n, deep);
    CHECK_THAT(two < one * 5 / 2 && four < two * 5 / 2, "deep: %u %u %u", (unsigned)one,
               (unsigned)two, (unsigned)four);
    /* Never more than some steps for each bit of all names. */
    CHECK(four < UINT64_C(2) * 4 * n * 310 * 20);
}

static void marks(void)
{
    struct ckpt_paths set = {0};
    uint32_t node;
    CHECK(!ckpt_paths_marked_above(&set, "a/b", 3));
    CHECK(ckpt_paths_add(&set, "a/link", 6, &node));
    set.nodes[node].mark = 1;
    CHECK(ckpt_paths_marked_above(&set, "./a//link/x/y", 13));
    CHECK(!ckpt_paths_marked_above(&set, "a/link", 6));
    CHECK(!ckpt_paths_marked_above(&set, "a/links/x", 9));
    CHECK(!ckpt_paths_marked_above(&set, "a/lin/x", 7));
    CHECK(ckpt_paths_find(&set, "a", 1) != CKPT_PATHS_NONE);
    ckpt_paths_free(&set);
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
    CHECK(classify("./a/b.c/.d/...//") == CKPT_NAME_DOT_SLASH);
    CHECK(classify("a//b") == CKPT_NAME_UNCLEAN);
    CHECK(classify("a/./b") == CKPT_NAME_UNCLEAN);
    CHECK(classify("a/.") == CKPT_NAME_UNCLEAN);
    CHECK(classify("a/.//") == CKPT_NAME_UNCLEAN);
    CHECK(classify("./") == CKPT_NAME_DOT_SLASH);
    CHECK(classify("/.") == CKPT_NAME_ABSOLUTE);
    CHECK(classify(".") == 0);
    CHECK(clean_is("a//b/./c/.", "a/b/c") && clean_is("/./a/../b//", "a/../b"));

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

    CHECK(same_path("a/b", "./a//b/"));
    CHECK(same_path("a/./b", "/a/b"));
    CHECK(!same_path("ab", "a/b"));
    CHECK(same_path("a/../b", "b"));
    CHECK(same_path("../../b", "b"));
    CHECK(!same_path("b", "b\x01"));
    CHECK(!same_path("b", ""));
    marks();
    linear();
}
