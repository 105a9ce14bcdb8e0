/* SPDX-License-Identifier: Apache-2.0 */
/* The files in the archives inside of a checkpoint, by their paths: what a restore will find. */
#ifndef CKPT_RULES_PATHS_H
#define CKPT_RULES_PATHS_H

#include "archive/archive.h"
#include "archive/names.h"
#include "ckpt.h"

struct ckpt_path {
    uint64_t key;  /* 0: free */
    uint64_t link; /* key of what a hard link leads to; else 0 */
    uint64_t size, header_offset;
    uint32_t mode; /* permissions, with set-user-ID and the like */
    uint8_t type;  /* CKPT_MEMBER_FILE … */
};

/* Zeroed: empty. */
struct ckpt_paths {
    struct ckpt_path *slots;
    size_t capacity, count;
};

/* Adds a member of the archive `scope`; of several of one path the last counts. False: no memory.
 */
bool ckpt_paths_add(struct ckpt_paths *paths, ckpt_string scope, ckpt_string name,
                    const ckpt_member *record, ckpt_string link);

/* The member of that path, through one hard link; NULL: there is none. */
const struct ckpt_path *ckpt_paths_find(struct ckpt_paths *paths, ckpt_string scope,
                                        ckpt_string path);

void ckpt_paths_free(struct ckpt_paths *paths);

#endif
