/* SPDX-License-Identifier: Apache-2.0 */
/* Images of CRIU: magic numbers, then entries, each a size and a message of protocol buffers. */
#ifndef CKPT_CHECKPOINT_IMAGE_H
#define CKPT_CHECKPOINT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CKPT_IMAGE_COMMON 0x54564319u    /* before the magic of images of version 1.1 */
#define CKPT_IMAGE_SERVICE 0x55105940u   /* of images of CRIU's tools, not of a process */
#define CKPT_IMAGE_INVENTORY 0x58313116u /* alone, in all versions */
#define CKPT_IMAGE_PSTREE 0x50273030u
#define CKPT_IMAGE_STATS 0x57093306u

/* What is left to be read. */
struct ckpt_image {
    const uint8_t *at, *end;
    bool big_endian; /* the sizes, in dumps of s390 */
};

/* One field of a message. */
struct ckpt_image_field {
    uint64_t number, value; /* value: of a varint; else the length */
    const uint8_t *bytes;   /* NULL for a varint */
    bool is_message;        /* bytes of a length that stands before them */
};

enum ckpt_image_next { CKPT_IMAGE_OK, CKPT_IMAGE_END, CKPT_IMAGE_BROKEN };

/* Begins to read an image of type `magic`; behind `first` (0: none), which inventory.img and images
   of the first version lack. False: it starts with something else, or is too short. */
bool ckpt_image_open(struct ckpt_image *image, const uint8_t *bytes, size_t length, uint32_t first,
                     uint32_t magic);

/* The next entry, as a message. CKPT_IMAGE_BROKEN: it does not fit into what is left. */
enum ckpt_image_next ckpt_image_entry(struct ckpt_image *image, struct ckpt_image *message);

/* The next field of a message. */
enum ckpt_image_next ckpt_image_field(struct ckpt_image *message, struct ckpt_image_field *field);

/* A field's bytes as a message; empty for a varint. */
static inline struct ckpt_image ckpt_image_inside(const struct ckpt_image_field *field)
{
    const uint8_t *end = field->bytes == NULL ? NULL : field->bytes + field->value;
    return (struct ckpt_image){field->bytes, end, false};
}

/* A varint on its own, as packed fields have them; false: broken. */
bool ckpt_image_varint(struct ckpt_image *message, uint64_t *value);

#endif
