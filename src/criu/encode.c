/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/encode.h"

#include <string.h>

#include "criu/decode.h"
#include "proto/build.h"
#include "proto/show.h"

enum { COMMON = 0x54564319, SERVICE = 0x55105940 };

struct encoder {
    struct ckpt_pb_builder b; /* first */
    enum ckpt_criu_kind kind;
    uint32_t magic;
    bool old, big_endian;
    bool chunks;                   /* of a ghost file: entries are chunks now */
    struct ckpt_pb last;           /* what `message` points to */
    const struct ckpt_pb *message; /* the entry that was written last; until more is written */
};

static enum ckpt_node_type type_of(const struct encoder *e, uint32_t node)
{
    return ckpt_node_type(&e->b.document->index.nodes[node]);
}

static uint32_t end_of(const struct encoder *e, uint32_t node)
{
    return e->b.document->index.nodes[node].end;
}

static ckpt_string text_of(const struct encoder *e, uint32_t node)
{
    return ckpt_unquote(&e->b.document->arena, e->b.document->input,
                        &e->b.document->index.nodes[node]);
}

static void add_word(const struct encoder *e, uint32_t value)
{
    char bytes[4];
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (char)(value >> (e->big_endian ? 24 - 8 * i : 8 * i));
    ckpt_buffer_add(e->b.out, bytes, 4);
}

/* ---- What follows an entry ------------------------------------------------------------------- */

static uint64_t number_of(const struct encoder *e, unsigned field)
{
    return ckpt_pb_u64(e->message, field, 0);
}

/* Appends base64; it must be `size` bytes (UINT64_MAX: any). */
static bool add_sized(struct encoder *e, uint32_t node, uint64_t size)
{
    size_t start = e->b.out->length;
    if (!ckpt_pb_build_bytes(&e->b, node, e->b.out))
        return false;
    return size == UINT64_MAX || e->b.out->length - start == size ||
           ckpt_pb_refuse(&e->b, node, "as many bytes as the entry says");
}

/* Zeros, or what stands in "padding" of the object, up to a multiple of `unit` bytes since
   `start`. */
static bool add_padding(struct encoder *e, uint32_t object, size_t start, size_t unit)
{
    static const char zeros[8] = {0};
    size_t missing = (unit - (e->b.out->length - start) % unit) % unit;
    uint32_t padding = ckpt_pb_member(&e->b, object, "padding");
    if (padding != 0)
        return add_sized(e, padding, missing);
    ckpt_buffer_add(e->b.out, zeros, missing);
    return true;
}

static bool add_stream(struct encoder *e, uint32_t node)
{
    if (type_of(e, node) != CKPT_OBJECT)
        return ckpt_pb_refuse(&e->b, node, "an object with inq and outq");
    uint32_t in = ckpt_pb_member(&e->b, node, "inq"), out = ckpt_pb_member(&e->b, node, "outq");
    if (in == 0 || out == 0)
        return ckpt_pb_refuse(&e->b, node, "an object with inq and outq");
    uint64_t in_size = number_of(e, CKPT_CRIU_tcp_stream_entry_inq_len);
    uint64_t out_size = number_of(e, CKPT_CRIU_tcp_stream_entry_outq_len);
    return add_sized(e, in, in_size) && add_sized(e, out, out_size);
}

static bool add_semaphores(struct encoder *e, uint32_t entry, uint32_t node)
{
    static const char expected[] = "as many numbers from 0 to 65535 as the entry says";
    const struct ckpt_node *n = &e->b.document->index.nodes[node];
    size_t start = e->b.out->length;
    if (ckpt_node_type(n) != CKPT_ARRAY ||
        ckpt_node_count(n) != number_of(e, CKPT_CRIU_ipc_sem_entry_nsems))
        return ckpt_pb_refuse(&e->b, node, expected);
    for (uint32_t at = node + 1; at < n->end; at++) {
        const struct ckpt_node *element = &e->b.document->index.nodes[at];
        ckpt_string token = {(const char *)e->b.document->input + element->offset, element->length};
        uint64_t value;
        bool negative;
        if (ckpt_node_type(element) != CKPT_NUMBER ||
            !ckpt_pb_read_number(token, &value, &negative) || negative || value > UINT16_MAX)
            return ckpt_pb_refuse(&e->b, at, expected);
        char bytes[2] = {(char)(e->big_endian ? value >> 8 : value),
                         (char)(e->big_endian ? value : value >> 8)};
        ckpt_buffer_add(e->b.out, bytes, 2);
    }
    return add_padding(e, entry, start, 8);
}

