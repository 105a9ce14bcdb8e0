/* SPDX-License-Identifier: Apache-2.0 */
/* From header blocks to one member: long names, extended headers, types, sizes. */
#include <string.h>

#include "internal.h"

static int limit(ckpt_archive *a, uint32_t code, const char *what, uint64_t value, uint64_t max,
                 const char *name)
{
    ckpt_message *m = &a->message;
    ckpt_message_clear(m);
    ckpt_message_text(m, what);
    ckpt_message_text(m, " is ");
    ckpt_message_number(m, value);
    ckpt_message_text(m, " bytes long; the limit is ");
    ckpt_message_number(m, max);
    ckpt_message_text(m, " (");
    ckpt_message_text(m, name);
    ckpt_message_text(m, ").");
    return ckpt_archive_fail_message(a, code, a->group_offset);
}

static int bad_header(ckpt_archive *a, uint32_t code, uint64_t offset)
{
    ckpt_message *m = &a->message;
    ckpt_message_clear(m);
    if (a->info.members == 0 && offset == 0 && code == CKPT_ARCHIVE_E_BAD_CHECKSUM) {
        ckpt_message_text(m, a->info.compression == CKPT_COMPRESSION_NONE
                                 ? "The file starts with "
                                 : "The decompressed data start with ");
        ckpt_message_hex(m, a->first, 8);
        ckpt_message_text(m, "; expected a tar archive");
        ckpt_message_text(
            m, a->info.compression == CKPT_COMPRESSION_NONE ? ", optionally compressed." : ".");
        return ckpt_archive_fail_message(a, CKPT_ARCHIVE_E_NOT_TAR, 0);
    }
    ckpt_message_text(m, "The block at offset ");
    ckpt_message_number(m, offset);
    ckpt_message_text(
        m, code == CKPT_ARCHIVE_E_BAD_CHECKSUM ? " is no tar header (its checksum is wrong)"
           : code == CKPT_ARCHIVE_E_BAD_NUMBER ? " has a size that is no number"
                                               : " has a size that is negative or absurd");
    if (a->info.members > 0) {
        ckpt_message_text(m, "; it follows member ");
        ckpt_message_name(m, a->last_name.bytes, a->last_name.length);
    }
    ckpt_message_text(m, ".");
    return ckpt_archive_fail_message(a, code, offset);
}

/* The start of a header that extends the next one. */
static int extension(ckpt_archive *a, const ckpt_tar_header *h, uint64_t offset)
{
    int is_name = h->typeflag == 'L' || h->typeflag == 'K';
    uint64_t max = is_name ? (uint64_t)a->options.max_name + 1 : a->options.max_pax;
    if (h->size > max)
        return limit(a, is_name ? CKPT_ARCHIVE_E_LIMIT_NAME : CKPT_ARCHIVE_E_LIMIT_PAX,
                     is_name ? "A GNU long name" : "An extended header", h->size,
                     is_name ? a->options.max_name : a->options.max_pax,
                     is_name ? "name length" : "extended header");
    a->extension_type = h->typeflag == 'X' ? 'x' : h->typeflag;
    a->extension_offset = offset;
    a->extension_want = h->size;
    a->extension_pad = (uint32_t)(-h->size & (CKPT_TAR_BLOCK - 1));
    a->extension_left = h->size + a->extension_pad;
    ckpt_bytes *to = a->extension_type == 'L'   ? &a->long_name
                     : a->extension_type == 'K' ? &a->long_link
                     : a->extension_type == 'g' ? &a->global_bytes
                                                : &a->pax_bytes;
    to->length = 0;
    if (a->extension_left == 0)
        return ckpt_member_extension(a, (const uint8_t *)"", 0);
    return CKPT_STEP_OK;
}

static int bad_pax(ckpt_archive *a, int code, const ckpt_text *key)
{
    ckpt_message *m = &a->message;
    ckpt_message_clear(m);
    ckpt_message_text(m, "The extended header at offset ");
    ckpt_message_number(m, a->extension_offset);
    if (key->length) {
        ckpt_message_text(m, " has a bad value for ");
        ckpt_message_name(m, key->bytes, key->length);
    } else {
        ckpt_message_text(m, " is malformed");
    }
    ckpt_message_text(m, ".");
    return ckpt_archive_fail_message(a, (uint32_t)code, a->extension_offset);
}

