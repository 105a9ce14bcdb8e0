/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire.h"

bool ckpt_wire_varint(struct ckpt_wire *wire, uint64_t *value)
{
    const uint8_t *at = wire->at;
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (at == wire->end)
            return false;
        uint8_t byte = *at++;
        if (shift < 64)
            result |= (uint64_t)(byte & 127) << shift;
        if ((byte & 128) == 0) {
            wire->at = at;
            *value = result;
            return true;
        }
    }
    return false;
}

/* Most tags, lengths and numbers have one byte. */
static inline bool varint(struct ckpt_wire *wire, uint64_t *value)
{
    if (wire->at == wire->end || *wire->at > 127)
        return ckpt_wire_varint(wire, value);
    *value = *wire->at++;
    return true;
}

bool ckpt_wire_find(struct ckpt_wire *wire, uint32_t number, struct ckpt_wire_field *field)
{
    struct ckpt_wire rest = *wire;
    uint64_t tag, length;
    while (rest.at != rest.end) {
        wire->at = rest.at;
        if (!varint(&rest, &tag))
            return false;
        if (tag >> 3 == number)
            return ckpt_wire_next(wire, field) == CKPT_WIRE_OK;
        if (tag >> 3 == 0 || tag >> 32 != 0)
            return false;
        length = (tag & 7) == CKPT_WIRE_64 ? 8 : (tag & 7) == CKPT_WIRE_32 ? 4 : 0;
        if ((tag & 7) == CKPT_WIRE_VARINT || (tag & 7) == CKPT_WIRE_BYTES) {
            if (!varint(&rest, &length))
                return false;
            if ((tag & 7) == CKPT_WIRE_VARINT)
                continue;
        } else if (length == 0) {
            return false;
        }
        if (length > (uint64_t)(rest.end - rest.at))
            return false;
        rest.at += length;
    }
    return false;
}

enum ckpt_wire_next ckpt_wire_next(struct ckpt_wire *wire, struct ckpt_wire_field *field)
{
    struct ckpt_wire rest = *wire;
    uint64_t tag, length = 0;
    if (rest.at == rest.end)
        return CKPT_WIRE_END;
    if (!varint(&rest, &tag) || tag >> 3 == 0 || tag >> 32 != 0)
        return CKPT_WIRE_BROKEN;
    *field = (struct ckpt_wire_field){(uint32_t)tag >> 3, tag & 7, 0, NULL, 0, wire->at};
    switch (tag & 7) {
    case CKPT_WIRE_VARINT:
        if (!varint(&rest, &field->value))
            return CKPT_WIRE_BROKEN;
        break;
    case CKPT_WIRE_BYTES:
        if (!varint(&rest, &length))
            return CKPT_WIRE_BROKEN;
        field->bytes = rest.at;
        break;
    case CKPT_WIRE_64:
        length = 8;
        break;
    case CKPT_WIRE_32:
        length = 4;
        break;
    default:
        return CKPT_WIRE_BROKEN;
    }
    if (length > (uint64_t)(rest.end - rest.at))
        return CKPT_WIRE_BROKEN;
    if (field->type == CKPT_WIRE_64)
        field->value = ckpt_wire_64(rest.at);
    else if (field->type == CKPT_WIRE_32)
        field->value = ckpt_wire_32(rest.at);
    field->length = (size_t)length;
    wire->at = rest.at + length;
    return CKPT_WIRE_OK;
}

/* ---- Images ---------------------------------------------------------------------------------- */

static uint32_t word(const uint8_t *at, bool big_endian)
{
    uint32_t a = at[0], b = at[1], c = at[2], d = at[3];
    return big_endian ? a << 24 | b << 16 | c << 8 | d : d << 24 | c << 16 | b << 8 | a;
}

static bool starts(struct ckpt_image *image, uint32_t magic)
{
    return image->end - image->at >= 4 && word(image->at, image->big_endian) == magic;
}

bool ckpt_image_open(struct ckpt_image *image, const uint8_t *bytes, size_t length, uint32_t first,
                     uint32_t magic)
{
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        *image = (struct ckpt_image){bytes, bytes + length, big_endian != 0};
        if (first != 0 && !starts(image, first)) {
            /* Images of the first version have nothing before their magic; others always do. */
            if (first != CKPT_IMAGE_COMMON)
                continue;
        } else if (first != 0) {
            image->at += 4;
        }
        if (starts(image, magic)) {
            image->at += 4;
            return true;
        }
    }
    return false;
}

bool ckpt_image_varint(struct ckpt_image *m, uint64_t *value)
{
    struct ckpt_wire wire = {m->at, m->end};
    bool done = ckpt_wire_varint(&wire, value);
    m->at = wire.at;
    return done;
}

/* `length` bytes as they are. */
static bool take(struct ckpt_image *m, uint64_t length, const uint8_t **bytes)
{
    if (length > (uint64_t)(m->end - m->at))
        return false;
    *bytes = m->at;
    m->at += length;
    return true;
}

enum ckpt_image_next ckpt_image_entry(struct ckpt_image *image, struct ckpt_image *message)
{
    const uint8_t *bytes;
    if (image->at == image->end)
        return CKPT_IMAGE_END;
    if (!take(image, 4, &bytes))
        return CKPT_IMAGE_BROKEN;
    uint32_t length = word(bytes, image->big_endian);
    if (!take(image, length, &bytes)) {
        image->at -= 4;
        return CKPT_IMAGE_BROKEN;
    }
    *message = (struct ckpt_image){bytes, bytes + length, image->big_endian};
    return CKPT_IMAGE_OK;
}

enum ckpt_image_next ckpt_image_field(struct ckpt_image *m, struct ckpt_image_field *field)
{
    struct ckpt_wire wire = {m->at, m->end};
    struct ckpt_wire_field found;
    enum ckpt_wire_next next = ckpt_wire_next(&wire, &found);
    if (next == CKPT_WIRE_END)
        return CKPT_IMAGE_END;
    if (next == CKPT_WIRE_BROKEN)
        return CKPT_IMAGE_BROKEN;
    m->at = wire.at;
    if (found.type == CKPT_WIRE_VARINT)
        *field = (struct ckpt_image_field){found.number, found.value, NULL, false};
    else
        *field = (struct ckpt_image_field){found.number, found.length, wire.at - found.length,
                                           found.type == CKPT_WIRE_BYTES};
    return CKPT_IMAGE_OK;
}
