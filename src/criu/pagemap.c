/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dialects are those of CRIU 1 to 4.2 (images/pagemap.proto), of its development branch while
 * compression of pages was being added, and of forks. Field 6 means six things; see read_sizes().
 */
#include "criu/pagemap.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire.h"

#define MAGIC 0x56084025u
#define LARGEST_BLOCK ((uint64_t)4 << 20) /* bytes of memory; what CRIU makes at most */

struct builder {
    struct ckpt_pagemap *map;
    size_t room, group_count, group_room, block_count, block_room;
    uint64_t offset; /* in the pages file, of what comes next */
    bool lost;       /* … is not known any more */
    bool sort;
};

/* An entry, before it is known what it means. */
struct entry {
    uint64_t address, compat_pages, pages, flags;
    uint64_t field6, field8, total; /* how often; values of fields 8 and 7 */
    const uint8_t *bytes6;          /* of the last field 6 that has bytes */
    uint64_t length6;
    bool has_flags, has_pages, in_parent, encrypted, varints6, has7, has8;
};

/* What the blocks of an entry are, in any dialect. */
struct sizes {
    uint64_t pages; /* in a block */
    uint64_t total; /* bytes, if they are told */
    bool has_total, padded;
};

/* An entry of nothing but numbers in fields 1 to 5, as nearly all are. False: it is not that. */
static bool read_plain_entry(const struct ckpt_image *message, struct entry *entry)
{
    uint64_t values[6] = {0};
    unsigned there = 0;
    for (const uint8_t *at = message->at; at != message->end;) {
        unsigned tag = *at++, field = tag >> 3;
        uint64_t value = 0;
        uint8_t byte = 128;
        if ((tag & 7) != 0 || field < 1 || field > 5)
            return false;
        for (unsigned shift = 0; (byte & 128) != 0; shift += 7) {
            if (at == message->end || shift == 63)
                return false;
            byte = *at++;
            value |= (uint64_t)(byte & 127) << shift;
        }
        values[field] = value;
        there |= 1u << field;
    }
    *entry = (struct entry){.address = values[1],
                            .compat_pages = values[2] & UINT32_MAX,
                            .in_parent = values[3] != 0,
                            .flags = values[4],
                            .has_flags = (there >> 4 & 1) != 0,
                            .pages = values[5],
                            .has_pages = (there >> 5 & 1) != 0};
    return (there & 6) == 6;
}

static bool read_entry(struct ckpt_image *message, struct entry *entry)
{
    if (read_plain_entry(message, entry))
        return true;
    struct ckpt_image_field field;
    enum ckpt_image_next next;
    bool has_address = false, has_compat = false;
    *entry = (struct entry){0};
    while ((next = ckpt_image_field(message, &field)) == CKPT_IMAGE_OK) {
        bool varint = field.bytes == NULL;
        switch (field.number) {
        case 1:
            entry->address = varint ? field.value : entry->address;
            has_address |= varint;
            break;
        case 2:
            entry->compat_pages = varint ? field.value & UINT32_MAX : entry->compat_pages;
            has_compat |= varint;
            break;
        case 3:
            entry->in_parent = varint ? field.value != 0 : entry->in_parent;
            break;
        case 4:
            entry->flags = varint ? field.value : entry->flags;
            entry->has_flags |= varint;
            break;
        case 5:
            entry->pages = field.value;
            entry->has_pages = varint;
            entry->encrypted = !varint;
            break;
        case 6:
            entry->field6++;
            if (varint)
                entry->varints6 = true;
            else
                entry->bytes6 = field.bytes;
            entry->length6 = field.value;
            break;
        case 7:
            entry->total = field.value;
            entry->has7 = varint;
            break;
        case 8:
            entry->field8 = field.value;
            entry->has8 = varint;
            break;
        default:
            break;
        }
    }
    return next == CKPT_IMAGE_END && has_address && has_compat; /* both are required, always */
}

