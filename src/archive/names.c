/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <string.h>

/* Length of the UTF-8 sequence at p and its code point; 0 if it is none (RFC 3629). */
static size_t decode(const uint8_t *p, size_t left, uint32_t *point)
{
    uint8_t a = p[0];
    size_t n = a < 0x80                ? 1
               : a >= 0xc2 && a < 0xe0 ? 2
               : a >= 0xe0 && a < 0xf0 ? 3
               : a >= 0xf0 && a < 0xf5 ? 4
                                       : 0;
    if (n == 0 || n > left)
        return 0;
    uint32_t v = n == 1 ? a : a & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        v = v << 6 | (p[i] & 0x3f);
    }
    if ((n == 3 && (v < 0x800 || (v >= 0xd800 && v < 0xe000))) ||
        (n == 4 && (v < 0x10000 || v > 0x10ffff)))
        return 0;
    *point = v;
    return n;
}

/* Flags that depend on single characters. */
static uint32_t characters(const uint8_t *text, size_t length)
{
    uint32_t flags = 0, point;
    for (size_t i = 0; i < length;) {
        if (text[i] >= 0x20 && text[i] < 0x7f) {
            if (text[i] == '\\')
                flags |= CKPT_NAME_BACKSLASH;
            i++;
            continue;
        }
        size_t n = decode(text + i, length - i, &point);
        if (n == 0) {
            flags |= CKPT_NAME_NOT_UTF8;
            i++;
            continue;
        }
        if (point == 0)
            flags |= CKPT_NAME_NUL;
        if (point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029)
            flags |= CKPT_NAME_CONTROL;
        if (point == 0x61c || point == 0x200e || point == 0x200f ||
            (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069))
            flags |= CKPT_NAME_BIDI;
        i += n;
    }
    return flags;
}

/* Next component from *position on, or NULL. Empty ones are passed over. */
static const uint8_t *component(const uint8_t *name, size_t length, size_t *position, size_t *size)
{
    size_t i = *position, start;
    while (i < length && name[i] == '/')
        i++;
    start = i;
    while (i < length && name[i] != '/')
        i++;
    *position = i;
    *size = i - start;
    return i > start ? name + start : NULL;
}

static int is_dot(const uint8_t *part, size_t size)
{
    return size == 1 && part[0] == '.';
}

static int is_dotdot(const uint8_t *part, size_t size)
{
    return size == 2 && part[0] == '.' && part[1] == '.';
}

