/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/page_digest.h"

#include <string.h>

#include "mem/vector.h"

/* Bytes that are taken in one go. */
enum { STEP = 32 };

static uint32_t word(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof(value));
    return value;
}

/* Words in pairs, each with its own part of the key. */
static uint64_t nh(const uint8_t *page, uint32_t size, const uint8_t *key)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < size; i += 8) {
        uint32_t a = word(page + i) + word(key + i);
        uint32_t b = word(page + i + 4) + word(key + i + 4);
        sum += (uint64_t)a * b;
    }
    return sum;
}

/* Both sums of the first bytes, `size` of them, a multiple of STEP. The second key is the first one
   from its 16th byte on, so that each part of it is loaded once. */
static void both(const uint8_t *page, uint32_t size, const uint8_t *key, uint64_t *sums)
{
    ckpt_v16 one = ckpt_v16_splat(0), two = one, first = ckpt_v16_load(key);
    for (uint32_t i = 0; i < size; i += STEP) {
        ckpt_v16 a = ckpt_v16_load(page + i), b = ckpt_v16_load(page + i + 16);
        ckpt_v16 second = ckpt_v16_load(key + i + 16), third = ckpt_v16_load(key + i + 32);
        one = ckpt_v16_add64(
            one, ckpt_v16_products(ckpt_v16_add32(a, first), ckpt_v16_add32(b, second)));
        two = ckpt_v16_add64(
            two, ckpt_v16_products(ckpt_v16_add32(a, second), ckpt_v16_add32(b, third)));
        first = third;
    }
    sums[0] = ckpt_v16_sum64(one);
    sums[1] = ckpt_v16_sum64(two);
}

void ckpt_page_digests(const uint8_t *pages, size_t count, uint32_t page_size, const uint8_t *key,
                       uint8_t *out)
{
    _Static_assert(CKPT_PAGE_KEY_TAIL == 16, "the second key is 16 bytes after the first");
    uint32_t fast = page_size & ~(uint32_t)(STEP - 1);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *page = pages + i * page_size;
        uint64_t sums[2];
        both(page, fast, key, sums);
        sums[0] += nh(page + fast, page_size - fast, key + fast);
        sums[1] += nh(page + fast, page_size - fast, key + fast + CKPT_PAGE_KEY_TAIL);
        memcpy(out + i * CKPT_PAGE_DIGEST, sums, sizeof(sums));
    }
}
