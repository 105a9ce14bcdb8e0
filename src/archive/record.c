/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the pending member into the batch, in the form archive.h describes. */
#include <string.h>

#include "internal.h"

static uint8_t *put(uint8_t *to, struct ckpt_span text)
{
    if (text.length)
        memcpy(to, text.bytes, text.length);
    return to + text.length;
}

/* Extended attributes are still in the PAX header; that was checked when it was read. */
static void put_xattrs(ckpt_archive *a, uint8_t *to)
{
    struct ckpt_span key, value, name, all = ckpt_span_of(&a->pax_bytes);
    size_t position = 0;
    while (ckpt_pax_next(all, &position, &key, &value) > 0) {
        int kind = ckpt_pax_xattr(key, &name);
        if (kind == 0 || (kind == 2 && a->pax.star_xattrs))
            continue;
        uint32_t head[3] = {(uint32_t)name.length, (uint32_t)value.length, kind == 2};
        memcpy(to, head, sizeof(head));
        to = put(put(to + sizeof(head), name), value);
    }
}

enum ckpt_step ckpt_record_add(ckpt_archive *a)
{
    const struct ckpt_pending *p = &a->pending;
    uint32_t xattr_length = a->has_pax ? a->pax.xattr_length : 0;
    size_t size = sizeof(struct ckpt_member) + p->name.length + p->link.length + p->uname.length +
                  p->gname.length + xattr_length + p->other.length + p->clean.length;
    size = (size + 7) & ~(size_t)7;
    a->table_bytes += size;
    if (a->table_bytes > a->options.max_table)
        return ckpt_archive_fail(
            a, CKPT_ARCHIVE_E_LIMIT_TABLE, p->header_offset,
            "The list of members takes more than %n bytes; that is the limit (member table).",
            a->options.max_table);
    if (!ckpt_buffer_reserve(&a->batch, size))
        return ckpt_archive_no_memory(a);

    uint8_t *to = (uint8_t *)a->batch.data + a->batch.length;
    struct ckpt_member m = {
        .record_size = (uint32_t)size,
        .index = p->index,
        .header_offset = p->header_offset,
        .data_offset = p->data_offset,
        .size = p->size,
        .stored_size = p->stored_size,
        .mtime = p->mtime,
        .uid = p->uid,
        .gid = p->gid,
        .mtime_nsec = p->mtime_nsec,
        .mode = p->header.mode,
        .dev_major = p->header.dev_major,
        .dev_minor = p->header.dev_minor,
        .type = p->type,
        .typeflag = p->header.typeflag,
        .dialect = p->header.dialect,
        .flags = p->flags,
        .name_flags = p->name_flags,
        .name_length = (uint32_t)p->name.length,
        .normal_start = p->normal_start,
        .normal_length = p->normal_length,
        .link_length = (uint32_t)p->link.length,
        .uname_length = (uint32_t)p->uname.length,
        .gname_length = (uint32_t)p->gname.length,
        .xattr_count = a->has_pax ? a->pax.xattr_count : 0,
        .xattr_length = xattr_length,
        .other_size = p->other_size,
        .differ = p->differ,
        .other_length = (uint32_t)p->other.length,
        .clean_length = (uint32_t)p->clean.length,
    };
    if (p->name_flags & CKPT_NAME_UNCLEAN) { /* the last of the texts */
        m.normal_start = m.name_length + m.link_length + m.uname_length + m.gname_length +
                         xattr_length + m.other_length;
        m.normal_length = m.clean_length;
    }
    memset(to + size - 8, 0, 8); /* the filling */
    memcpy(to, &m, sizeof m);
    uint8_t *end = put(put(put(put(to + sizeof m, p->name), p->link), p->uname), p->gname);
    if (xattr_length)
        put_xattrs(a, end);
    put(put(end + xattr_length, p->other), p->clean);
    a->batch.length += size;
    a->batch_count++;
    return CKPT_STEP_OK;
}

bool ckpt_member_next(const uint8_t **at, size_t *left, struct ckpt_member_parts *parts)
{
    struct ckpt_member *m = &parts->record;
    if (*left < sizeof(*m))
        return false;
    memcpy(m, *at, sizeof(*m));
    if (m->record_size < sizeof(*m) || m->record_size > *left ||
        (uint64_t)m->normal_start + m->normal_length > m->record_size - sizeof(*m) ||
        (uint64_t)m->name_length + m->link_length + m->uname_length + m->gname_length +
                m->xattr_length + m->other_length + m->clean_length >
            m->record_size - sizeof(*m))
        return false;
    parts->name = (const char *)*at + sizeof(*m);
    parts->link = parts->name + m->name_length;
    parts->xattrs =
        (const uint8_t *)parts->link + m->link_length + m->uname_length + m->gname_length;
    parts->other = (const char *)parts->xattrs + m->xattr_length;
    *at += m->record_size;
    *left -= m->record_size;
    return true;
}
