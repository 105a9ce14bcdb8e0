/* SPDX-License-Identifier: Apache-2.0 */
/*
 * malloc, realloc, calloc and free of the WebAssembly module. There is one thread and few blocks
 * live at a time (arenas, buffers, tables), so this is the smallest thing that does not fragment:
 * blocks lie one behind the other, free neighbours are always one, and the best fit is taken from a
 * list of the free ones. It is half as large as the smallest allocator of the tool chain.
 */
#ifdef __wasm__
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 65536, USED = 1, HEADER = 8, SMALLEST = 16, LARGEST = 1 << 30 };

/* The links exist only while the block is free; else its content starts in their place. */
struct block {
    uint32_t size;   /* with this header, a multiple of 8; and USED */
    uint32_t before; /* size of the block before, which starts there; 0 for the first */
    struct block *next, *previous;
};

extern char __heap_base; /* NOLINT(bugprone-reserved-identifier): the linker's name */

/* The list of free blocks is a ring through this; `end` is used, of no size, and the last. */
static struct block list = {0, 0, &list, &list};
static struct block *end;

static uint32_t size_of(const struct block *b)
{
    return b->size & ~(uint32_t)USED;
}

/* May go backwards: addresses have 32 bits and wrap. */
static struct block *at(struct block *b, uint32_t distance)
{
    return (struct block *)((uintptr_t)b + distance);
}

static void take_out(struct block *b)
{
    b->previous->next = b->next;
    b->next->previous = b->previous;
}

/* Makes a free block of `size` bytes at `b`, one with its free neighbours. */
static struct block *make_free(struct block *b, uint32_t size)
{
    struct block *next = at(b, size);
    if (!(next->size & USED)) {
        size += next->size;
        take_out(next);
    }
    if (b->before != 0) {
        struct block *previous = at(b, 0 - b->before);
        if (!(previous->size & USED)) {
            size += previous->size;
            take_out(previous);
            b = previous;
        }
    }
    b->size = size;
    at(b, size)->before = size;
    b->next = list.next;
    b->previous = &list;
    b->next->previous = list.next = b;
    return b;
}

/* Makes `b`, of `size` bytes and in no list, a used block of `wanted` bytes; the rest is free. */
static void *use(struct block *b, uint32_t size, uint32_t wanted)
{
    uint32_t rest = size - wanted;
    if (rest < SMALLEST) {
        wanted = size;
        rest = 0;
    }
    b->size = wanted | USED;
    at(b, wanted)->before = wanted;
    if (rest != 0)
        make_free(at(b, wanted), rest);
    return (char *)b + HEADER;
}

/* A free block of at least `size` bytes behind all others, or NULL. */
static struct block *grow(uint32_t size)
{
    size_t pages = __builtin_wasm_memory_size(0);
    if (end == NULL) {
        /* What the module starts with. */
        struct block *first = (struct block *)(((uintptr_t)&__heap_base + 7) & ~(uintptr_t)7);
        end = (struct block *)(pages * PAGE - HEADER);
        end->size = USED;
        first->before = 0;
        struct block *b = make_free(first, (uint32_t)((char *)end - (char *)first));
        if (b->size >= size)
            return b;
    }
    struct block *last = at(end, 0 - end->before);
    if (!(last->size & USED))
        size -= last->size; /* it is too small, but becomes part of what is new */
    size_t more = (size + PAGE - 1) / PAGE;
    size_t generous = more < pages / 8 ? pages / 8 : more;
    if (__builtin_wasm_memory_grow(0, generous) != (size_t)-1)
        more = generous;
    else if (__builtin_wasm_memory_grow(0, more) == (size_t)-1)
        return NULL;
    struct block *b = end;
    end = at(end, (uint32_t)more * PAGE);
    end->size = USED;
    return make_free(b, (uint32_t)more * PAGE);
}

/* Bytes of a block with room for `size`, or 0 if there cannot be one. */
static uint32_t block_size(size_t size)
{
    if (size > LARGEST)
        return 0;
    uint32_t wanted = ((uint32_t)size + HEADER + 7) & ~7u;
    return wanted < SMALLEST ? SMALLEST : wanted;
}

void *malloc(size_t size)
{
    uint32_t wanted = block_size(size);
    if (wanted == 0)
        return NULL;
    struct block *best = NULL;
    for (struct block *b = list.next; b != &list; b = b->next)
        if (b->size >= wanted && (best == NULL || b->size < best->size))
            best = b;
    if (best == NULL && (best = grow(wanted)) == NULL)
        return NULL;
    take_out(best);
    return use(best, best->size, wanted);
}

void free(void *memory)
{
    if (memory != NULL) {
        struct block *b = (struct block *)((char *)memory - HEADER);
        make_free(b, size_of(b));
    }
}

void *realloc(void *memory, size_t size)
{
    if (memory == NULL)
        return malloc(size);
    uint32_t wanted = block_size(size);
    if (wanted == 0)
        return NULL;
    struct block *b = (struct block *)((char *)memory - HEADER);
    uint32_t have = size_of(b);
    struct block *next = at(b, have);
    if (wanted > have && !(next->size & USED) && next->size >= wanted - have) {
        take_out(next);
        have += next->size;
    }
    if (wanted <= have)
        return use(b, have, wanted);
    void *moved = malloc(size);
    if (moved != NULL) {
        memcpy(moved, memory, have - HEADER);
        free(memory);
    }
    return moved;
}

void *calloc(size_t count, size_t size)
{
    if (size != 0 && count > LARGEST / size)
        return NULL;
    void *memory = malloc(count * size);
    return memory == NULL ? NULL : memset(memory, 0, count * size);
}
#endif
