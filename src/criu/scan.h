/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A search (search.h) over the memory of processes, in one pass over the pages files in their
 * order, with the answers as addresses of processes. The caller reads the ranges of the plan and
 * gives their bytes, in any order of ranges, each range from its start to its end.
 *
 * Pages that follow each other in a process may lie apart in the files, or not be stored because
 * they are zero: what stands at both sides of such borders is kept, and looked through at the end.
 * Memory that several processes share is read once and told for each of them.
 */
#ifndef CKPT_CRIU_SCAN_H
#define CKPT_CRIU_SCAN_H

#include "criu/memory.h"
#include "criu/search.h"
#include "mem/buffer.h"

/* What is searched. A zeroed filter with `to` UINT64_MAX: all. */
struct ckpt_scan_filter {
    const uint32_t *pids; /* sorted; count 0: all processes */
    size_t pid_count;
    uint32_t kinds;    /* bits by enum ckpt_vma_kind; 0: all */
    uint32_t prot;     /* PROT_… that a mapping must have */
    uint64_t from, to; /* addresses of matches: all of a match lies between */
    bool own;          /* only pages of the process's own page map: no shared memory */
    uint32_t context;  /* bytes before and after a match that are told, at most 256 */
};

/* Bytes of a pages file that are to be read. */
struct ckpt_scan_range {
    uint32_t level; /* of which dump: 0 this one, 1 the one before … */
    uint64_t pages_id, offset, length;
};

/* A match, as it stands in the results: this, then `before`, `length` and `after` bytes, then zeros
   up to a multiple of 4. */
struct ckpt_scan_found {
    uint32_t stream; /* 0: memory; else the number of a stream, and address is the offset in it */
    uint32_t pid;
    uint32_t address_low, address_high;
    uint32_t pattern, before, length, after;
};

typedef struct ckpt_scan ckpt_scan;

/* What was not searched, though it was asked for. */
struct ckpt_scan_left {
    uint64_t bytes; /* not in the dumps, or in a form that is not known */
    uint64_t borders;
    uint64_t damaged; /* compressed blocks */
};

/* Makes the plan. Both must live as long as the scan. NULL: no memory. */
ckpt_scan *ckpt_scan_new(struct ckpt_memory *memory, ckpt_search *search,
                         const struct ckpt_scan_filter *filter);
void ckpt_scan_free(ckpt_scan *scan);

/* The ranges to be read, by level, file and offset; none overlap. */
size_t ckpt_scan_range_count(const ckpt_scan *scan);
struct ckpt_scan_range ckpt_scan_range_at(const ckpt_scan *scan, size_t index);

/* Whether two scans of one search read the same ranges and tell what is there of the same processes
   and addresses, so that one can stand for the other; `filter` must be the same. */
bool ckpt_scan_same(const ckpt_scan *a, const ckpt_scan *b);

/* Bytes of memory that will be searched. */
uint64_t ckpt_scan_size(const ckpt_scan *scan);

/* Begins with a range of the plan, or with a stream of any bytes (number from 1). */
void ckpt_scan_begin(ckpt_scan *scan, size_t range);
void ckpt_scan_begin_stream(ckpt_scan *scan, uint32_t number);

/* Room for the next bytes, *size of them; and searches those that were put there. After the last
   ones ckpt_scan_end() must be called. False: no memory. */
uint8_t *ckpt_scan_room(ckpt_scan *scan, size_t *size);
bool ckpt_scan_feed(ckpt_scan *scan, size_t length);
bool ckpt_scan_end(ckpt_scan *scan);

/* After the last range: looks through the borders. */
bool ckpt_scan_finish(ckpt_scan *scan);

/* Matches since the last call, to be emptied by the caller (ckpt_buffer_clear). */
struct ckpt_buffer *ckpt_scan_results(ckpt_scan *scan);
struct ckpt_scan_left ckpt_scan_left(const ckpt_scan *scan);

#endif
