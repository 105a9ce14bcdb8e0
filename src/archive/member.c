/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From header blocks to one member: long names, extended headers, types, sizes; what counts is what
 * Go's archive/tar takes (Reader.next), because the engines unpack with it.
 */
#include <string.h>

#include "internal.h"

static enum ckpt_step limit(ckpt_archive *a, uint32_t code, const char *what, uint64_t value,
                            uint64_t max, const char *name)
{
    return ckpt_archive_fail(a, code, a->group_offset, "%s is %n bytes long; the limit is %n (%s).",
                             what, value, max, name);
}

static enum ckpt_step not_tar(ckpt_archive *a)
{
    bool plain = a->info.compression == CKPT_COMPRESSION_NONE;
    const char *expected =
        plain ? "expected a tar archive, optionally compressed." : "expected a tar archive.";
    char what[CKPT_MAGIC_MAX];
    if (ckpt_magic_describe(a->first, sizeof(a->first), what))
        return ckpt_archive_fail(a, CKPT_ARCHIVE_E_NOT_TAR, 0, "%s %s; %s",
                                 plain ? "The file is" : "The compressed content is", what,
                                 expected);
    return ckpt_archive_fail(a, CKPT_ARCHIVE_E_NOT_TAR, 0, "%s with %h; %s",
                             plain ? "The file starts" : "The decompressed data starts",
                             (ckpt_string){(const char *)a->first, 8}, expected);
}

/* "The block at offset N PROBLEM; it follows member X." */
static enum ckpt_step bad_header(ckpt_archive *a, uint32_t code, uint64_t offset,
                                 const char *problem)
{
    ckpt_format(&a->message, "The block at offset %n%s", offset, problem);
    if (code == CKPT_ARCHIVE_E_BAD_NUMBER)
        ckpt_format(&a->message, " (%s)", a->pending.header.bad);
    if (a->info.members > 0)
        ckpt_format(&a->message, "; it follows member %q", ckpt_last_name(a));
    return ckpt_archive_fail(a, code, offset, ".");
}

static enum ckpt_step bad_size(ckpt_archive *a, uint64_t offset)
{
    return bad_header(a, CKPT_ARCHIVE_E_BAD_SIZE, offset,
                      " has a negative or impossibly large size");
}

static enum ckpt_step bad_pax(ckpt_archive *a, const char *key)
{
    uint64_t at = a->pax_offset;
    if (key == NULL)
        return ckpt_archive_fail(a, CKPT_ARCHIVE_E_BAD_PAX, at,
                                 "The extended header at offset %n is malformed.", at);
    return ckpt_archive_fail(
        a, CKPT_ARCHIVE_E_BAD_PAX, at,
        "The extended header at offset %n has a value for %s that is no number.", at, key);
}

/* ---- headers that extend the next one -------------------------------------------------------- */

static struct ckpt_buffer *extension_buffer(ckpt_archive *a)
{
    return a->extension_type == 'L'   ? &a->long_name
           : a->extension_type == 'K' ? &a->long_link
           : a->extension_type == 'g' ? &a->global_bytes
                                      : &a->pax_bytes;
}

/* Other readers may still go by what Go lets a later header replace, or a global one drop. */
static bool lose(ckpt_archive *a, struct ckpt_buffer *to, uint32_t bit, struct ckpt_span text)
{
    if (text.length == 0)
        return true;
    a->lost |= bit;
    to->length = 0;
    return ckpt_append(to, text.bytes, text.length);
}

static bool lose_name(ckpt_archive *a)
{
    struct ckpt_span text = a->has_long_name ? ckpt_span_of(&a->long_name) : (struct ckpt_span){0};
    a->has_long_name = false;
    return lose(a, &a->lost_name, CKPT_DIFFER_NAME, text);
}

static bool lose_link(ckpt_archive *a)
{
    struct ckpt_span text = a->has_long_link ? ckpt_span_of(&a->long_link) : (struct ckpt_span){0};
    a->has_long_link = false;
    return lose(a, &a->lost_link, CKPT_DIFFER_LINK, text);
}

static bool lose_pax(ckpt_archive *a)
{
    const struct ckpt_pax *pax = &a->pax;
    int64_t size;
    if (!a->has_pax)
        return true;
    a->has_pax = false;
    if (ckpt_pax_integer(pax->value[CKPT_PAX_SIZE], &size)) {
        a->lost |= CKPT_DIFFER_SIZE;
        a->lost_size = size;
    }
    return lose(a, &a->lost_name, CKPT_DIFFER_NAME, pax->value[CKPT_PAX_PATH]) &&
           lose(a, &a->lost_name, CKPT_DIFFER_NAME, pax->value[CKPT_PAX_SPARSE_NAME]) &&
           lose(a, &a->lost_link, CKPT_DIFFER_LINK, pax->value[CKPT_PAX_LINK]);
}

