/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire.h"

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
    *value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (m->at == m->end)
            return false;
        uint8_t byte = *m->at++;
        if (shift < 64)
            *value |= (uint64_t)(byte & 127) << shift;
        if ((byte & 128) == 0)
            return true;
    }
    return false;
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
    uint64_t tag;
    bool done;
    if (m->at == m->end)
        return CKPT_IMAGE_END;
    if (!ckpt_image_varint(m, &tag) || tag >> 3 == 0)
        return CKPT_IMAGE_BROKEN;
    *field = (struct ckpt_image_field){tag >> 3, 0, NULL, (tag & 7) == 2};
    switch (tag & 7) {
    case 0:
        done = ckpt_image_varint(m, &field->value);
        break;
    case 2:
        done = ckpt_image_varint(m, &field->value) && take(m, field->value, &field->bytes);
        break;
    case 1:
    case 5:
        field->value = (tag & 7) == 1 ? 8 : 4;
        done = take(m, field->value, &field->bytes);
        break;
    default:
        done = false;
    }
    return done ? CKPT_IMAGE_OK : CKPT_IMAGE_BROKEN;
}
