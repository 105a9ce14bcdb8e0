/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/text.h"

#include <string.h>

#include "criu/internal.h"
#include "criu/pagemap.h"

/* The kernel takes at most 6 MiB of arguments and environment. */
#define LONGEST_AREA ((uint64_t)8 << 20)
/* Of all processes together. */
#define MOST_TEXT ((size_t)48 << 20)
/* More dumps than that do not depend on each other. */
#define MOST_LEVELS 64u
/* So often the mappings of a process are searched for pages that are not stored. */
#define MOST_SEARCHES 32u

/* The areas of a process. */
struct ckpt_text {
    struct ckpt_area cmdline, environ;
};

/* Why memory that a dump before this one holds is not known. */
static const char *absent_parent(const struct ckpt_dump *dump)
{
    return dump == NULL || dump->previous == NULL
               ? "the memory is in the dump before this one, which was not given"
               : "the memory is in a dump before this one, but not in those that were given";
}

/* A process whose areas are being planned. */
struct planner {
    ckpt_dump *dump;
    struct ckpt_text_piece *pieces; /* NULL while they are counted */
    size_t count, capacity;
    struct ckpt_pb mm;
    uint32_t pid, page, searches;
    unsigned levels;                       /* maps that were looked for, or found … */
    struct ckpt_pagemap maps[MOST_LEVELS]; /* … of this dump, its previous one … */
    bool has[MOST_LEVELS];
    bool failed;
};

/* ---- where pages are ---------------------------------------------------------------------------
 */

/* AT_PAGESZ of the auxiliary vector. */
static uint32_t page_size(const struct ckpt_pb *mm)
{
    enum { PAGE_SIZE = 6, DEFAULT = 4096 };
    struct ckpt_pb_each each = ckpt_pb_each(mm, F(mm_entry, mm_saved_auxv));
    uint64_t key, value;
    while (ckpt_pb_next_u64(&each, &key) && ckpt_pb_next_u64(&each, &value))
        if (key == PAGE_SIZE && value >= 4096 && value <= 65536 && (value & (value - 1)) == 0)
            return (uint32_t)value;
    return DEFAULT;
}

/* The page map of the process in the dump `level` steps back; NULL: there is none. */
static const struct ckpt_pagemap *map_at(struct planner *p, unsigned level, ckpt_dump *dump)
{
    if (level >= p->levels) {
        const struct ckpt_dump_image *image =
            ckpt_dump_image(dump, CKPT_CRIU_IMAGE_PAGEMAP, p->pid);
        p->levels = level + 1;
        p->has[level] = ckpt_dump_read_map(p->dump, image, false, p->pid, p->page, &p->maps[level]);
    }
    return p->has[level] ? &p->maps[level] : NULL;
}

/* The mapping that holds an address, its end in *end. */
static bool mapping_at(struct planner *p, uint64_t address, uint64_t *end, uint64_t *status)
{
    struct ckpt_pb_each each = ckpt_pb_each(&p->mm, F(mm_entry, vmas));
    struct ckpt_pb vma;
    if (p->searches++ >= MOST_SEARCHES)
        return false;
    while (ckpt_pb_next_message(&each, &vma)) {
        *end = ckpt_pb_u64(&vma, F(vma_entry, end), 0);
        if (ckpt_pb_u64(&vma, F(vma_entry, start), 0) <= address && address < *end) {
            *status = ckpt_pb_u64(&vma, F(vma_entry, status), 0);
            return true;
        }
    }
    return false;
}

static void add_piece(struct planner *p, const struct ckpt_text_piece *piece)
{
    struct ckpt_text_piece *last = p->count == 0 ? NULL : &p->pieces[p->count - 1];
    if (last != NULL && last->area == piece->area && last->level == piece->level &&
        last->pages_id == piece->pages_id && last->offset + last->length == piece->offset &&
        last->into + last->length == piece->into) {
        last->length += piece->length;
        return;
    }
    if (p->pieces == NULL || p->count == p->capacity) {
        size_t capacity = p->capacity * 2 + 64;
        struct ckpt_text_piece *pieces =
            ckpt_arena_array(&p->dump->arena, capacity, sizeof(*pieces));
        if (pieces == NULL) {
            p->failed = true;
            return;
        }
        if (p->pieces != NULL)
            memcpy(pieces, p->pieces, p->count * sizeof(*pieces));
        p->pieces = pieces;
        p->capacity = capacity;
    }
    p->pieces[p->count++] = *piece;
    piece->area->pending++;
}

