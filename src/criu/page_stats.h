/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stored pages are: zero, equal to one that was seen before, and how small LZ4 would make
 * them, as CRIU compresses (each block alone; what does not shrink below 7/8 stays as it is).
 */
#ifndef CKPT_CRIU_PAGE_STATS_H
#define CKPT_CRIU_PAGE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ckpt_page_stats {
    uint64_t pages;     /* all of them; in pages, and so are */
    uint64_t zero;      /* … those that are all zero */
    uint64_t duplicate; /* … and the others that are equal to one seen before, of any process */
    uint64_t by_page;   /* bytes after LZ4, page by page */
    uint64_t by_region; /* … in blocks of up to 256 KiB of pages that follow each other */
};

typedef struct ckpt_page_counter ckpt_page_counter;

/* NULL: no memory. `compress`: fill in by_page and by_region, which costs most of the time. */
ckpt_page_counter *ckpt_page_counter_new(uint32_t page_size, bool compress);
void ckpt_page_counter_free(ckpt_page_counter *counter);

/* Where the next bytes go, *size of them, never 0: whole pages that follow each other. */
uint8_t *ckpt_page_counter_room(ckpt_page_counter *counter, size_t *size);
/* Adds what was put there to the statistics. Blocks of 256 KiB go on over calls until one says that
   what comes next does not follow (`ends`); each counts where it ends. */
void ckpt_page_counter_add(ckpt_page_counter *counter, size_t size, bool ends,
                           struct ckpt_page_stats *stats);

/* Whether there were too many pages to remember all of them: then some duplicates are
   not counted. */
bool ckpt_page_counter_full(const ckpt_page_counter *counter);

#endif
