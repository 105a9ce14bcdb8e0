/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of a scan: which parts of which files hold what is searched, and where they adjoin. */
#include <stdlib.h>
#include <string.h>

#include "criu/scan_parts.h"
#include "mem/sort.h"

/* Bytes that are kept of both sides of borders, all together. */
enum { MOST_EDGES = 32 << 20 };

static bool grow(void *items, size_t count, size_t *room, size_t size)
{
    void **array = items;
    if (count < *room)
        return true;
    size_t more = *room < 64 ? 64 : *room * 2;
    if (more > SIZE_MAX / 4 / size)
        return false;
    void *larger = realloc(*array, more * size);
    if (larger == NULL)
        return false;
    *array = larger;
    *room = more;
    return true;
}

/* The file of a segment; the last ones are looked at first, since they mostly come again. */
static bool file_of(struct ckpt_scan *scan, const struct ckpt_segment *s, uint32_t *index)
{
    for (size_t i = scan->file_count; i > 0; i--) {
        const struct ckpt_scan_file *file = &scan->files[i - 1];
        if (file->pages_id == s->pages_id && file->level == s->level && file->shared == s->shared &&
            file->map_id == s->map_id) {
            *index = (uint32_t)(i - 1);
            return true;
        }
        if (scan->file_count - i >
            256) /* twice in the list does no harm but that it is read twice */
            break;
    }
    void *files = scan->files;
    if (!grow(&files, scan->file_count, &scan->file_room, sizeof(*scan->files)))
        return false;
    scan->files = files;
    *index = (uint32_t)scan->file_count;
    scan->files[scan->file_count++] =
        (struct ckpt_scan_file){s->map_id, s->pages_id, s->level, s->shared};
    return true;
}

static bool add_view(struct ckpt_scan *scan, uint32_t space, const struct ckpt_segment *s)
{
    uint32_t file;
    bool blocks = s->place == CKPT_PLACE_BLOCK;
    uint64_t at = blocks ? s->map_address : s->offset;
    uint64_t from = blocks ? s->block.offset : s->offset;
    uint64_t to = blocks ? from + s->block.stored : from + (s->end - s->start);
    if (!file_of(scan, s, &file))
        return false;
    struct ckpt_scan_view *last = scan->view_count == 0 ? NULL : &scan->views[scan->view_count - 1];
    bool follows = last != NULL && last->space == space && last->end == s->start;
    if (follows && last->file == file && last->blocks == blocks &&
        last->at + (last->end - last->start) == at && (from == last->to || to == last->to)) {
        last->end = s->end;
        last->to = to;
        return true;
    }
    void *views = scan->views;
    if (scan->view_count >= UINT32_MAX - 1 ||
        !grow(&views, scan->view_count, &scan->view_room, sizeof(*scan->views)) || views == NULL)
        return false;
    scan->views = views;
    if (follows)
        scan->views[scan->view_count - 1].joins_behind = true;
    scan->views[scan->view_count++] = (struct ckpt_scan_view){.start = s->start,
                                                              .end = s->end,
                                                              .at = at,
                                                              .from = from,
                                                              .to = to,
                                                              .space = space,
                                                              .file = file,
                                                              .head = CKPT_SCAN_NONE,
                                                              .tail = CKPT_SCAN_NONE,
                                                              .blocks = blocks,
                                                              .joins_before = follows};
    return true;
}

/* Goes through the segments between two addresses. *zero: where zero memory ended that was met
 * last. */
