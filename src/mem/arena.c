/* SPDX-License-Identifier: Apache-2.0 */
#include "mem/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 8u
#define FIRST_CHUNK ((size_t)16 << 10)
#define KEPT_CHUNK ((size_t)1 << 20) /* larger chunks are not kept by a reset */
#define LARGEST_ALLOCATION ((size_t)1 << 30)

struct ckpt_arena_chunk {
    struct ckpt_arena_chunk *older;
    size_t size; /* of the space after this header */
};

static char *space_of(struct ckpt_arena_chunk *chunk)
{
    return (char *)chunk + sizeof(*chunk);
}

static bool add_chunk(struct ckpt_arena *arena, size_t needed)
{
    size_t size = arena->chunks != NULL ? arena->chunks->size * 2 : FIRST_CHUNK;
    if (size > (size_t)8 << 20)
        size = (size_t)8 << 20;
    if (size < needed)
        size = needed;
    struct ckpt_arena_chunk *chunk = malloc(sizeof(*chunk) + size);
    if (chunk == NULL)
        return false;
    chunk->older = arena->chunks;
    chunk->size = size;
    arena->chunks = chunk;
    arena->next = space_of(chunk);
    arena->end = arena->next + size;
    return true;
}

void *ckpt_arena_alloc(struct ckpt_arena *arena, size_t size)
{
    if (size > LARGEST_ALLOCATION)
        return NULL;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if ((arena->chunks == NULL || size > (size_t)(arena->end - arena->next)) &&
        !add_chunk(arena, size))
        return NULL;
    void *memory = arena->next;
    arena->next += size;
    return memset(memory, 0, size);
}

void *ckpt_arena_array(struct ckpt_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > LARGEST_ALLOCATION / size)
        return NULL;
    return ckpt_arena_alloc(arena, count * size);
}

struct ckpt_arena_mark ckpt_arena_mark(const struct ckpt_arena *arena)
{
    return (struct ckpt_arena_mark){arena->chunks, arena->next};
}

void ckpt_arena_release(struct ckpt_arena *arena, struct ckpt_arena_mark mark)
{
    while (arena->chunks != mark.chunk) {
        struct ckpt_arena_chunk *chunk = arena->chunks;
        arena->chunks = chunk->older;
        free(chunk);
    }
    arena->next = mark.next;
    arena->end = mark.chunk == NULL ? NULL : space_of(mark.chunk) + mark.chunk->size;
}

void ckpt_arena_reset(struct ckpt_arena *arena)
{
    struct ckpt_arena_chunk *kept = NULL;
    while (arena->chunks != NULL) {
        struct ckpt_arena_chunk *chunk = arena->chunks;
        arena->chunks = chunk->older;
        if (chunk->size <= KEPT_CHUNK && (kept == NULL || chunk->size > kept->size)) {
            free(kept);
            kept = chunk;
        } else {
            free(chunk);
        }
    }
    arena->chunks = kept;
    arena->next = arena->end = NULL;
    if (kept != NULL) {
        kept->older = NULL;
        arena->next = space_of(kept);
        arena->end = arena->next + kept->size;
    }
}

void ckpt_arena_free(struct ckpt_arena *arena)
{
    while (arena->chunks != NULL) {
        struct ckpt_arena_chunk *older = arena->chunks->older;
        free(arena->chunks);
        arena->chunks = older;
    }
    arena->next = arena->end = NULL;
}
