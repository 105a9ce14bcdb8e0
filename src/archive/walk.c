/* SPDX-License-Identifier: Apache-2.0 */
/* The walk through the tar: headers, members, wanted data, and how it ends. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum {
    HEADER, /* the start */
    EXTENSION,
    SPARSE_BLOCKS,
    ANNOUNCE,
    ANNOUNCED,
    SPARSE_MAP,
    BODY,
    BODY_END,
    SECOND_ZERO,
    TRAILING,
    RAW,
    FINAL = CKPT_STATE_FINAL
};

enum {
    BATCH_SIZE = 65536,
    ZEROS = 16384,
    TRAILING_PLAIN = 65536,             /* bytes after the end that are looked at */
    TRAILING_DECODED = 64 * 1024 * 1024 /* more: the checksum of the stream is after them */
};

static enum ckpt_step finish(ckpt_archive *a)
{
    a->final.type = CKPT_ARCHIVE_END;
    a->final.code = a->info.end;
    a->final.offset = a->info.end_offset;
    a->state = FINAL;
    return CKPT_STEP_OK;
}

/* The tar is over, at a place where that is wrong. */
static enum ckpt_step cut(ckpt_archive *a, uint32_t code, uint64_t have, uint64_t want)
{
    bool in_body = code == CKPT_ARCHIVE_E_CUT_BODY && a->state != SPARSE_MAP;
    ckpt_format(&a->message, "The archive ends");
    if (in_body) {
        ckpt_archive_say_place(a, have, want);
        ckpt_format(&a->message, "; expected the whole member");
    } else {
        ckpt_format(&a->message, " after %n of %n bytes of %s", have, want,
                    code == CKPT_ARCHIVE_E_CUT_HEADER ? "a header"
                    : code == CKPT_ARCHIVE_E_CUT_BODY ? "a sparse member, in its map"
                                                      : "an extended header");
        if (a->last_index != UINT32_MAX)
            ckpt_format(&a->message, " that follows member %q", ckpt_last_name(a));
    }
    ckpt_archive_fail(a, code, a->tar_size, ".");
    a->final.have = have;
    a->final.want = want;
    if (in_body)
        a->final.member = a->last_index;
    return CKPT_STEP_FAILED;
}

/* One block of 512 bytes at a->position, which moves on. */
static enum ckpt_step take_block(ckpt_archive *a, const uint8_t **block)
{
    const uint8_t *bytes;
    size_t length;
    for (;;) {
        enum ckpt_step r = ckpt_source_peek(a, &bytes, &length);
        if (r != CKPT_STEP_OK)
            return r;
        if (a->position < sizeof a->first) {
            size_t n = sizeof a->first - (size_t)a->position;
            memcpy(a->first + a->position, bytes, n < length ? n : length);
        }
        if (a->carry_length == 0 && length >= CKPT_TAR_BLOCK) {
            *block = bytes;
            a->position += CKPT_TAR_BLOCK;
            return CKPT_STEP_OK;
        }
        size_t n = CKPT_TAR_BLOCK - a->carry_length;
        if (n > length)
            n = length;
        memcpy(a->carry + a->carry_length, bytes, n);
        a->carry_length += n;
        a->position += n;
        if (a->carry_length == CKPT_TAR_BLOCK) {
            a->carry_length = 0;
            *block = a->carry;
            return CKPT_STEP_OK;
        }
    }
}

/* The tar is over after the data of a member; for Go, with or without the filling to a block. */
static enum ckpt_step ended_unmarked(ckpt_archive *a)
{
    a->info.end = CKPT_END_NO_MARK;
    a->info.end_offset = a->tar_size;
    return finish(a);
}

