/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is dropped as a whole: all that one document needs. */
#ifndef CKPT_JSON_ARENA_H
#define CKPT_JSON_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct ckpt_arena_chunk;

struct ckpt_arena {
    struct ckpt_arena_chunk *chunks; /* the current one first */
    char *next, *end;                /* free space of the current chunk */
};

/* `size` zeroed bytes, aligned for any value; NULL if there is no memory. */
void *ckpt_arena_alloc(struct ckpt_arena *arena, size_t size);

/* The same for `count` items of `size` bytes, checked for overflow. */
void *ckpt_arena_array(struct ckpt_arena *arena, size_t count, size_t size);

/* How far the arena is filled. */
struct ckpt_arena_mark {
    struct ckpt_arena_chunk *chunk;
    char *next;
};

struct ckpt_arena_mark ckpt_arena_mark(const struct ckpt_arena *arena);

/* Drops the allocations since the mark was taken; no reset may be between. */
void ckpt_arena_release(struct ckpt_arena *arena, struct ckpt_arena_mark mark);

/* Drops all allocations; keeps one chunk for the next use. */
void ckpt_arena_reset(struct ckpt_arena *arena);

/* Gives all memory back. */
void ckpt_arena_free(struct ckpt_arena *arena);

#endif
