/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps of sparse members: old GNU (in the header and blocks after it), PAX 0.0 and 0.1 (in the
 * extended header) and PAX 1.0 (in front of the data). See the GNU tar manual, "Sparse Formats".
 */
#include <string.h>

#include "internal.h"

static int add(ckpt_archive *a, uint64_t offset, uint64_t length)
{
    ckpt_sparse *s = &a->sparse;
    ckpt_extent e = {offset, length};
    if (s->extents.length / sizeof e >= CKPT_SPARSE_MAX) {
        s->too_many = 1;
        return 1;
    }
    return ckpt_buffer_append(a, &s->extents, &e, sizeof e);
}

/* Entries of 12 + 12 bytes; an empty one ends them. 0 on success. */
static int old_entries(ckpt_archive *a, const uint8_t *entry, int count)
{
    for (int i = 0; i < count; i++, entry += 24) {
        int64_t offset, length;
        int binary;
        if (entry[0] == 0 && entry[12] == 0)
            break;
        if (ckpt_tar_number(entry, 12, &offset, &binary) ||
            ckpt_tar_number(entry + 12, 12, &length, &binary) || offset < 0 || length < 0)
            return -1;
        if (!add(a, (uint64_t)offset, (uint64_t)length))
            return -1;
    }
    return 0;
}

int ckpt_sparse_old_header(ckpt_archive *a, const uint8_t *block)
{
    int64_t size;
    int binary;
    a->sparse.kind = CKPT_SPARSE_OLD_GNU;
    if (ckpt_tar_number(block + 483, 12, &size, &binary) || size < 0 ||
        (uint64_t)size > CKPT_ARCHIVE_NUMBER_MAX || old_entries(a, block + 386, 4))
        return -1;
    a->pending.size = (uint64_t)size;
    return block[482] != 0;
}

int ckpt_sparse_old_extension(ckpt_archive *a, const uint8_t *block)
{
    if (old_entries(a, block, 21))
        return -1;
    return block[504] != 0;
}

/* "offset,length,offset,length..." */
static int from_list(ckpt_archive *a, ckpt_text map)
{
    uint64_t numbers[2];
    int n = 0;
    for (size_t i = 0; i <= map.length;) {
        size_t end = i;
        while (end < map.length && map.bytes[end] != ',')
            end++;
        ckpt_text digits = {map.bytes + i, end - i};
        if (ckpt_pax_decimal(&digits, &numbers[n]))
            return -1;
        i = end + 1;
        if (++n == 2) {
            if (!add(a, numbers[0], numbers[1]))
                return -1;
            n = 0;
        }
    }
    return n ? -1 : 0;
}

/* GNU.sparse.offset and GNU.sparse.numbytes records in turn. */
static int from_pairs(ckpt_archive *a)
{
    ckpt_text key, value;
    size_t position = 0;
    uint64_t offset = 0, length;
    int have_offset = 0;
    while (ckpt_pax_next(a->pax_bytes.bytes, a->pax_bytes.length, &position, &key, &value) > 0) {
        if (key.length == 17 && memcmp(key.bytes, "GNU.sparse.offset", 17) == 0) {
            if (have_offset || ckpt_pax_decimal(&value, &offset))
                return -1;
            have_offset = 1;
        } else if (key.length == 19 && memcmp(key.bytes, "GNU.sparse.numbytes", 19) == 0) {
            if (!have_offset || ckpt_pax_decimal(&value, &length) || !add(a, offset, length))
                return -1;
            have_offset = 0;
        }
    }
    return have_offset ? -1 : 0;
}

int ckpt_sparse_from_pax(ckpt_archive *a)
{
    ckpt_sparse *s = &a->sparse;
    const ckpt_pax *p = &a->pax;
    if (!(p->present & CKPT_PAX_SPARSE_SIZE))
        return -1;
    a->pending.size = p->sparse_size;
    if (p->sparse_major == 1 && p->sparse_minor == 0) {
        s->kind = CKPT_SPARSE_PAX_1;
        s->map_state = 0;
        s->number = 0;
        s->numbers_left = 0;
        return 0;
    }
    if (p->sparse_major != 0 || p->sparse_minor > 1)
        return -1;
    s->kind = CKPT_SPARSE_PAX_0;
    if (p->sparse_map.length > 0)
        return from_list(a, p->sparse_map);
    return p->sparse_pairs ? from_pairs(a) : 0;
}

int ckpt_sparse_map_byte(ckpt_archive *a, uint8_t byte)
{
    enum { COUNT_FIRST, COUNT, NUMBER_FIRST, NUMBER };
    ckpt_sparse *s = &a->sparse;
    if (byte >= '0' && byte <= '9') {
        if (s->number > CKPT_ARCHIVE_NUMBER_MAX / 10 - 1)
            return CKPT_STEP_FAILED;
        s->number = s->number * 10 + (uint64_t)(byte - '0');
        s->map_state |= 1;
        return CKPT_STEP_MORE;
    }
    if (byte != '\n' || !(s->map_state & 1))
        return CKPT_STEP_FAILED;
    if (s->map_state == COUNT) {
        if (s->number > CKPT_SPARSE_MAX) {
            s->too_many = 1;
            return CKPT_STEP_FAILED;
        }
        s->numbers_left = s->number * 2;
    } else {
        ckpt_extent *e;
        if (s->numbers_left & 1) { /* the length of the extent that was started */
            e = (ckpt_extent *)(void *)(s->extents.bytes + s->extents.length) - 1;
            e->length = s->number;
        } else if (!add(a, s->number, 0)) {
            return CKPT_STEP_FAILED;
        }
        s->numbers_left--;
    }
    s->number = 0;
    s->map_state = NUMBER_FIRST;
    return s->numbers_left ? CKPT_STEP_MORE : CKPT_STEP_OK;
}

int ckpt_sparse_check(ckpt_archive *a, uint64_t stored)
{
    const ckpt_sparse *s = &a->sparse;
    const ckpt_extent *e = (const ckpt_extent *)(const void *)s->extents.bytes;
    size_t count = s->extents.length / sizeof *e;
    uint64_t end = 0, sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (e[i].offset < end || e[i].offset > a->pending.size ||
            e[i].length > a->pending.size - e[i].offset)
            return -1;
        end = e[i].offset + e[i].length;
        sum += e[i].length;
    }
    return sum == stored ? 0 : -1;
}