/* Finds the bytes from `at` on; *length: in, how many at most; out, how many were taken.
   Returns why they cannot be had, or NULL. */
static const char *find_bytes(struct planner *p, struct ckpt_area *area, uint64_t at,
                              uint64_t *length)
{
    ckpt_dump *dump = p->dump;
    for (unsigned level = 0; level < MOST_LEVELS; level++) {
        if (dump == NULL)
            return absent_parent(p->dump);
        const struct ckpt_pagemap *map = map_at(p, level, dump);
        if (map == NULL)
            return level == 0 ? ""
                              : absent_parent(p->dump); /* that it is missing was said already */
        size_t index = ckpt_pagemap_find(map, at);
        const struct ckpt_page_run *run = index < map->count ? &map->runs[index] : NULL;
        bool inside = run != NULL && run->start <= at;
        uint64_t end = inside ? ckpt_page_run_end(map, run) : run != NULL ? run->start : UINT64_MAX;
        if (end - at < *length)
            *length = end - at;
        if (!inside) {
            uint64_t mapping_end, status;
            enum { ANONYMOUS = 1 << 9 };
            if (level > 0)
                return absent_parent(p->dump);
            if (!ckpt_pagemap_whole(map))
                return ""; /* that it is damaged was said already */
            if (!mapping_at(p, at, &mapping_end, &status))
                return "the process has no such memory";
            if (mapping_end - at < *length)
                *length = mapping_end - at;
            return status & ANONYMOUS ? NULL : "the memory is that of a file, not in the dump";
        }
        if (run->kind == CKPT_PAGES_STORED) {
            const struct ckpt_dump_image *pages =
                ckpt_dump_image(dump, CKPT_CRIU_IMAGE_PAGES, map->pages_id);
            uint64_t offset = run->offset + (at - run->start);
            if (pages == NULL)
                return "the image with the memory is missing";
            if (offset > pages->size || *length > pages->size - offset)
                return "the image with the memory is shorter than its page map says";
            struct ckpt_text_piece piece = {
                offset, (uint32_t)*length, level, map->pages_id, area->bytes + (at - area->start),
                area};
            add_piece(p, &piece);
            return NULL;
        }
        if (run->kind == CKPT_PAGES_LAZY)
            return "the memory was to be sent later (lazy pages): it is not in the dump";
        if (run->kind != CKPT_PAGES_PARENT)
            return "the memory is stored in a form that cannot be read here";
        dump = ckpt_dump_previous(dump);
    }
    return absent_parent(p->dump);
}

/* ---- areas -------------------------------------------------------------------------------------
 */

/* Makes an area of [start, end) and plans its bytes. */
static void plan_area(struct planner *p, struct ckpt_area *area, uint64_t start, uint64_t end,
                      const char *field)
{
    if (start >= end) {
        area->known = true;
        return;
    }
    uint64_t length = end - start;
    if (length > LONGEST_AREA || length > MOST_TEXT - p->dump->text_size) {
        ckpt_dump_gap_in(p->dump, CKPT_CRIU_IMAGE_MM, p->pid, 0, field,
                         "the area is longer than the limit");
        return;
    }
    area->start = start;
    area->length = (size_t)length;
    area->bytes = ckpt_arena_alloc(&p->dump->arena, area->length);
    if (area->bytes == NULL)
        return;
    p->dump->text_size += area->length;
    size_t before = p->count;
    for (uint64_t at = start; at < end;) {
        uint64_t step = end - at;
        const char *why = find_bytes(p, area, at, &step);
        if (why != NULL) {
            if (why[0] != '\0')
                ckpt_dump_gap_in(p->dump, CKPT_CRIU_IMAGE_MM, p->pid, 0, field, why);
            p->count = before;
            area->pending = 0;
            return;
        }
        at += step;
    }
    area->known = !p->failed;
}

