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

/* NH as RFC 4418 writes it. */
static uint64_t nh(const uint8_t *page, uint32_t size, const uint8_t *key)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < size; i += 8) {
        uint32_t p[2], k[2];
        memcpy(p, page + i, 8);
        memcpy(k, key + i, 8);
        p[0] += k[0];
        p[1] += k[1];
        sum += (uint64_t)p[0] * p[1];
    }
    return sum;
}

static void check_sums(const uint8_t *pages, const uint8_t *key)
{
    static const uint32_t sizes[] = {8, 16, 24, 32, 40, 104, 4096};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint8_t out[2 * CKPT_PAGE_DIGEST];
        uint64_t sums[2], size = sizes[i];
        ckpt_page_digests(pages, 2, sizes[i], key, out);
        for (size_t page = 0; page < 2; page++) {
            memcpy(sums, out + page * CKPT_PAGE_DIGEST, sizeof(sums));
            CHECK_THAT(sums[0] == nh(pages + page * size, sizes[i], key) &&
                           sums[1] == nh(pages + page * size, sizes[i], key + CKPT_PAGE_KEY_TAIL),
                       "a digest is not what NH gives");
        }
    }
}

void test_page_digest(void)
{
    static uint8_t pages[PAGES * PAGE], key[PAGE + CKPT_PAGE_KEY_TAIL];
    uint8_t out[PAGES * CKPT_PAGE_DIGEST];
    bool told = true, equal = true;
    fill(key, sizeof(key), 7);
    fill(pages, sizeof(pages), 2);
    check_sums(pages, key);
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
