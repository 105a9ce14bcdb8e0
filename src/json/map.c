/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "json/document.h"

/* Merge sort of the entry numbers in `order` by key; stable, so that of equal keys the one that
   came last stays last. `spare` has room for as many. */
static void sort_order(const ckpt_string *keys, uint32_t *order, uint32_t *spare, size_t count)
{
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t low = 0; low < count; low += 2 * width) {
            size_t middle = low + width < count ? low + width : count;
            size_t high = low + 2 * width < count ? low + 2 * width : count;
            size_t left = low, right = middle;
            for (size_t i = low; i < high; i++) {
                bool take_left = left < middle &&
                                 (right == high ||
                                  ckpt_string_compare(keys[order[left]], keys[order[right]]) <= 0);
                spare[i] = take_left ? order[left++] : order[right++];
            }
        }
        memcpy(order, spare, count * sizeof(*order));
    }
}

bool ckpt_map_sort(struct ckpt_arena *arena, ckpt_map *map, size_t value_size)
{
    size_t count = map->count;
    uint32_t *order = ckpt_arena_array(arena, count, 2 * sizeof(*order));
    ckpt_string *keys = ckpt_arena_array(arena, count, sizeof(*keys));
    char *values = ckpt_arena_array(arena, count, value_size);
    if (order == NULL || keys == NULL || values == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    sort_order(map->keys, order, order + count, count);

    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && ckpt_string_compare(map->keys[order[i]], map->keys[order[i + 1]]) == 0)
            continue;
        keys[kept] = map->keys[order[i]];
        memcpy(values + kept * value_size, (char *)map->values + order[i] * value_size, value_size);
        kept++;
    }
    map->keys = keys;
    map->values = values;
    map->count = kept;
    map->capacity = count;
    return true;
}