/* Linux fs/proc/base.c, get_mm_cmdline(): a title that was written over the arguments may go on
   into the environment, if that lies behind them; a page of it is shown. */
static uint64_t longest_title(const struct ckpt_pb *mm, uint32_t page)
{
    uint64_t start = ckpt_pb_u64(mm, F(mm_entry, mm_arg_start), 0);
    uint64_t end = ckpt_pb_u64(mm, F(mm_entry, mm_arg_end), 0);
    uint64_t environ = ckpt_pb_u64(mm, F(mm_entry, mm_env_start), 0);
    uint64_t environ_end = ckpt_pb_u64(mm, F(mm_entry, mm_env_end), 0);
    uint64_t last = environ == end && environ_end >= environ ? environ_end : end;
    if (start >= end || last - start <= page)
        return last;
    return end > start + page ? end : start + page;
}

static void plan_task(struct planner *p, struct ckpt_text *text)
{
    struct ckpt_area *title = &text->cmdline;
    uint64_t arguments = ckpt_pb_u64(&p->mm, F(mm_entry, mm_arg_start), 0);
    uint64_t end = ckpt_pb_u64(&p->mm, F(mm_entry, mm_arg_end), 0);
    p->page = page_size(&p->mm);
    p->searches = 0;
    p->levels = 0;
    /* What is after the arguments is needed only for a title: without it, do without. */
    size_t gaps = p->dump->gap_count;
    plan_area(p, title, arguments, longest_title(&p->mm, p->page), "mm_arg_start");
    if (!title->known && arguments < end) {
        p->dump->gap_count = gaps;
        plan_area(p, title, arguments, end, "mm_arg_start");
    }
    plan_area(p, &text->environ, ckpt_pb_u64(&p->mm, F(mm_entry, mm_env_start), 0),
              ckpt_pb_u64(&p->mm, F(mm_entry, mm_env_end), 0), "mm_env_start");
    for (unsigned i = 0; i < p->levels; i++)
        if (p->has[i])
            ckpt_pagemap_free(&p->maps[i]);
}

/* Sorts the pieces by level, file and offset. */
static bool sort_pieces(struct planner *p)
{
    struct ckpt_arena *arena = &p->dump->arena;
    struct ckpt_key *keys = ckpt_arena_array(arena, p->count, sizeof(*keys));
    struct ckpt_text_piece *sorted = ckpt_arena_array(arena, p->count, sizeof(*sorted));
    if (p->count == 0)
        return true;
    if (keys == NULL || sorted == NULL)
        return false;
    for (int round = 0; round < 2; round++) { /* offsets first: the second sort keeps their order */
        for (size_t i = 0; i < p->count; i++)
            keys[i] = (struct ckpt_key){round == 0 ? p->pieces[i].offset
                                                   : (uint64_t)p->pieces[i].level << 40 |
                                                         (p->pieces[i].pages_id & 0xFFFFFFFF),
                                        (uint32_t)i};
        ckpt_sort(keys, p->count);
        for (size_t i = 0; i < p->count; i++)
            sorted[i] = p->pieces[keys[i].value];
        memcpy(p->pieces, sorted, p->count * sizeof(*sorted));
    }
    return true;
}

/* The pids whose areas are planned: those of the tree (engines leave images of earlier dumps
   behind). While an archive is read, the tree is behind the memory: then all that have memory. */
static uint32_t *pids_of(ckpt_dump *dump, size_t *count)
{
    size_t tasks, images = ckpt_dump_image_count(dump);
    const struct ckpt_pb *entries = ckpt_tree(dump, 0, &tasks);
    bool tree = ckpt_dump_image(dump, CKPT_CRIU_IMAGE_PSTREE, 0) != NULL;
    uint32_t *pids = ckpt_arena_array(&dump->arena, tree ? tasks : images, sizeof(*pids));
    *count = 0;
    if (pids == NULL)
        return NULL;
    for (size_t i = 0; tree && i < tasks; i++)
        pids[(*count)++] = (uint32_t)ckpt_pb_u64(&entries[i], F(pstree_entry, pid), 0);
    for (size_t i = 0; !tree && i < images; i++)
        if (ckpt_dump_image_at(dump, i)->kind == CKPT_CRIU_IMAGE_MM)
            pids[(*count)++] = (uint32_t)ckpt_dump_image_at(dump, i)->id;
    return pids;
}