static bool add_area(struct ckpt_scan *scan, uint32_t index, uint64_t at, uint64_t end,
                     uint64_t *zero)
{
    const struct ckpt_space *space = ckpt_memory_space_at(scan->memory, index);
    struct ckpt_segment s;
    for (; at < end && ckpt_memory_at(scan->memory, space, at, &s); at = s.end) {
        if (s.end > end)
            s.end = end;
        if (s.shared && scan->filter.own)
            continue;
        switch (s.place) {
        case CKPT_PLACE_STORED:
        case CKPT_PLACE_BLOCK: {
            size_t before = scan->view_count;
            if (!add_view(scan, index, &s))
                return false;
            struct ckpt_scan_view *view = &scan->views[scan->view_count - 1];
            if (scan->view_count > before && *zero == at && view->start == at)
                view->joins_before = view->zero_before = true;
            scan->size += s.end - s.start;
            break;
        }
        case CKPT_PLACE_ZERO:
            if (scan->view_count > 0) {
                struct ckpt_scan_view *view = &scan->views[scan->view_count - 1];
                if (view->space == index && view->end == at)
                    view->joins_behind = view->zero_behind = true;
            }
            *zero = s.end;
            break;
        case CKPT_PLACE_PREVIOUS:
        case CKPT_PLACE_LAZY:
        case CKPT_PLACE_UNREADABLE:
            scan->left.bytes += s.end - s.start;
            break;
        default:
            break;
        }
    }
    return true;
}

static bool wants_pid(const struct ckpt_scan_filter *filter, uint32_t pid)
{
    for (size_t i = 0; i < filter->pid_count; i++)
        if (filter->pids[i] == pid)
            return true;
    return filter->pid_count == 0;
}

static bool wants_vma(const struct ckpt_scan_filter *filter, const struct ckpt_vma *vma)
{
    return (filter->kinds == 0 || (filter->kinds >> vma->kind & 1) != 0) &&
           (vma->prot & filter->prot) == filter->prot;
}

static bool add_space(struct ckpt_scan *scan, uint32_t index)
{
    const struct ckpt_scan_filter *filter = &scan->filter;
    const struct ckpt_space *space = ckpt_memory_space_at(scan->memory, index);
    uint64_t page = ckpt_memory_page_size(scan->memory), zero = UINT64_MAX;
    uint64_t from = filter->from & ~(page - 1), to = filter->to;
    if (to < UINT64_MAX - page)
        to = (to + page - 1) & ~(page - 1);
    if (!space->has_mm) /* a pre-dump tells of no mappings */
        return filter->kinds != 0 || filter->prot != 0 || add_area(scan, index, from, to, &zero);
    for (size_t i = 0; i < space->count; i++) {
        const struct ckpt_vma *vma = &space->vmas[i];
        uint64_t start = vma->start > from ? vma->start : from;
        uint64_t end = vma->end < to ? vma->end : to;
        if (start < end && wants_vma(filter, vma) && !add_area(scan, index, start, end, &zero))
            return false;
    }
    return true;
}

/* ---- Order ----------------------------------------------------------------------------------- */

/* Which files come first: those of this dump, then those of the one before …, by number. */
static uint64_t *file_ranks(const struct ckpt_scan *scan)
{
    size_t count = scan->file_count;
    uint64_t *ranks = malloc((count + 1) * sizeof(*ranks));
    struct ckpt_key *keys = malloc((count + 1) * sizeof(*keys));
    if (ranks != NULL && keys != NULL) {
        for (size_t i = 0; i < count; i++)
            keys[i] = (struct ckpt_key){(uint64_t)scan->files[i].level << 32 |
                                            (scan->files[i].pages_id & UINT32_MAX),
                                        (uint32_t)i};
        ckpt_sort(keys, count);
        for (size_t i = 0; i < count; i++)
            ranks[keys[i].value] = i;
        free(keys);
        return ranks;
    }
    free(ranks);
    free(keys);
    return NULL;
}

/* Sorts the views by file, then blocks, then position; they are by process and address now, and
   by_address tells where each of these went. */
