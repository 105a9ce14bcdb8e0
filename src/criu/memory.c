/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/memory.h"

#include <stdlib.h>
#include <string.h>

#include "criu/internal.h"
#include "criu/view.h"

/* CRIU's status of a mapping (criu/include/vma.h). */
enum {
    VMA_STACK = 1 << 1,
    VMA_VSYSCALL = 1 << 2,
    VMA_VDSO = 1 << 3,
    VMA_HEAP = 1 << 5,
    VMA_FILE_PRIVATE = 1 << 6,
    VMA_FILE_SHARED = 1 << 7,
    VMA_ANON_SHARED = 1 << 8,
    VMA_SYSVIPC = 1 << 10,
    VMA_SOCKET = 1 << 11,
    VMA_VVAR = 1 << 12,
    VMA_AIO_RING = 1 << 13,
    VMA_MEMFD = 1 << 14,
    VMA_GUARD = 1 << 16,
    VMA_UPROBES = 1 << 17,
    VMA_PLUGIN = 1 << 27
};

enum { MAP_SHARED_FLAG = 1, MAP_TYPE_MASK = 3, AT_PAGE_SIZE = 6 };

/* More dumps than that do not depend on each other. */
enum { MOST_LEVELS = 64 };

const char *const ckpt_vma_kind_names[CKPT_VMA_KINDS] = {"anonymous", "file",    "heap",  "stack",
                                                         "memfd",     "shared",  "sysv",  "aio",
                                                         "socket",    "special", "plugin"};

const char *const ckpt_place_names[CKPT_PLACE_COUNT] = {
    "nowhere", "stored", "block", "zero", "file", "kernel", "previous", "lazy", "unreadable"};

/* A page map that was looked for. */
struct map_slot {
    struct ckpt_pagemap map;
    size_t near; /* index of the run that was found last: the next one is mostly asked for next */
    bool looked, good;
};

struct level {
    ckpt_dump *dump;
    struct map_slot *slots; /* one for each image */
};

struct ckpt_memory {
    ckpt_dump *dump;
    uint32_t page_size, level_count;
    struct level levels[MOST_LEVELS];
    struct ckpt_space *spaces;
    size_t count;
};

/* ---- Mappings -------------------------------------------------------------------------------- */

static ckpt_string literal(const char *text)
{
    return (ckpt_string){text, strlen(text)};
}

/* A mapping of a file of the dump, by the file's id: of a memfd the page map is that of its inode.
 */
static void open_file(ckpt_dump *dump, struct ckpt_vma *vma, uint64_t id)
{
    const struct ckpt_dump_file *file = id > UINT32_MAX ? NULL : ckpt_dump_file(dump, (uint32_t)id);
    vma->kind = vma->status & VMA_MEMFD ? CKPT_VMA_MEMFD : CKPT_VMA_FILE;
    struct ckpt_path path = ckpt_file_path(dump, file);
    vma->name = path.path;
    vma->deleted = (uint8_t)path.deleted;
    if (file == NULL || file->type != CKPT_CRIU_fd_types_MEMFD)
        return;
    struct ckpt_pb inode = ckpt_dump_lookup(
        dump, CKPT_LOOKUP_MEMFD, ckpt_pb_u64(&file->message, F(memfd_file_entry, inode_id), 0));
    vma->has_shmid = ckpt_pb_get_u64(&inode, F(memfd_inode_entry, shmid), &vma->shmid);
    vma->kind = CKPT_VMA_MEMFD;
    /* The kernel makes such a file for MAP_SHARED | MAP_ANONYMOUS. */
    if (vma->name.length == 9 && memcmp(vma->name.data, "/dev/zero", 9) == 0) {
        vma->kind = CKPT_VMA_SHARED;
        vma->deleted = CKPT_DELETED;
    }
}

