/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps of sparse members: old GNU (in the header and blocks after it), PAX 0.0 and 0.1 (in the
 * extended header) and PAX 1.0 (in front of the data). See the GNU tar manual, "Sparse Formats";
 * what is valid is what Go's archive/tar takes (handleSparseFile).
 */
#include <string.h>

#include "internal.h"

/* 1 MiB of map, like every other header (Go since 1.24.8: errSparseTooLong). */
enum { MAP_MAX = 1 << 20 };

static enum ckpt_step malformed(ckpt_archive *a)
{
    return ckpt_archive_fail(a, CKPT_ARCHIVE_E_BAD_SPARSE, a->pending.header_offset,
                             "A sparse member has a malformed map.");
}

static enum ckpt_step too_long(ckpt_archive *a)
{
    return ckpt_archive_fail(a, CKPT_ARCHIVE_E_LIMIT_SPARSE, a->pending.header_offset,
                             "The map of a sparse member is longer than 1048576 bytes; that is "
                             "the limit.");
}

static enum ckpt_step add(ckpt_archive *a, int64_t offset, int64_t length)
{
    struct ckpt_extent e = {(uint64_t)offset, (uint64_t)length};
    if (offset < 0 || length < 0)
        return malformed(a);
    return ckpt_append(&a->sparse.extents, &e, sizeof(e)) ? CKPT_STEP_OK
                                                          : ckpt_archive_no_memory(a);
}

/* ---- old GNU --------------------------------------------------------------------------------- */

/* Entries of 12 + 12 bytes; one that begins with NUL ends them. `more`: the byte that says whether
   another block follows. */
static enum ckpt_step old_entries(ckpt_archive *a, const uint8_t *entry, int count, uint8_t more,
                                  enum ckpt_header_next *next)
{
    for (int i = 0; i < count && entry[0] != 0; i++, entry += 24) {
        int64_t offset, length;
        bool binary;
        if (!ckpt_tar_number(entry, 12, &offset, &binary) ||
            !ckpt_tar_number(entry + 12, 12, &length, &binary))
            return malformed(a);
        enum ckpt_step r = add(a, offset, length);
        if (r != CKPT_STEP_OK)
            return r;
    }
    *next = more == 0 ? CKPT_NEXT_MEMBER : CKPT_NEXT_SPARSE_BLOCK;
    return more == 0 ? ckpt_sparse_complete(a) : CKPT_STEP_OK;
}

static enum ckpt_step set_size(ckpt_archive *a, int64_t size)
{
    if (size < 0)
        return malformed(a);
    a->pending.size = (uint64_t)size;
    return CKPT_STEP_OK;
}

static enum ckpt_step old_header(ckpt_archive *a, const uint8_t *block, enum ckpt_header_next *next)
{
    int64_t size;
    bool binary;
    if (a->pending.header.dialect != CKPT_TAR_GNU) /* star has the map elsewhere */
        return malformed(a);
    a->sparse.kind = CKPT_SPARSE_OLD_GNU;
    if (!ckpt_tar_number(block + 483, 12, &size, &binary))
        return malformed(a);
    enum ckpt_step r = set_size(a, size);
    return r == CKPT_STEP_OK ? old_entries(a, block + 386, 4, block[482], next) : r;
}

enum ckpt_step ckpt_sparse_old_block(ckpt_archive *a, const uint8_t *block,
                                     enum ckpt_header_next *next)
{
    a->pending.data_offset = a->position;
    a->sparse.map_length += CKPT_TAR_BLOCK;
    if (a->sparse.map_length > MAP_MAX)
        return too_long(a);
    return old_entries(a, block, 21, block[504], next);
}

/* ---- PAX 0.0 and 0.1 ------------------------------------------------------------------------- */

/* One number of the map after the other; there must be two for each block. */
static enum ckpt_step add_number(ckpt_archive *a, struct ckpt_span digits)
{
    struct ckpt_sparse *s = &a->sparse;
    int64_t value;
    if (!ckpt_pax_integer(digits, &value))
        return malformed(a);
    if (s->numbers++ % 2 == 0) {
        s->offset = value;
        return CKPT_STEP_OK;
    }
    return add(a, s->offset, value);
}

