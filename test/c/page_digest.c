/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of pages: they tell pages apart by every bit and every place, under every key. */
#include <string.h>

#include "criu/page_digest.h"
#include "tap.h"
#include "tests.h"

enum { PAGE = 4096, PAGES = 3 };

static void fill(uint8_t *bytes, size_t size, uint32_t seed)
{
    for (size_t i = 0; i < size; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(seed >> 24);
    }
}

static bool same(const uint8_t *out, size_t a, size_t b)
{
    return memcmp(out + a * CKPT_PAGE_DIGEST, out + b * CKPT_PAGE_DIGEST, CKPT_PAGE_DIGEST) == 0;
}

void test_page_digest(void)
{
    static uint8_t pages[PAGES * PAGE], key[PAGE + CKPT_PAGE_KEY_TAIL];
    uint8_t out[PAGES * CKPT_PAGE_DIGEST];
    bool told = true, equal = true;
    fill(key, sizeof(key), 7);
    for (uint32_t bit = 0; bit < PAGE * 8; bit += 13) {
        fill(pages, PAGE, 1);
        memcpy(pages + PAGE, pages, PAGE);
        memcpy(pages + (size_t)2 * PAGE, pages, PAGE);
        pages[PAGE + bit / 8] ^= (uint8_t)(1u << bit % 8);
        ckpt_page_digests(pages, PAGES, PAGE, key, out);
        told = told && !same(out, 0, 1);
        equal = equal && same(out, 0, 2);
    }
    CHECK_THAT(told, "a page with one other bit has the same digest");
    CHECK_THAT(equal, "equal pages do not have equal digests");
    memset(pages, 0, sizeof(pages));
    pages[8] = pages[PAGE + 16] = 1;
    ckpt_page_digests(pages, PAGES, PAGE, key, out);
    CHECK_THAT(!same(out, 0, 1) && !same(out, 0, 2), "a byte at another place has the same digest");
    uint8_t before[CKPT_PAGE_DIGEST];
    memcpy(before, out, sizeof(before));
    fill(key, sizeof(key), 8);
    ckpt_page_digests(pages, 1, PAGE, key, out);
    CHECK_THAT(memcmp(before, out, sizeof(before)) != 0, "another key gives the same digest");
}
