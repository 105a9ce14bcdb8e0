/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting by number, in place. */
#ifndef CKPT_MEM_SORT_H
#define CKPT_MEM_SORT_H

#include <stddef.h>
#include <stdint.h>

/* A number to sort by, and what it stands for. */
struct ckpt_key {
    uint64_t key;
    uint32_t value;
};

/* Sorts by key, then by value: O(n log n) whatever the input. */
void ckpt_sort(struct ckpt_key *keys, size_t count);

/* Index of the first one whose key is at least `key`; `count` if there is none. */
size_t ckpt_lower_bound(const struct ckpt_key *keys, size_t count, uint64_t key);

#endif