static void name_vma(ckpt_dump *dump, struct ckpt_vma *vma, uint64_t id, uint64_t stack)
{
    uint32_t status = vma->status;
    bool special = true;
    if (status & VMA_VDSO)
        vma->name = literal("[vdso]");
    else if (status & VMA_VVAR)
        vma->name = literal("[vvar]");
    else if (status & VMA_VSYSCALL)
        vma->name = literal("[vsyscall]");
    else if (status & VMA_UPROBES)
        vma->name = literal("[uprobes]");
    else
        special = false;
    if (special) {
        vma->kind = CKPT_VMA_SPECIAL;
    } else if (status & VMA_PLUGIN) {
        open_file(dump, vma, id);
        vma->kind = CKPT_VMA_PLUGIN;
    } else if (status & VMA_AIO_RING) {
        vma->kind = CKPT_VMA_AIO;
        vma->name = literal("/[aio]");
        vma->deleted = CKPT_DELETED;
    } else if (status & VMA_SOCKET) {
        vma->kind = CKPT_VMA_SOCKET;
    } else if (status & (VMA_FILE_PRIVATE | VMA_FILE_SHARED | VMA_MEMFD)) {
        open_file(dump, vma, id);
    } else if (status & VMA_SYSVIPC) {
        vma->kind = CKPT_VMA_SYSV;
        vma->has_shmid = true;
        vma->shmid = id;
    } else if (status & VMA_ANON_SHARED || (vma->shared && id != 0)) {
        vma->kind = CKPT_VMA_SHARED;
        vma->has_shmid = true;
        vma->shmid = id;
    } else if (status & VMA_HEAP) {
        vma->kind = CKPT_VMA_HEAP;
        vma->name = literal("[heap]");
    } else if (vma->start <= stack && stack < vma->end) {
        vma->kind = CKPT_VMA_STACK;
        vma->name = literal("[stack]");
    }
}

static bool read_vma(ckpt_dump *dump, const struct ckpt_pb *message, uint64_t stack,
                     struct ckpt_vma *vma)
{
    *vma = (struct ckpt_vma){.start = ckpt_pb_u64(message, F(vma_entry, start), 0),
                             .end = ckpt_pb_u64(message, F(vma_entry, end), 0),
                             .offset = ckpt_pb_u64(message, F(vma_entry, pgoff), 0),
                             .prot = (uint32_t)ckpt_pb_u64(message, F(vma_entry, prot), 0),
                             .flags = (uint32_t)ckpt_pb_u64(message, F(vma_entry, flags), 0),
                             .status = (uint32_t)ckpt_pb_u64(message, F(vma_entry, status), 0)};
    /* Guard pages are listed as mappings inside of others; the kernel shows none there. */
    if (vma->start >= vma->end || (vma->status & VMA_GUARD))
        return false;
    /* MAP_SHARED is 1, MAP_PRIVATE 2, MAP_SHARED_VALIDATE 3. */
    vma->shared = (vma->flags & MAP_SHARED_FLAG) != 0;
    name_vma(dump, vma, ckpt_pb_u64(message, F(vma_entry, shmid), 0), stack);
    return true;
}

/* Sorts the mappings by address; of those that overlap, which no kernel makes, the first ones stay.
 */
static bool sort_vmas(ckpt_dump *dump, struct ckpt_space *space)
{
    struct ckpt_vma *sorted = ckpt_arena_array(&dump->arena, space->count, sizeof(*sorted));
    struct ckpt_key *keys = ckpt_arena_array(&dump->arena, space->count, sizeof(*keys));
    if (sorted == NULL || keys == NULL)
        return false;
    for (size_t i = 0; i < space->count; i++)
        keys[i] = (struct ckpt_key){space->vmas[i].start, (uint32_t)i};
    ckpt_sort(keys, space->count);
    uint64_t end = 0;
    size_t kept = 0;
    for (size_t i = 0; i < space->count; i++) {
        const struct ckpt_vma *vma = &space->vmas[keys[i].value];
        if (vma->start < end) {
            ckpt_dump_gap_in(dump, CKPT_CRIU_IMAGE_MM, space->pid, 0, "vmas",
                             "two mappings overlap");
            continue;
        }
        end = vma->end;
        sorted[kept++] = *vma;
    }
    space->vmas = sorted;
    space->count = kept;
    return true;
}

static bool read_space(ckpt_dump *dump, struct ckpt_space *space)
{
    space->mm = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_MM, space->pid, false);
    space->has_mm = space->mm.message != NULL;
    if (!space->has_mm)
        return true;
    uint64_t stack = ckpt_pb_u64(&space->mm, F(mm_entry, mm_start_stack), 0);
    struct ckpt_pb_each each = ckpt_pb_each(&space->mm, F(mm_entry, vmas));
    struct ckpt_pb vma;
    size_t room = 0;
    while (ckpt_pb_next_message(&each, &vma))
        room++;
    space->vmas = ckpt_arena_array(&dump->arena, room, sizeof(*space->vmas));
    if (space->vmas == NULL)
        return false;
    each = ckpt_pb_each(&space->mm, F(mm_entry, vmas));
    while (ckpt_pb_next_message(&each, &vma))
        space->count += read_vma(dump, &vma, stack, &space->vmas[space->count]);
    return sort_vmas(dump, space);
}

/* ---- All of it ------------------------------------------------------------------------------- */