/* Writes the size of a message and the message; *m is where it stands until more is written. */
static bool add_message(struct encoder *e, uint16_t type, uint32_t node, struct ckpt_pb *m)
{
    const struct ckpt_pb_message *message = &ckpt_criu_messages[type];
    struct ckpt_buffer *out = e->b.out;
    bool bare = ckpt_criu_images[e->kind].frame == CKPT_CRIU_FRAME_BARE;
    size_t start = out->length;
    if (!bare)
        add_word(e, 0);
    size_t body = out->length;
    if (!ckpt_pb_build(&e->b, message, node))
        return false;
    if (out->failed || out->length - body > UINT32_MAX)
        return ckpt_pb_refuse(&e->b, node, NULL);
    size_t length = out->length;
    if (!bare) {
        out->length = start;
        add_word(e, (uint32_t)(length - body));
        out->length = length;
    }
    *m = (struct ckpt_pb){(const uint8_t *)out->data + body, (const uint8_t *)out->data + length,
                          message};
    return true;
}

static bool add_queue(struct encoder *e, uint32_t node)
{
    static const char expected[] =
        "for each message that the entry counts, an object and its bytes";
    const struct ckpt_node *n = &e->b.document->index.nodes[node];
    if (ckpt_node_type(n) != CKPT_ARRAY ||
        ckpt_node_count(n) != 2 * number_of(e, CKPT_CRIU_ipc_msg_entry_qnum))
        return ckpt_pb_refuse(&e->b, node, expected);
    for (uint32_t at = node + 1; at < n->end;) {
        struct ckpt_pb m;
        uint32_t data = end_of(e, at);
        if (!add_message(e, CKPT_CRIU_ipc_msg, at, &m))
            return false;
        uint64_t size = ckpt_pb_u64(&m, CKPT_CRIU_ipc_msg_msize, 0);
        size_t start = e->b.out->length;
        if (!add_sized(e, data, size) || !add_padding(e, at, start, 8))
            return false;
        at = end_of(e, data);
    }
    return true;
}

static bool add_shared_memory(struct encoder *e, uint32_t entry, uint32_t node)
{
    bool elsewhere = number_of(e, CKPT_CRIU_ipc_shm_entry_in_pagemaps) != 0;
    uint64_t size = elsewhere ? 0 : number_of(e, CKPT_CRIU_ipc_shm_entry_size);
    size_t start = e->b.out->length;
    return add_sized(e, node, size) && add_padding(e, entry, start, 4);
}

/* How many bytes must follow the entry; UINT64_MAX: any. */
static uint64_t plain_size(const struct encoder *e)
{
    switch (ckpt_criu_images[e->kind].extra) {
    case CKPT_CRIU_EXTRA_PIPE:
        return number_of(e, CKPT_CRIU_pipe_data_entry_bytes);
    case CKPT_CRIU_EXTRA_PACKET:
        return number_of(e, CKPT_CRIU_sk_packet_entry_length);
    case CKPT_CRIU_EXTRA_BPF:
        return number_of(e, CKPT_CRIU_bpfmap_data_entry_keys_bytes) +
               number_of(e, CKPT_CRIU_bpfmap_data_entry_values_bytes);
    default:
        return e->chunks ? number_of(e, CKPT_CRIU_ghost_chunk_entry_len) : UINT64_MAX;
    }
}

static bool add_extra(struct encoder *e, uint32_t entry)
{
    uint32_t node = ckpt_pb_member(&e->b, entry, "extra");
    uint8_t extra = ckpt_criu_images[e->kind].extra;
    if (node == 0) {
        /* Without what follows, as in a list that crit made of chunks. */
        bool empty = extra == CKPT_CRIU_EXTRA_NOTHING || extra == CKPT_CRIU_EXTRA_GHOST ||
                     (extra == CKPT_CRIU_EXTRA_SHM &&
                      number_of(e, CKPT_CRIU_ipc_shm_entry_in_pagemaps) != 0);
        return empty || ckpt_pb_refuse(&e->b, entry, "a member \"extra\"");
    }
    switch (extra) {
    case CKPT_CRIU_EXTRA_NOTHING:
        return ckpt_pb_refuse(&e->b, node, "no \"extra\": nothing follows entries of this type");
    case CKPT_CRIU_EXTRA_STREAM:
        return add_stream(e, node);
    case CKPT_CRIU_EXTRA_SEM:
        return add_semaphores(e, entry, node);
    case CKPT_CRIU_EXTRA_MSG:
        return add_queue(e, node);
    case CKPT_CRIU_EXTRA_SHM:
        return add_shared_memory(e, entry, node);
    default:
        break;
    }
    return add_sized(e, node, plain_size(e));
}

/* ---- The image ------------------------------------------------------------------------------- */

/* The type that "magic" names. */
static bool read_type(struct encoder *e, uint32_t node)
{
    bool negative;
    uint64_t number;
    ckpt_string text = {"", 0};
    if (node != 0 && type_of(e, node) == CKPT_STRING)
        text = text_of(e, node);
    for (unsigned kind = 0; kind < CKPT_CRIU_IMAGE_UNKNOWN; kind++) {
        ckpt_string name =
            ckpt_names_get(e->b.names, ckpt_criu_type_name((enum ckpt_criu_kind)kind));
        if (name.length != text.length || memcmp(name.data, text.data, text.length) != 0 ||
            ckpt_criu_images[kind].entry == CKPT_CRIU_NONE)
            continue;
        e->kind = (enum ckpt_criu_kind)kind;
        e->magic = ckpt_criu_images[kind].magic;
        return true;
    }
    e->kind = CKPT_CRIU_IMAGE_UNKNOWN;
    if (text.length < 3 || !ckpt_pb_read_number(text, &number, &negative) || negative ||
        number > UINT32_MAX)
        return ckpt_pb_refuse(&e->b, node, "the type of an image, as \"PSTREE\"");
    e->magic = (uint32_t)number;
    return true;
}