/* Makes room for one more item of an array that grows. */
static void *grown(void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    size_t more = *room < 16 ? 16 : *room * 2;
    if (more > SIZE_MAX / 4 / size)
        return NULL;
    void *larger = realloc(items, more * size);
    if (larger != NULL)
        *room = more;
    return larger;
}

static bool no_memory(struct builder *b)
{
    b->map->problem = CKPT_PAGEMAP_NO_MEMORY;
    return false;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

static bool push_size(struct builder *b, uint64_t size)
{
    struct ckpt_pagemap *map = b->map;
    size_t room = b->block_room;
    uint64_t *offsets = grown(map->blocks.offset, b->block_count, &room, sizeof(*offsets));
    if (offsets == NULL)
        return no_memory(b);
    map->blocks.offset = offsets;
    room = b->block_room;
    uint32_t *stored = grown(map->blocks.stored, b->block_count, &room, sizeof(*stored));
    if (stored == NULL)
        return no_memory(b);
    map->blocks.stored = stored;
    b->block_room = room;
    /* Larger ones are refused when they are looked at. */
    stored[b->block_count++] = size > UINT32_MAX ? UINT32_MAX : (uint32_t)size;
    return true;
}

/* A packed list of sizes; false: it is none, or there is no memory. */
static bool push_packed(struct builder *b, const uint8_t *bytes, uint64_t length)
{
    struct ckpt_image list = {bytes, bytes + length, false};
    while (list.at != list.end) {
        uint64_t size;
        if (!ckpt_image_varint(&list, &size) || !push_size(b, size))
            return false;
    }
    return true;
}

/* {1 sizes*, 2 total!, 3 pages in a block!, 4 padded}: of CRIU after 4.2, and of forks of it. */
static bool read_blocks_message(struct builder *b, const struct entry *entry, struct sizes *sizes)
{
    struct ckpt_image message = {entry->bytes6, entry->bytes6 + entry->length6, false};
    struct ckpt_image_field field;
    enum ckpt_image_next next;
    bool known = true, has_pages = false;
    while (known && (next = ckpt_image_field(&message, &field)) == CKPT_IMAGE_OK) {
        bool varint = field.bytes == NULL;
        if (field.number == 1)
            known = varint ? push_size(b, field.value)
                           : field.is_message && push_packed(b, field.bytes, field.value);
        else if (field.number == 2 && varint)
            sizes->total = field.value, sizes->has_total = true;
        else if (field.number == 3 && varint)
            sizes->pages = field.value, has_pages = true;
        else if (field.number == 4 && varint)
            sizes->padded = field.value != 0;
        else
            known = false;
    }
    return known && next == CKPT_IMAGE_END && sizes->has_total && has_pages;
}

/* The sizes as field 6 itself, one by one or packed. */
static bool read_plain_sizes(struct builder *b, struct ckpt_image message)
{
    struct ckpt_image_field field;
    while (ckpt_image_field(&message, &field) == CKPT_IMAGE_OK) {
        if (field.number != 6)
            continue;
        if (field.bytes == NULL ? !push_size(b, field.value)
                                : !push_packed(b, field.bytes, field.value))
            return false;
    }
    return true;
}

/* Whether that number of sizes is right for `pages` pages. */
static bool count_fits(uint64_t count, uint64_t pages, uint64_t each)
{
    return each > 0 && count == pages / each + (pages % each != 0);
}

/*
 * Reads the sizes of the entry's blocks after those that there are. Fields 7 and 8 are there only
 * beside a list of sizes; a message has its own; without either, a list has a size for each page.
 */
static bool read_sizes(struct builder *b, struct ckpt_image message, const struct entry *entry,
                       uint64_t pages, struct sizes *sizes)
{
    size_t before = b->block_count;
    if (entry->has7 || entry->has8) {
        *sizes = (struct sizes){entry->has8 ? entry->field8 : 1, entry->total, entry->has7, false};
        return read_plain_sizes(b, message) &&
               count_fits(b->block_count - before, pages, sizes->pages);
    }
    *sizes = (struct sizes){0};
    if (entry->field6 == 1 && entry->bytes6 != NULL && read_blocks_message(b, entry, sizes) &&
        count_fits(b->block_count - before, pages, sizes->pages))
        return true;
    if (b->map->problem == CKPT_PAGEMAP_NO_MEMORY)
        return false;
    b->block_count = before;
    /* A single number may be anything: the field has other meanings in forks. */
    if (entry->varints6 && entry->field6 == 1)
        return false;
    *sizes = (struct sizes){.pages = 1};
    return read_plain_sizes(b, message) && b->block_count - before == pages;
}

static uint64_t rounded(const struct builder *b, uint64_t offset)
{
    return (offset + b->map->page_size - 1) & ~(b->map->page_size - 1);
}

/* Gives the blocks from `first` on their places. False: they are not what they should be. */
static bool place_blocks(struct builder *b, size_t first, uint64_t pages, const struct sizes *sizes)
{
    uint64_t block = sizes->pages * b->map->page_size, left = pages * b->map->page_size;
    uint64_t at = b->offset, sum = 0;
    if (sizes->pages > LARGEST_BLOCK / b->map->page_size)
        return false;
    for (size_t i = first; i < b->block_count; i++) {
        uint64_t raw = left < block ? left : block;
        uint32_t stored = b->map->blocks.stored[i];
        if (stored > raw)
            return false;
        if (sizes->padded && stored > 0)
            at = rounded(b, at);
        b->map->blocks.offset[i] = at;
        at += stored;
        sum += stored;
        left -= raw;
    }
    uint64_t taken = at - b->offset;
    if (sizes->has_total && sizes->total != sum &&
        !(sizes->padded && (sizes->total == taken || sizes->total == rounded(b, taken))))
        return false;
    b->offset = sizes->padded ? rounded(b, at) : at;
    return true;
}

static bool add_group(struct builder *b, struct ckpt_page_group group)
{
    if (b->group_count >= 1u << 28)
        return no_memory(b);
    struct ckpt_page_group *groups =
        grown(b->map->groups, b->group_count, &b->group_room, sizeof(*groups));
    if (groups == NULL)
        return no_memory(b);
    b->map->groups = groups;
    groups[b->group_count++] = group;
    b->map->compressed = true;
    return true;
}

/* ---- Runs ------------------------------------------------------------------------------------ */

static bool add_run(struct builder *b, struct ckpt_page_run run)
{
    struct ckpt_pagemap *map = b->map;
    struct ckpt_page_run *last = map->count == 0 ? NULL : &map->runs[map->count - 1];
    if (last != NULL && run.start < ckpt_page_run_end(map, last)) {
        b->sort = true;
    } else if (last != NULL && run.start == ckpt_page_run_end(map, last) &&
               run.kind == last->kind && run.kind != CKPT_PAGES_BLOCKS &&
               run.count <= UINT32_MAX - last->count &&
               (run.kind != CKPT_PAGES_STORED ||
                run.offset == last->offset + last->count * map->page_size)) {
        last->count += run.count;
        if (last->entries < (1u << 28) - 1)
            last->entries++;
        return true;
    }
    struct ckpt_page_run *runs = grown(map->runs, map->count, &b->room, sizeof(*runs));
    if (runs == NULL)
        return no_memory(b);
    map->runs = runs;
    runs[map->count++] = run;
    return true;
}

static bool broken(struct builder *b, enum ckpt_pagemap_problem problem)
{
    if (b->map->problem == CKPT_PAGEMAP_SOUND) {
        b->map->problem = problem;
        b->map->problem_entry = b->map->entries + 1;
    }
    b->lost = true;
    return false;
}

/* Pages of which the bytes are in the pages file. */
static bool add_present(struct builder *b, struct ckpt_image message, const struct entry *entry,
                        struct ckpt_page_run run)
{
    uint64_t size = run.count * b->map->page_size;
    if (entry->flags & CKPT_PE_PAYLOAD_ALIGNED)
        b->offset = rounded(b, b->offset);
    run.kind = CKPT_PAGES_STORED;
    run.offset = b->offset;
    if (entry->encrypted || b->lost) {
        run.kind = CKPT_PAGES_UNREADABLE;
        b->lost = true;
    } else if (entry->field6 > 0) {
        struct sizes sizes;
        size_t first = b->block_count;
        if (read_sizes(b, message, entry, run.count, &sizes) &&
            place_blocks(b, first, run.count, &sizes)) {
            run.kind = CKPT_PAGES_BLOCKS;
            run.entries = (uint32_t)b->group_count & ((1u << 28) - 1);
            if (b->block_count > UINT32_MAX ||
                !add_group(b, (struct ckpt_page_group){run.start, (uint32_t)first,
                                                       (uint32_t)(b->block_count - first),
                                                       (uint32_t)sizes.pages, run.count}))
                return no_memory(b);
        } else if (b->map->problem == CKPT_PAGEMAP_NO_MEMORY) {
            return false;
        } else {
            b->block_count = first;
            broken(b, CKPT_PAGEMAP_UNKNOWN);
            run.kind = CKPT_PAGES_UNREADABLE;
        }
    } else {
        b->offset += size;
    }
    if (run.kind == CKPT_PAGES_UNREADABLE) {
        run.offset = 0;
        b->map->unreadable += run.count;
    } else {
        b->map->stored += run.count;
    }
    return add_run(b, run);
}

static bool add_entry(struct builder *b, struct ckpt_image message)
{
    struct ckpt_pagemap *map = b->map;
    struct ckpt_image again = message;
    struct entry entry;
    if (!read_entry(&message, &entry))
        return broken(b, CKPT_PAGEMAP_BROKEN);
    uint64_t pages = entry.has_pages ? entry.pages : entry.compat_pages;
    if (entry.address % map->page_size != 0 || pages > UINT32_MAX ||
        pages > (UINT64_MAX - entry.address) / map->page_size)
        return broken(b, CKPT_PAGEMAP_BROKEN);
    if (!entry.has_pages && !entry.encrypted && pages > 0)
        map->old_counts = true;
    if (pages == 0)
        return true;
    struct ckpt_page_run run = {entry.address, 0, (uint32_t)pages, 0, 1};
    uint64_t flags = entry.has_flags ? entry.flags : 0;
    if (entry.in_parent)
        flags |= CKPT_PE_PARENT;
    if ((flags & (CKPT_PE_PARENT | CKPT_PE_LAZY | CKPT_PE_PRESENT)) == 0 && !entry.has_flags)
        flags = CKPT_PE_PRESENT;
    if (flags & CKPT_PE_PARENT) {
        run.kind = CKPT_PAGES_PARENT;
        map->parent += pages;
    } else if (flags & CKPT_PE_PRESENT) {
        return add_present(b, again, &entry, run);
    } else if (flags & CKPT_PE_LAZY) {
        run.kind = CKPT_PAGES_LAZY;
        map->lazy += pages;
    } else {
        broken(b, CKPT_PAGEMAP_UNKNOWN);
        run.kind = CKPT_PAGES_UNREADABLE;
        map->unreadable += pages;
    }
    return add_run(b, run);
}

/* ---- Order ----------------------------------------------------------------------------------- */

/* A stable merge sort, without recursion. */
static bool sort_runs(struct builder *b)
{
    struct ckpt_pagemap *map = b->map;
    struct ckpt_page_run *from = map->runs, *to = malloc(map->count * sizeof(*to)), *other = to;
    if (to == NULL)
        return no_memory(b);
    for (size_t width = 1; width < map->count; width *= 2) {
        for (size_t start = 0; start < map->count; start += 2 * width) {
            size_t middle = start + width < map->count ? start + width : map->count;
            size_t end = middle + width < map->count ? middle + width : map->count;
            size_t i = start, j = middle, k = start;
            while (k < end) {
                bool left = j == end || (i < middle && from[i].start <= from[j].start);
                to[k++] = from[left ? i++ : j++];
            }
        }
        struct ckpt_page_run *swap = from;
        from = to;
        to = swap;
    }
    if (from == other)
        memcpy(map->runs, from, map->count * sizeof(*from));
    free(other);
    return true;
}

/* Cuts off what overlaps the runs before it. */
static void cut_overlaps(struct ckpt_pagemap *map)
{
    uint64_t end = 0;
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++) {
        struct ckpt_page_run run = map->runs[i];
        uint64_t run_end = ckpt_page_run_end(map, &run);
        if (run.start < end) {
            if (map->problem == CKPT_PAGEMAP_SOUND)
                map->problem = CKPT_PAGEMAP_OVERLAP;
            if (run_end <= end)
                continue;
            if (run.kind == CKPT_PAGES_STORED)
                run.offset += end - run.start;
            run.count -= (uint32_t)((end - run.start) / map->page_size);
            run.start = end;
        }
        end = run_end;
        map->runs[kept++] = run;
    }
    map->count = kept;
}

