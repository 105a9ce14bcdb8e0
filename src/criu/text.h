/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines and environments. They lie in the memory of the processes, so they are read in
 * steps: ckpt_text_plan() says which bytes of which pages files are needed, the caller reads them
 * and gives them to ckpt_text_take(). The same for every byte that is asked for: nothing else of
 * the pages is read.
 */
#ifndef CKPT_CRIU_TEXT_H
#define CKPT_CRIU_TEXT_H

#include "criu/task.h"

/* A part of the memory of a process. */
struct ckpt_area {
    uint64_t start;
    uint8_t *bytes; /* `length` of them */
    size_t length;
    uint32_t pending; /* pieces that were not taken yet */
    bool known;       /* all of it is in the dump; and, once nothing is pending, in `bytes` */
};

/* Bytes of a pages file that are needed. */
struct ckpt_text_piece {
    uint64_t offset;   /* in the file */
    uint32_t length;   /* at least 1 */
    uint32_t level;    /* 0: of this dump; 1: of its previous one … */
    uint64_t pages_id; /* of pages-N.img */
    uint8_t *into;
    struct ckpt_area *area;
};

/* All pieces that are needed, sorted by level, file and offset; what cannot be had becomes a gap.
   It is made once; the images with page maps must have been added before. */
const struct ckpt_text_piece *ckpt_text_plan(ckpt_dump *dump, size_t *count);

/* Takes the bytes of a piece of the plan; fewer than its length: the file ends there. */
void ckpt_text_take(ckpt_dump *dump, size_t piece, const uint8_t *bytes, size_t length);

/* What /proc/PID/cmdline and /proc/PID/environ show of a process; NULL: it has none. */
const struct ckpt_area *ckpt_text_cmdline(const struct ckpt_task *task);
const struct ckpt_area *ckpt_text_environ(const struct ckpt_task *task);

#endif