/* "offset,length,offset,length..." */
static enum ckpt_step from_list(ckpt_archive *a, struct ckpt_span map)
{
    for (size_t i = 0; map.length != 0 && i <= map.length;) {
        const uint8_t *from = map.bytes + i;
        const uint8_t *comma = i == map.length ? NULL : memchr(from, ',', map.length - i);
        size_t length = comma == NULL ? map.length - i : (size_t)(comma - from);
        enum ckpt_step r = add_number(a, (struct ckpt_span){from, length});
        if (r != CKPT_STEP_OK)
            return r;
        i += length + 1;
    }
    return CKPT_STEP_OK;
}

/* GNU.sparse.offset and GNU.sparse.numbytes records in turn: that was checked. */
static enum ckpt_step from_pairs(ckpt_archive *a)
{
    struct ckpt_span key, value, all = ckpt_span_of(&a->pax_bytes);
    size_t position = 0;
    if (a->pax.pairs == 1 && a->pax.value[CKPT_PAX_SPARSE_OFFSET].length == 0)
        return CKPT_STEP_OK; /* for Go, the same as no map */
    while (ckpt_pax_next(all, &position, &key, &value) > 0) {
        bool offset = key.length == 17 && memcmp(key.bytes, "GNU.sparse.offset", 17) == 0;
        if (!offset && (key.length != 19 || memcmp(key.bytes, "GNU.sparse.numbytes", 19) != 0))
            continue;
        enum ckpt_step r = add_number(a, value);
        if (r != CKPT_STEP_OK)
            return r;
    }
    return CKPT_STEP_OK;
}

static enum ckpt_step from_pax_0(ckpt_archive *a)
{
    int64_t blocks;
    if (!ckpt_pax_integer(a->pax.value[CKPT_PAX_SPARSE_NUMBLOCKS], &blocks) || blocks < 0)
        return malformed(a);
    enum ckpt_step r =
        a->pax.pairs != 0 ? from_pairs(a) : from_list(a, a->pax.value[CKPT_PAX_SPARSE_MAP]);
    if (r != CKPT_STEP_OK)
        return r;
    if (a->sparse.numbers % 2 != 0 || a->sparse.numbers / 2 != (uint64_t)blocks)
        return malformed(a);
    return ckpt_sparse_complete(a);
}

/* ---- PAX ------------------------------------------------------------------------------------- */

static bool is_digit(struct ckpt_span text, char digit)
{
    return text.length == 1 && text.bytes[0] == (uint8_t)digit;
}

/* 0, 1, or -1 if Go does not take it for sparse (readGNUSparsePAXHeaders). */
static int version_of(const struct ckpt_pax *pax)
{
    struct ckpt_span major = pax->value[CKPT_PAX_SPARSE_MAJOR];
    struct ckpt_span minor = pax->value[CKPT_PAX_SPARSE_MINOR];
    if (is_digit(major, '0') && (is_digit(minor, '0') || is_digit(minor, '1')))
        return 0;
    if (is_digit(major, '1') && is_digit(minor, '0'))
        return 1;
    if (major.length != 0 || minor.length != 0)
        return -1;
    /* A list, or pairs that are more than one empty number. */
    bool map = pax->pairs == 1 ? pax->value[CKPT_PAX_SPARSE_OFFSET].length != 0
                               : pax->pairs > 1 || ckpt_pax_has(pax, CKPT_PAX_SPARSE_MAP);
    return map ? 0 : -1;
}

static enum ckpt_step from_pax(ckpt_archive *a, enum ckpt_header_next *next)
{
    struct ckpt_sparse *s = &a->sparse;
    const struct ckpt_pax *pax = &a->pax;
    int version = version_of(pax);
    int64_t size = 0;
    if (version < 0)
        return CKPT_STEP_OK;
    if (a->pending.type >= CKPT_MEMBER_HARDLINK && a->pending.type <= CKPT_MEMBER_FIFO)
        return malformed(a);
    if (ckpt_pax_has(pax, CKPT_PAX_SPARSE_NAME))
        a->pending.name = pax->value[CKPT_PAX_SPARSE_NAME];
    struct ckpt_span text =
        pax->value[ckpt_pax_has(pax, CKPT_PAX_SPARSE_SIZE) ? CKPT_PAX_SPARSE_SIZE
                                                           : CKPT_PAX_SPARSE_REALSIZE];
    if (text.length != 0) {
        if (!ckpt_pax_integer(text, &size))
            return malformed(a);
        enum ckpt_step r = set_size(a, size);
        if (r != CKPT_STEP_OK)
            return r;
    }
    s->kind = version == 0 ? CKPT_SPARSE_PAX_0 : CKPT_SPARSE_PAX_1;
    if (version == 0)
        return from_pax_0(a);
    s->digits_length = 0;
    s->numbers_left = -1; /* the first one says how many */
    *next = CKPT_NEXT_SPARSE_MAP;
    return CKPT_STEP_OK;
}

