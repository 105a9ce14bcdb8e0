/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of a dump's processes, for JavaScript; wasm/api/memory.js is the other side. Lists are
 * answered as words in a row, good until the next call.
 */
#include <string.h>

#include "criu/elf.h"
#include "criu/lz4.h"
#include "criu/memory_view.h"
#include "wasm/border/answer.h"

const void *ckpt_wasm_memory_maps(ckpt_dump *dump, uint32_t pid);
int ckpt_wasm_memory_has(ckpt_dump *dump, uint32_t pid);
const void *ckpt_wasm_memory_pids(ckpt_dump *dump);
uint32_t ckpt_wasm_memory_page_size(ckpt_dump *dump);
const void *ckpt_wasm_memory_segments(ckpt_dump *dump, uint32_t pid, uint64_t from, uint64_t to,
                                      uint32_t most);
const void *ckpt_wasm_memory_mapping(ckpt_dump *dump, uint32_t pid, uint64_t address);
int ckpt_wasm_memory_expand(const uint8_t *from, uint32_t length, uint8_t *to, uint32_t size);
const void *ckpt_wasm_memory_core(ckpt_dump *dump, uint32_t pid);
const void *ckpt_wasm_memory_sizes(ckpt_dump *dump);

static struct ckpt_answer answer;

struct request {
    struct ckpt_memory *memory;
    uint32_t pid;
};

static void write_maps(struct ckpt_sink *sink, void *argument)
{
    const struct request *request = argument;
    ckpt_view_maps(request->memory, request->pid, sink);
}

/* The view of the mappings on the tape; NULL: no memory. */
const void *ckpt_wasm_memory_maps(ckpt_dump *dump, uint32_t pid)
{
    struct request request = {ckpt_dump_memory(dump), pid};
    if (request.memory == NULL || !ckpt_tape_record(&answer.tape, write_maps, &request))
        return NULL;
    return ckpt_answer_tape(&answer);
}

/* Whether the process has memory; -1: there is no memory to find that out. */
int ckpt_wasm_memory_has(ckpt_dump *dump, uint32_t pid)
{
    struct ckpt_memory *memory = ckpt_dump_memory(dump);
    return memory == NULL ? -1 : ckpt_memory_space(memory, pid) != NULL;
}

/* The pids of all processes that have. */
const void *ckpt_wasm_memory_pids(ckpt_dump *dump)
{
    struct ckpt_memory *memory = ckpt_dump_memory(dump);
    ckpt_buffer_clear(&answer.list);
    for (size_t i = 0; memory != NULL && i < ckpt_memory_space_count(memory); i++)
        ckpt_answer_word(&answer, ckpt_memory_space_at(memory, i)->pid);
    return ckpt_answer_list(&answer);
}

uint32_t ckpt_wasm_memory_page_size(ckpt_dump *dump)
{
    struct ckpt_memory *memory = ckpt_dump_memory(dump);
    return memory == NULL ? 0 : ckpt_memory_page_size(memory);
}

/*
 * The segments from one address up to another, up to a number of them. Of each: start and end (two
 * words each, the low one first), place (and 256 if shared memory has it), level, number of the
 * pages file, offset in it (two words), bytes there; of blocks the segment's place in the block and
 * the block's size in memory.
 */
const void *ckpt_wasm_memory_segments(ckpt_dump *dump, uint32_t pid, uint64_t from, uint64_t to,
                                      uint32_t most)
{
    struct ckpt_memory *memory = ckpt_dump_memory(dump);
    const struct ckpt_space *space = memory == NULL ? NULL : ckpt_memory_space(memory, pid);
    struct ckpt_segment s;
    ckpt_buffer_clear(&answer.list);
    for (; space != NULL && from < to && most > 0 && ckpt_memory_at(memory, space, from, &s);
         from = s.end, most--) {
        bool block = s.place == CKPT_PLACE_BLOCK;
        if (s.end > to)
            s.end = to;
        ckpt_answer_long(&answer, s.start);
        ckpt_answer_long(&answer, s.end);
        ckpt_answer_word(&answer, s.place | (s.shared ? 256u : 0));
        ckpt_answer_word(&answer, s.level);
        ckpt_answer_word(&answer, (uint32_t)s.pages_id);
        ckpt_answer_long(&answer, block ? s.block.offset : s.offset);
        ckpt_answer_word(&answer, block ? (uint32_t)s.block.stored : 0);
        ckpt_answer_word(&answer, block ? (uint32_t)(s.start - s.block.start) : 0);
        ckpt_answer_word(&answer, block ? (uint32_t)s.block.raw : 0);
    }
    return ckpt_answer_list(&answer);
}

