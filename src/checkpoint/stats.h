/* SPDX-License-Identifier: Apache-2.0 */
/* CRIU's statistics of a dump, the member `stats-dump`. */
#ifndef CKPT_CHECKPOINT_STATS_H
#define CKPT_CHECKPOINT_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The fields of CRIU's dump_stats_entry by their numbers, from 1. Times are in microseconds. */
#define CKPT_STATS_FIELDS(X)                                                                       \
    X(freezing_time)                                                                               \
    X(frozen_time)                                                                                 \
    X(memdump_time)                                                                                \
    X(memwrite_time)                                                                               \
    X(pages_scanned)                                                                               \
    X(pages_skipped_parent)                                                                        \
    X(pages_written)                                                                               \
    X(irmap_resolve)                                                                               \
    X(pages_lazy)                                                                                  \
    X(page_pipes)                                                                                  \
    X(page_pipe_bufs)                                                                              \
    X(shpages_scanned)                                                                             \
    X(shpages_skipped_parent)                                                                      \
    X(shpages_written)

enum {
#define X(name) CKPT_STATS_##name,
    CKPT_STATS_FIELDS(X)
#undef X
        CKPT_STATS_COUNT
};

struct ckpt_stats {
    uint64_t value[CKPT_STATS_COUNT];
    uint32_t present; /* bit i: value[i] is in the file */
};

/* Reads the image: two magic numbers, then one entry, a stats_entry of which field 1 is the
   dump_stats_entry. False if it is none, damaged or without statistics of a dump. */
bool ckpt_stats_read(const uint8_t *bytes, size_t length, struct ckpt_stats *stats);

#endif
