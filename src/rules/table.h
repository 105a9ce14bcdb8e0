/* SPDX-License-Identifier: Apache-2.0 */
/* Which strings of a file came before: a hash table of nodes, for lists and objects of any size. */
#ifndef CKPT_RULES_TABLE_H
#define CKPT_RULES_TABLE_H

#include "checkpoint/value.h"

struct ckpt_table_slot {
    uint32_t hash, node; /* node 0: free */
};

/* A zeroed table is an empty one of no use; ckpt_table_clear() makes it one. */
struct ckpt_table {
    struct ckpt_file *file;
    struct ckpt_table_slot *slots;
    uint32_t capacity, mask; /* slots there are; in use, less one */
    uint64_t seed;
    bool fold; /* as Go folds the names of fields */
};

/* Empties it, for up to `count` strings of the file. False: no memory. */
bool ckpt_table_clear(struct ckpt_table *table, struct ckpt_file *file, uint32_t count, bool fold);

/* The node that was added with this text before, or 0; then `node` is added. `text` is what the
   string at `node` means. */
uint32_t ckpt_table_add(struct ckpt_table *table, uint32_t node, ckpt_string text);

void ckpt_table_free(struct ckpt_table *table);

#endif