/* The start of a header that extends the next one. */
static enum ckpt_step extension(ckpt_archive *a, const struct ckpt_tar_header *h, uint64_t offset)
{
    bool is_name = h->typeflag == 'L' || h->typeflag == 'K';
    uint64_t size = (uint64_t)h->size, max = is_name ? a->options.max_name : a->options.max_pax;
    if (h->size < 0)
        return bad_size(a, offset);
    if (size > max)
        return limit(a, is_name ? CKPT_ARCHIVE_E_LIMIT_NAME : CKPT_ARCHIVE_E_LIMIT_PAX,
                     is_name ? "A GNU long name" : "An extended header", size, max,
                     is_name ? "name length" : "extended header");
    a->extension_type = h->typeflag;
    a->extension_offset = offset;
    a->extension_want = size;
    a->extension_pad = (uint32_t)(-size & (CKPT_TAR_BLOCK - 1));
    a->extension_left = size + a->extension_pad;
    bool kept = h->typeflag == 'L'   ? lose_name(a)
                : h->typeflag == 'K' ? lose_link(a)
                : h->typeflag == 'g' ? lose_name(a) && lose_link(a) && lose_pax(a)
                                     : lose_pax(a);
    if (!kept)
        return ckpt_archive_no_memory(a);
    extension_buffer(a)->length = 0;
    if (a->extension_left == 0)
        return ckpt_member_extension(a, (const uint8_t *)"", 0);
    return CKPT_STEP_OK;
}

/* Go gives a global header out as a member of its own: it applies to nothing, and what was pending
   is forgotten. */
static enum ckpt_step global_done(ckpt_archive *a)
{
    static const uint8_t renames[] = {CKPT_PAX_PATH, CKPT_PAX_LINK, CKPT_PAX_SIZE,
                                      CKPT_PAX_SPARSE_NAME};
    struct ckpt_pax pax;
    a->pax_offset = a->extension_offset;
    if (!ckpt_pax_read(&pax, ckpt_span_of(&a->global_bytes)))
        return bad_pax(a, NULL);
    a->info.global_headers++;
    for (size_t i = 0; i < sizeof(renames); i++)
        a->info.global_ignored += ckpt_pax_has(&pax, renames[i]);
    a->in_group = a->lost != 0; /* else it belongs to no member in particular */
    return CKPT_STEP_OK;
}

static void forget(ckpt_archive *a, struct ckpt_buffer *to, uint32_t bit)
{
    a->lost |= bit;
    to->length = 0;
}

/* The body of an extending header is complete. */
static enum ckpt_step extension_done(ckpt_archive *a)
{
    struct ckpt_buffer *to = extension_buffer(a);
    switch (a->extension_type) {
    case 'L':
    case 'K':
        to->length = ckpt_tar_text((const uint8_t *)to->data, to->length).length;
        if (a->extension_type == 'L')
            a->has_long_name = to->length != 0;
        else
            a->has_long_link = to->length != 0;
        if (to->length == 0) /* nothing for Go, an empty name for others */
            forget(a, a->extension_type == 'L' ? &a->lost_name : &a->lost_link,
                   a->extension_type == 'L' ? CKPT_DIFFER_NAME : CKPT_DIFFER_LINK);
        return CKPT_STEP_OK;
    case 'g':
        return global_done(a);
    default:
        a->pax_offset = a->extension_offset;
        if (!ckpt_pax_read(&a->pax, ckpt_span_of(to)))
            return bad_pax(a, NULL);
        a->has_pax = true;
        return CKPT_STEP_OK;
    }
}

enum ckpt_step ckpt_member_extension(ckpt_archive *a, const uint8_t *bytes, size_t length)
{
    uint64_t body = a->extension_left > a->extension_pad ? a->extension_left - a->extension_pad : 0;
    size_t take = length < body ? length : (size_t)body;
    if (take && !ckpt_append(extension_buffer(a), bytes, take))
        return ckpt_archive_no_memory(a);
    a->extension_left -= length;
    return a->extension_left == 0 ? extension_done(a) : CKPT_STEP_OK;
}

