/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte chooses: a page map, which must come out sorted and disjoint with each of its
 * blocks in the pages file; or a pattern, a zero byte, and bytes that are searched: in one call and
 * in several there must be the same matches, and each must fit.
 */
#include "fuzz.h"

#include "criu/pagemap.h"
#include "criu/search.h"

static void try_pagemap(const uint8_t *data, size_t size)
{
    struct ckpt_pagemap map;
    bool read = ckpt_pagemap_read(&map, data, size, 4096);
    uint64_t end = 0, stored = 0;
    for (size_t i = 0; read && i < map.count; i++) {
        const struct ckpt_page_run *run = &map.runs[i];
        REQUIRE(run->count > 0 && run->start >= end && run->start % 4096 == 0);
        end = ckpt_page_run_end(&map, run);
        REQUIRE(end > run->start);
        REQUIRE(ckpt_pagemap_find(&map, run->start) == i);
        REQUIRE(ckpt_pagemap_find(&map, end - 1) == i);
        stored += run->kind == CKPT_PAGES_STORED ? run->count : 0;
        if (run->kind != CKPT_PAGES_BLOCKS)
            continue;
        uint64_t at = run->start;
        for (int n = 0; at < end && n < 1000; n++) {
            struct ckpt_page_block block = ckpt_page_block_at(&map, run, at);
            REQUIRE(block.start <= at && block.start + block.raw > at && block.stored <= block.raw);
            REQUIRE(block.offset + block.stored <= map.size || map.size_unknown);
            at = block.start + block.raw;
        }
    }
    REQUIRE(!read || stored <= map.stored);
    ckpt_pagemap_free(&map);
}

struct found {
    struct ckpt_match matches[256];
    size_t count, offset, length;
};

static enum ckpt_match_answer take(void *context, const struct ckpt_match *match)
{
    struct found *found = context;
    REQUIRE(match->length > 0 && match->length <= CKPT_SEARCH_LONGEST);
    REQUIRE(match->start + match->length <= found->length);
    if (found->count == sizeof(found->matches) / sizeof(found->matches[0]))
        return CKPT_MATCH_STOP;
    found->matches[found->count] = *match;
    found->matches[found->count++].start += found->offset;
    return CKPT_MATCH_TAKEN;
}

static ckpt_search *make(int form, const char *pattern, size_t length)
{
    struct ckpt_search_error error = {NULL, 0};
    ckpt_search *search = ckpt_search_new();
    REQUIRE(search != NULL);
    bool good = form == 0 ? ckpt_search_add_text(search, pattern, length, 3, true, &error)
                : form == 1
                    ? ckpt_search_add_hex(search, pattern, length, &error)
                    : ckpt_search_add_regex(search, pattern, length, false, length & 1, &error);
    REQUIRE(good == (error.message == NULL) && (good || error.offset <= length));
    if (good && ckpt_search_prepare(search))
        return search;
    ckpt_search_free(search);
    return NULL;
}

static void try_search(int form, const uint8_t *data, size_t size)
{
    const uint8_t *zero = size == 0 ? NULL : memchr(data, 0, size);
    if (zero == NULL)
        return;
    static struct found whole, parts;
    ckpt_search *search = make(form, (const char *)data, (size_t)(zero - data));
    if (search == NULL)
        return;
    size_t length = size - (size_t)(zero + 1 - data), longest = ckpt_search_longest(search);
    uint8_t *bytes = fuzz_copy(zero + 1, length);
    whole.count = whole.offset = parts.count = 0;
    whole.length = length;
    bool all = ckpt_search_run(search, bytes, length, 0, length, 0, take, &whole);
    ckpt_search_free(search);
    search = make(form, (const char *)data, (size_t)(zero - data));
    REQUIRE(search != NULL);
    for (size_t at = 0; all && at < length; at += 7) {
        size_t part = length - at < longest + 6 ? length - at : longest + 6;
        uint8_t *copy = fuzz_copy(bytes + at, part);
        parts.offset = at;
        parts.length = part;
        REQUIRE(ckpt_search_run(search, copy, part, 0, part < 7 ? part : 7, at, take, &parts));
        free(copy);
    }
    REQUIRE(!all || form == 2 || whole.count == parts.count);
    for (size_t i = 0; all && form != 2 && i < whole.count; i++)
        REQUIRE(whole.matches[i].start == parts.matches[i].start &&
                whole.matches[i].length == parts.matches[i].length);
    ckpt_search_free(search);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    uint8_t *copy = fuzz_copy(data + 1, size - 1);
    if (data[0] % 4 == 3)
        try_pagemap(copy, size - 1);
    else
        try_search(data[0] % 4, copy, size - 1);
    free(copy);
    return 0;
}
