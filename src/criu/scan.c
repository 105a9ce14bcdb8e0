/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/scan.h"

#include <stdlib.h>
#include <string.h>

#include "criu/lz4.h"
#include "criu/scan_parts.h"

enum {
    PIECE = 256 << 10,
    LARGEST_BLOCK = 4 << 20,
    MOST_CONTEXT = 256,
    LOOK_BACK = 2 /* bytes before a match that tell whether it begins there */
};

ckpt_scan *ckpt_scan_new(struct ckpt_memory *memory, ckpt_search *search,
                         const struct ckpt_scan_filter *filter)
{
    ckpt_scan *scan = calloc(1, sizeof(*scan));
    if (scan == NULL)
        return NULL;
    scan->memory = memory;
    scan->search = search;
    scan->filter = *filter;
    scan->longest = ckpt_search_longest(search);
    scan->reach = scan->longest - 1;
    if (scan->filter.context > MOST_CONTEXT)
        scan->filter.context = MOST_CONTEXT;
    scan->margin = scan->reach + scan->filter.context;
    scan->pids = malloc((filter->pid_count + 1) * sizeof(*scan->pids));
    scan->work_size = PIECE + 2 * (scan->reach + MOST_CONTEXT + LOOK_BACK);
    scan->work = malloc(scan->work_size);
    if (scan->pids == NULL || scan->work == NULL) {
        ckpt_scan_free(scan);
        return NULL;
    }
    if (filter->pid_count > 0)
        memcpy(scan->pids, filter->pids, filter->pid_count * sizeof(*scan->pids));
    scan->filter.pids = scan->pids;
    if (!ckpt_scan_plan(scan)) {
        ckpt_scan_free(scan);
        return NULL;
    }
    return scan;
}

void ckpt_scan_free(ckpt_scan *scan)
{
    if (scan == NULL)
        return;
    free(scan->pids);
    free(scan->files);
    free(scan->views);
    free(scan->by_address);
    free(scan->strips);
    free(scan->edges);
    free(scan->work);
    free(scan->packed);
    ckpt_buffer_free(&scan->results);
    free(scan);
}

size_t ckpt_scan_range_count(const ckpt_scan *scan)
{
    return scan->strip_count;
}

struct ckpt_scan_range ckpt_scan_range_at(const ckpt_scan *scan, size_t index)
{
    const struct ckpt_scan_strip *strip = &scan->strips[index];
    const struct ckpt_scan_file *file = &scan->files[strip->file];
    return (struct ckpt_scan_range){file->level, file->pages_id, strip->from,
                                    strip->to - strip->from};
}

static uint32_t pid_of(const ckpt_scan *scan, const struct ckpt_scan_view *view)
{
    return ckpt_memory_space_at(scan->memory, view->space)->pid;
}

static bool same_view(const ckpt_scan *a, const ckpt_scan *b, size_t index)
{
    const struct ckpt_scan_view *v = &a->views[index], *w = &b->views[index];
    const struct ckpt_scan_file *f = &a->files[v->file], *g = &b->files[w->file];
    return v->start == w->start && v->end == w->end && v->at == w->at && v->from == w->from &&
           v->to == w->to && v->blocks == w->blocks && v->joins_before == w->joins_before &&
           v->joins_behind == w->joins_behind && v->zero_before == w->zero_before &&
           v->zero_behind == w->zero_behind && f->pages_id == g->pages_id && f->level == g->level &&
           f->shared == g->shared && f->map_id == g->map_id && pid_of(a, v) == pid_of(b, w);
}

bool ckpt_scan_same(const ckpt_scan *a, const ckpt_scan *b)
{
    if (a->view_count != b->view_count || a->strip_count != b->strip_count || a->size != b->size ||
        a->left.bytes != b->left.bytes || a->left.borders != b->left.borders)
        return false;
    for (size_t i = 0; i < a->view_count; i++)
        if (!same_view(a, b, i))
            return false;
    return true;
}