enum ckpt_step ckpt_sparse_start(ckpt_archive *a, const uint8_t *block, enum ckpt_header_next *next)
{
    struct ckpt_sparse *s = &a->sparse;
    s->kind = CKPT_SPARSE_NONE;
    s->extents.length = 0;
    s->map_length = 0;
    s->numbers = 0;
    s->misfit = NULL;
    if (a->pending.header.typeflag == 'S')
        return old_header(a, block, next);
    return a->has_pax ? from_pax(a, next) : CKPT_STEP_OK;
}

/* ---- PAX 1.0: lines of numbers in front of the data ------------------------------------------ */

/* Zeros at the start say nothing, however many they are; what is longer than this is no number. */
static bool take_digit(struct ckpt_sparse *s, uint8_t byte)
{
    if (byte == '0' && s->digits_length > 0 && s->digits[s->digits_length - 1] == '0' &&
        (s->digits_length == 1 || (s->digits_length == 2 && s->digits[0] < '0')))
        return true;
    if (s->digits_length == sizeof(s->digits))
        return false;
    s->digits[s->digits_length++] = byte;
    return true;
}

static enum ckpt_step take_line(ckpt_archive *a)
{
    struct ckpt_sparse *s = &a->sparse;
    struct ckpt_span digits = {s->digits, s->digits_length};
    int64_t value;
    s->digits_length = 0;
    if (s->numbers_left >= 0) {
        s->numbers_left--;
        return add_number(a, digits);
    }
    if (!ckpt_pax_integer(digits, &value) || value < 0)
        return malformed(a);
    /* More cannot be in a map of this length. */
    s->numbers_left = value > MAP_MAX ? MAP_MAX : value * 2;
    return CKPT_STEP_OK;
}

enum ckpt_step ckpt_sparse_map(ckpt_archive *a, const uint8_t *bytes, size_t length, bool *complete)
{
    struct ckpt_sparse *s = &a->sparse;
    *complete = false;
    for (size_t i = 0; i < length; i++) {
        enum ckpt_step r = CKPT_STEP_OK;
        if (++s->map_length > MAP_MAX)
            return too_long(a);
        if (s->numbers_left != 0 && bytes[i] == '\n')
            r = take_line(a);
        else if (s->numbers_left != 0 && !take_digit(s, bytes[i]))
            r = malformed(a);
        if (r != CKPT_STEP_OK)
            return r;
        /* The data start at the next block. */
        if (s->numbers_left == 0 && s->map_length % CKPT_TAR_BLOCK == 0) {
            *complete = true;
            return ckpt_sparse_complete(a);
        }
    }
    return CKPT_STEP_OK;
}

/* ---- the whole map --------------------------------------------------------------------------- */

enum ckpt_step ckpt_sparse_complete(ckpt_archive *a)
{
    struct ckpt_sparse *s = &a->sparse;
    const struct ckpt_extent *e = (const struct ckpt_extent *)(const void *)s->extents.data;
    size_t count = s->extents.length / sizeof(*e);
    uint64_t end = 0, sum = 0, size = a->pending.size;
    for (size_t i = 0; i < count; i++) {
        if (e[i].offset < end || e[i].offset > size || e[i].length > size - e[i].offset)
            return malformed(a);
        end = e[i].offset + e[i].length;
        sum += e[i].length;
    }
    a->pending.flags |= CKPT_MEMBER_SPARSE;
    if (size > CKPT_ARCHIVE_NUMBER_MAX) {
        a->pending.absurd = true;
        a->pending.size = CKPT_ARCHIVE_NUMBER_MAX;
    }
    uint64_t stored = a->pending.stored_size - (s->kind == CKPT_SPARSE_PAX_1 ? s->map_length : 0);
    if (sum > stored)
        s->misfit = "A sparse member's map promises more data than the archive has.";
    else if (sum < stored)
        s->misfit = "A sparse member has data that its map does not mention.";
    return CKPT_STEP_OK;
}
