/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where other readers than Go's archive/tar (GNU tar, bsdtar, Python's tarfile) take a member for
 * something else: what Go drops, replaces or does not know still counts for them.
 */
#include <string.h>

#include "internal.h"

/* Another name or target than the one that counts. */
static void is_other(ckpt_archive *a, uint32_t bit, struct ckpt_span other)
{
    struct ckpt_pending *p = &a->pending;
    struct ckpt_span own = bit == CKPT_DIFFER_NAME ? p->name : p->link;
    if ((p->differ & (CKPT_DIFFER_NAME | CKPT_DIFFER_LINK)) != 0 || ckpt_span_equal(own, other))
        return;
    p->differ |= bit;
    p->other = other;
}

static void is_other_text(ckpt_archive *a, uint32_t bit, struct ckpt_span other)
{
    if (other.length != 0)
        is_other(a, bit, other);
}

static struct ckpt_span pax_text(const ckpt_archive *a, enum ckpt_pax_key key)
{
    return a->has_pax ? a->pax.value[key] : (struct ckpt_span){NULL, 0};
}

/* For GNU tar an empty value empties the name; for Go it is no value. */
static bool is_emptied(const ckpt_archive *a, enum ckpt_pax_key key)
{
    return a->has_pax && (a->pax.seen >> key & 1) != 0 && !ckpt_pax_has(&a->pax, key);
}

/* Names of headers that Go does not take for ustar, but Python does: with a prefix. */
static bool foreign_prefix(ckpt_archive *a)
{
    const struct ckpt_tar_header *h = &a->pending.header;
    struct ckpt_span prefix = ckpt_tar_text(a->header_block + 345, 155);
    if (h->dialect != CKPT_TAR_V7 || prefix.length == 0 || h->typeflag == 'S' ||
        (a->lost & CKPT_DIFFER_NAME) != 0)
        return true;
    a->lost_name.length = 0;
    if (!ckpt_append(&a->lost_name, prefix.bytes, prefix.length) ||
        !ckpt_append(&a->lost_name, "/", 1) ||
        !ckpt_append(&a->lost_name, h->name.bytes, h->name.length))
        return false;
    is_other(a, CKPT_DIFFER_NAME, ckpt_span_of(&a->lost_name));
    return true;
}

static bool find_name(ckpt_archive *a)
{
    struct ckpt_span path = pax_text(a, CKPT_PAX_PATH);
    struct ckpt_span sparse = pax_text(a, CKPT_PAX_SPARSE_NAME);
    bool from_header = !a->has_long_name && path.length == 0 && sparse.length == 0;
    if ((a->lost & CKPT_DIFFER_NAME) != 0)
        is_other(a, CKPT_DIFFER_NAME, ckpt_span_of(&a->lost_name));
    is_other_text(a, CKPT_DIFFER_NAME, sparse);
    if (sparse.length == 0)
        is_other_text(a, CKPT_DIFFER_NAME, path); /* else a stand-in that nobody takes */
    if (a->has_long_name)
        is_other(a, CKPT_DIFFER_NAME, ckpt_span_of(&a->long_name));
    if (is_emptied(a, CKPT_PAX_PATH))
        is_other(a, CKPT_DIFFER_NAME, (struct ckpt_span){(const uint8_t *)"", 0});
    if (!from_header)
        return true;
    if (a->pending.header.prefix_of_times)
        is_other(a, CKPT_DIFFER_NAME, a->pending.header.name);
    return foreign_prefix(a);
}

static void find_link(ckpt_archive *a)
{
    if (a->pending.type != CKPT_MEMBER_SYMLINK && a->pending.type != CKPT_MEMBER_HARDLINK)
        return;
    if ((a->lost & CKPT_DIFFER_LINK) != 0)
        is_other(a, CKPT_DIFFER_LINK, ckpt_span_of(&a->lost_link));
    is_other_text(a, CKPT_DIFFER_LINK, pax_text(a, CKPT_PAX_LINK));
    if (a->has_long_link)
        is_other(a, CKPT_DIFFER_LINK, ckpt_span_of(&a->long_link));
    if (is_emptied(a, CKPT_PAX_LINK))
        is_other(a, CKPT_DIFFER_LINK, (struct ckpt_span){(const uint8_t *)"", 0});
}

/* GNU tar passes over the data of links, devices and FIFOs, but not of hard links and directories;
   bsdtar and Python, like Go, know of none. */
static bool has_none_for_all(uint8_t type)
{
    return type == '1' || type == '5';
}

static void find_size(ckpt_archive *a)
{
    struct ckpt_pending *p = &a->pending;
    int64_t size = has_none_for_all(p->header.typeflag) ? 0 : p->told_size;
    struct ckpt_span real = pax_text(a, CKPT_PAX_SPARSE_REALSIZE);
    uint64_t own = p->stored_size;
    if ((a->lost & CKPT_DIFFER_SIZE) != 0 && !has_none_for_all(p->header.typeflag)) {
        size = a->lost_size;
    } else if (a->sparse.kind == CKPT_SPARSE_NONE && real.length != 0) {
        if (!ckpt_pax_integer(real, &size)) /* a sparse member for others */
            return;
        own = p->size;
    }
    if (size < 0 || p->absurd || (uint64_t)size == own ||
        (uint64_t)size > CKPT_ARCHIVE_NUMBER_MAX - p->data_offset)
        return;
    p->differ |= CKPT_DIFFER_SIZE;
    p->other_size = (uint64_t)size;
}

/* A slash at the end makes a directory of a file for GNU tar and, without data, for bsdtar; Python
   looks at the name of the header only. */
static void find_type(ckpt_archive *a)
{
    struct ckpt_pending *p = &a->pending;
    const struct ckpt_span *name = &p->header.name;
    uint8_t type = p->header.typeflag;
    bool slash = p->name.length > 0 && p->name.bytes[p->name.length - 1] == '/';
    bool before = name->length > 0 && name->bytes[name->length - 1] == '/';
    if ((p->type == CKPT_MEMBER_FILE && slash) || (type == 0 && slash != before))
        p->differ |= CKPT_DIFFER_TYPE;
    if (type == 'X')
        p->differ |= CKPT_DIFFER_HEADER;
}

bool ckpt_differ_find(ckpt_archive *a)
{
    struct ckpt_pending *p = &a->pending;
    p->differ = 0;
    p->other = (struct ckpt_span){NULL, 0};
    p->other_size = 0;
    if (!find_name(a))
        return false;
    find_link(a);
    find_size(a);
    find_type(a);
    return true;
}