uint64_t ckpt_scan_size(const ckpt_scan *scan)
{
    return scan->size;
}

struct ckpt_buffer *ckpt_scan_results(ckpt_scan *scan)
{
    return &scan->results;
}

struct ckpt_scan_left ckpt_scan_left(const ckpt_scan *scan)
{
    return scan->left;
}

/* ---- Matches --------------------------------------------------------------------------------- */

/* Tells a match that stands at `start` in some bytes, of which those from `low` up to `high` may be
   shown around it. */
static void tell(ckpt_scan *scan, uint32_t stream, uint32_t pid, uint64_t address,
                 const struct ckpt_match *match, const uint8_t *bytes, size_t low, size_t high)
{
    static const char zeros[4] = {0};
    size_t start = match->start, end = start + match->length, context = scan->filter.context;
    size_t before = start - low < context ? start - low : context;
    size_t after = high - end < context ? high - end : context;
    struct ckpt_scan_found found = {stream,
                                    pid,
                                    (uint32_t)address,
                                    (uint32_t)(address >> 32),
                                    match->pattern,
                                    (uint32_t)before,
                                    (uint32_t)match->length,
                                    (uint32_t)after};
    size_t size = before + match->length + after;
    ckpt_buffer_add(&scan->results, (const char *)&found, sizeof(found));
    ckpt_buffer_add(&scan->results, (const char *)bytes + start - before, size);
    ckpt_buffer_add(&scan->results, zeros, (4 - size % 4) % 4);
}

static bool wanted(const ckpt_scan *scan, uint64_t address, size_t length)
{
    return address >= scan->filter.from && address <= scan->filter.to &&
           length <= scan->filter.to - address;
}

/* A match in `work`: it counts where it lies in one view; at borders that are looked through later
   it is told then. */
static enum ckpt_match_answer take(void *context, const struct ckpt_match *match)
{
    ckpt_scan *scan = context;
    uint64_t from = scan->place + match->start, to = from + match->length;
    enum ckpt_match_answer answer = CKPT_MATCH_REFUSED;
    if (scan->strip == NULL) {
        tell(scan, scan->stream, 0, from, match, scan->work, 0, scan->held);
        return scan->results.failed ? CKPT_MATCH_STOP : CKPT_MATCH_TAKEN;
    }
    const struct ckpt_scan_view *view = &scan->views[scan->active];
    const struct ckpt_scan_view *behind = &scan->views[scan->strip->first] + scan->strip->count;
    for (; view < behind && view->at <= from; view++) {
        uint64_t end = view->at + (view->end - view->start);
        if (to > end)
            continue;
        answer = CKPT_MATCH_TAKEN;
        if ((view->joins_before && from - view->at < scan->margin) ||
            (view->joins_behind && end - from <= scan->margin))
            continue;
        uint64_t address = view->start + (from - view->at);
        if (!wanted(scan, address, match->length))
            continue;
        size_t low = view->at > scan->place ? (size_t)(view->at - scan->place) : 0;
        size_t high = end - scan->place < scan->held ? (size_t)(end - scan->place) : scan->held;
        tell(scan, 0, pid_of(scan, view), address, match, scan->work, low, high);
    }
    return scan->results.failed ? CKPT_MATCH_STOP : answer;
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* What is in a part of the memory at positions from `from` up to `to`, into an edge. */
static void keep_part(ckpt_scan *scan, uint32_t edge, uint64_t edge_from, uint64_t edge_to,
                      const uint8_t *bytes, uint64_t from, uint64_t to)
{
    uint64_t low = edge_from > from ? edge_from : from, high = edge_to < to ? edge_to : to;
    if (edge != CKPT_SCAN_NONE && low < high)
        memcpy(scan->edges + edge + (low - edge_from), bytes + (low - from), (size_t)(high - low));
}

static void keep_edges(ckpt_scan *scan, const uint8_t *bytes, uint64_t from, uint64_t to)
{
    uint64_t margin = scan->margin;
    const struct ckpt_scan_view *behind = &scan->views[scan->strip->first] + scan->strip->count;
    for (const struct ckpt_scan_view *view = &scan->views[scan->active];
         view < behind && view->at < to; view++) {
        uint64_t end = view->at + (view->end - view->start);
        keep_part(scan, view->head, view->at, view->at + 2 * margin, bytes, from, to);
        keep_part(scan, view->tail, end - margin - scan->filter.context, end, bytes, from, to);
    }
}

/* Looks for matches in what is held; `last`: nothing follows. */
static bool look(ckpt_scan *scan, bool last)
{
    size_t margin = scan->margin;
    size_t from = (size_t)(scan->next - scan->place), to = scan->held;
    if (!last)
        to = to > margin ? to - margin : 0;
    if (from >= to)
        return true;
    if (!ckpt_search_run(scan->search, scan->work, scan->held, from, to, scan->base + scan->place,
                         take, scan))
        return false;
    scan->next = scan->place + to;
    size_t shown = scan->filter.context + LOOK_BACK, keep = to > shown ? to - shown : 0;
    memmove(scan->work, scan->work + keep, scan->held - keep);
    scan->held -= keep;
    scan->place += keep;
    if (scan->strip != NULL) {
        size_t behind = scan->strip->first + scan->strip->count;
        const struct ckpt_scan_view *view = &scan->views[scan->active];
        while (scan->active < behind && view->at + (view->end - view->start) <= scan->next) {
            scan->active++;
            view++;
        }
    }
    return true;
}

/* The next bytes of memory, which stand in `work` already. */
static bool add(ckpt_scan *scan, size_t length)
{
    if (scan->strip != NULL)
        keep_edges(scan, scan->work + scan->held, scan->at, scan->at + length);
    scan->at += length;
    scan->held += length;
    return look(scan, false);
}

static bool add_bytes(ckpt_scan *scan, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        size_t room = scan->work_size - scan->held, part = length < room ? length : room;
        memcpy(scan->work + scan->held, bytes, part);
        if (!add(scan, part))
            return false;
        bytes += part;
        length -= part;
    }
    return true;
}

