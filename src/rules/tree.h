/* SPDX-License-Identifier: Apache-2.0 */
/* The files in the archives inside of a checkpoint, by their paths: what a restore will find. */
#ifndef CKPT_RULES_TREE_H
#define CKPT_RULES_TREE_H

#include "archive/archive.h"
#include "archive/paths.h"
#include "ckpt.h"

struct ckpt_tree_file {
    uint64_t size, header_offset;
    uint32_t link; /* of a hard link: node of what it leads to; else CKPT_PATHS_NONE */
    uint32_t mode; /* permissions, with set-user-ID and the like */
    uint8_t type;  /* CKPT_MEMBER_FILE … */
};

/* Zeroed: empty. */
struct ckpt_tree {
    struct ckpt_paths paths; /* marked with the index of the file, from 1 */
    struct ckpt_tree_file *files;
    uint32_t count, room;
};

/* Adds a member of the archive `scope`; of several of one path the last counts. False: no memory.
 */
bool ckpt_tree_add(struct ckpt_tree *tree, ckpt_string scope, ckpt_string name,
                   const struct ckpt_member *record, ckpt_string link);

/* The member of that path, through one hard link; NULL: there is none. */
const struct ckpt_tree_file *ckpt_tree_find(const struct ckpt_tree *tree, ckpt_string scope,
                                            ckpt_string path);

void ckpt_tree_free(struct ckpt_tree *tree);

#endif
