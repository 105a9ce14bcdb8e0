/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page maps: which pages of memory a dump holds, and where their bytes are. All dialects in which
 * CRIU and its forks have written them come out as runs: page counts in either field, `in_parent`
 * and flags, LZ4 blocks in five wire forms. What cannot be told for sure is UNREADABLE, never
 * guessed: after it no offset into the pages file is known any more.
 */
#ifndef CKPT_CRIU_PAGEMAP_H
#define CKPT_CRIU_PAGEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ckpt_pages {
    CKPT_PAGES_ABSENT,    /* the map has no entry: zero, or as in the mapped file */
    CKPT_PAGES_STORED,    /* in the pages file, as they were */
    CKPT_PAGES_BLOCKS,    /* in the pages file, in blocks of which some are compressed */
    CKPT_PAGES_PARENT,    /* in the dump before this one, at the same address */
    CKPT_PAGES_LAZY,      /* were to be sent later: not in the dump */
    CKPT_PAGES_UNREADABLE /* of a dialect that is not known, encrypted, or after such pages */
};

/* Flags of an entry, as CRIU names them. */
enum { CKPT_PE_PARENT = 1, CKPT_PE_LAZY = 2, CKPT_PE_PRESENT = 4, CKPT_PE_PAYLOAD_ALIGNED = 8 };

/* Pages that follow each other in memory and are alike. */
struct ckpt_page_run {
    uint64_t start;        /* address of the first one; in maps of shared memory the offset in it */
    uint64_t offset;       /* STORED: of the first one in the pages file */
    uint32_t count;        /* pages, at least 1 */
    uint32_t kind : 4;     /* enum ckpt_pages */
    uint32_t entries : 28; /* STORED: how many entries it was made of. BLOCKS: index of its group */
};

/* The blocks of an entry. All but the last one have the same number of pages. */
struct ckpt_page_group {
    uint64_t start; /* address of the first block */
    uint32_t first; /* index of the first block */
    uint32_t count; /* of blocks */
    uint32_t pages; /* in a block */
    uint32_t total; /* pages in all blocks */
};

/* What is wrong with a map. The runs before that place are good. */
enum ckpt_pagemap_problem {
    CKPT_PAGEMAP_SOUND,
    CKPT_PAGEMAP_NO_MAP, /* not an image of that kind, or without its head */
    CKPT_PAGEMAP_CUT,    /* ends inside an entry */
    CKPT_PAGEMAP_BROKEN, /* an entry is damaged: an address that is no page's, no pages, too many */
    CKPT_PAGEMAP_UNKNOWN, /* an entry is of a dialect that is not known */
    CKPT_PAGEMAP_OVERLAP, /* entries overlap: the one that begins first counts */
    CKPT_PAGEMAP_NO_MEMORY
};

struct ckpt_pagemap {
    uint64_t pages_id;  /* of pages-N.img */
    uint64_t page_size; /* as it was given */
    uint64_t size;      /* that the pages file must have, bytes; not known if `size_unknown` */
    /* Pages by kind, as the entries count them; `stored` with those in blocks. */
    uint64_t stored, parent, lazy, unreadable;
    uint64_t entries;
    struct ckpt_page_run *runs; /* by address, disjoint */
    size_t count;
    struct ckpt_page_group *groups;
    struct {
        uint64_t *offset; /* in the pages file */
        uint32_t *stored; /* bytes there */
    } blocks;
    bool size_unknown;
    bool compressed;   /* some entry has blocks */
    bool old_counts;   /* written by CRIU 4.1.1 or older: pages counted in field 2 */
    bool out_of_order; /* the entries were not sorted by address */
    enum ckpt_pagemap_problem problem;
    uint64_t problem_entry; /* index of the entry, the head being 0 */
};

/*
 * Reads a page map, pagemap-*.img. `page_size`: of the machine that was dumped, a power of two from
 * 4096 to 65536. Time and memory are linear in `length`. The map owns memory and has to be freed,
 * whatever is answered. False: nothing could be read (`problem` says why); else `problem` may still
 * tell of damage after the runs.
 */
bool ckpt_pagemap_read(struct ckpt_pagemap *map, const uint8_t *bytes, size_t length,
                       uint32_t page_size);
void ckpt_pagemap_free(struct ckpt_pagemap *map);

/* Whether all entries were read: else what no run holds is not known. */
static inline bool ckpt_pagemap_whole(const struct ckpt_pagemap *map)
{
    return map->problem == CKPT_PAGEMAP_SOUND || map->problem == CKPT_PAGEMAP_UNKNOWN ||
           map->problem == CKPT_PAGEMAP_OVERLAP;
}

/* Index of the run that holds the address, or else of the first one above it; `count` if none is.
 */
size_t ckpt_pagemap_find(const struct ckpt_pagemap *map, uint64_t address);

/* The first address after a run. */
static inline uint64_t ckpt_page_run_end(const struct ckpt_pagemap *map,
                                         const struct ckpt_page_run *run)
{
    return run->start + run->count * map->page_size;
}

/* A block of a run of kind BLOCKS. */
struct ckpt_page_block {
    uint64_t start;  /* address of its first page */
    uint64_t raw;    /* bytes of memory that it holds */
    uint64_t offset; /* in the pages file … */
    uint64_t stored; /* … and bytes there: 0 all zero, `raw` as they were, else LZ4 block data */
};

/* The block that holds the address, which must lie in the run. */
struct ckpt_page_block ckpt_page_block_at(const struct ckpt_pagemap *map,
                                          const struct ckpt_page_run *run, uint64_t address);

#endif