/* Goes on at another position; what was before counts for nothing: for ckpt_search_run() positions
   only grow. */
static void restart(ckpt_scan *scan, uint64_t at)
{
    scan->base += scan->next + CKPT_SEARCH_LONGEST - at;
    scan->place = scan->next = scan->at = at;
    scan->held = 0;
}

static void begin(ckpt_scan *scan, uint64_t at)
{
    restart(scan, at);
    scan->packed_held = 0;
}

static void next_block(ckpt_scan *scan)
{
    const struct ckpt_scan_file *file = &scan->files[scan->strip->file];
    const struct ckpt_pagemap *map =
        ckpt_memory_map(scan->memory, file->level, file->shared, file->map_id);
    scan->block = ckpt_page_block_at(map, &map->runs[ckpt_pagemap_find(map, scan->at)], scan->at);
}

void ckpt_scan_begin(ckpt_scan *scan, size_t range)
{
    const struct ckpt_scan_strip *strip = &scan->strips[range];
    begin(scan, strip->at);
    scan->strip = strip;
    scan->active = strip->first;
    if (strip->blocks)
        next_block(scan);
}

void ckpt_scan_begin_stream(ckpt_scan *scan, uint32_t number)
{
    begin(scan, 0);
    scan->strip = NULL;
    scan->stream = number;
}

uint8_t *ckpt_scan_room(ckpt_scan *scan, size_t *size)
{
    if (scan->strip == NULL || !scan->strip->blocks) {
        *size = scan->work_size - scan->held;
        return scan->work + scan->held;
    }
    if (scan->packed == NULL)
        scan->packed = malloc((size_t)2 * LARGEST_BLOCK);
    size_t left =
        scan->block.stored > scan->packed_held ? (size_t)scan->block.stored - scan->packed_held : 0;
    *size = left;
    return scan->packed == NULL ? NULL : scan->packed + scan->packed_held;
}

