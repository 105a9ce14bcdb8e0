/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/paths.h"

#include <stdlib.h>
#include <string.h>

#include "archive/names.h"

/* References: 0 nothing, odd a node, even a branch (counted from 1). */
static uint32_t node_reference(uint32_t node)
{
    return node << 1 | 1;
}

static uint32_t branch_reference(uint32_t branch)
{
    return (branch + 1) << 1;
}

static bool is_node(uint32_t reference)
{
    return (reference & 1) != 0;
}

static struct ckpt_path_branch *branch_of(const struct ckpt_paths *set, uint32_t reference)
{
    return &set->branches[(reference >> 1) - 1];
}

/* A byte of a component; after its end comes what is no byte. */
static uint32_t symbol(const uint8_t *text, size_t length, size_t at)
{
    return at < length ? 0x100u | text[at] : 0;
}

/* Which way a component goes at a branch. */
static int side(const struct ckpt_path_branch *b, const uint8_t *part, size_t size)
{
    return (symbol(part, size, b->byte) & b->mask) != 0;
}

/* Makes room for `more` things. */
static bool grow(void *memory, uint32_t *room, size_t count, size_t more, size_t size)
{
    void *old, *bytes;
    size_t wanted = *room == 0 ? 64 : *room;
    if (count + more <= *room)
        return true;
    while (wanted < count + more)
        wanted *= 2;
    if (wanted > (UINT32_MAX >> 2) / size)
        return false;
    memcpy(&old, memory, sizeof(old));
    bytes = realloc(old, wanted * size);
    if (bytes == NULL)
        return false;
    memcpy(memory, &bytes, sizeof(bytes));
    *room = (uint32_t)wanted;
    return true;
}

static bool has_room(struct ckpt_paths *set, size_t text)
{
    return grow(&set->nodes, &set->node_room, set->node_count, 1, sizeof(*set->nodes)) &&
           grow(&set->branches, &set->branch_room, set->branch_count, 1, sizeof(*set->branches)) &&
           grow(&set->text, &set->text_room, set->text_length, text, 1);
}

static uint32_t new_node(struct ckpt_paths *set, uint32_t parent, const uint8_t *part, size_t size)
{
    if (size != 0)
        memcpy(set->text + set->text_length, part, size);
    set->nodes[set->node_count] =
        (struct ckpt_path_node){set->text_length, (uint32_t)size, parent, 0, 0};
    set->text_length += (uint32_t)size;
    return set->node_count++;
}

/* The entry of a directory that a component can be, if it is there. */
static uint32_t nearest(const struct ckpt_paths *set, uint32_t parent, const uint8_t *part,
                        size_t size, uint64_t *work)
{
    uint32_t reference = set->nodes[parent].children;
    for (; !is_node(reference); ++*work) {
        const struct ckpt_path_branch *b = branch_of(set, reference);
        reference = b->child[side(b, part, size)];
    }
    return reference >> 1;
}

/* Where two components differ: *byte, and the highest bit. 0 if they are the same. */
static uint32_t difference(const struct ckpt_paths *set, uint32_t node, const uint8_t *part,
                           size_t size, size_t *byte, uint64_t *work)
{
    const uint8_t *text = set->text + set->nodes[node].text;
    size_t length = set->nodes[node].length, i = 0;
    while (i < size && i < length && text[i] == part[i])
        i++;
    *work += i + 1;
    *byte = i;
    uint32_t bits = symbol(text, length, i) ^ symbol(part, size, i), mask = 0x100;
    if (bits == 0)
        return 0;
    while ((bits & mask) == 0)
        mask >>= 1;
    return mask;
}

static void insert(struct ckpt_paths *set, uint32_t parent, uint32_t node, size_t byte,
                   uint32_t mask)
{
    const uint8_t *part = set->text + set->nodes[node].text;
    size_t size = set->nodes[node].length;
    uint32_t *place = &set->nodes[parent].children;
    for (; !is_node(*place); set->work++) {
        struct ckpt_path_branch *b = branch_of(set, *place);
        if (b->byte > byte || (b->byte == byte && b->mask < mask))
            break;
        place = &b->child[side(b, part, size)];
    }
    struct ckpt_path_branch *b = &set->branches[set->branch_count];
    b->byte = (uint32_t)byte;
    b->mask = mask;
    int own = side(b, part, size);
    b->child[own] = node_reference(node);
    b->child[!own] = *place;
    *place = branch_reference(set->branch_count++);
}

static uint32_t find_child(const struct ckpt_paths *set, uint32_t parent, const uint8_t *part,
                           size_t size)
{
    size_t byte;
    uint64_t work = 0;
    if (set->nodes[parent].children == 0)
        return CKPT_PATHS_NONE;
    uint32_t node = nearest(set, parent, part, size, &work);
    return difference(set, node, part, size, &byte, &work) == 0 ? node : CKPT_PATHS_NONE;
}

static bool add_child(struct ckpt_paths *set, uint32_t parent, const uint8_t *part, size_t size,
                      uint32_t *child)
{
    size_t byte = 0;
    uint32_t mask = 0;
    bool first = set->nodes[parent].children == 0;
    if (!first) {
        *child = nearest(set, parent, part, size, &set->work);
        mask = difference(set, *child, part, size, &byte, &set->work);
        if (mask == 0)
            return true;
    }
    if (!has_room(set, size))
        return false;
    *child = new_node(set, parent, part, size);
    if (first)
        set->nodes[parent].children = node_reference(*child);
    else
        insert(set, parent, *child, byte, mask);
    return true;
}

static bool is_dots(const uint8_t *part, size_t size, size_t dots)
{
    return size == dots && part[0] == '.' && part[size - 1] == '.';
}

bool ckpt_paths_add(struct ckpt_paths *set, const void *path, size_t length, uint32_t *node)
{
    size_t position = 0, size;
    const uint8_t *part;
    if (set->node_count == 0) {
        if (!has_room(set, 0))
            return false;
        new_node(set, 0, NULL, 0);
    }
    *node = 0;
    while ((part = ckpt_name_component(path, length, &position, &size)) != NULL) {
        set->work++;
        if (is_dots(part, size, 2))
            *node = set->nodes[*node].parent;
        else if (!is_dots(part, size, 1) && !add_child(set, *node, part, size, node))
            return false;
    }
    return true;
}

/* Walks down; `above`: stops at a directory that is marked. */
static uint32_t walk(const struct ckpt_paths *set, const void *path, size_t length, bool above,
                     bool *marked)
{
    size_t position = 0, size;
    const uint8_t *part;
    uint32_t node = set->node_count == 0 ? CKPT_PATHS_NONE : 0;
    while (node != CKPT_PATHS_NONE &&
           (part = ckpt_name_component(path, length, &position, &size)) != NULL) {
        if (above && node != 0 && set->nodes[node].mark != 0) {
            *marked = true;
            return node;
        }
        if (is_dots(part, size, 2))
            node = set->nodes[node].parent;
        else if (!is_dots(part, size, 1))
            node = find_child(set, node, part, size);
    }
    return node;
}

uint32_t ckpt_paths_find(const struct ckpt_paths *set, const void *path, size_t length)
{
    bool marked = false;
    return walk(set, path, length, false, &marked);
}

bool ckpt_paths_marked_above(const struct ckpt_paths *set, const void *path, size_t length)
{
    bool marked = false;
    walk(set, path, length, true, &marked);
    return marked;
}

void ckpt_paths_free(struct ckpt_paths *set)
{
    free(set->nodes);
    free(set->branches);
    free(set->text);
    memset(set, 0, sizeof(*set));
}
