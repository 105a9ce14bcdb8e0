/* SPDX-License-Identifier: Apache-2.0 */
/* Between the plan of a scan (scan_plan.c) and its run (scan.c). */
#ifndef CKPT_CRIU_SCAN_PARTS_H
#define CKPT_CRIU_SCAN_PARTS_H

#include "criu/scan.h"

#define CKPT_SCAN_NONE UINT32_MAX

/* A file of pages, and the page map that says what is in it. */
struct ckpt_scan_file {
    uint64_t map_id, pages_id;
    uint32_t level;
    bool shared;
};

/*
 * Memory of a process that is in one piece: follows each other at its addresses and in the file. A
 * position is the offset in the file, or, where pages are in blocks, the address in the page map.
 */
struct ckpt_scan_view {
    uint64_t start, end; /* addresses */
    uint64_t at;         /* position of the start */
    uint64_t from, to;   /* bytes of the file */
    uint32_t space, file;
    uint32_t head, tail; /* places in `edges`; NONE: not kept */
    bool blocks;
    bool joins_before, joins_behind; /* memory goes on there, which is searched, too */
    bool zero_before, zero_behind;   /* … and is zero */
};

/* What is read in one go: some views, which may overlap. */
struct ckpt_scan_strip {
    uint64_t at, end;  /* positions */
    uint64_t from, to; /* bytes of the file */
    size_t first;      /* view */
    uint32_t file, count;
    bool blocks;
};

struct ckpt_scan {
    struct ckpt_memory *memory;
    ckpt_search *search;
    struct ckpt_scan_filter filter;
    uint32_t *pids;        /* the filter's */
    size_t longest, reach; /* bytes of a match; one less */
    size_t margin; /* reach and context: what is nearer to a border is told with both sides */

    struct ckpt_scan_file *files;
    size_t file_count, file_room;
    struct ckpt_scan_view *views; /* by file and position */
    size_t view_count, view_room;
    uint32_t *by_address; /* views by process and address */
    struct ckpt_scan_strip *strips;
    size_t strip_count;
    uint8_t *edges;
    uint64_t size;
    struct ckpt_scan_left left;
    struct ckpt_buffer results;

    /* What is being read. */
    const struct ckpt_scan_strip *strip; /* NULL: a stream */
    uint32_t stream;
    size_t active;  /* the first view that was not passed */
    uint64_t base;  /* for ckpt_search_run() */
    uint64_t place; /* position of the first byte in `work` */
    uint64_t next;  /* matches that start before this position were found */
    uint8_t *work;
    size_t held, work_size; /* bytes in it */
    uint8_t *packed;
    size_t packed_held;
    struct ckpt_page_block block; /* the next one; its start is a position */
    uint64_t at;                  /* position that comes next */

    /* A border that is being looked through. */
    const struct ckpt_scan_view *joined;
    uint64_t border;
    bool zero_first;
};

/* Fills in views, strips and edges. False: no memory. */
bool ckpt_scan_plan(struct ckpt_scan *scan);

#endif
