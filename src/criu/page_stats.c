/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/page_stats.h"

#include <lz4.h>
#include <stdlib.h>
#include <string.h>

#include "mem/vector.h"

enum { REGION = 256 << 10, SLOTS = 1 << 21 /* 8 bytes each; at most 3/4 of them are used */ };

struct ckpt_page_counter {
    uint64_t *seen; /* hashes of pages, 0: free */
    size_t count, slots;
    uint32_t page_size;
    bool compress, full;
    uint8_t *region; /* and after it room for what becomes of it */
    size_t held;     /* bytes in it */
    bool zero;       /* all of them */
    void *state;     /* of LZ4 */
};

ckpt_page_counter *ckpt_page_counter_new(uint32_t page_size, bool compress)
{
    ckpt_page_counter *c = calloc(1, sizeof(*c));
    if (c == NULL)
        return NULL;
    c->page_size = page_size;
    c->compress = compress;
    c->slots = 1 << 14;
    c->seen = calloc(c->slots, sizeof(*c->seen));
    c->region = malloc(REGION + (size_t)LZ4_COMPRESSBOUND(REGION));
    c->state = malloc((size_t)LZ4_sizeofState());
    if (c->seen == NULL || c->region == NULL || c->state == NULL) {
        ckpt_page_counter_free(c);
        return NULL;
    }
    return c;
}

void ckpt_page_counter_free(ckpt_page_counter *c)
{
    if (c == NULL)
        return;
    free(c->seen);
    free(c->region);
    free(c->state);
    free(c);
}

bool ckpt_page_counter_full(const ckpt_page_counter *c)
{
    return c->full;
}

static bool is_zero(const uint8_t *page, size_t size)
{
    for (size_t i = 0; i < size; i += 64) {
        ckpt_v16 any =
            ckpt_v16_or(ckpt_v16_or(ckpt_v16_load(page + i), ckpt_v16_load(page + i + 16)),
                        ckpt_v16_or(ckpt_v16_load(page + i + 32), ckpt_v16_load(page + i + 48)));
        if (ckpt_v16_bits(ckpt_v16_equal(any, ckpt_v16_splat(0))) != 0xFFFF)
            return false;
    }
    return true;
}

/* Four lanes of multiplication and rotation; two pages that differ have another hash but for one
   case in 2^64, unless somebody makes them so. */
static uint64_t hash(const uint8_t *page, size_t size)
{
    static const uint64_t prime = UINT64_C(0x9E3779B185EBCA87);
    uint64_t lanes[4] = {1, 2, 3, 4};
    for (size_t i = 0; i < size; i += 32)
        for (int k = 0; k < 4; k++) {
            uint64_t word;
            memcpy(&word, page + i + 8 * (size_t)k, 8);
            lanes[k] = (lanes[k] ^ word) * prime;
            lanes[k] ^= lanes[k] >> 29;
        }
    uint64_t h = lanes[0];
    for (int k = 1; k < 4; k++)
        h = (h ^ lanes[k]) * prime, h ^= h >> 32;
    return h == 0 ? 1 : h;
}

/* Twice as many slots. */
static bool grow(ckpt_page_counter *c)
{
    size_t slots = c->slots * 2;
    uint64_t *seen = slots > SLOTS ? NULL : calloc(slots, sizeof(*seen));
    if (seen == NULL)
        return false;
    for (size_t i = 0; i < c->slots; i++) {
        if (c->seen[i] == 0)
            continue;
        size_t at = c->seen[i] & (slots - 1);
        while (seen[at] != 0)
            at = (at + 1) & (slots - 1);
        seen[at] = c->seen[i];
    }
    free(c->seen);
    c->seen = seen;
    c->slots = slots;
    return true;
}

/* Whether a page was there before; remembers it. */
static bool was_seen(ckpt_page_counter *c, const uint8_t *page)
{
    uint64_t h = hash(page, c->page_size);
    size_t at = h & (c->slots - 1);
    for (; c->seen[at] != 0; at = (at + 1) & (c->slots - 1))
        if (c->seen[at] == h)
            return true;
    if (c->count >= c->slots / 4 * 3) {
        if (!grow(c)) {
            c->full = true;
            return false;
        }
        at = h & (c->slots - 1);
        while (c->seen[at] != 0)
            at = (at + 1) & (c->slots - 1);
    }
    c->seen[at] = h;
    c->count++;
    return false;
}

/* Bytes that CRIU would store of a block. */
static uint64_t compressed(ckpt_page_counter *c, const uint8_t *block, size_t size)
{
    int bound = LZ4_COMPRESSBOUND(REGION);
    int got = LZ4_compress_fast_extState(c->state, (const char *)block, (char *)c->region + REGION,
                                         (int)size, bound, 1);
    return got <= 0 || (size_t)got >= size / 8 * 7 ? size : (uint64_t)got;
}

uint8_t *ckpt_page_counter_room(ckpt_page_counter *c, size_t *size)
{
    *size = REGION - c->held;
    return c->region + c->held;
}

void ckpt_page_counter_add(ckpt_page_counter *c, size_t size, bool ends,
                           struct ckpt_page_stats *stats)
{
    size_t zeros = 0, pages = size / c->page_size;
    for (size_t i = 0; i < pages; i++) {
        const uint8_t *page = c->region + c->held + i * c->page_size;
        if (is_zero(page, c->page_size)) {
            zeros++;
            continue;
        }
        stats->duplicate += was_seen(c, page);
        if (c->compress)
            stats->by_page += compressed(c, page, c->page_size);
    }
    stats->pages += pages;
    stats->zero += zeros;
    c->zero = (c->held == 0 || c->zero) && zeros == pages;
    c->held += pages * c->page_size;
    if (!ends && REGION - c->held >= c->page_size)
        return;
    if (c->compress && !c->zero && c->held > 0)
        stats->by_region += compressed(c, c->region, c->held);
    c->held = 0;
}
