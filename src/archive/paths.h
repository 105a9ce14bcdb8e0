/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_PATHS_H
#define CKPT_ARCHIVE_PATHS_H
/*
 * An exact set of paths, as a tree of their components. Spellings of one path ("a//b", "./a/b/",
 * "a/c/../b") are one. The entries of a directory hang on a crit-bit tree: no hash, so no names can
 * be made up that collide, and the work for a path is bounded by its own length, whatever is in the
 * set.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CKPT_PATHS_NONE UINT32_MAX

struct ckpt_path_node {
    uint32_t text, length; /* of the component */
    uint32_t parent;       /* the root's is itself */
    uint32_t children;     /* 0: none */
    uint32_t mark;         /* the caller's; at first 0 */
};

struct ckpt_path_branch {
    uint32_t child[2];
    uint32_t byte; /* of the component, by which they differ */
    uint32_t mask;
};

/* Zeroed, it is an empty set. */
struct ckpt_paths {
    struct ckpt_path_node *nodes; /* the first is the root */
    struct ckpt_path_branch *branches;
    uint8_t *text;
    uint32_t node_count, node_room, branch_count, branch_room, text_length, text_room;
    uint64_t work; /* bytes and branches looked at to add paths, for tests */
};

/* Adds a path with its directories. *node: where it is in `nodes`, good for the set's life. False:
   no memory. */
bool ckpt_paths_add(struct ckpt_paths *set, const void *path, size_t length, uint32_t *node);

/* Where a path is, or CKPT_PATHS_NONE. The directories of paths are there, too. */
uint32_t ckpt_paths_find(const struct ckpt_paths *set, const void *path, size_t length);

/* Whether a directory of the path (not the path itself, nor the root) has a mark. */
bool ckpt_paths_marked_above(const struct ckpt_paths *set, const void *path, size_t length);

void ckpt_paths_free(struct ckpt_paths *set);

#endif