/* No bytes where a header was expected. */
static enum ckpt_step ended_at_header(ckpt_archive *a)
{
    uint64_t size = a->tar_size;
    if (a->last_index != UINT32_MAX && size < a->position) {
        uint64_t have = size - a->last_data;
        if (have < a->last_stored)
            return cut(a, CKPT_ARCHIVE_E_CUT_BODY, have, a->last_stored);
        return ended_unmarked(a);
    }
    if (size == 0)
        return ckpt_archive_fail(
            a, CKPT_ARCHIVE_E_EMPTY, 0,
            a->info.compression == CKPT_COMPRESSION_NONE
                ? "The file is empty; expected a tar archive, optionally compressed."
                : "The compressed stream is empty; expected a tar archive.");
    if (size < CKPT_TAR_BLOCK) {
        size_t seen = size < sizeof(a->first) ? (size_t)size : sizeof(a->first);
        char what[CKPT_MAGIC_MAX];
        ckpt_format(&a->message, "There are only %n bytes, starting with %h", size,
                    (ckpt_string){(const char *)a->first, size < 8 ? (size_t)size : 8});
        if (ckpt_magic_describe(a->first, seen, what))
            ckpt_format(&a->message, " (%s)", what);
        ckpt_archive_fail(a, CKPT_ARCHIVE_E_SHORT, 0, "; a tar archive has at least 512.");
        a->final.have = size;
        a->final.want = CKPT_TAR_BLOCK;
        return CKPT_STEP_FAILED;
    }
    if (a->carry_length > 0)
        return cut(a, CKPT_ARCHIVE_E_CUT_HEADER, a->carry_length, CKPT_TAR_BLOCK);
    return ended_unmarked(a);
}

static void go_on(ckpt_archive *a, enum ckpt_header_next next)
{
    static const uint8_t states[] = {
        [CKPT_NEXT_HEADER] = HEADER,
        [CKPT_NEXT_EXTENSION] = EXTENSION,
        [CKPT_NEXT_SPARSE_BLOCK] = SPARSE_BLOCKS,
        [CKPT_NEXT_SPARSE_MAP] = SPARSE_MAP,
        [CKPT_NEXT_MEMBER] = ANNOUNCE,
    };
    a->state = states[next];
    a->body_left = next == CKPT_NEXT_SPARSE_MAP ? a->pending.stored_size : 0;
}

static enum ckpt_step step_header(ckpt_archive *a)
{
    const uint8_t *block;
    enum ckpt_header_next next;
    enum ckpt_step r = take_block(a, &block);
    if (r == CKPT_STEP_ENDED)
        return ended_at_header(a);
    if (r != CKPT_STEP_OK)
        return r;
    if (ckpt_tar_is_zero(block)) {
        a->state = SECOND_ZERO;
        a->info.end_offset = a->position;
        return CKPT_STEP_OK;
    }
    if (++a->headers / 4 > a->options.max_members || a->info.members >= a->options.max_members)
        return ckpt_archive_fail(
            a, CKPT_ARCHIVE_E_LIMIT_MEMBERS, a->position - CKPT_TAR_BLOCK,
            "The archive has more than %n members; that is the limit (members).",
            (uint64_t)a->options.max_members);
    /* A copy: the rest of the member's headers may come with other bytes fed. */
    memcpy(a->header_block, block, CKPT_TAR_BLOCK);
    r = ckpt_member_header(a, a->header_block, a->position - CKPT_TAR_BLOCK, &next);
    if (r == CKPT_STEP_OK)
        go_on(a, next);
    return r;
}

static enum ckpt_step step_extension(ckpt_archive *a)
{
    const uint8_t *bytes;
    size_t length;
    enum ckpt_step r = ckpt_source_peek(a, &bytes, &length);
    if (r == CKPT_STEP_ENDED) {
        uint64_t have = a->tar_size - a->extension_offset - CKPT_TAR_BLOCK;
        if (have < a->extension_want)
            return cut(a, CKPT_ARCHIVE_E_CUT_EXTENSION, have, a->extension_want);
        r = ckpt_member_extension_ended(a);
        if (r == CKPT_STEP_OK)
            a->state = HEADER;
        return r;
    }
    if (r != CKPT_STEP_OK)
        return r;
    if (length > a->extension_left)
        length = (size_t)a->extension_left;
    a->position += length;
    r = ckpt_member_extension(a, bytes, length);
    if (r == CKPT_STEP_OK && a->extension_left == 0)
        a->state = HEADER;
    return r;
}

static enum ckpt_step step_sparse_blocks(ckpt_archive *a)
{
    const uint8_t *block;
    enum ckpt_step r = take_block(a, &block);
    if (r == CKPT_STEP_ENDED)
        return cut(a, CKPT_ARCHIVE_E_CUT_HEADER, a->carry_length, CKPT_TAR_BLOCK);
    if (r != CKPT_STEP_OK)
        return r;
    enum ckpt_header_next next;
    r = ckpt_sparse_old_block(a, block, &next);
    if (r == CKPT_STEP_OK)
        go_on(a, next);
    return r;
}