static bool sort_views(struct ckpt_scan *scan)
{
    size_t count = scan->view_count;
    struct ckpt_scan_view *sorted = malloc((count + 1) * sizeof(*sorted));
    struct ckpt_key *keys = malloc((count + 1) * sizeof(*keys));
    scan->by_address = malloc((count + 1) * sizeof(*scan->by_address));
    uint64_t *ranks = file_ranks(scan);
    bool good = sorted != NULL && keys != NULL && scan->by_address != NULL && ranks != NULL;
    if (good) {
        for (size_t i = 0; i < count; i++)
            keys[i] = (struct ckpt_key){scan->views[i].at, (uint32_t)i};
        ckpt_sort(keys, count);
        /* The second sort is by rank, and by the order of the first one. */
        uint32_t *order = scan->by_address;
        for (size_t i = 0; i < count; i++) {
            order[i] = keys[i].value;
            const struct ckpt_scan_view *view = &scan->views[keys[i].value];
            keys[i].key = ranks[view->file] << 1 | view->blocks;
            keys[i].value = (uint32_t)i;
        }
        ckpt_sort(keys, count);
        for (size_t i = 0; i < count; i++)
            sorted[i] = scan->views[order[keys[i].value]];
        for (size_t i = 0; i < count; i++)
            keys[i].key = order[keys[i].value];
        for (size_t i = 0; i < count; i++)
            scan->by_address[keys[i].key] = (uint32_t)i;
        struct ckpt_scan_view *old = scan->views;
        scan->views = sorted;
        sorted = old;
    }
    free(sorted);
    free(keys);
    free(ranks);
    return good;
}

static bool make_strips(struct ckpt_scan *scan)
{
    scan->strips = calloc(scan->view_count + 1, sizeof(*scan->strips));
    if (scan->strips == NULL)
        return false;
    for (size_t i = 0; i < scan->view_count; i++) {
        const struct ckpt_scan_view *view = &scan->views[i];
        uint64_t end = view->at + (view->end - view->start);
        struct ckpt_scan_strip *last =
            scan->strip_count == 0 ? NULL : &scan->strips[scan->strip_count - 1];
        /* Two parts of one block may lie apart in it. */
        bool adjoins = last != NULL && last->file == view->file && last->blocks == view->blocks &&
                       view->from <= last->to &&
                       (view->at <= last->end || (view->blocks && view->from < last->to));
        if (adjoins) {
            last->count++;
            last->end = end > last->end ? end : last->end;
            last->to = view->to > last->to ? view->to : last->to;
            continue;
        }
        scan->strips[scan->strip_count++] = (struct ckpt_scan_strip){
            view->at, end, view->from, view->to, i, view->file, 1, view->blocks};
    }
    return true;
}

/* Gives both sides of each border room for what stands there. Where there is too much of it, each
   side is searched for itself. */
static bool make_edges(struct ckpt_scan *scan)
{
    size_t size = 0, margin = scan->margin, tail_size = margin + scan->filter.context;
    struct ckpt_scan_view *before = NULL;
    for (size_t i = 0; i < scan->view_count; i++) {
        struct ckpt_scan_view *view = &scan->views[scan->by_address[i]];
        size_t head = view->joins_before ? 2 * margin : 0;
        size_t tail = view->joins_before && !view->zero_before && before != NULL ? tail_size : 0;
        if (margin == 0 || head + tail > MOST_EDGES - size) {
            scan->left.borders += head != 0;
            if (tail != 0)
                before->joins_behind = false;
            view->joins_before = false;
        } else if (head != 0) {
            if (tail != 0)
                before->tail = (uint32_t)size;
            view->head = (uint32_t)(size + tail);
            size += head + tail;
        }
        if (view->zero_behind) {
            bool fits = margin > 0 && tail_size <= MOST_EDGES - size;
            view->tail = fits ? (uint32_t)size : CKPT_SCAN_NONE;
            scan->left.borders += margin > 0 && !fits;
            view->joins_behind = fits;
            size += fits ? tail_size : 0;
        } else if (margin == 0) {
            view->joins_behind = false;
        }
        before = view;
    }
    scan->edges = calloc(size + 1, 1); /* a file may end before it */
    return scan->edges != NULL;
}

bool ckpt_scan_plan(struct ckpt_scan *scan)
{
    for (size_t i = 0; i < ckpt_memory_space_count(scan->memory); i++)
        if (wants_pid(&scan->filter, ckpt_memory_space_at(scan->memory, i)->pid) &&
            !add_space(scan, (uint32_t)i))
            return false;
    return sort_views(scan) && make_strips(scan) && make_edges(scan);
}