/* Expands blocks that are complete, also those of which nothing is stored. */
static bool expand_blocks(ckpt_scan *scan)
{
    while (scan->at < scan->strip->end && scan->packed_held >= scan->block.stored) {
        uint8_t *raw = scan->packed + LARGEST_BLOCK;
        size_t size = (size_t)scan->block.raw;
        size_t skip = (size_t)(scan->at - scan->block.start), part = size - skip;
        if (part > scan->strip->end - scan->at)
            part = (size_t)(scan->strip->end - scan->at);
        scan->packed_held = 0;
        if (ckpt_lz4_expand(scan->packed, (size_t)scan->block.stored, raw, size)) {
            if (!add_bytes(scan, raw + skip, part))
                return false;
        } else {
            scan->left.damaged++;
            if (!look(scan, true))
                return false;
            restart(scan, scan->at + part);
        }
        if (scan->at < scan->strip->end)
            next_block(scan);
    }
    return true;
}

bool ckpt_scan_feed(ckpt_scan *scan, size_t length)
{
    if (scan->strip == NULL || !scan->strip->blocks)
        return add(scan, length);
    scan->packed_held += length;
    return scan->packed != NULL && expand_blocks(scan);
}

bool ckpt_scan_end(ckpt_scan *scan)
{
    size_t size;
    if (scan->strip != NULL && scan->strip->blocks &&
        (ckpt_scan_room(scan, &size) == NULL || !expand_blocks(scan)))
        return false;
    if (scan->strip != NULL && scan->at < scan->strip->end)
        scan->left.bytes += scan->strip->end - scan->at; /* the file ends before */
    return look(scan, true);
}

/* ---- Borders --------------------------------------------------------------------------------- */

/* A match that starts at most `margin` bytes from a border: they, and the context before them, are
   in `work`, and twice as many after it. */
static enum ckpt_match_answer take_joined(void *context, const struct ckpt_match *match)
{
    ckpt_scan *scan = context;
    /* Zero memory alone is not searched. */
    size_t border = scan->margin + scan->filter.context;
    if (scan->zero_first && match->start + match->length <= border)
        return CKPT_MATCH_REFUSED;
    uint64_t address = scan->border - border + match->start;
    if (wanted(scan, address, match->length))
        tell(scan, 0, pid_of(scan, scan->joined), address, match, scan->work, 0, scan->held);
    return scan->results.failed ? CKPT_MATCH_STOP : CKPT_MATCH_TAKEN;
}

/* Looks through one border; NULL: zero memory. */
static bool join(ckpt_scan *scan, const struct ckpt_scan_view *before,
                 const struct ckpt_scan_view *behind)
{
    size_t margin = scan->margin, context = scan->filter.context, border = margin + context;
    begin(scan, 0);
    scan->held = border + 2 * margin;
    memset(scan->work, 0, scan->held);
    if (before != NULL)
        memcpy(scan->work, scan->edges + before->tail, border);
    if (behind != NULL)
        memcpy(scan->work + border, scan->edges + behind->head, 2 * margin);
    scan->joined = before != NULL ? before : behind;
    scan->border = before != NULL ? before->end : behind->start;
    scan->zero_first = before == NULL;
    bool good =
        ckpt_search_run(scan->search, scan->work, scan->held, context,
                        border + (behind == NULL ? 0 : margin), scan->base, take_joined, scan);
    scan->next = scan->held;
    return good;
}

bool ckpt_scan_finish(ckpt_scan *scan)
{
    const struct ckpt_scan_view *before = NULL;
    for (size_t i = 0; i < scan->view_count; i++) {
        const struct ckpt_scan_view *view = &scan->views[scan->by_address[i]];
        if (view->joins_before && !join(scan, view->zero_before ? NULL : before, view))
            return false;
        if (view->joins_behind && view->zero_behind && !join(scan, view, NULL))
            return false;
        before = view;
    }
    return true;
}
