/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/message.h"

#include "proto/read.h"

const struct ckpt_pb_field *ckpt_pb_find(const struct ckpt_pb_message *message, uint64_t number)
{
    /* Numbers have few gaps: most fields stand at their number, none after it. */
    size_t i = number < message->count ? (size_t)number : message->count;
    while (i > 0 && message->fields[i - 1].number > number)
        i--;
    return i > 0 && message->fields[i - 1].number == number ? &message->fields[i - 1] : NULL;
}

/* The wire type that a field of a table has when it is not packed. */
static enum ckpt_wire_type wire_type(const struct ckpt_pb_field *field)
{
    switch (field->type) {
    case CKPT_PB_F32:
        return CKPT_WIRE_32;
    case CKPT_PB_F64:
        return CKPT_WIRE_64;
    case CKPT_PB_STRING:
    case CKPT_PB_BYTES:
    case CKPT_PB_MESSAGE:
        return CKPT_WIRE_BYTES;
    default:
        return CKPT_WIRE_VARINT;
    }
}

bool ckpt_pb_fits(const struct ckpt_pb_field *field, const struct ckpt_wire_field *found)
{
    enum ckpt_wire_type type = wire_type(field);
    return found->type == type ||
           (found->type == CKPT_WIRE_BYTES && field->label >= CKPT_PB_REPEATED);
}

uint64_t ckpt_pb_number(const struct ckpt_pb_field *field, uint64_t value)
{
    switch (field->type) {
    case CKPT_PB_U32:
    case CKPT_PB_F32:
        return (uint32_t)value;
    case CKPT_PB_I32:
    case CKPT_PB_ENUM:
        return (uint64_t)(int64_t)(int32_t)(uint32_t)value;
    case CKPT_PB_S32:
        return (uint64_t)ckpt_wire_zigzag((uint32_t)value);
    case CKPT_PB_S64:
        return (uint64_t)ckpt_wire_zigzag(value);
    case CKPT_PB_BOOL:
        return value != 0;
    default:
        return value;
    }
}

/* ---- Singular fields ------------------------------------------------------------------------- */

/* The last one of the fields with that number, of the wire type that the table says. */
static const struct ckpt_pb_field *last(const struct ckpt_pb *m, unsigned number,
                                        struct ckpt_wire_field *last)
{
    const struct ckpt_pb_field *field =
        m->message == NULL ? NULL : ckpt_pb_find(m->message, number);
    struct ckpt_wire wire = {m->at, m->end};
    struct ckpt_wire_field found;
    bool is_there = false;
    if (field == NULL)
        return NULL;
    enum ckpt_wire_type type = wire_type(field);
    while (ckpt_wire_find(&wire, number, &found)) {
        if (found.type == type) {
            *last = found;
            is_there = true;
        }
    }
    return is_there ? field : NULL;
}

bool ckpt_pb_get_u64(const struct ckpt_pb *m, unsigned number, uint64_t *value)
{
    struct ckpt_wire_field found;
    const struct ckpt_pb_field *field = last(m, number, &found);
    if (field == NULL || found.type == CKPT_WIRE_BYTES)
        return false;
    *value = ckpt_pb_number(field, found.value);
    return true;
}

bool ckpt_pb_get_i64(const struct ckpt_pb *m, unsigned number, int64_t *value)
{
    uint64_t bits;
    if (!ckpt_pb_get_u64(m, number, &bits))
        return false;
    *value = (int64_t)bits;
    return true;
}

bool ckpt_pb_get_bytes(const struct ckpt_pb *m, unsigned number, struct ckpt_pb_bytes *bytes)
{
    struct ckpt_wire_field found;
    if (last(m, number, &found) == NULL || found.type != CKPT_WIRE_BYTES)
        return false;
    *bytes = (struct ckpt_pb_bytes){found.bytes, found.length};
    return true;
}

bool ckpt_pb_get_message(const struct ckpt_pb *m, unsigned number, struct ckpt_pb *inner)
{
    struct ckpt_wire_field found;
    const struct ckpt_pb_field *field = last(m, number, &found);
    if (field == NULL || field->type != CKPT_PB_MESSAGE)
        return false;
    *inner =
        (struct ckpt_pb){found.bytes, found.bytes + found.length, ckpt_pb_inner(m->message, field)};
    return true;
}

