/* SPDX-License-Identifier: Apache-2.0 */
/* The reader object: options, memory, choices, errors. The walk itself is in walk.c. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void defaults(struct ckpt_archive_options *o)
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
    DEFAULT(max_window, UINT64_C(1) << 27);
#undef DEFAULT
    /* Where memory is short, more is refused as a limit before it fails for want of memory. */
    if (sizeof(size_t) < sizeof(uint64_t) && o->max_window > CKPT_ARCHIVE_MAX_WINDOW)
        o->max_window = CKPT_ARCHIVE_MAX_WINDOW;
}

ckpt_archive *ckpt_archive_new(const struct ckpt_archive_options *options)
{
    ckpt_archive *a = calloc(1, sizeof(*a));
    if (a == NULL)
        return NULL;
    if (options != NULL)
        a->options = *options;
    else
        a->options.source_size = CKPT_ARCHIVE_SIZE_UNKNOWN;
    defaults(&a->options);
    a->last_index = UINT32_MAX;
    ckpt_source_start(a);
    if (a->options.depth > a->options.max_depth)
        ckpt_archive_fail(
            a, CKPT_ARCHIVE_E_LIMIT_DEPTH, 0,
            "Archives are nested more than %n deep; that is the limit (nesting depth).",
            (uint64_t)a->options.max_depth);
    return a;
}

void ckpt_archive_free(ckpt_archive *a)
{
    if (a == NULL)
        return;
    ckpt_source_free(a);
    for (size_t i = 0; i < a->choice_count; i++)
        free(a->choices[i].pattern);
    free(a->choices);
    free(a->zeros);
    ckpt_paths_free(&a->names);
    ckpt_buffer_free(&a->pax_bytes);
    ckpt_buffer_free(&a->global_bytes);
    ckpt_buffer_free(&a->long_name);
    ckpt_buffer_free(&a->long_link);
    ckpt_buffer_free(&a->joined);
    ckpt_buffer_free(&a->lost_name);
    ckpt_buffer_free(&a->lost_link);
    ckpt_buffer_free(&a->sparse.extents);
    ckpt_buffer_free(&a->last_name);
    ckpt_buffer_free(&a->clean_name);
    ckpt_buffer_free(&a->batch);
    ckpt_buffer_free(&a->message);
    free(a);
}

bool ckpt_archive_select(ckpt_archive *a, const char *pattern, size_t length, uint64_t max_size)
{
    if (a->choices == NULL) {
        a->choices = calloc(CKPT_MAX_CHOICES, sizeof(*a->choices));
        if (a->choices == NULL)
            return false;
    }
    if (a->choice_count == CKPT_MAX_CHOICES)
        return false;
    struct ckpt_choice *c = &a->choices[a->choice_count];
    c->pattern = malloc(length ? length : 1);
    if (c->pattern == NULL)
        return false;
    memcpy(c->pattern, pattern, length);
    c->prefix = length > 0 && pattern[length - 1] == '*';
    c->length = length - (size_t)c->prefix;
    c->max_size = max_size ? max_size : a->options.max_kept;
    a->choice_count++;
    return true;
}

void ckpt_archive_accept(ckpt_archive *a)
{
    a->wanted = 1;
}

void ckpt_archive_get_info(const ckpt_archive *a, struct ckpt_archive_info *info)
{
    *info = a->info;
    info->tar_read = a->position < a->tar_found ? a->position : a->tar_found;
    info->kept = a->kept_sum;
    info->error = a->final.type == CKPT_ARCHIVE_ERROR ? a->final.code : 0;
    info->stop = ckpt_archive_stop(info->error);
    info->stopped_in = info->error != 0 ? a->final.member : UINT32_MAX;
}

uint32_t ckpt_archive_stop(uint32_t code)
{
    switch (code) {
    case 0:
        return CKPT_STOP_NOT;
    case CKPT_ARCHIVE_E_MEMORY:
        return CKPT_STOP_MEMORY;
    case CKPT_ARCHIVE_E_EMPTY:
    case CKPT_ARCHIVE_E_SHORT:
    case CKPT_ARCHIVE_E_NOT_TAR:
    case CKPT_ARCHIVE_E_UNSUPPORTED:
    case CKPT_ARCHIVE_E_DICTIONARY:
        return CKPT_STOP_UNREADABLE;
    default:
        return code >= CKPT_ARCHIVE_E_LIMIT_MEMBERS ? CKPT_STOP_LIMIT : CKPT_STOP_DAMAGE;
    }
}

enum ckpt_step ckpt_archive_no_memory(ckpt_archive *a)
{
    ckpt_buffer_free(&a->message);
    return ckpt_archive_fail(a, CKPT_ARCHIVE_E_MEMORY, a->position, CKPT_NO_MEMORY);
}

void ckpt_archive_say_place(ckpt_archive *a, uint64_t have, uint64_t want)
{
    ckpt_format(&a->message, " in member %q after %n of %n bytes", ckpt_last_name(a), have, want);
}

enum ckpt_step ckpt_archive_fail(ckpt_archive *a, uint32_t code, uint64_t offset,
                                 const char *format, ...)
{
    struct ckpt_archive_event *f = &a->final;
    struct ckpt_arguments arguments;
    va_start(arguments.list, format);
    ckpt_format_list(&a->message, format, &arguments, NULL, NULL);
    va_end(arguments.list);
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
            ckpt_format(&a->message, ",");
            ckpt_archive_say_place(a, f->have, f->want);
        }
        ckpt_format(&a->message, ".");
    }
    ckpt_buffer_add(&a->message, "", 1);
    a->state = CKPT_STATE_FINAL;
    return CKPT_STEP_FAILED;
}