/* The body of an extending header is complete. */
static int extension_done(ckpt_archive *a)
{
    ckpt_text bad;
    int r;
    switch (a->extension_type) {
    case 'L':
        a->long_name.length = ckpt_tar_text_length(a->long_name.bytes, a->long_name.length);
        a->has_long_name = 1;
        return CKPT_STEP_OK;
    case 'K':
        a->long_link.length = ckpt_tar_text_length(a->long_link.bytes, a->long_link.length);
        a->has_long_link = 1;
        return CKPT_STEP_OK;
    case 'g': {
        ckpt_pax pax;
        const uint32_t ignored = CKPT_PAX_PATH | CKPT_PAX_LINK | CKPT_PAX_SIZE | CKPT_PAX_SPARSE;
        r = ckpt_pax_read(&pax, a->global_bytes.bytes, a->global_bytes.length, &bad);
        if (r)
            return bad_pax(a, r, &bad);
        a->info.global_headers++;
        for (uint32_t bit = 1; bit <= CKPT_PAX_SPARSE; bit <<= 1)
            a->info.global_ignored += (pax.present & ignored & bit) != 0;
        /* Names of users and groups would have to be kept alive and copied to every record. */
        pax.present &= CKPT_PAX_MTIME | CKPT_PAX_UID | CKPT_PAX_GID;
        if (pax.present & CKPT_PAX_MTIME) {
            a->global.mtime = pax.mtime;
            a->global.mtime_nsec = pax.mtime_nsec;
        }
        if (pax.present & CKPT_PAX_UID)
            a->global.uid = pax.uid;
        if (pax.present & CKPT_PAX_GID)
            a->global.gid = pax.gid;
        a->global.present |= pax.present;
        if (!a->has_pax && !a->has_long_name && !a->has_long_link)
            a->in_group = 0; /* it belongs to no member in particular */
        return CKPT_STEP_OK;
    }
    default:
        r = ckpt_pax_read(&a->pax, a->pax_bytes.bytes, a->pax_bytes.length, &bad);
        if (r)
            return bad_pax(a, r, &bad);
        a->has_pax = 1;
        return CKPT_STEP_OK;
    }
}

int ckpt_member_extension(ckpt_archive *a, const uint8_t *bytes, size_t length)
{
    uint64_t body = a->extension_left > a->extension_pad ? a->extension_left - a->extension_pad : 0;
    size_t take = length < body ? length : (size_t)body;
    ckpt_bytes *to = a->extension_type == 'L'   ? &a->long_name
                     : a->extension_type == 'K' ? &a->long_link
                     : a->extension_type == 'g' ? &a->global_bytes
                                                : &a->pax_bytes;
    if (take && !ckpt_buffer_append(a, to, bytes, take))
        return ckpt_archive_no_memory(a);
    a->extension_left -= length;
    return a->extension_left == 0 ? extension_done(a) : CKPT_STEP_OK;
}

static uint32_t type_of(const ckpt_pending *p)
{
    switch (p->header.typeflag) {
    case '1':
        return CKPT_MEMBER_HARDLINK;
    case '2':
        return CKPT_MEMBER_SYMLINK;
    case '3':
        return CKPT_MEMBER_CHARACTER;
    case '4':
        return CKPT_MEMBER_BLOCK;
    case '5':
        return CKPT_MEMBER_DIRECTORY;
    case '6':
        return CKPT_MEMBER_FIFO;
    case 'D': /* GNU: a directory with a list of names as data */
    case 'V':
    case 'M':
    case 'N':
    case 'A':
    case 'E':
    case 'I':
        return CKPT_MEMBER_OTHER;
    case '0':
    case 0:
        /* Before there was a type for directories, a slash at the end of the name said so. */
        if (p->name.length && p->name.bytes[p->name.length - 1] == '/')
            return CKPT_MEMBER_DIRECTORY;
        return CKPT_MEMBER_FILE;
    default:
        return CKPT_MEMBER_FILE;
    }
}

