/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol buffers as bytes: fields, each a tag and a value. Below, images of CRIU: magic numbers,
   then entries, each a size and a message. */
#ifndef CKPT_PROTO_WIRE_H
#define CKPT_PROTO_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left to be read. */
struct ckpt_wire {
    const uint8_t *at, *end;
};

enum ckpt_wire_type {
    CKPT_WIRE_VARINT = 0,
    CKPT_WIRE_64 = 1,
    CKPT_WIRE_BYTES = 2, /* after their length */
    CKPT_WIRE_32 = 5
};

/* A field as it stands there. */
struct ckpt_wire_field {
    uint32_t number;      /* 1 to 2^29 - 1 */
    uint8_t type;         /* enum ckpt_wire_type */
    uint64_t value;       /* of numbers */
    const uint8_t *bytes; /* … and else the bytes, `length` of them */
    size_t length;
    const uint8_t *start; /* of the tag */
};

enum ckpt_wire_next { CKPT_WIRE_OK, CKPT_WIRE_END, CKPT_WIRE_BROKEN };

/* The next field. Broken: it does not fit into what is left, or has a wire type that is not defined
   (groups, too, which nobody writes); the reader then stands at the field's start. */
enum ckpt_wire_next ckpt_wire_next(struct ckpt_wire *wire, struct ckpt_wire_field *field);

/* The next field of that number. False: there is none before the end, or before what is broken. */
bool ckpt_wire_find(struct ckpt_wire *wire, uint32_t number, struct ckpt_wire_field *field);

/* A varint on its own, as packed lists have them; bits above 64 are lost. False: broken. */
bool ckpt_wire_varint(struct ckpt_wire *wire, uint64_t *value);

/* Little-endian words. */
static inline uint32_t ckpt_wire_32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t ckpt_wire_64(const uint8_t *at)
{
    return ckpt_wire_32(at) | (uint64_t)ckpt_wire_32(at + 4) << 32;
}

/* The number that a zigzag varint stands for. */
static inline int64_t ckpt_wire_zigzag(uint64_t value)
{
    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

/* ---- Images ---------------------------------------------------------------------------------- */

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

/* Begins to read an image of type `magic`; after `first` (0: none), which inventory.img and images
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