static uint32_t page_size_of(const struct ckpt_pb *mm)
{
    struct ckpt_pb_each each = ckpt_pb_each(mm, F(mm_entry, mm_saved_auxv));
    uint64_t key, value;
    while (ckpt_pb_next_u64(&each, &key) && ckpt_pb_next_u64(&each, &value))
        if (key == AT_PAGE_SIZE && value >= 4096 && value <= 65536 && (value & (value - 1)) == 0)
            return (uint32_t)value;
    return 0;
}

/*
 * Keeps the pids that pstree.img names, if there is one that can be read: Podman dumps the second
 * time into the same folder, where images of processes that ended since may still lie; their page
 * maps refer to pages files that are others' now.
 */
static bool keep_known(ckpt_dump *dump, struct ckpt_key *pids, size_t *count)
{
    struct ckpt_entries entries;
    size_t known = 0, kept = 0;
    const struct ckpt_dump_image *image = ckpt_dump_image(dump, CKPT_CRIU_IMAGE_PSTREE, 0);
    ckpt_entries_begin(&entries, dump, image);
    while (ckpt_entries_next(&entries))
        known++;
    struct ckpt_key *tree = ckpt_arena_array(&dump->arena, known, sizeof(*tree));
    if (tree == NULL)
        return false;
    ckpt_entries_begin(&entries, dump, image);
    for (size_t i = 0; i < known && ckpt_entries_next(&entries); i++)
        tree[i].key = ckpt_pb_u64(&entries.entry.message, F(pstree_entry, pid), 0);
    ckpt_sort(tree, known);
    for (size_t i = 0; known > 0 && i < *count; i++) {
        size_t at = ckpt_lower_bound(tree, known, pids[i].key);
        if (at < known && tree[at].key == pids[i].key)
            pids[kept++] = pids[i];
    }
    if (known > 0)
        *count = kept;
    return true;
}

/* One for each process that has an mm or a page map. */
static bool read_spaces(struct ckpt_memory *memory)
{
    ckpt_dump *dump = memory->dump;
    size_t images = ckpt_dump_image_count(dump), count = 0;
    struct ckpt_key *pids = ckpt_arena_array(&dump->arena, images, sizeof(*pids));
    if (pids == NULL)
        return false;
    for (size_t i = 0; i < images; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(dump, i);
        if ((image->kind == CKPT_CRIU_IMAGE_MM || image->kind == CKPT_CRIU_IMAGE_PAGEMAP) &&
            image->id <= UINT32_MAX)
            pids[count++] = (struct ckpt_key){image->id, 0};
    }
    ckpt_sort(pids, count);
    if (!keep_known(dump, pids, &count))
        return false;
    memory->spaces = ckpt_arena_array(&dump->arena, count, sizeof(*memory->spaces));
    if (memory->spaces == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && pids[i].key == pids[i - 1].key)
            continue;
        struct ckpt_space *space = &memory->spaces[memory->count++];
        space->pid = (uint32_t)pids[i].key;
        if (!read_space(dump, space))
            return false;
        if (memory->page_size == 0)
            memory->page_size = page_size_of(&space->mm);
    }
    if (memory->page_size == 0)
        memory->page_size = 4096;
    return true;
}

struct ckpt_memory *ckpt_dump_memory(ckpt_dump *dump)
{
    if (dump->memory != NULL)
        return dump->memory;
    struct ckpt_memory *memory = calloc(1, sizeof(*memory));
    if (memory == NULL)
        return NULL;
    memory->dump = dump;
    bool good = read_spaces(memory);
    for (ckpt_dump *d = dump; good && d != NULL && memory->level_count < MOST_LEVELS;
         d = ckpt_dump_previous(d)) {
        struct level *level = &memory->levels[memory->level_count++];
        level->dump = d;
        level->slots = calloc(d->count + 1, sizeof(*level->slots));
        good = level->slots != NULL;
    }
    if (!good) {
        ckpt_memory_free(memory);
        return NULL;
    }
    dump->memory = memory;
    return memory;
}

void ckpt_memory_free(struct ckpt_memory *memory)
{
    if (memory == NULL)
        return;
    for (uint32_t i = 0; i < memory->level_count; i++) {
        struct level *level = &memory->levels[i];
        size_t images = level->slots == NULL ? 0 : level->dump->count;
        for (size_t k = 0; k < images; k++)
            ckpt_pagemap_free(&level->slots[k].map);
        free(level->slots);
    }
    free(memory);
}

uint32_t ckpt_memory_page_size(const struct ckpt_memory *memory)
{
    return memory->page_size;
}

size_t ckpt_memory_space_count(const struct ckpt_memory *memory)
{
    return memory->count;
}

