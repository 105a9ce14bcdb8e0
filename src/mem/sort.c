/* SPDX-License-Identifier: Apache-2.0 */
#include "mem/sort.h"

#include <stdbool.h>

static bool before(const struct ckpt_key *a, const struct ckpt_key *b)
{
    return a->key != b->key ? a->key < b->key : a->value < b->value;
}

/* Moves keys[at] down the heap of `count` keys, the greatest on top. */
static void sift(struct ckpt_key *keys, size_t at, size_t count)
{
    struct ckpt_key moved = keys[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && before(&keys[child], &keys[child + 1]))
            child++;
        if (!before(&moved, &keys[child]))
            break;
        keys[at] = keys[child];
    }
    keys[at] = moved;
}

void ckpt_sort(struct ckpt_key *keys, size_t count)
{
    size_t sorted = 1; /* mostly it is */
    while (sorted < count && !before(&keys[sorted], &keys[sorted - 1]))
        sorted++;
    if (sorted >= count)
        return;
    for (size_t i = count / 2; i-- > 0;)
        sift(keys, i, count);
    for (size_t end = count; end-- > 1;) {
        struct ckpt_key greatest = keys[0];
        keys[0] = keys[end];
        keys[end] = greatest;
        sift(keys, 0, end);
    }
}

size_t ckpt_lower_bound(const struct ckpt_key *keys, size_t count, uint64_t key)
{
    size_t low = 0;
    while (count > 0) {
        size_t half = count / 2;
        if (keys[low + half].key < key) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}
