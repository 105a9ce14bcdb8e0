/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/page_digest.h"

#include <string.h>

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

void ckpt_page_digests(const uint8_t *pages, size_t count, uint32_t page_size, const uint8_t *key,
                       uint8_t *out)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *page = pages + i * page_size;
        uint64_t sums[2] = {nh(page, page_size, key),
                            nh(page, page_size, key + CKPT_PAGE_KEY_TAIL)};
        memcpy(out + i * CKPT_PAGE_DIGEST, sums, sizeof(sums));
    }
}