uint64_t ckpt_pb_u64(const struct ckpt_pb *m, unsigned number, uint64_t other)
{
    ckpt_pb_get_u64(m, number, &other);
    return other;
}

int64_t ckpt_pb_i64(const struct ckpt_pb *m, unsigned number, int64_t other)
{
    ckpt_pb_get_i64(m, number, &other);
    return other;
}

struct ckpt_pb_bytes ckpt_pb_bytes(const struct ckpt_pb *m, unsigned number)
{
    struct ckpt_pb_bytes bytes = {NULL, 0};
    ckpt_pb_get_bytes(m, number, &bytes);
    return bytes;
}

bool ckpt_pb_has(const struct ckpt_pb *m, unsigned number)
{
    struct ckpt_wire_field found;
    return last(m, number, &found) != NULL;
}

/* ---- All values of a field ------------------------------------------------------------------- */

struct ckpt_pb_each ckpt_pb_each(const struct ckpt_pb *m, unsigned number)
{
    struct ckpt_pb_each each = {*m, NULL, NULL, NULL};
    each.field = m->message == NULL ? NULL : ckpt_pb_find(m->message, number);
    return each;
}

/* The next field of that number, of a wire type that fits. */
static bool next_field(struct ckpt_pb_each *each, struct ckpt_wire_field *found)
{
    struct ckpt_wire wire = {each->rest.at, each->rest.end};
    if (each->field == NULL)
        return false;
    while (ckpt_wire_next(&wire, found) == CKPT_WIRE_OK) {
        each->rest.at = wire.at;
        if (found->number == each->field->number && ckpt_pb_fits(each->field, found))
            return true;
    }
    each->rest.at = each->rest.end;
    return false;
}

bool ckpt_pb_next_packed(const struct ckpt_pb_field *field, struct ckpt_wire *list, uint64_t *value)
{
    size_t size = field->type == CKPT_PB_F64 ? 8 : field->type == CKPT_PB_F32 ? 4 : 0;
    if (size == 0) {
        if (!ckpt_wire_varint(list, value))
            return false;
    } else {
        if ((size_t)(list->end - list->at) < size)
            return false;
        *value = size == 8 ? ckpt_wire_64(list->at) : ckpt_wire_32(list->at);
        list->at += size;
    }
    *value = ckpt_pb_number(field, *value);
    return true;
}

bool ckpt_pb_next_u64(struct ckpt_pb_each *each, uint64_t *value)
{
    struct ckpt_wire_field found;
    for (;;) {
        if (each->packed != each->packed_end) {
            struct ckpt_wire list = {each->packed, each->packed_end};
            bool done = ckpt_pb_next_packed(each->field, &list, value);
            each->packed = done ? list.at : each->packed_end;
            if (done)
                return true;
        }
        if (!next_field(each, &found) || wire_type(each->field) == CKPT_WIRE_BYTES)
            return false;
        if (found.type != CKPT_WIRE_BYTES) {
            *value = ckpt_pb_number(each->field, found.value);
            return true;
        }
        each->packed = found.bytes;
        each->packed_end = found.bytes + found.length;
    }
}

bool ckpt_pb_next_i64(struct ckpt_pb_each *each, int64_t *value)
{
    uint64_t bits;
    if (!ckpt_pb_next_u64(each, &bits))
        return false;
    *value = (int64_t)bits;
    return true;
}

bool ckpt_pb_next_bytes(struct ckpt_pb_each *each, struct ckpt_pb_bytes *bytes)
{
    struct ckpt_wire_field found;
    if (!next_field(each, &found) || found.type != CKPT_WIRE_BYTES)
        return false;
    *bytes = (struct ckpt_pb_bytes){found.bytes, found.length};
    return true;
}

bool ckpt_pb_next_message(struct ckpt_pb_each *each, struct ckpt_pb *inner)
{
    struct ckpt_pb_bytes bytes;
    if (each->field == NULL || each->field->type != CKPT_PB_MESSAGE ||
        !ckpt_pb_next_bytes(each, &bytes))
        return false;
    *inner = (struct ckpt_pb){bytes.data, bytes.data + bytes.length,
                              ckpt_pb_inner(each->rest.message, each->field)};
    return true;
}
