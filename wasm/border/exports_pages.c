/* SPDX-License-Identifier: Apache-2.0 */
/* What stored pages are, for JavaScript; wasm/api/usage.js and diff-memory.js are the other side.
 */
#include "criu/page_digest.h"
#include "criu/page_stats.h"
#include "criu/search_parts.h"
#include "mem/buffer.h"

ckpt_page_counter *ckpt_wasm_pages_new(uint32_t page_size, int compress);
void ckpt_wasm_pages_free(ckpt_page_counter *counter);
const void *ckpt_wasm_pages_room(ckpt_page_counter *counter);
const void *ckpt_wasm_pages_add(ckpt_page_counter *counter, uint32_t size, int ends);
int ckpt_wasm_pages_full(const ckpt_page_counter *counter);
void ckpt_wasm_pages_digests(const uint8_t *pages, uint32_t count, uint32_t page_size,
                             const uint8_t *key, uint8_t *out);
const void *ckpt_wasm_pages_strings(const uint8_t *bytes, uint32_t length, uint32_t least);

ckpt_page_counter *ckpt_wasm_pages_new(uint32_t page_size, int compress)
{
    return ckpt_page_counter_new(page_size, compress != 0);
}

void ckpt_wasm_pages_free(ckpt_page_counter *counter)
{
    ckpt_page_counter_free(counter);
}

/* Where the next pages go: {address, length}. */
const void *ckpt_wasm_pages_room(ckpt_page_counter *counter)
{
    static struct {
        const void *data;
        uint32_t length;
    } room;
    size_t size;
    room.data = ckpt_page_counter_room(counter, &size);
    room.length = (uint32_t)size;
    return &room;
}

/* What the pages are that were put there: five words, pages, zero, duplicate, bytes by page, bytes
   by region. `ends`: what comes next does not follow. Good until the next call. */
const void *ckpt_wasm_pages_add(ckpt_page_counter *counter, uint32_t size, int ends)
{
    static uint32_t words[5];
    struct ckpt_page_stats stats = {0, 0, 0, 0, 0};
    ckpt_page_counter_add(counter, size, ends != 0, &stats);
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

static enum ckpt_match_answer add_string(void *context, const struct ckpt_match *match)
{
    struct ckpt_buffer *list = context;
    const uint32_t words[] = {(uint32_t)match->start, (uint32_t)match->length, match->pattern};
    ckpt_buffer_add(list, (const char *)words, sizeof(words));
    return list->failed ? CKPT_MATCH_STOP : CKPT_MATCH_TAKEN;
}

/* The strings of at least a number of printable characters, in UTF-8 (ASCII only) and UTF-16LE:
   three words each, offset, bytes, whether it is UTF-16. NULL: no memory. Good until the next call.
 */
const void *ckpt_wasm_pages_strings(const uint8_t *bytes, uint32_t length, uint32_t least)
{
    static struct ckpt_buffer list;
    static struct {
        const void *data;
        uint32_t length; /* in bytes */
    } answer;
    struct ckpt_strings strings = {.least = least, .forms = 3};
    ckpt_buffer_clear(&list);
    ckpt_strings_run(&strings, bytes, length, 0, length, 0, add_string, &list);
    answer.data = list.data;
    answer.length = (uint32_t)list.length;
    return list.failed ? NULL : &answer;
}
