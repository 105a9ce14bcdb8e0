/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/table.h"

#include <stdlib.h>
#include <string.h>

enum {
    FEW = 1024, /* strings that cannot make the table slow */
    TRIES = 256 /* more of them than chance would need cost the notice of repeats, not time */
};

static uint64_t mix(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= UINT64_C(0xd6e8feb86659fd93);
    return hash ^ hash >> 32;
}

static uint64_t hash_of(uint64_t seed, ckpt_string text, bool fold)
{
    uint64_t h = seed ^ UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (fold && c >= 'a' && c <= 'z') {
            c = (unsigned char)(c - 0x20);
        } else if (fold && c >= 0x80) { /* the two others that fold to a letter */
            ckpt_string rest = ckpt_slice_of(text, i, text.length);
            if (ckpt_starts(rest, "\xc5\xbf")) {
                c = 'S';
                i += 1;
            } else if (ckpt_starts(rest, "\xe2\x84\xaa")) {
                c = 'K';
                i += 2;
            }
        }
        h = (h ^ c) * UINT64_C(0x100000001b3);
    }
    return mix(h);
}

bool ckpt_table_clear(struct ckpt_table *t, struct ckpt_file *file, uint32_t count, bool fold)
{
    uint32_t size = 8;
    while (size / 2 < count && size < UINT32_C(1) << 28)
        size *= 2;
    if (size > t->capacity) {
        free(t->slots);
        t->slots = malloc(size * sizeof(*t->slots));
        t->capacity = t->slots == NULL ? 0 : size;
    }
    t->mask = size - 1;
    t->fold = fold;
    /* The texts decide where texts come to stand, so that none can be chosen to stand together. */
    if (t->file != file)
        t->seed = 0;
    if (t->seed == 0 && count > FEW)
        t->seed = hash_of(0, (ckpt_string){file->text, file->length}, false) | 1;
    t->file = file;
    if (t->slots == NULL)
        return false;
    memset(t->slots, 0, size * sizeof(*t->slots));
    return true;
}

static bool is_same(struct ckpt_table *t, uint32_t node, ckpt_string text)
{
    ckpt_document *d = t->file->document;
    struct ckpt_arena_mark mark = ckpt_arena_mark(&d->arena);
    ckpt_string other = ckpt_unquote(&d->arena, d->input, &d->index.nodes[node]);
    bool same = other.data != NULL && ckpt_equal(other, text);
    if (!same && other.data != NULL && t->fold) /* both hash alike: it is not asked often */
        same = hash_of(1, other, true) == hash_of(1, text, true);
    ckpt_arena_release(&d->arena, mark);
    return same;
}

uint32_t ckpt_table_add(struct ckpt_table *t, uint32_t node, ckpt_string text)
{
    uint64_t hash = hash_of(t->seed, text, t->fold);
    uint32_t part = (uint32_t)(hash >> 32), at = (uint32_t)hash & t->mask;
    for (int tries = 0; tries < TRIES; tries++) {
        struct ckpt_table_slot *slot = &t->slots[at];
        if (slot->node == 0) {
            *slot = (struct ckpt_table_slot){part, node};
            return 0;
        }
        if (slot->hash == part && is_same(t, slot->node, text))
            return slot->node;
        at = (at + 1) & t->mask;
    }
    return 0;
}

void ckpt_table_free(struct ckpt_table *t)
{
    free(t->slots);
    t->slots = NULL;
}