/* The name: sparse records over extended header over GNU long name over prefix and name. */
static int choose_names(ckpt_archive *a)
{
    ckpt_pending *p = &a->pending;
    const ckpt_tar_header *h = &p->header;
    uint32_t pax = a->has_pax ? a->pax.present : 0;
    p->name = (ckpt_text){h->name, h->name_length};
    if (h->prefix_length > 0) {
        a->joined.length = 0;
        if (!ckpt_buffer_append(a, &a->joined, h->prefix, h->prefix_length) ||
            !ckpt_buffer_append(a, &a->joined, "/", 1) ||
            !ckpt_buffer_append(a, &a->joined, h->name, h->name_length))
            return ckpt_archive_no_memory(a);
        p->name = (ckpt_text){a->joined.bytes, a->joined.length};
    }
    p->link = (ckpt_text){h->link, h->link_length};
    p->uname = (ckpt_text){h->uname, h->uname_length};
    p->gname = (ckpt_text){h->gname, h->gname_length};
    if (a->has_long_name)
        p->name = (ckpt_text){a->long_name.bytes, a->long_name.length};
    if (a->has_long_link)
        p->link = (ckpt_text){a->long_link.bytes, a->long_link.length};
    if (pax & CKPT_PAX_PATH)
        p->name = a->pax.path;
    if (pax & CKPT_PAX_SPARSE_NAME)
        p->name = a->pax.sparse_name;
    if (pax & CKPT_PAX_LINK)
        p->link = a->pax.link;
    if (pax & CKPT_PAX_UNAME)
        p->uname = a->pax.uname;
    if (pax & CKPT_PAX_GNAME)
        p->gname = a->pax.gname;
    uint64_t longest = p->name.length > p->link.length ? p->name.length : p->link.length;
    if (longest > a->options.max_name)
        return limit(a, CKPT_ARCHIVE_E_LIMIT_NAME, "A name", longest, a->options.max_name,
                     "name length");
    return CKPT_STEP_OK;
}

static void choose_numbers(ckpt_archive *a)
{
    ckpt_pending *p = &a->pending;
    const ckpt_pax *sets[2] = {&a->global, &a->pax};
    p->uid = p->header.uid;
    p->gid = p->header.gid;
    p->mtime = p->header.mtime;
    p->mtime_nsec = 0;
    p->stored_size = p->header.size;
    for (int i = 0; i < 2; i++) {
        uint32_t present = i == 0 || a->has_pax ? sets[i]->present : 0;
        if (present & CKPT_PAX_UID)
            p->uid = sets[i]->uid;
        if (present & CKPT_PAX_GID)
            p->gid = sets[i]->gid;
        if (present & CKPT_PAX_MTIME) {
            p->mtime = sets[i]->mtime;
            p->mtime_nsec = sets[i]->mtime_nsec;
        }
        if (present & CKPT_PAX_SIZE)
            p->stored_size = sets[i]->size;
    }
}

int ckpt_member_header(ckpt_archive *a, const uint8_t *block, uint64_t offset, int *complete)
{
    ckpt_pending *p = &a->pending;
    *complete = 0;
    if (!a->in_group) {
        a->in_group = 1;
        a->group_offset = offset;
    }
    int r = ckpt_tar_header_read(&p->header, block);
    if (r)
        return bad_header(a, (uint32_t)r, offset);
    switch (p->header.typeflag) {
    case 'L':
    case 'K':
    case 'x':
    case 'X':
    case 'g':
        return extension(a, &p->header, offset);
    default:
        break;
    }
    p->flags = p->header.flags;
    p->header_offset = a->group_offset;
    p->data_offset = offset + CKPT_TAR_BLOCK;
    r = choose_names(a);
    if (r)
        return r;
    choose_numbers(a);
    if (a->has_pax)
        p->flags |= CKPT_MEMBER_PAX;
    if (a->has_long_name || a->has_long_link)
        p->flags |= CKPT_MEMBER_LONG_NAME;
    p->type = type_of(p);
    /* Links, directories and devices have no data, whatever their size says (as in Go's
     * archive/tar). */
    if (p->type >= CKPT_MEMBER_HARDLINK && p->type <= CKPT_MEMBER_FIFO && p->stored_size > 0) {
        p->stored_size = 0;
        p->flags |= CKPT_MEMBER_SIZE_IGNORED;
    }
    if (p->stored_size > CKPT_ARCHIVE_NUMBER_MAX - UINT64_C(2) * CKPT_TAR_BLOCK - p->data_offset)
        return bad_header(a, CKPT_ARCHIVE_E_BAD_SIZE, offset);
    p->size = p->stored_size;
    *complete = 1;

    a->sparse.kind = CKPT_SPARSE_NONE;
    a->sparse.extents.length = 0;
    a->sparse.too_many = 0;
    r = 0;
    if (p->header.typeflag == 'S' && p->header.dialect == CKPT_TAR_GNU)
        r = ckpt_sparse_old_header(a, block);
    else if (a->has_pax && (a->pax.present & CKPT_PAX_SPARSE) && p->type == CKPT_MEMBER_FILE)
        r = ckpt_sparse_from_pax(a);
    if (r < 0)
        return ckpt_archive_fail(a, CKPT_ARCHIVE_E_BAD_SPARSE, offset,
                                 "A sparse member has a malformed map.");
    if (a->sparse.kind != CKPT_SPARSE_NONE)
        p->flags |= CKPT_MEMBER_SPARSE;
    if (r > 0)
        *complete = 2; /* blocks with the rest of the map follow */
    return CKPT_STEP_OK;
}