bool ckpt_pagemap_read(struct ckpt_pagemap *map, const uint8_t *bytes, size_t length,
                       uint32_t page_size)
{
    struct builder b = {.map = map};
    struct ckpt_image image, message;
    enum ckpt_image_next next;
    *map = (struct ckpt_pagemap){.page_size = page_size, .problem = CKPT_PAGEMAP_NO_MAP};
    if (!ckpt_image_open(&image, bytes, length, CKPT_IMAGE_COMMON, MAGIC) ||
        ckpt_image_entry(&image, &message) != CKPT_IMAGE_OK)
        return false;
    struct ckpt_image_field field;
    bool head = false;
    while (ckpt_image_field(&message, &field) == CKPT_IMAGE_OK) {
        if (field.number == 1 && field.bytes == NULL) {
            map->pages_id = field.value & UINT32_MAX;
            head = true;
        }
    }
    if (!head)
        return false;
    map->problem = CKPT_PAGEMAP_SOUND;
    while ((next = ckpt_image_entry(&image, &message)) == CKPT_IMAGE_OK && add_entry(&b, message))
        map->entries++;
    if (map->problem == CKPT_PAGEMAP_NO_MEMORY)
        return false;
    if (next == CKPT_IMAGE_BROKEN)
        broken(&b, CKPT_PAGEMAP_CUT);
    if (b.sort) {
        map->out_of_order = true;
        if (!sort_runs(&b))
            return false;
        cut_overlaps(map);
    }
    map->size = b.offset;
    map->size_unknown = b.lost;
    return true;
}

void ckpt_pagemap_free(struct ckpt_pagemap *map)
{
    free(map->runs);
    free(map->groups);
    free(map->blocks.offset);
    free(map->blocks.stored);
    *map = (struct ckpt_pagemap){0};
}

/* ---- Looking up ------------------------------------------------------------------------------ */

size_t ckpt_pagemap_find(const struct ckpt_pagemap *map, uint64_t address)
{
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ckpt_page_run_end(map, &map->runs[middle]) <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct ckpt_page_block ckpt_page_block_at(const struct ckpt_pagemap *map,
                                          const struct ckpt_page_run *run, uint64_t address)
{
    const struct ckpt_page_group *group = &map->groups[run->entries];
    uint64_t block = group->pages * map->page_size, index = (address - group->start) / block;
    uint64_t left = group->total * map->page_size - index * block;
    size_t i = group->first + (size_t)index;
    return (struct ckpt_page_block){group->start + index * block, left < block ? left : block,
                                    map->blocks.offset[i], map->blocks.stored[i]};
}
