/* SPDX-License-Identifier: Apache-2.0 */
/* The reader object: options, memory, choices, errors. The walk itself is in walk.c. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void *default_allocate(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void default_release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

static void defaults(ckpt_archive_options *o)
{
#define DEFAULT(field, value)                                                                      \
    if (o->field == 0)                                                                             \
    o->field = (value)
    DEFAULT(max_depth, 4);
    DEFAULT(max_members, 1000000);
    DEFAULT(max_name, 1u << 20);
    DEFAULT(max_pax, 1u << 20);
    DEFAULT(max_table, UINT64_C(1) << 28);
    DEFAULT(max_kept, CKPT_ARCHIVE_MAX_KEPT);
    DEFAULT(max_kept_sum, UINT64_C(1) << 26);
    DEFAULT(max_ratio, 1000);
    DEFAULT(ratio_floor, 1u << 20);
    DEFAULT(max_window, UINT64_C(1) << 25);
#undef DEFAULT
}

ckpt_archive *ckpt_archive_new(const ckpt_archive_options *options,
                               const ckpt_archive_memory *memory)
{
    ckpt_archive_memory m = {default_allocate, default_release, NULL};
    if (memory != NULL && memory->allocate != NULL)
        m = *memory;
    ckpt_archive *a = m.allocate(m.context, sizeof *a);
    if (a == NULL)
        return NULL;
    memset(a, 0, sizeof *a);
    a->memory = m;
    if (options != NULL)
        a->options = *options;
    else
        a->options.source_size = CKPT_ARCHIVE_SIZE_UNKNOWN;
    defaults(&a->options);
    a->last_index = UINT32_MAX;
    ckpt_source_start(a);
    if (a->options.depth > a->options.max_depth) {
        ckpt_message_text(&a->message, "Archives are nested more than ");
        ckpt_message_number(&a->message, a->options.max_depth);
        ckpt_message_text(&a->message, " deep; that is the limit (nesting depth).");
        ckpt_archive_fail_message(a, CKPT_ARCHIVE_E_LIMIT_DEPTH, 0);
    }
    return a;
}

void ckpt_archive_free(ckpt_archive *a)
{
    if (a == NULL)
        return;
    ckpt_archive_memory m = a->memory;
    ckpt_source_free(a);
    for (size_t i = 0; i < a->choice_count; i++)
        m.release(m.context, a->choices[i].pattern);
    if (a->choices != NULL)
        m.release(m.context, a->choices);
    if (a->zeros != NULL)
        m.release(m.context, a->zeros);
    ckpt_name_set_free(&a->names, &a->memory);
    ckpt_bytes_free(a, &a->pax_bytes);
    ckpt_bytes_free(a, &a->global_bytes);
    ckpt_bytes_free(a, &a->long_name);
    ckpt_bytes_free(a, &a->long_link);
    ckpt_bytes_free(a, &a->joined);
    ckpt_bytes_free(a, &a->lost_name);
    ckpt_bytes_free(a, &a->lost_link);
    ckpt_bytes_free(a, &a->sparse.extents);
    ckpt_bytes_free(a, &a->last_name);
    ckpt_bytes_free(a, &a->batch);
    m.release(m.context, a);
}

int ckpt_bytes_reserve(ckpt_archive *a, ckpt_bytes *b, size_t size)
{
    if (size <= b->capacity)
        return 1;
    size_t capacity = b->capacity ? b->capacity : 256;
    while (capacity < size)
        capacity += capacity / 2;
    uint8_t *bytes = a->memory.allocate(a->memory.context, capacity);
    if (bytes == NULL)
        return 0;
    if (b->length)
        memcpy(bytes, b->bytes, b->length);
    if (b->bytes != NULL)
        a->memory.release(a->memory.context, b->bytes);
    b->bytes = bytes;
    b->capacity = capacity;
    return 1;
}

int ckpt_buffer_append(ckpt_archive *a, ckpt_bytes *b, const void *bytes, size_t length)
{
    if (!ckpt_bytes_reserve(a, b, b->length + length))
        return 0;
    if (length)
        memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
    return 1;
}

void ckpt_bytes_free(ckpt_archive *a, ckpt_bytes *b)
{
    if (b->bytes != NULL)
        a->memory.release(a->memory.context, b->bytes);
    memset(b, 0, sizeof *b);
}

int ckpt_archive_select(ckpt_archive *a, const char *pattern, size_t length, uint64_t max_size)
{
    if (a->choices == NULL) {
        a->choices = a->memory.allocate(a->memory.context, CKPT_MAX_CHOICES * sizeof *a->choices);
        if (a->choices == NULL)
            return 0;
    }
    if (a->choice_count == CKPT_MAX_CHOICES)
        return 0;
    ckpt_choice *c = &a->choices[a->choice_count];
    c->pattern = a->memory.allocate(a->memory.context, length ? length : 1);
    if (c->pattern == NULL)
        return 0;
    memcpy(c->pattern, pattern, length);
    c->prefix = length > 0 && pattern[length - 1] == '*';
    c->length = length - (size_t)c->prefix;
    c->max_size = max_size ? max_size : a->options.max_kept;
    a->choice_count++;
    return 1;
}

void ckpt_archive_accept(ckpt_archive *a)
{
    a->wanted = 1;
}

void ckpt_archive_get_info(const ckpt_archive *a, ckpt_archive_info *info)
{
    *info = a->info;
    info->tar_read = a->position < a->tar_found ? a->position : a->tar_found;
    info->kept = a->kept_sum;
}

int ckpt_archive_fail(ckpt_archive *a, uint32_t code, uint64_t offset, const char *text)
{
    ckpt_message_clear(&a->message);
    ckpt_message_text(&a->message, text);
    return ckpt_archive_fail_message(a, code, offset);
}

int ckpt_archive_no_memory(ckpt_archive *a)
{
    return ckpt_archive_fail(a, CKPT_ARCHIVE_E_MEMORY, a->position, "There is not enough memory.");
}

void ckpt_archive_say_place(ckpt_archive *a, uint64_t have, uint64_t want)
{
    ckpt_message_text(&a->message, " in member ");
    ckpt_message_name(&a->message, a->last_name.bytes, a->last_name.length);
    ckpt_message_text(&a->message, " after ");
    ckpt_message_number(&a->message, have);
    ckpt_message_text(&a->message, " of ");
    ckpt_message_number(&a->message, want);
    ckpt_message_text(&a->message, " bytes");
}

int ckpt_archive_fail_message(ckpt_archive *a, uint32_t code, uint64_t offset)
{
    ckpt_archive_event *f = &a->final;
    f->type = CKPT_ARCHIVE_ERROR;
    f->code = code;
    f->offset = offset;
    f->member = UINT32_MAX;
    if (code == CKPT_ARCHIVE_E_CUT_STREAM || code == CKPT_ARCHIVE_E_CORRUPT_STREAM ||
        code == CKPT_ARCHIVE_E_STREAM_CHECKSUM) {
        /* The decoder failed. Was it in the data of a member? */
        if (a->last_index != UINT32_MAX && a->tar_found < a->last_data + a->last_stored) {
            f->member = a->last_index;
            f->have = a->tar_found - a->last_data;
            f->want = a->last_stored;
            ckpt_message_text(&a->message, ",");
            ckpt_archive_say_place(a, f->have, f->want);
        }
        ckpt_message_text(&a->message, ".");
    }
    a->state = CKPT_STATE_FINAL;
    return CKPT_STEP_FAILED;
}