uint32_t ckpt_name_classify(const uint8_t *name, size_t length, uint32_t *normal_start,
                            uint32_t *normal_length)
{
    uint32_t flags = characters(name, length);
    size_t start = 0, end = length, position = 0, size;
    const uint8_t *part;
    if (length == 0)
        flags |= CKPT_NAME_EMPTY;
    else if (name[0] == '/')
        flags |= CKPT_NAME_ABSOLUTE;
    if (length >= 2 && name[1] == ':' && ((name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z'))
        flags |= CKPT_NAME_DRIVE;
    while ((part = component(name, length, &position, &size)) != NULL)
        if (is_dotdot(part, size))
            flags |= CKPT_NAME_DOTDOT;
    while (end - start >= 2 && name[start] == '.' && name[start + 1] == '/') {
        flags |= CKPT_NAME_DOT_SLASH;
        for (start += 2; start < end && name[start] == '/'; start++)
            ;
    }
    while (end > start && name[end - 1] == '/')
        end--;
    *normal_start = (uint32_t)start;
    *normal_length = (uint32_t)(end - start);
    return flags;
}

uint32_t ckpt_name_classify_link(const uint8_t *name, size_t name_length, const uint8_t *target,
                                 size_t target_length, int symbolic)
{
    uint32_t flags = 0;
    size_t position = 0, size;
    int64_t depth = 0;
    const uint8_t *part;
    if (target_length == 0)
        return CKPT_NAME_LINK_EMPTY;
    if (characters(target, target_length) & (CKPT_NAME_CONTROL | CKPT_NAME_NUL | CKPT_NAME_BIDI))
        flags |= CKPT_NAME_LINK_CONTROL;
    if (target[0] == '/')
        return flags | CKPT_NAME_LINK_ABSOLUTE;
    if (symbolic) {
        while ((part = component(name, name_length, &position, &size)) != NULL)
            depth += is_dotdot(part, size) ? -1 : !is_dot(part, size);
        depth--; /* the last component is the link itself */
    }
    position = 0;
    while ((part = component(target, target_length, &position, &size)) != NULL) {
        depth += is_dotdot(part, size) ? -1 : !is_dot(part, size);
        if (depth < 0)
            flags |= CKPT_NAME_LINK_OUTSIDE;
    }
    return flags;
}

static const uint64_t hash_start = UINT64_C(0xcbf29ce484222325);

static uint64_t hash_part(uint64_t h, const uint8_t *part, size_t size)
{
    for (size_t i = 0; i < size; i++)
        h = (h ^ part[i]) * UINT64_C(0x100000001b3);
    return (h ^ '/') * UINT64_C(0x100000001b3);
}

static uint64_t hash_end(uint64_t h)
{
    h ^= h >> 32;
    h *= UINT64_C(0xd6e8feb86659fd93);
    h ^= h >> 32;
    return h ? h : 1; /* 0 marks a free slot */
}

uint64_t ckpt_name_hash(const uint8_t *name, size_t length)
{
    uint64_t h = hash_start;
    size_t position = 0, size;
    const uint8_t *part;
    while ((part = component(name, length, &position, &size)) != NULL)
        if (!is_dot(part, size))
            h = hash_part(h, part, size);
    return hash_end(h);
}

int ckpt_name_hash_next(const uint8_t *name, size_t length, size_t *position, uint64_t *state,
                        uint64_t *hash)
{
    size_t size;
    const uint8_t *part = component(name, length, position, &size);
    while (part != NULL && is_dot(part, size))
        part = component(name, length, position, &size);
    if (part == NULL)
        return 0;
    *state = hash_part(*state ? *state : hash_start, part, size);
    *hash = hash_end(*state);
    return 1;
}

/*
 * The slot that holds the hash or is free for it; NULL after 64 tries. The hash is not secret, so
 * an archive can be made whose names all fall together: it shall cost it only the notice of
 * repeats.
 */
static uint64_t *slot_of(uint64_t *slots, size_t capacity, uint64_t hash)
{
    size_t i = (size_t)hash & (capacity - 1);
    for (int tries = 0; tries < 64; tries++) {
        if (slots[i] == 0 || slots[i] == hash)
            return &slots[i];
        i = (i + 1) & (capacity - 1);
    }
    return NULL;
}

static void grow(ckpt_name_set *set, const ckpt_archive_memory *memory)
{
    size_t capacity = set->capacity ? set->capacity * 2 : 256;
    uint64_t *slots = memory->allocate(memory->context, capacity * sizeof *slots);
    if (slots == NULL)
        return;
    memset(slots, 0, capacity * sizeof *slots);
    for (size_t i = 0; i < set->capacity; i++) {
        uint64_t *slot = set->slots[i] ? slot_of(slots, capacity, set->slots[i]) : NULL;
        if (slot != NULL)
            *slot = set->slots[i];
    }
    if (set->slots != NULL)
        memory->release(memory->context, set->slots);
    set->slots = slots;
    set->capacity = capacity;
}

int ckpt_name_set_add(ckpt_name_set *set, const ckpt_archive_memory *memory, uint64_t hash)
{
    if (set->count * 2 >= set->capacity) /* fuller, and slots lie too far away */
        grow(set, memory);
    if (set->capacity == 0)
        return 0;
    uint64_t *slot = slot_of(set->slots, set->capacity, hash);
    if (slot == NULL)
        return 0;
    if (*slot)
        return 1;
    *slot = hash;
    set->count++;
    return 0;
}

int ckpt_name_set_has(const ckpt_name_set *set, uint64_t hash)
{
    const uint64_t *slot = set->capacity == 0 ? NULL : slot_of(set->slots, set->capacity, hash);
    return slot != NULL && *slot == hash;
}

void ckpt_name_set_free(ckpt_name_set *set, const ckpt_archive_memory *memory)
{
    if (set->slots != NULL)
        memory->release(memory->context, set->slots);
    set->slots = NULL;
    set->capacity = set->count = 0;
}