enum ckpt_step ckpt_member_extension_ended(ckpt_archive *a)
{
    /* Go does not miss the filling after the last body. */
    a->extension_left = 0;
    return extension_done(a);
}

/* ---- the member ------------------------------------------------------------------------------ */

static uint32_t type_of(const struct ckpt_pending *p)
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
    case 'X': /* Solaris: an extended header, but not for Go */
        return CKPT_MEMBER_OTHER;
    case 0:
        /* Before there was a type for directories, a slash at the end of the name said so. */
        if (p->name.length && p->name.bytes[p->name.length - 1] == '/')
            return CKPT_MEMBER_DIRECTORY;
        return CKPT_MEMBER_FILE;
    default:
        return CKPT_MEMBER_FILE;
    }
}

static bool header_only(uint32_t type)
{
    return type >= CKPT_MEMBER_HARDLINK && type <= CKPT_MEMBER_FIFO;
}

static struct ckpt_span chosen(const ckpt_archive *a, enum ckpt_pax_key key, struct ckpt_span other)
{
    return a->has_pax && ckpt_pax_has(&a->pax, key) ? a->pax.value[key] : other;
}

/* The name: GNU long name over extended header over prefix and name. (That of a sparse member comes
   later.) */
static enum ckpt_step choose_names(ckpt_archive *a)
{
    struct ckpt_pending *p = &a->pending;
    const struct ckpt_tar_header *h = &p->header;
    p->name = h->name;
    if (h->prefix.length > 0) {
        a->joined.length = 0;
        if (!ckpt_append(&a->joined, h->prefix.bytes, h->prefix.length) ||
            !ckpt_append(&a->joined, "/", 1) ||
            !ckpt_append(&a->joined, h->name.bytes, h->name.length))
            return ckpt_archive_no_memory(a);
        p->name = ckpt_span_of(&a->joined);
    }
    p->name = a->has_long_name ? ckpt_span_of(&a->long_name) : chosen(a, CKPT_PAX_PATH, p->name);
    p->link = a->has_long_link ? ckpt_span_of(&a->long_link) : chosen(a, CKPT_PAX_LINK, h->link);
    p->uname = chosen(a, CKPT_PAX_UNAME, h->uname);
    p->gname = chosen(a, CKPT_PAX_GNAME, h->gname);
    return CKPT_STEP_OK;
}

static enum ckpt_step choose_numbers(ckpt_archive *a)
{
    struct ckpt_pending *p = &a->pending;
    p->uid = p->header.uid;
    p->gid = p->header.gid;
    p->mtime = p->header.mtime;
    p->mtime_nsec = 0;
    p->told_size = p->header.size;
    if (!a->has_pax)
        return CKPT_STEP_OK;
    const char *bad = ckpt_pax_numbers(&a->pax);
    if (bad != NULL)
        return bad_pax(a, bad);
    if (a->pax.odd_number)
        p->flags |= CKPT_MEMBER_ODD_NUMBER;
    if (ckpt_pax_has(&a->pax, CKPT_PAX_UID))
        p->uid = a->pax.uid;
    if (ckpt_pax_has(&a->pax, CKPT_PAX_GID))
        p->gid = a->pax.gid;
    if (ckpt_pax_has(&a->pax, CKPT_PAX_MTIME)) {
        p->mtime = a->pax.mtime;
        p->mtime_nsec = a->pax.mtime_nsec;
    }
    if (ckpt_pax_has(&a->pax, CKPT_PAX_SIZE))
        p->told_size = a->pax.size;
    return CKPT_STEP_OK;
}

/* Links, directories and devices have no data, whatever their size says. */
static enum ckpt_step choose_size(ckpt_archive *a, uint64_t offset)
{
    struct ckpt_pending *p = &a->pending;
    p->stored_size = header_only(p->type) ? 0 : (uint64_t)p->told_size;
    if (header_only(p->type) && p->told_size != 0)
        p->flags |= CKPT_MEMBER_SIZE_IGNORED;
    if (!header_only(p->type) && p->told_size < 0)
        return bad_size(a, offset);
    /* No medium holds it: Go lists such a member, and fails after it. */
    uint64_t most = CKPT_ARCHIVE_NUMBER_MAX - UINT64_C(2) * CKPT_TAR_BLOCK - p->data_offset;
    p->absurd = p->stored_size > most;
    if (p->absurd)
        p->stored_size = most;
    p->size = p->stored_size;
    return CKPT_STEP_OK;
}

