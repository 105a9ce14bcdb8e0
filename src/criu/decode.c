/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/decode.h"

#include <string.h>

#include "proto/emit.h"
#include "proto/show.h"
#include "text/message.h"

uint32_t ckpt_criu_type_name(enum ckpt_criu_kind kind)
{
    return (uint32_t)ckpt_criu_schema.field_count + ckpt_criu_schema.number_count + (uint32_t)kind;
}

static void send_key(struct ckpt_sink *sink, const char *key)
{
    sink->key(sink, (ckpt_string){key, strlen(key)});
}

static bool is_zero(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* ---- What follows an entry ------------------------------------------------------------------- */

/* The bytes after the data up to where they are padded to, if there is something in them. */
static void send_padding(struct ckpt_pb_emitter *e, const uint8_t *bytes, size_t length)
{
    if (is_zero(bytes, length))
        return;
    send_key(e->sink, "padding");
    ckpt_pb_emit_base64(e, bytes, length);
}

static void send_stream(struct ckpt_pb_emitter *e, const struct ckpt_criu_entry *entry)
{
    size_t in = (size_t)ckpt_pb_u64(&entry->message, CKPT_CRIU_tcp_stream_entry_inq_len, 0);
    e->sink->begin_struct(e->sink);
    send_key(e->sink, "inq");
    ckpt_pb_emit_base64(e, entry->extra.data, in);
    send_key(e->sink, "outq");
    ckpt_pb_emit_base64(e, entry->extra.data + in, entry->extra.length - in);
    e->sink->end(e->sink);
}

static size_t send_semaphores(struct ckpt_pb_emitter *e, const struct ckpt_criu_file *file,
                              const struct ckpt_criu_entry *entry)
{
    size_t count = (size_t)ckpt_pb_u64(&entry->message, CKPT_CRIU_ipc_sem_entry_nsems, 0);
    const uint8_t *at = entry->extra.data;
    e->sink->begin_array(e->sink);
    for (size_t i = 0; i < count; i++, at += 2)
        e->sink->integer(e->sink, file->big_endian ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
    e->sink->end(e->sink);
    return count * 2;
}

static void send_queue(struct ckpt_pb_emitter *e, const struct ckpt_criu_file *file,
                       const struct ckpt_criu_entry *entry)
{
    struct ckpt_pb message;
    struct ckpt_pb_bytes data;
    size_t at = 0;
    e->sink->begin_array(e->sink);
    while (ckpt_criu_next_part(file, entry, &at, &message, &data) == CKPT_CRIU_ENTRY) {
        const uint8_t *end = data.data + data.length;
        e->sink->begin_struct(e->sink);
        ckpt_pb_emit(e, &message);
        send_padding(e, end, (size_t)(entry->extra.data + at - end));
        e->sink->end(e->sink);
        ckpt_pb_emit_base64(e, data.data, data.length);
    }
    e->sink->end(e->sink);
}

/* "... <12KB>", as crit writes it; the size is exact to a tenth. */
static void send_size(struct ckpt_pb_emitter *e, size_t size)
{
    static const char units[] = {'B', 'K', 'M', 'G'};
    unsigned unit = 0;
    while (unit < 3 && size >> (10 * unit) >= 1024)
        unit++;
    uint64_t tenths = ((uint64_t)size * 10 + (UINT64_C(1) << (10 * unit) >> 1)) >> (10 * unit);
    ckpt_buffer_clear(&e->text);
    ckpt_buffer_add_text(&e->text, "... <");
    ckpt_format(&e->text, "%n", tenths / 10);
    if (((uint64_t)size & ((UINT64_C(1) << (10 * unit)) - 1)) != 0) {
        ckpt_buffer_add_text(&e->text, ".");
        ckpt_format(&e->text, "%n", tenths % 10);
    }
    ckpt_buffer_add(&e->text, &units[unit], unit > 0);
    ckpt_buffer_add_text(&e->text, "B>");
    e->sink->string(e->sink, (ckpt_string){e->text.data, e->text.length});
}

static void send_extra(struct ckpt_pb_emitter *e, const struct ckpt_criu_file *file,
                       const struct ckpt_criu_entry *entry, bool no_payload)
{
    size_t length = entry->extra.length;
    if (entry->extra.data == NULL ||
        (file->chunks && entry->message.message->index == CKPT_CRIU_ghost_file_entry))
        return;
    send_key(e->sink, "extra");
    if (no_payload) {
        send_size(e, length);
        return;
    }
    switch (ckpt_criu_images[file->kind].extra) {
    case CKPT_CRIU_EXTRA_STREAM:
        send_stream(e, entry);
        return;
    case CKPT_CRIU_EXTRA_SEM:
        length = send_semaphores(e, file, entry);
        break;
    case CKPT_CRIU_EXTRA_MSG:
        send_queue(e, file, entry);
        return;
    case CKPT_CRIU_EXTRA_SHM:
        if (length > 0)
            length = (size_t)ckpt_pb_u64(&entry->message, CKPT_CRIU_ipc_shm_entry_size, 0);
        ckpt_pb_emit_base64(e, entry->extra.data, length);
        break;
    default:
        ckpt_pb_emit_base64(e, entry->extra.data, length);
        return;
    }
    send_padding(e, entry->extra.data + length, entry->extra.length - length);
}

/* ---- The image ------------------------------------------------------------------------------- */

static void send_head(struct ckpt_pb_emitter *e, const struct ckpt_criu_file *file)
{
    send_key(e->sink, "magic");
    if (file->kind != CKPT_CRIU_IMAGE_UNKNOWN) {
        e->sink->word(e->sink, ckpt_criu_type_name(file->kind));
    } else {
        ckpt_buffer_clear(&e->text);
        ckpt_pb_show_number(CKPT_PB_HEX, file->magic, false, &e->text);
        e->sink->string(e->sink, (ckpt_string){e->text.data, e->text.length});
    }
    if (file->old) {
        send_key(e->sink, "image_version");
        e->sink->integer(e->sink, 1);
    }
    if (file->big_endian) {
        send_key(e->sink, "byte_order");
        e->sink->string(e->sink, (ckpt_string){"big", 3});
    }
}

bool ckpt_criu_decode(const struct ckpt_criu_decode *decode, enum ckpt_criu_kind kind,
                      const uint8_t *bytes, size_t length, struct ckpt_criu_problem *problem)
{
    struct ckpt_pb_emitter e = {.schema = &ckpt_criu_schema,
                                .sink = decode->sink,
                                .names = decode->names,
                                .pretty = decode->pretty};
    struct ckpt_criu_file file;
    struct ckpt_criu_entry entry;
    struct ckpt_criu_problem other;
    enum ckpt_criu_next next;
    bool sound = true;
    if (!ckpt_criu_open(&file, kind, bytes, length, problem))
        return false;
    e.sink->begin_struct(e.sink);
    send_head(&e, &file);
    send_key(e.sink, "entries");
    e.sink->begin_array(e.sink);
    while ((next = ckpt_criu_next(&file, &entry, sound ? problem : &other)) == CKPT_CRIU_ENTRY) {
        if (!ckpt_criu_check(&file, &entry, sound ? problem : &other))
            sound = false;
        e.sink->begin_struct(e.sink);
        ckpt_pb_emit(&e, &entry.message);
        send_extra(&e, &file, &entry, decode->no_payload);
        e.sink->end(e.sink);
    }
    e.sink->end(e.sink);
    e.sink->end(e.sink);
    if (e.failed)
        problem->damage = CKPT_CRIU_NO_MEMORY;
    ckpt_buffer_free(&e.text);
    return sound && next == CKPT_CRIU_END && !e.failed;
}

bool ckpt_criu_count(enum ckpt_criu_kind kind, const uint8_t *bytes, size_t length,
                     struct ckpt_criu_file *file, struct ckpt_criu_problem *problem)
{
    struct ckpt_criu_entry entry;
    enum ckpt_criu_next next;
    if (!ckpt_criu_open(file, kind, bytes, length, problem))
        return false;
    do
        next = ckpt_criu_next(file, &entry, problem);
    while (next == CKPT_CRIU_ENTRY);
    return next == CKPT_CRIU_END;
}