/* The map at the start of a sparse member's data. */
static enum ckpt_step step_sparse_map(ckpt_archive *a)
{
    const uint8_t *bytes;
    size_t length;
    bool complete = false;
    enum ckpt_step r = a->body_left == 0 ? CKPT_STEP_ENDED : ckpt_source_peek(a, &bytes, &length);
    if (r == CKPT_STEP_ENDED)
        return cut(a, CKPT_ARCHIVE_E_CUT_BODY, a->pending.stored_size - a->body_left,
                   a->pending.stored_size);
    if (r != CKPT_STEP_OK)
        return r;
    if (length > a->body_left)
        length = (size_t)a->body_left;
    r = ckpt_sparse_map(a, bytes, length, &complete);
    a->position += length;
    a->body_left -= length;
    if (r == CKPT_STEP_OK && complete)
        a->state = ANNOUNCE;
    return r;
}

static enum ckpt_step step_announce(ckpt_archive *a)
{
    struct ckpt_pending *p = &a->pending;
    enum ckpt_step r = ckpt_member_finish(a);
    if (r != CKPT_STEP_OK)
        return r;
    if (!ckpt_differ_find(a))
        return ckpt_archive_no_memory(a);
    uint32_t node;
    if (!ckpt_member_classify(a) ||
        !ckpt_paths_add(&a->names, p->name.bytes, p->name.length, &node))
        return ckpt_archive_no_memory(a);
    if (a->names.nodes[node].mark++ != 0)
        p->name_flags |= CKPT_NAME_SEEN;
    p->index = a->info.members++;
    a->chosen = ckpt_member_is_chosen(a);
    if (a->chosen)
        p->flags = (p->flags | CKPT_MEMBER_WANTED) & ~(uint32_t)CKPT_MEMBER_TOO_BIG;
    r = ckpt_record_add(a);
    if (r != CKPT_STEP_OK)
        return r;
    a->last_name.length = 0;
    if (!ckpt_append(&a->last_name, p->name.bytes, p->name.length < 256 ? p->name.length : 256))
        return ckpt_archive_no_memory(a);
    a->last_index = p->index;
    a->last_data = p->data_offset;
    a->last_stored = p->stored_size;
    ckpt_member_done(a);
    a->wanted = (uint32_t)a->chosen;
    a->state = ANNOUNCED;
    return CKPT_STEP_OK;
}

static void to_next_header(ckpt_archive *a)
{
    a->wanted = 0;
    a->body_left = 0;
    a->position = a->last_data + a->last_stored;
    a->position += -a->position & (CKPT_TAR_BLOCK - 1);
    a->state = HEADER;
}

void ckpt_archive_skip(ckpt_archive *a)
{
    a->wanted = 0;
    if (a->state == SPARSE_MAP || a->state == BODY || a->state == BODY_END)
        to_next_header(a);
}

/* Go lists such a member, and fails when its data are read. */
static enum ckpt_step unreadable(ckpt_archive *a)
{
    ckpt_archive_fail(
        a, a->pending.absurd ? CKPT_ARCHIVE_E_BAD_SIZE : CKPT_ARCHIVE_E_BAD_SPARSE, a->last_data,
        a->pending.absurd ? "A member has a size of 2^53 bytes or more." : a->sparse.misfit);
    a->final.member = a->last_index;
    return CKPT_STEP_FAILED;
}

/* The caller has seen the member; now its data, if wanted. */
static enum ckpt_step step_announced(ckpt_archive *a)
{
    const struct ckpt_sparse *s = &a->sparse;
    if (a->pending.absurd || s->misfit != NULL)
        return unreadable(a);
    if (!a->wanted) {
        to_next_header(a);
        return CKPT_STEP_OK;
    }
    a->body_left = a->last_stored;
    a->sparse.logical = 0;
    a->sparse.current = 0;
    a->state = BODY;
    if (a->sparse.kind == CKPT_SPARSE_NONE)
        return CKPT_STEP_OK;
    if (a->zeros == NULL) {
        a->zeros = malloc(ZEROS);
        if (a->zeros == NULL)
            return ckpt_archive_no_memory(a);
        memset(a->zeros, 0, ZEROS);
    }
    /* The data start after the map. */
    if (s->kind == CKPT_SPARSE_PAX_1)
        a->body_left -= s->map_length;
    a->position = a->last_data + a->last_stored - a->body_left;
    return CKPT_STEP_OK;
}

/* Bytes of the wanted body at a->position. */
static enum ckpt_step peek_body(ckpt_archive *a, const uint8_t **bytes, size_t *length)
{
    enum ckpt_step r = ckpt_source_peek(a, bytes, length);
    if (r == CKPT_STEP_ENDED)
        return cut(a, CKPT_ARCHIVE_E_CUT_BODY, a->tar_size - a->last_data, a->last_stored);
    if (r == CKPT_STEP_OK && *length > a->body_left)
        *length = (size_t)a->body_left;
    return r;
}