static enum ckpt_memory_area area_of(const struct ckpt_space *space, uint64_t address)
{
    const struct ckpt_pb *mm = &space->mm;
    if (!space->has_mm)
        return CKPT_AREA_OTHER;
    if (address >= ckpt_pb_u64(mm, F(mm_entry, mm_arg_start), UINT64_MAX) &&
        address < ckpt_pb_u64(mm, F(mm_entry, mm_arg_end), 0))
        return CKPT_AREA_ARGUMENTS;
    return address >= ckpt_pb_u64(mm, F(mm_entry, mm_env_start), UINT64_MAX) &&
                   address < ckpt_pb_u64(mm, F(mm_entry, mm_env_end), 0)
               ? CKPT_AREA_ENVIRONMENT
               : CKPT_AREA_OTHER;
}

/* The mapping that holds an address: start and end (two words each), what it is, PROT_…, address
   and length of its name, whether its file was deleted. */
const void *ckpt_wasm_memory_mapping(ckpt_dump *dump, uint32_t pid, uint64_t address)
{
    struct ckpt_memory *memory = ckpt_dump_memory(dump);
    const struct ckpt_space *space = memory == NULL ? NULL : ckpt_memory_space(memory, pid);
    const struct ckpt_vma *vma = space == NULL ? NULL : ckpt_space_vma(space, address);
    ckpt_buffer_clear(&answer.list);
    if (vma != NULL) {
        ckpt_answer_long(&answer, vma->start);
        ckpt_answer_long(&answer, vma->end);
        ckpt_answer_word(&answer, vma->kind);
        ckpt_answer_word(&answer, vma->prot | (vma->shared ? 8u : 0));
        ckpt_answer_word(&answer, (uint32_t)(uintptr_t)vma->name.data);
        ckpt_answer_word(&answer, (uint32_t)vma->name.length);
        ckpt_answer_word(&answer, vma->deleted);
        ckpt_answer_word(&answer, area_of(space, address));
    }
    return ckpt_answer_list(&answer);
}

/* Expands a block of a pages file to `size` bytes. 0: it is damaged. */
int ckpt_wasm_memory_expand(const uint8_t *from, uint32_t length, uint8_t *to, uint32_t size)
{
    return ckpt_lz4_expand(from, length, to, size);
}

/* The core file of a process: words with address and length of why there is none (0: there is one),
   address and length of its first bytes, its size (two words), and for each part of the memory
   start, end, place in the file (two words each), whether its bytes belong there. Good until the
   next call. */
const void *ckpt_wasm_memory_core(ckpt_dump *dump, uint32_t pid)
{
    static struct ckpt_core core;
    ckpt_core_free(&core);
    bool good = ckpt_core_make(&core, dump, pid);
    ckpt_buffer_clear(&answer.list);
    ckpt_answer_word(&answer, (uint32_t)(uintptr_t)core.refused);
    ckpt_answer_word(&answer, good ? 0 : (uint32_t)strlen(core.refused));
    ckpt_answer_word(&answer, (uint32_t)(uintptr_t)core.head.data);
    ckpt_answer_word(&answer, (uint32_t)core.head.length);
    ckpt_answer_long(&answer, core.size);
    for (size_t i = 0; good && i < core.count; i++) {
        ckpt_answer_long(&answer, core.loads[i].start);
        ckpt_answer_long(&answer, core.loads[i].end);
        ckpt_answer_long(&answer, core.loads[i].offset);
        ckpt_answer_word(&answer, core.loads[i].held);
    }
    return ckpt_answer_list(&answer);
}

/* For each process with memory: its pid, bytes of its own pages that this dump holds, bytes of its
   shared mappings (two words each). */
const void *ckpt_wasm_memory_sizes(ckpt_dump *dump)
{
    struct ckpt_memory *memory = ckpt_dump_memory(dump);
    ckpt_buffer_clear(&answer.list);
    for (size_t i = 0; memory != NULL && i < ckpt_memory_space_count(memory); i++) {
        const struct ckpt_space *space = ckpt_memory_space_at(memory, i);
        const struct ckpt_pagemap *map = ckpt_memory_map(memory, 0, false, space->pid);
        uint64_t shared = 0;
        for (size_t k = 0; k < space->count; k++)
            if (space->vmas[k].shared)
                shared += space->vmas[k].end - space->vmas[k].start;
        ckpt_answer_word(&answer, space->pid);
        ckpt_answer_long(&answer, map == NULL ? 0 : map->stored * map->page_size);
        ckpt_answer_long(&answer, shared);
    }
    return ckpt_answer_list(&answer);
}
