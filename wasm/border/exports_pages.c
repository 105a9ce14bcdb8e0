/* SPDX-License-Identifier: Apache-2.0 */
/* What stored pages are, for JavaScript; wasm/api/usage.js and diff-memory.js are the other side.
 */
#include "criu/page_digest.h"
#include "criu/page_stats.h"

ckpt_page_counter *ckpt_wasm_pages_new(uint32_t page_size, int compress);
void ckpt_wasm_pages_free(ckpt_page_counter *counter);
uint8_t *ckpt_wasm_pages_room(ckpt_page_counter *counter);
const void *ckpt_wasm_pages_add(ckpt_page_counter *counter, uint32_t size);
int ckpt_wasm_pages_full(const ckpt_page_counter *counter);
void ckpt_wasm_pages_digests(const uint8_t *pages, uint32_t count, uint32_t page_size,
                             const uint8_t *key, uint8_t *out);

ckpt_page_counter *ckpt_wasm_pages_new(uint32_t page_size, int compress)
{
    return ckpt_page_counter_new(page_size, compress != 0);
}

void ckpt_wasm_pages_free(ckpt_page_counter *counter)
{
    ckpt_page_counter_free(counter);
}

/* Room for 256 KiB. */
uint8_t *ckpt_wasm_pages_room(ckpt_page_counter *counter)
{
    size_t size;
    return ckpt_page_counter_room(counter, &size);
}

/* What the pages are that were put there: five words, pages, zero, duplicate, bytes by page, bytes
   by region. Good until the next call. */
const void *ckpt_wasm_pages_add(ckpt_page_counter *counter, uint32_t size)
{
    static uint32_t words[5];
    struct ckpt_page_stats stats = {0, 0, 0, 0, 0};
    ckpt_page_counter_add(counter, size, &stats);
    words[0] = (uint32_t)stats.pages;
    words[1] = (uint32_t)stats.zero;
    words[2] = (uint32_t)stats.duplicate;
    words[3] = (uint32_t)stats.by_page;
    words[4] = (uint32_t)stats.by_region;
    return words;
}

int ckpt_wasm_pages_full(const ckpt_page_counter *counter)
{
    return ckpt_page_counter_full(counter);
}

/* Digests of pages: 16 bytes for each; the key is 16 bytes longer than a page. */
void ckpt_wasm_pages_digests(const uint8_t *pages, uint32_t count, uint32_t page_size,
                             const uint8_t *key, uint8_t *out)
{
    ckpt_page_digests(pages, count, page_size, key, out);
}