static enum ckpt_step too_dense(ckpt_archive *a)
{
    return ckpt_archive_fail(
        a, CKPT_ARCHIVE_E_LIMIT_RATIO, a->position,
        "The members to keep are more than %n times larger than the compressed data "
        "read; that is the limit (expansion ratio).",
        (uint64_t)a->options.max_ratio);
}

/* Something to give out: *bytes, *length, or length 0 at the end of the member. */
static enum ckpt_step step_body(ckpt_archive *a, const uint8_t **bytes, size_t *length)
{
    struct ckpt_sparse *s = &a->sparse;
    enum ckpt_step r = CKPT_STEP_OK;
    *length = 0;
    if (s->kind == CKPT_SPARSE_NONE) {
        if (a->body_left > 0) {
            r = peek_body(a, bytes, length);
            if (r != CKPT_STEP_OK)
                return r;
            a->position += *length;
            a->body_left -= *length;
        }
    } else {
        const struct ckpt_extent *e =
            (const struct ckpt_extent *)(const void *)s->extents.data + s->current;
        const struct ckpt_extent *end =
            (const struct ckpt_extent *)(const void *)(s->extents.data + s->extents.length);
        for (; e < end && s->logical >= e->offset + e->length; e++)
            s->current++;
        uint64_t until =
            e < end ? s->logical < e->offset ? e->offset : e->offset + e->length : a->pending.size;
        uint64_t left = until - s->logical;
        if (e < end && s->logical >= e->offset) {
            r = peek_body(a, bytes, length);
            if (r != CKPT_STEP_OK)
                return r;
            *length = *length < left ? *length : (size_t)left;
            a->position += *length;
            a->body_left -= *length;
        } else {
            *bytes = a->zeros;
            *length = left < ZEROS ? (size_t)left : ZEROS;
        }
        s->logical += *length;
    }
    if (*length == 0) {
        a->state = BODY_END;
    } else if (a->chosen) {
        a->kept_sum += *length;
        if ((a->info.compression != CKPT_COMPRESSION_NONE || s->kind != CKPT_SPARSE_NONE) &&
            a->kept_sum > a->options.ratio_floor &&
            a->kept_sum / a->options.max_ratio > a->info.source_read)
            return too_dense(a);
    }
    return CKPT_STEP_OK;
}

static void count_trailing(ckpt_archive *a, const uint8_t *bytes, size_t length, uint64_t offset)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == 0)
            continue;
        if (a->info.trailing_nonzero++ == 0)
            a->info.trailing_first = offset + i;
    }
    a->info.trailing_seen += length;
    a->info.trailing = a->info.trailing_seen;
}

static enum ckpt_step step_second_zero(ckpt_archive *a)
{
    const uint8_t *block;
    enum ckpt_step r = take_block(a, &block);
    if (r == CKPT_STEP_ENDED && a->carry_length > 0)
        return cut(a, CKPT_ARCHIVE_E_CUT_HEADER, a->carry_length, CKPT_TAR_BLOCK);
    if (r == CKPT_STEP_ENDED) {
        a->info.end = CKPT_END_ONE_ZERO;
        return finish(a);
    }
    if (r != CKPT_STEP_OK)
        return r;
    if (!ckpt_tar_is_zero(block))
        return ckpt_archive_fail(
            a, CKPT_ARCHIVE_E_AFTER_ZERO, a->info.end_offset,
            "A single block of zeros ends at offset %n, and other data follows "
            "it; expected two at the end.",
            a->info.end_offset);
    a->info.end = CKPT_END_CLEAN;
    a->info.end_offset = a->position;
    a->body_left = TRAILING_PLAIN; /* lets the source ask for more at once */
    a->state = TRAILING;
    return CKPT_STEP_OK;
}