const struct ckpt_text_piece *ckpt_text_plan(ckpt_dump *dump, size_t *count)
{
    *count = dump->piece_count;
    if (dump->texts_known)
        return dump->pieces;
    dump->texts_known = true;
    ckpt_dump_begin_view(dump);
    struct planner *p = ckpt_arena_alloc(&dump->arena, sizeof(*p));
    size_t tasks;
    const uint32_t *pids = pids_of(dump, &tasks);
    dump->texts = ckpt_arena_array(&dump->arena, tasks, sizeof(*dump->texts));
    dump->text_keys = ckpt_arena_array(&dump->arena, tasks, sizeof(*dump->text_keys));
    if (p == NULL || pids == NULL || dump->texts == NULL || dump->text_keys == NULL)
        return NULL;
    p->dump = dump;
    for (size_t i = 0; i < tasks; i++) {
        p->pid = pids[i];
        p->mm = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_MM, p->pid, false);
        if (p->mm.message == NULL)
            continue;
        struct ckpt_text *text = &dump->texts[dump->text_count];
        dump->text_keys[dump->text_count] = (struct ckpt_key){p->pid, (uint32_t)dump->text_count};
        dump->text_count++;
        plan_task(p, text);
    }
    ckpt_sort(dump->text_keys, dump->text_count);
    if (!p->failed && sort_pieces(p)) {
        dump->pieces = p->pieces;
        dump->piece_count = p->count;
    }
    *count = dump->piece_count;
    return dump->pieces;
}

void ckpt_text_take(ckpt_dump *dump, size_t piece, const uint8_t *bytes, size_t length)
{
    if (piece >= dump->piece_count || dump->pieces[piece].length == 0)
        return;
    struct ckpt_text_piece *p = &dump->pieces[piece];
    if (length > p->length)
        length = p->length;
    if (length != 0)
        memcpy(p->into, bytes, length);
    if (length < p->length) {
        p->area->known = false;
        ckpt_dump_gap_in(dump, CKPT_CRIU_IMAGE_PAGES, p->pages_id, -1, NULL,
                         "it is missing, or shorter than its page map says");
    }
    p->length = 0; /* taken */
    p->area->pending--;
}

static struct ckpt_text *text_of(const struct ckpt_task *task)
{
    ckpt_dump *dump = task->dump;
    size_t at = ckpt_lower_bound(dump->text_keys, dump->text_count, task->pid);
    if (at == dump->text_count || dump->text_keys[at].key != task->pid)
        return NULL;
    return &dump->texts[dump->text_keys[at].value];
}

const struct ckpt_area *ckpt_text_cmdline(const struct ckpt_task *task)
{
    struct ckpt_text *text = text_of(task);
    if (text == NULL)
        return NULL;
    struct ckpt_area *area = &text->cmdline;
    uint64_t start = ckpt_pb_u64(&task->mm, F(mm_entry, mm_arg_start), 0);
    uint64_t end = ckpt_pb_u64(&task->mm, F(mm_entry, mm_arg_end), 0);
    size_t arguments = start < end ? (size_t)(end - start) : 0;
    if (!area->known || area->length < arguments || arguments == 0)
        return area;
    /* Both this and the title end once that is done, so it may be done again. */
    if (area->bytes[arguments - 1] == '\0') {
        area->length = arguments;
        return area;
    }
    const uint8_t *nul = memchr(area->bytes, '\0', area->length);
    size_t page = page_size(&task->mm);
    if (nul != NULL)
        area->length = (size_t)(nul - area->bytes);
    if (area->length > page)
        area->length = page;
    return area;
}

const struct ckpt_area *ckpt_text_environ(const struct ckpt_task *task)
{
    struct ckpt_text *text = text_of(task);
    return text == NULL ? NULL : &text->environ;
}