const struct ckpt_space *ckpt_memory_space_at(const struct ckpt_memory *memory, size_t index)
{
    return &memory->spaces[index];
}

const struct ckpt_space *ckpt_memory_space(const struct ckpt_memory *memory, uint32_t pid)
{
    size_t low = 0, high = memory->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memory->spaces[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < memory->count && memory->spaces[low].pid == pid ? &memory->spaces[low] : NULL;
}

uint32_t ckpt_memory_levels(const struct ckpt_memory *memory)
{
    return memory->level_count;
}

ckpt_dump *ckpt_memory_level(const struct ckpt_memory *memory, uint32_t level)
{
    return memory->levels[level].dump;
}

bool ckpt_dump_read_map(ckpt_dump *dump, const struct ckpt_dump_image *image, bool shared,
                        uint64_t id, uint32_t page_size, struct ckpt_pagemap *map)
{
    if (image == NULL || image->bytes == NULL) {
        ckpt_dump_gap_in(dump, shared ? CKPT_CRIU_IMAGE_SHMEM_PAGEMAP : CKPT_CRIU_IMAGE_PAGEMAP, id,
                         -1, NULL,
                         image == NULL      ? "the image is missing"
                         : image->size == 0 ? "it is empty"
                                            : "it could not be read");
        return false;
    }
    bool good = ckpt_pagemap_read(map, image->bytes, image->length, page_size);
    if (map->problem != CKPT_PAGEMAP_SOUND)
        ckpt_dump_gap(
            dump, image->name,
            good && map->problem != CKPT_PAGEMAP_OVERLAP ? (int64_t)map->problem_entry : -1, NULL,
            map->problem == CKPT_PAGEMAP_UNKNOWN
                ? "the pages are stored in a form that is not known"
                : "the page map is damaged");
    return good;
}

static struct map_slot *slot_of(struct ckpt_memory *memory, uint32_t level, bool shared,
                                uint64_t id)
{
    if (level >= memory->level_count)
        return NULL;
    struct level *l = &memory->levels[level];
    const struct ckpt_dump_image *image = ckpt_dump_image(
        l->dump, shared ? CKPT_CRIU_IMAGE_SHMEM_PAGEMAP : CKPT_CRIU_IMAGE_PAGEMAP, id);
    if (image == NULL)
        return NULL;
    struct map_slot *slot =
        &l->slots[(const struct ckpt_dump_slot *)(const void *)image - l->dump->slots];
    if (!slot->looked) {
        slot->looked = true;
        slot->good = ckpt_dump_read_map(l->dump, image, shared, id, memory->page_size, &slot->map);
    }
    return slot->good ? slot : NULL;
}

const struct ckpt_pagemap *ckpt_memory_map(struct ckpt_memory *memory, uint32_t level, bool shared,
                                           uint64_t id)
{
    const struct map_slot *slot = slot_of(memory, level, shared, id);
    return slot == NULL ? NULL : &slot->map;
}

/* As ckpt_pagemap_find(), in constant time for runs that are asked for one after the other. */
static size_t find_run(struct map_slot *slot, uint64_t address)
{
    const struct ckpt_pagemap *map = &slot->map;
    for (size_t i = slot->near; i <= slot->near + 1 && i < map->count; i++)
        if (ckpt_page_run_end(map, &map->runs[i]) > address &&
            (i == 0 || ckpt_page_run_end(map, &map->runs[i - 1]) <= address))
            return slot->near = i;
    return slot->near = ckpt_pagemap_find(map, address);
}

/* ---- Addresses ------------------------------------------------------------------------------- */

/* Index of the mapping that holds the address, or else of the first one above it. */
static size_t find_vma(const struct ckpt_space *space, uint64_t address)
{
    size_t low = 0, high = space->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (space->vmas[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct ckpt_vma *ckpt_space_vma(const struct ckpt_space *space, uint64_t address)
{
    size_t i = find_vma(space, address);
    return i < space->count && space->vmas[i].start <= address ? &space->vmas[i] : NULL;
}

static void limit(struct ckpt_segment *segment, uint64_t end)
{
    if (end < segment->end)
        segment->end = end;
}

/*
 * Looks for an address of a page map, in the dumps before it where that says so. False, with the
 * segment's end limited: the map has nothing there. `shift`: what is to be added to the map's
 * addresses.
 */
static bool find_page(struct ckpt_memory *memory, bool shared, uint64_t id, uint64_t address,
                      uint64_t shift, struct ckpt_segment *segment)
{
    uint64_t left = segment->end - segment->start;
    segment->shared = shared;
    segment->map_id = id;
    for (uint32_t level = 0;; level++) {
        struct map_slot *slot = slot_of(memory, level, shared, id);
        const struct ckpt_pagemap *map = slot == NULL ? NULL : &slot->map;
        size_t i = slot == NULL ? 0 : find_run(slot, address);
        const struct ckpt_page_run *run = map != NULL && i < map->count ? &map->runs[i] : NULL;
        uint64_t until = run == NULL             ? UINT64_MAX
                         : run->start <= address ? ckpt_page_run_end(map, run)
                                                 : run->start;
        if (until - address < left)
            left = until - address;
        if (run == NULL || run->start > address) {
            segment->place = CKPT_PLACE_PREVIOUS;
            segment->end = segment->start + left;
            return level > 0;
        }
        if (run->kind == CKPT_PAGES_PARENT)
            continue;
        segment->level = level;
        segment->pages_id = map->pages_id;
        segment->map_address = address;
        switch (run->kind) {
        case CKPT_PAGES_STORED:
            segment->place = CKPT_PLACE_STORED;
            segment->offset = run->offset + (address - run->start);
            break;
        case CKPT_PAGES_BLOCKS:
            segment->place = CKPT_PLACE_BLOCK;
            segment->block = ckpt_page_block_at(map, run, address);
            if (segment->block.start + segment->block.raw - address < left)
                left = segment->block.start + segment->block.raw - address;
            segment->block.start += shift;
            break;
        case CKPT_PAGES_LAZY:
            segment->place = CKPT_PLACE_LAZY;
            break;
        default:
            segment->place = CKPT_PLACE_UNREADABLE;
        }
        segment->end = segment->start + left;
        return true;
    }
}

/* What was never written is zero, or as in the file. */
static enum ckpt_place untouched(const struct ckpt_vma *vma)
{
    switch (vma->kind) {
    case CKPT_VMA_FILE:
    case CKPT_VMA_PLUGIN:
        return CKPT_PLACE_FILE;
    case CKPT_VMA_SPECIAL:
    case CKPT_VMA_AIO:
    case CKPT_VMA_SOCKET:
        return CKPT_PLACE_KERNEL;
    default:
        return CKPT_PLACE_ZERO;
    }
}

/* Whether CRIU would have stored memory of this kind that was written to. */
static bool is_stored(const struct ckpt_vma *vma)
{
    enum ckpt_place place = untouched(vma);
    return place == CKPT_PLACE_ZERO || (vma->kind == CKPT_VMA_FILE && !vma->shared);
}

/* Whether a page map may have had entries that were not read: what it does not name is not known.
 */
static bool lacks_entries(struct ckpt_memory *memory, uint64_t id, bool shared)
{
    const struct ckpt_pagemap *map = ckpt_memory_map(memory, 0, shared, id);
    if (map == NULL &&
        ckpt_dump_image(memory->dump,
                        shared ? CKPT_CRIU_IMAGE_SHMEM_PAGEMAP : CKPT_CRIU_IMAGE_PAGEMAP,
                        id) == NULL)
        ckpt_dump_read_map(memory->dump, NULL, shared, id, 0, NULL); /* says so */
    return map == NULL || !ckpt_pagemap_whole(map);
}

bool ckpt_memory_at(struct ckpt_memory *memory, const struct ckpt_space *space, uint64_t address,
                    struct ckpt_segment *segment)
{
    if (address == UINT64_MAX)
        return false;
    size_t i = find_vma(space, address);
    const struct ckpt_vma *vma = i < space->count ? &space->vmas[i] : NULL;
    *segment = (struct ckpt_segment){.start = address, .end = vma == NULL ? UINT64_MAX : vma->end};
    if (vma != NULL && vma->start > address) {
        segment->end = vma->start;
        vma = NULL;
    }
    segment->vma = vma;
    if (find_page(memory, false, space->pid, address, 0, segment))
        return true;
    segment->place = vma == NULL ? CKPT_PLACE_NOWHERE : untouched(vma);
    bool own = vma != NULL && !vma->has_shmid;
    if (own && is_stored(vma) && lacks_entries(memory, space->pid, false))
        segment->place = CKPT_PLACE_UNREADABLE;
    if (vma == NULL || own)
        return true;
    uint64_t in_file = vma->offset + (address - vma->start);
    struct ckpt_segment shared = *segment;
    if (find_page(memory, true, vma->shmid, in_file, address - in_file, &shared)) {
        *segment = shared;
        return true;
    }
    limit(segment, shared.end);
    if (lacks_entries(memory, vma->shmid, true))
        segment->place = CKPT_PLACE_UNREADABLE;
    return true;
}
