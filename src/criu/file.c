/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/file.h"

#include <string.h>

#include "proto/wire.h"
#include "text/number.h"

enum { COMMON = 0x54564319, SERVICE = 0x55105940 };

const struct ckpt_criu_image ckpt_criu_images[] = {
#define CRIU_IMAGE(kind, type, prefix, id, suffix, frame, magic, head, entry, extra, text)         \
    {prefix,                                                                                       \
     magic,                                                                                        \
     CKPT_CRIU_##head,                                                                             \
     CKPT_CRIU_##entry,                                                                            \
     CKPT_CRIU_ID_##id,                                                                            \
     CKPT_CRIU_SUFFIX_##suffix,                                                                    \
     CKPT_CRIU_FRAME_##frame,                                                                      \
     CKPT_CRIU_EXTRA_##extra},
#include "criu/images.def"
    {"", 0, CKPT_CRIU_NONE, CKPT_CRIU_unknown_entry, CKPT_CRIU_ID_NONE, CKPT_CRIU_SUFFIX_NOTHING,
     CKPT_CRIU_FRAME_COMMON, CKPT_CRIU_EXTRA_NOTHING}};

/* ---- Names ----------------------------------------------------------------------------------- */

static bool ends_with(const char *name, size_t *length, const char *end)
{
    size_t size = strlen(end);
    if (*length < size || memcmp(name + *length - size, end, size) != 0)
        return false;
    *length -= size;
    return true;
}

/* Reads an id as CRIU writes it: no sign, no leading zeros, lower case. */
static bool read_id(enum ckpt_criu_id kind, const char *text, size_t length, uint64_t *id)
{
    *id = 0;
    return !(length > 1 && text[0] == '0') &&
           ckpt_parse_digits(text, length, kind == CKPT_CRIU_ID_HEXADECIMAL ? 16 : 10, id);
}

/* Whether the name is one of the image's; how long its prefix is, or -1. */
static int match(const struct ckpt_criu_image *image, const char *name, size_t length, bool *has_id,
                 uint64_t *id)
{
    size_t prefix = strlen(image->prefix), rest = length;
    static const char *const suffixes[] = {"", ".img", ".tar.gz.img"};
    if (!ends_with(name, &rest, suffixes[image->suffix]))
        return -1;
    if (rest < prefix || memcmp(name, image->prefix, prefix) != 0)
        return -1;
    *has_id = false;
    if (image->id == CKPT_CRIU_ID_NONE)
        return rest == prefix ? (int)prefix : -1;
    if (image->id == CKPT_CRIU_ID_TEXT)
        return rest > prefix ? (int)prefix : -1;
    *has_id = true;
    return read_id(image->id, name + prefix, rest - prefix, id) ? (int)prefix : -1;
}

struct ckpt_criu_name ckpt_criu_name(const char *name, size_t length)
{
    struct ckpt_criu_name best = {CKPT_CRIU_IMAGE_UNKNOWN, false, 0};
    int longest = -1;
    for (size_t i = length; i > 0; i--) {
        if (name[i - 1] == '/') {
            name += i;
            length -= i;
            break;
        }
    }
    size_t rest = length;
    bool is_image = ends_with(name, &rest, ".img"), has_id;
    for (unsigned kind = 0; length > 0 && kind < CKPT_CRIU_IMAGE_UNKNOWN; kind++) {
        const struct ckpt_criu_image *image = &ckpt_criu_images[kind];
        uint64_t id = 0;
        /* Most names of an archive are of no image, and there may be a million. */
        if (image->prefix[0] != name[0] || (image->suffix != CKPT_CRIU_SUFFIX_NOTHING && !is_image))
            continue;
        int prefix = match(image, name, length, &has_id, &id);
        if (prefix > longest) {
            longest = prefix;
            best = (struct ckpt_criu_name){(enum ckpt_criu_kind)kind, has_id, has_id ? id : 0};
        }
    }
    return best;
}

/* ---- Magic numbers --------------------------------------------------------------------------- */

static uint32_t word(const uint8_t *at, bool big_endian)
{
    uint32_t value = ckpt_wire_32(at);
    if (!big_endian)
        return value;
    return value << 24 | (value & 0xFF00) << 8 | (value >> 8 & 0xFF00) | value >> 24;
}

static enum ckpt_criu_kind kind_of_magic(uint32_t magic, enum ckpt_criu_frame frame)
{
    for (unsigned kind = 0; magic != 0 && kind < CKPT_CRIU_IMAGE_UNKNOWN; kind++) {
        const struct ckpt_criu_image *image = &ckpt_criu_images[kind];
        /* Raw memory of version 1 has the magic number of its page map. */
        if (image->magic == magic && image->frame == frame && image->entry != CKPT_CRIU_NONE)
            return (enum ckpt_criu_kind)kind;
    }
    return CKPT_CRIU_IMAGE_UNKNOWN;
}

/* What the magic numbers say, in one of the two byte orders. False: they are none. */
static bool read_magic(struct ckpt_criu_file *file, bool big_endian)
{
    size_t length = (size_t)(file->end - file->start);
    uint32_t first = length < 4 ? 0 : word(file->start, big_endian);
    file->big_endian = big_endian;
    file->old = false;
    if ((first == COMMON || first == SERVICE) && length >= 8) {
        file->magic = word(file->start + 4, big_endian);
        file->kind = kind_of_magic(file->magic, first == COMMON ? CKPT_CRIU_FRAME_COMMON
                                                                : CKPT_CRIU_FRAME_SERVICE);
        file->at = file->start + 8;
        return true;
    }
    file->kind = kind_of_magic(first, CKPT_CRIU_FRAME_TYPE_ALONE);
    if (file->kind == CKPT_CRIU_IMAGE_UNKNOWN) {
        file->kind = kind_of_magic(first, CKPT_CRIU_FRAME_COMMON);
        file->old = true;
    }
    file->magic = first;
    file->at = file->start + (length < 4 ? 0 : 4);
    return file->kind != CKPT_CRIU_IMAGE_UNKNOWN;
}

static bool find_magic(struct ckpt_criu_file *file, const uint8_t *bytes, size_t length)
{
    *file = (struct ckpt_criu_file){.start = bytes, .at = bytes, .end = bytes + length};
    return length >= 4 && (read_magic(file, false) || read_magic(file, true));
}

enum ckpt_criu_kind ckpt_criu_kind_of(const uint8_t *bytes, size_t length)
{
    struct ckpt_criu_file file;
    return find_magic(&file, bytes, length) ? file.kind : CKPT_CRIU_IMAGE_UNKNOWN;
}

bool ckpt_criu_open(struct ckpt_criu_file *file, enum ckpt_criu_kind kind, const uint8_t *bytes,
                    size_t length, struct ckpt_criu_problem *problem)
{
    const struct ckpt_criu_image *image = &ckpt_criu_images[kind];
    bool has_magic = find_magic(file, bytes, length);
    memset(problem, 0, sizeof(*problem));
    if (image->frame == CKPT_CRIU_FRAME_BARE || image->frame == CKPT_CRIU_FRAME_RAW) {
        *file = (struct ckpt_criu_file){
            .start = bytes, .at = bytes, .end = bytes + length, .kind = kind};
        problem->damage = CKPT_CRIU_NO_MESSAGES;
        return image->frame == CKPT_CRIU_FRAME_BARE;
    }
    if (!has_magic) {
        file->kind = kind;
        file->at = bytes;
        problem->damage = CKPT_CRIU_NO_IMAGE;
        problem->found = length < 4 ? 0 : word(bytes, false);
        return false;
    }
    if (kind == CKPT_CRIU_IMAGE_UNKNOWN)
        return true;
    bool same = image->magic == file->magic;
    file->kind = kind;
    if (!same) {
        problem->damage = CKPT_CRIU_OTHER_TYPE;
        problem->found = file->magic;
        return false;
    }
    if (image->entry == CKPT_CRIU_NONE) {
        problem->damage = CKPT_CRIU_NO_MESSAGES;
        return false;
    }
    return true;
}

/* ---- Entries --------------------------------------------------------------------------------- */

static enum ckpt_criu_next broken(const struct ckpt_criu_file *file, const uint8_t *at,
                                  enum ckpt_criu_damage damage, uint64_t found,
                                  struct ckpt_criu_problem *problem)
{
    problem->damage = damage;
    problem->offset = (size_t)(at - file->start);
    problem->entry = file->count;
    problem->found = found;
    return CKPT_CRIU_BROKEN;
}

/* Bytes of the messages of a queue; SIZE_MAX: they are damaged, at *at. */
static uint64_t queue_size(const struct ckpt_criu_file *file, uint64_t count, const uint8_t **at)
{
    const uint8_t *start = file->at;
    for (*at = start; count > 0; count--) {
        size_t left = (size_t)(file->end - *at);
        if (left < 4)
            return UINT64_MAX;
        uint32_t size = word(*at, file->big_endian);
        if (size > left - 4)
            return UINT64_MAX;
        struct ckpt_pb m = {*at + 4, *at + 4 + size, &ckpt_criu_messages[CKPT_CRIU_ipc_msg]};
        uint64_t data =
            ((uint64_t)(uint32_t)ckpt_pb_u64(&m, CKPT_CRIU_ipc_msg_msize, 0) + 7) / 8 * 8;
        if (data > left - 4 - size)
            return UINT64_MAX;
        *at = m.end + data;
    }
    return (uint64_t)(*at - start);
}

/* Bytes that follow an entry; UINT64_MAX: more than can be. */
static uint64_t extra_size(struct ckpt_criu_file *file, const struct ckpt_pb *m, const uint8_t **at)
{
    uint64_t a, b;
    switch (ckpt_criu_images[file->kind].extra) {
    case CKPT_CRIU_EXTRA_PIPE:
        return ckpt_pb_u64(m, CKPT_CRIU_pipe_data_entry_bytes, 0);
    case CKPT_CRIU_EXTRA_PACKET:
        return ckpt_pb_u64(m, CKPT_CRIU_sk_packet_entry_length, 0);
    case CKPT_CRIU_EXTRA_STREAM:
        a = ckpt_pb_u64(m, CKPT_CRIU_tcp_stream_entry_inq_len, 0);
        return a + ckpt_pb_u64(m, CKPT_CRIU_tcp_stream_entry_outq_len, 0);
    case CKPT_CRIU_EXTRA_GHOST:
        if (m->message->index == CKPT_CRIU_ghost_chunk_entry)
            return ckpt_pb_u64(m, CKPT_CRIU_ghost_chunk_entry_len, 0);
        file->chunks = ckpt_pb_u64(m, CKPT_CRIU_ghost_file_entry_chunks, 0) != 0;
        return file->chunks ? 0 : (uint64_t)(file->end - file->at);
    case CKPT_CRIU_EXTRA_SHM:
        a = ckpt_pb_u64(m, CKPT_CRIU_ipc_shm_entry_size, 0);
        b = ckpt_pb_u64(m, CKPT_CRIU_ipc_shm_entry_in_pagemaps, 0);
        return b != 0 ? 0 : a > UINT64_MAX - 3 ? UINT64_MAX : (a + 3) / 4 * 4;
    case CKPT_CRIU_EXTRA_SEM:
        return (ckpt_pb_u64(m, CKPT_CRIU_ipc_sem_entry_nsems, 0) * 2 + 7) / 8 * 8;
    case CKPT_CRIU_EXTRA_MSG:
        return queue_size(file, ckpt_pb_u64(m, CKPT_CRIU_ipc_msg_entry_qnum, 0), at);
    case CKPT_CRIU_EXTRA_BPF:
        a = ckpt_pb_u64(m, CKPT_CRIU_bpfmap_data_entry_keys_bytes, 0);
        return a + ckpt_pb_u64(m, CKPT_CRIU_bpfmap_data_entry_values_bytes, 0);
    default:
        return 0;
    }
}

enum ckpt_criu_next ckpt_criu_next(struct ckpt_criu_file *file, struct ckpt_criu_entry *entry,
                                   struct ckpt_criu_problem *problem)
{
    const struct ckpt_criu_image *image = &ckpt_criu_images[file->kind];
    const uint8_t *start = file->at;
    size_t left = (size_t)(file->end - start);
    bool bare = image->frame == CKPT_CRIU_FRAME_BARE;
    uint16_t message = file->count == 0 && image->head != CKPT_CRIU_NONE ? image->head
                       : file->chunks ? CKPT_CRIU_ghost_chunk_entry
                                      : image->entry;
    if (left == 0 && !(bare && file->count == 0))
        return CKPT_CRIU_END;
    if (left < 4 && !bare)
        return broken(file, start, CKPT_CRIU_SHORT_SIZE, left, problem);
    size_t size = bare ? left : word(start, file->big_endian);
    if (!bare)
        file->at += 4;
    if (size > (size_t)(file->end - file->at)) {
        file->at = start;
        return broken(file, start, CKPT_CRIU_SHORT_ENTRY, size, problem);
    }
    *entry = (struct ckpt_criu_entry){
        .message = {file->at, file->at + size, &ckpt_criu_messages[message]},
        .offset = (size_t)(start - file->start),
        .index = file->count};
    file->at += size;

    const uint8_t *at = file->at;
    uint64_t extra = extra_size(file, &entry->message, &at);
    if (extra > (uint64_t)(file->end - file->at))
        return broken(file, at,
                      extra == UINT64_MAX && image->extra == CKPT_CRIU_EXTRA_MSG
                          ? CKPT_CRIU_BAD_PART
                          : CKPT_CRIU_SHORT_EXTRA,
                      extra, problem);
    if (image->extra != CKPT_CRIU_EXTRA_NOTHING)
        entry->extra = (struct ckpt_pb_bytes){file->at, (size_t)extra};
    file->at += extra;
    file->count++;
    return CKPT_CRIU_ENTRY;
}

bool ckpt_criu_check(const struct ckpt_criu_file *file, const struct ckpt_criu_entry *entry,
                     struct ckpt_criu_problem *problem)
{
    if (ckpt_pb_check(&entry->message, &problem->message))
        return true;
    problem->damage = CKPT_CRIU_BAD_MESSAGE;
    problem->offset = (size_t)(problem->message.at - file->start);
    problem->entry = entry->index;
    problem->found = 0;
    return false;
}

enum ckpt_criu_next ckpt_criu_next_part(const struct ckpt_criu_file *file,
                                        const struct ckpt_criu_entry *entry, size_t *at,
                                        struct ckpt_pb *message, struct ckpt_pb_bytes *data)
{
    size_t left = entry->extra.length - *at;
    if (left < 4)
        return CKPT_CRIU_END;
    const uint8_t *start = entry->extra.data + *at;
    uint32_t size = word(start, file->big_endian);
    if (size > left - 4)
        return CKPT_CRIU_BROKEN;
    *message =
        (struct ckpt_pb){start + 4, start + 4 + size, &ckpt_criu_messages[CKPT_CRIU_ipc_msg]};
    uint64_t length = ckpt_pb_u64(message, CKPT_CRIU_ipc_msg_msize, 0);
    uint64_t padded = (length + 7) / 8 * 8;
    if (padded > left - 4 - size)
        return CKPT_CRIU_BROKEN;
    *data = (struct ckpt_pb_bytes){message->end, (size_t)length};
    *at += 4 + size + (size_t)padded;
    return CKPT_CRIU_ENTRY;
}