static bool read_head(struct encoder *e)
{
    static const char *const keys[] = {"magic", "entries", "image_version", "byte_order"};
    if (type_of(e, 0) != CKPT_OBJECT)
        return ckpt_pb_refuse(&e->b, 0, "an object with magic and entries");
    for (uint32_t at = 1; at < end_of(e, 0); at = end_of(e, at + 1)) {
        ckpt_string key = text_of(e, at);
        bool known = false;
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
            known = known ||
                    (key.length == strlen(keys[i]) && memcmp(key.data, keys[i], key.length) == 0);
        if (!known)
            return ckpt_pb_refuse(&e->b, at, "magic, entries, image_version or byte_order");
    }
    uint32_t version = ckpt_pb_member(&e->b, 0, "image_version");
    uint32_t order = ckpt_pb_member(&e->b, 0, "byte_order");
    if (version != 0) {
        const struct ckpt_node *n = &e->b.document->index.nodes[version];
        if (n->length != 1 || e->b.document->input[n->offset] != '1')
            return ckpt_pb_refuse(&e->b, version, "1, or no member \"image_version\"");
        e->old = true;
    }
    if (order != 0) {
        ckpt_string text =
            type_of(e, order) == CKPT_STRING ? text_of(e, order) : (ckpt_string){"", 0};
        if (text.length != 3 || memcmp(text.data, "big", 3) != 0)
            return ckpt_pb_refuse(&e->b, order, "\"big\", or no member \"byte_order\"");
        e->big_endian = true;
    }
    return read_type(e, ckpt_pb_member(&e->b, 0, "magic"));
}

static void add_magic(struct encoder *e)
{
    uint8_t frame = ckpt_criu_images[e->kind].frame;
    if (frame == CKPT_CRIU_FRAME_BARE)
        return;
    if (frame == CKPT_CRIU_FRAME_SERVICE || (frame == CKPT_CRIU_FRAME_COMMON && !e->old))
        add_word(e, frame == CKPT_CRIU_FRAME_SERVICE ? SERVICE : COMMON);
    add_word(e, e->magic);
}

static bool add_entries(struct encoder *e)
{
    const struct ckpt_criu_image *image = &ckpt_criu_images[e->kind];
    uint32_t list = ckpt_pb_member(&e->b, 0, "entries"), count = 0;
    if (list == 0 || type_of(e, list) != CKPT_ARRAY)
        return ckpt_pb_refuse(&e->b, list, "an object with a list \"entries\"");
    for (uint32_t at = list + 1; at < end_of(e, list); at = end_of(e, at), count++) {
        struct ckpt_arena_mark mark = ckpt_arena_mark(&e->b.document->arena);
        uint16_t type = count == 0 && image->head != CKPT_CRIU_NONE ? image->head
                        : e->chunks                                 ? CKPT_CRIU_ghost_chunk_entry
                                                                    : image->entry;
        if (image->frame == CKPT_CRIU_FRAME_BARE && count == 1)
            return ckpt_pb_refuse(&e->b, at, "one entry in images of this type");
        if (image->extra == CKPT_CRIU_EXTRA_GHOST && count > 0 && !e->chunks)
            return ckpt_pb_refuse(&e->b, at, "one entry, as it has no \"chunks\"");
        e->message = &e->last;
        if (!add_message(e, type, at, &e->last))
            return false;
        if (type == CKPT_CRIU_ghost_file_entry &&
            ckpt_pb_u64(&e->last, CKPT_CRIU_ghost_file_entry_chunks, 0) != 0) {
            e->chunks = true;
            continue;
        }
        if (!add_extra(e, at))
            return false;
        ckpt_arena_release(&e->b.document->arena, mark);
    }
    return true;
}

bool ckpt_criu_encode(ckpt_document *document, const struct ckpt_names *names, const void *json,
                      size_t length, struct ckpt_buffer *out, ckpt_error *error)
{
    struct encoder e = {.b = {.schema = &ckpt_criu_schema,
                              .names = names,
                              .document = document,
                              .out = out,
                              .beside = {"extra", "padding"}}};
    if (!ckpt_document_scan(document, CKPT_KIND_ANY, json, length, error)) {
        error->rule = NULL;
        return false;
    }
    error->rule = NULL;
    bool done = read_head(&e);
    if (done) {
        add_magic(&e);
        done = add_entries(&e);
    }
    if (done && !out->failed)
        return true;
    if (out->failed || e.b.expected == NULL)
        ckpt_limit_error(error, "out of memory");
    else
        ckpt_value_error(document, e.b.node, e.b.expected, error);
    return false;
}