/* What follows the end is looked at, so far as it costs little. */
static enum ckpt_step step_trailing(ckpt_archive *a)
{
    const uint8_t *bytes;
    size_t length;
    int plain = a->info.compression == CKPT_COMPRESSION_NONE;
    uint64_t most = plain ? TRAILING_PLAIN : TRAILING_DECODED;
    if (a->info.trailing_seen >= most) {
        if (plain && a->options.source_size != CKPT_ARCHIVE_SIZE_UNKNOWN)
            a->info.trailing = a->options.source_size - a->info.end_offset;
        return finish(a);
    }
    enum ckpt_step r = ckpt_source_peek(a, &bytes, &length);
    if (r == CKPT_STEP_ENDED)
        return finish(a);
    if (r != CKPT_STEP_OK)
        return r;
    if (length > most - a->info.trailing_seen)
        length = (size_t)(most - a->info.trailing_seen);
    count_trailing(a, bytes, length, a->position);
    a->position += length;
    return CKPT_STEP_OK;
}

/* The next bytes of the source as it is. */
static enum ckpt_step step_raw(ckpt_archive *a, const uint8_t **bytes, size_t *length)
{
    a->body_left = TRAILING_DECODED; /* as of a member: all of it is read */
    enum ckpt_step r = ckpt_source_peek(a, bytes, length);
    if (r == CKPT_STEP_ENDED)
        return finish(a);
    if (r == CKPT_STEP_OK)
        a->position += *length;
    return r;
}

static uint32_t give_data(struct ckpt_archive_event *event, uint32_t member, const uint8_t *bytes,
                          size_t length)
{
    event->type = CKPT_ARCHIVE_DATA;
    event->member = member;
    event->data = bytes;
    event->length = length;
    return event->type;
}

static uint32_t give_batch(ckpt_archive *a, struct ckpt_archive_event *event)
{
    event->type = CKPT_ARCHIVE_MEMBERS;
    event->data = (const uint8_t *)a->batch.data;
    event->length = a->batch.length;
    event->count = a->batch_count;
    a->batch_count = 0;
    return event->type;
}

static uint32_t give_final(ckpt_archive *a, struct ckpt_archive_event *event)
{
    if (a->batch_count > 0)
        return give_batch(a, event);
    *event = a->final;
    if (event->type == CKPT_ARCHIVE_ERROR) {
        bool failed = a->message.failed;
        event->message = failed ? CKPT_NO_MEMORY : a->message.data;
        event->message_length = (uint32_t)(failed ? sizeof(CKPT_NO_MEMORY) : a->message.length) - 1;
    }
    return event->type;
}

uint32_t ckpt_archive_next(ckpt_archive *a, struct ckpt_archive_event *event)
{
    memset(event, 0, sizeof *event);
    if (a->batch_count == 0)
        a->batch.length = 0;
    a->work = 0;
    if (a->state == HEADER && a->options.flags & CKPT_ARCHIVE_RAW)
        a->state = RAW;
    for (;;) {
        const uint8_t *bytes = NULL;
        size_t length = 0;
        enum ckpt_step r = CKPT_STEP_OK;
        switch (a->state) {
        case RAW:
            r = step_raw(a, &bytes, &length);
            if (r == CKPT_STEP_OK && length > 0)
                return give_data(event, 0, bytes, length);
            break;
        case HEADER:
            r = step_header(a);
            break;
        case EXTENSION:
            r = step_extension(a);
            break;
        case SPARSE_BLOCKS:
            r = step_sparse_blocks(a);
            break;
        case ANNOUNCE:
            r = step_announce(a);
            if (r == CKPT_STEP_OK && (a->wanted || a->options.flags & CKPT_ARCHIVE_DECIDE ||
                                      a->batch.length >= BATCH_SIZE))
                return give_batch(a, event);
            break;
        case ANNOUNCED:
            r = step_announced(a);
            break;
        case SPARSE_MAP:
            r = step_sparse_map(a);
            break;
        case BODY:
            r = step_body(a, &bytes, &length);
            if (r == CKPT_STEP_OK && length > 0)
                return give_data(event, a->last_index, bytes, length);
            break;
        case BODY_END:
            event->type = CKPT_ARCHIVE_MEMBER_END;
            event->member = a->last_index;
            to_next_header(a);
            return event->type;
        case SECOND_ZERO:
            r = step_second_zero(a);
            break;
        case TRAILING:
            r = step_trailing(a);
            break;
        default:
            return give_final(a, event);
        }
        if (r == CKPT_STEP_MORE && a->pause) {
            a->pause = 0;
            event->type = CKPT_ARCHIVE_PAUSE;
            return event->type;
        }
        if (r == CKPT_STEP_MORE && ckpt_source_tell_decode(a, event))
            return event->type;
        if (r == CKPT_STEP_MORE) {
            event->type = CKPT_ARCHIVE_NEED;
            event->offset = a->need_offset;
            event->length = a->need_length;
            return event->type;
        }
    }
}
