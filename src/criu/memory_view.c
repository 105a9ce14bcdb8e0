/* SPDX-License-Identifier: Apache-2.0 */
/* The mappings of processes, with how much of each is where. */
#include "criu/memory_view.h"

#include "criu/view.h"

static void add_map(struct ckpt_memory *memory, const struct ckpt_space *space,
                    const struct ckpt_vma *vma, struct ckpt_sink *sink)
{
    uint64_t bytes[CKPT_PLACE_COUNT] = {0}, previous = 0;
    struct ckpt_segment segment;
    for (uint64_t at = vma->start; at < vma->end && ckpt_memory_at(memory, space, at, &segment);
         at = segment.end) {
        bool stored = segment.place == CKPT_PLACE_STORED || segment.place == CKPT_PLACE_BLOCK;
        if (stored && segment.level > 0)
            previous += segment.end - at;
        else
            bytes[segment.place] += segment.end - at;
    }
    char perms[] = {vma->prot & 1 ? 'r' : '-', vma->prot & 2 ? 'w' : '-', vma->prot & 4 ? 'x' : '-',
                    vma->shared ? 's' : 'p', '\0'};
    sink->begin_struct(sink);
    ckpt_view_integer(sink, V(Map, pid), space->pid);
    ckpt_view_integer64(sink, V(Map, start), vma->start);
    ckpt_view_integer64(sink, V(Map, end), vma->end);
    ckpt_view_name(sink, V(Map, perms), perms);
    ckpt_view_integer64(sink, V(Map, offset), vma->offset);
    ckpt_view_text(sink, V(Map, name), vma->name);
    ckpt_view_deleted(sink, V(Map, deleted), vma->deleted);
    ckpt_view_name(sink, V(Map, kind), ckpt_vma_kind_names[vma->kind]);
    ckpt_view_integer64(sink, V(Map, size), vma->end - vma->start);
    ckpt_view_integer64(sink, V(Map, stored), bytes[CKPT_PLACE_STORED] + bytes[CKPT_PLACE_BLOCK]);
    ckpt_view_integer64(sink, V(Map, previous), previous);
    ckpt_view_integer64(sink, V(Map, missing), bytes[CKPT_PLACE_PREVIOUS]);
    ckpt_view_integer64(sink, V(Map, lazy), bytes[CKPT_PLACE_LAZY]);
    ckpt_view_integer64(sink, V(Map, unreadable), bytes[CKPT_PLACE_UNREADABLE]);
    ckpt_view_integer64(sink, V(Map, zero), bytes[CKPT_PLACE_ZERO]);
    ckpt_view_integer64(sink, V(Map, file), bytes[CKPT_PLACE_FILE] + bytes[CKPT_PLACE_KERNEL]);
    sink->end(sink);
}

void ckpt_view_maps(struct ckpt_memory *memory, uint32_t pid, struct ckpt_sink *sink)
{
    sink->begin_struct(sink);
    ckpt_view_begin_array(sink, V(MapView, maps));
    for (size_t i = 0; i < ckpt_memory_space_count(memory); i++) {
        const struct ckpt_space *space = ckpt_memory_space_at(memory, i);
        for (size_t k = 0; k < space->count && (pid == 0 || pid == space->pid); k++)
            add_map(memory, space, &space->vmas[k], sink);
    }
    sink->end(sink);
    ckpt_view_gaps(sink, V(MapView, gaps), ckpt_memory_level(memory, 0));
    sink->end(sink);
}