enum ckpt_step ckpt_member_header(ckpt_archive *a, const uint8_t *block, uint64_t offset,
                                  enum ckpt_header_next *next)
{
    struct ckpt_pending *p = &a->pending;
    *next = CKPT_NEXT_HEADER;
    if (!a->in_group) {
        a->in_group = true;
        a->group_offset = offset;
    }
    uint32_t code = ckpt_tar_header_read(&p->header, block);
    if (code == CKPT_ARCHIVE_E_BAD_CHECKSUM && offset == 0)
        return not_tar(a);
    if (code != 0)
        return bad_header(a, code, offset,
                          code == CKPT_ARCHIVE_E_BAD_NUMBER
                              ? " has a field that is no number"
                              : " is no tar header (its checksum is wrong)");
    switch (p->header.typeflag) {
    case 'L':
    case 'K':
    case 'x':
    case 'g': {
        enum ckpt_step r = extension(a, &p->header, offset);
        if (r == CKPT_STEP_OK && a->extension_left > 0)
            *next = CKPT_NEXT_EXTENSION;
        return r;
    }
    default:
        break;
    }
    p->flags = p->header.flags;
    p->header_offset = a->group_offset;
    p->data_offset = offset + CKPT_TAR_BLOCK;
    p->type = CKPT_MEMBER_FILE;
    p->name = p->header.name;
    /* The size in the header must be one even where another counts. */
    if (p->header.size < 0 && !(p->header.typeflag >= '1' && p->header.typeflag <= '6'))
        return bad_size(a, offset);
    enum ckpt_step r = choose_numbers(a);
    if (r == CKPT_STEP_OK)
        r = choose_names(a);
    if (r != CKPT_STEP_OK)
        return r;
    p->type = type_of(p);
    r = choose_size(a, offset);
    if (r != CKPT_STEP_OK)
        return r;
    if (a->has_pax)
        p->flags |= CKPT_MEMBER_PAX;
    if (a->has_long_name || a->has_long_link)
        p->flags |= CKPT_MEMBER_LONG_NAME;
    *next = CKPT_NEXT_MEMBER;
    return ckpt_sparse_start(a, block, next);
}

enum ckpt_step ckpt_member_finish(ckpt_archive *a)
{
    const struct ckpt_pending *p = &a->pending;
    uint64_t longest = p->name.length > p->link.length ? p->name.length : p->link.length;
    if (longest > a->options.max_name)
        return limit(a, CKPT_ARCHIVE_E_LIMIT_NAME, "A name", longest, a->options.max_name,
                     "name length");
    return CKPT_STEP_OK;
}

bool ckpt_member_is_chosen(ckpt_archive *a)
{
    struct ckpt_pending *p = &a->pending;
    struct ckpt_span name =
        p->name_flags & CKPT_NAME_UNCLEAN
            ? p->clean
            : (struct ckpt_span){p->name.bytes + p->normal_start, p->normal_length};
    if (p->type != CKPT_MEMBER_FILE)
        return false;
    for (size_t i = 0; i < a->choice_count; i++) {
        const struct ckpt_choice *c = &a->choices[i];
        if (c->prefix ? name.length < c->length : name.length != c->length)
            continue;
        if (c->length && memcmp(name.bytes, c->pattern, c->length) != 0)
            continue;
        if (p->size <= c->max_size && p->size <= a->options.max_kept_sum - a->kept_sum)
            return true;
        p->flags |= CKPT_MEMBER_TOO_BIG;
    }
    return false;
}

bool ckpt_member_classify(ckpt_archive *a)
{
    struct ckpt_pending *p = &a->pending;
    p->name_flags =
        ckpt_name_classify(p->name.bytes, p->name.length, &p->normal_start, &p->normal_length);
    if (p->type == CKPT_MEMBER_SYMLINK || p->type == CKPT_MEMBER_HARDLINK)
        p->name_flags |= ckpt_name_classify_link(p->name.bytes, p->name.length, p->link.bytes,
                                                 p->link.length, p->type == CKPT_MEMBER_SYMLINK);
    a->clean_name.length = 0;
    if (p->name_flags & CKPT_NAME_UNCLEAN) {
        if (!ckpt_buffer_reserve(&a->clean_name, p->name.length))
            return false;
        a->clean_name.length =
            ckpt_name_clean(p->name.bytes, p->name.length, (uint8_t *)a->clean_name.data);
    }
    p->clean = ckpt_span_of(&a->clean_name);
    return true;
}

void ckpt_member_done(ckpt_archive *a)
{
    a->has_pax = a->has_long_name = a->has_long_link = a->in_group = false;
    a->lost = 0;
}
