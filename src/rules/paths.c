/* SPDX-License-Identifier: Apache-2.0 */
/* The files in the archives inside of a checkpoint, by their paths: what a restore will find. */
#include "rules/paths.h"

#include <stdlib.h>
#include <string.h>

static uint64_t key_of(ckpt_string scope, ckpt_string path)
{
    uint64_t key = ckpt_name_hash((const uint8_t *)path.data, path.length);
    key += ckpt_name_hash((const uint8_t *)scope.data, scope.length) * UINT64_C(0x9e3779b97f4a7c15);
    key ^= key >> 29;
    return key != 0 ? key : 1;
}

/* The slot of a key, or the free one where it belongs. */
static struct ckpt_path *slot_of(struct ckpt_paths *paths, uint64_t key)
{
    size_t at = (size_t)(key & (paths->capacity - 1));
    while (paths->slots[at].key != 0 && paths->slots[at].key != key)
        at = (at + 1) & (paths->capacity - 1);
    return &paths->slots[at];
}

static bool grow(struct ckpt_paths *paths)
{
    size_t capacity = paths->capacity == 0 ? 256 : paths->capacity * 2;
    struct ckpt_paths bigger = {calloc(capacity, sizeof(*bigger.slots)), capacity, paths->count};
    if (bigger.slots == NULL)
        return false;
    for (size_t i = 0; i < paths->capacity; i++)
        if (paths->slots[i].key != 0)
            *slot_of(&bigger, paths->slots[i].key) = paths->slots[i];
    free(paths->slots);
    *paths = bigger;
    return true;
}

bool ckpt_paths_add(struct ckpt_paths *paths, ckpt_string scope, ckpt_string name,
                    const ckpt_member *record, ckpt_string link)
{
    if (paths->count * 4 >= paths->capacity * 3 && !grow(paths))
        return false;
    struct ckpt_path *slot = slot_of(paths, key_of(scope, name));
    paths->count += slot->key == 0;
    *slot = (struct ckpt_path){
        .key = key_of(scope, name),
        .link = record->type == CKPT_MEMBER_HARDLINK ? key_of(scope, link) : 0,
        .size = record->size,
        .header_offset = record->header_offset,
        .mode = record->mode & 07777,
        .type = (uint8_t)record->type,
    };
    return true;
}

const struct ckpt_path *ckpt_paths_find(struct ckpt_paths *paths, ckpt_string scope,
                                        ckpt_string path)
{
    if (paths->count == 0)
        return NULL;
    const struct ckpt_path *found = slot_of(paths, key_of(scope, path));
    if (found->key != 0 && found->link != 0)
        found = slot_of(paths, found->link);
    return found->key != 0 ? found : NULL;
}

void ckpt_paths_free(struct ckpt_paths *paths)
{
    free(paths->slots);
    *paths = (struct ckpt_paths){NULL, 0, 0};
}
