/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of protocol buffers, described by tables: no code and no C struct for each message. */
#ifndef CKPT_PROTO_TABLE_H
#define CKPT_PROTO_TABLE_H

#include <stdint.h>

/* Types of fields, by their coding. Enumerations are I32 that have names. */
enum ckpt_pb_type {
    CKPT_PB_U32,
    CKPT_PB_U64,
    CKPT_PB_I32,
    CKPT_PB_I64,
    CKPT_PB_S32, /* zigzag */
    CKPT_PB_S64,
    CKPT_PB_BOOL,
    CKPT_PB_ENUM,
    CKPT_PB_F32, /* fixed32 */
    CKPT_PB_F64,
    CKPT_PB_STRING,
    CKPT_PB_BYTES,
    CKPT_PB_MESSAGE
};

enum ckpt_pb_label {
    CKPT_PB_OPTIONAL,
    CKPT_PB_REQUIRED,
    CKPT_PB_REPEATED, /* read in both forms, written one by one */
    CKPT_PB_PACKED    /* read in both forms, written packed */
};

/* How a field is shown to people. */
enum ckpt_pb_show {
    CKPT_PB_DECIMAL,
    CKPT_PB_HEX,
    CKPT_PB_OCTAL,      /* modes of files */
    CKPT_PB_DEVICE,     /* the kernel's own dev_t: 12 bits major, 20 bits minor */
    CKPT_PB_OLD_DEVICE, /* dev_t as stat() gives it */
    CKPT_PB_ADDRESS,    /* words of an IPv4 or IPv6 address, each in network order */
    CKPT_PB_QUOTED,     /* bytes that mostly are text: quoted-printable */
    CKPT_PB_NAMES,      /* a number of a set of names */
    CKPT_PB_FLAGS,      /* bits of a set of names */
    CKPT_PB_IF_IT_FITS  /* a message; other dialects have something else under the number */
};

struct ckpt_pb_field {
    uint16_t number;
    uint16_t of;   /* MESSAGE: which one of the schema; NAMES and FLAGS: which set of names */
    uint8_t type;  /* enum ckpt_pb_type */
    uint8_t label; /* enum ckpt_pb_label */
    uint8_t show;  /* enum ckpt_pb_show */
};

/* A kind of message. Those of a schema stand in one array, where `of` counts from its start; so do
   all their fields. */
struct ckpt_pb_message {
    const struct ckpt_pb_field *fields; /* by number */
    uint16_t count;
    uint16_t index; /* of this one in the array */
};

/* A set of named numbers: `count` numbers of the schema from `first` on. */
struct ckpt_pb_names {
    uint16_t first, count;
};

/*
 * All of it. Names are not here but in a list that goes with the schema: first those of the fields,
 * in their order, then those of the numbers, in theirs, then what else the format names. A name's
 * place in that list is its number.
 */
struct ckpt_pb_schema {
    const struct ckpt_pb_message *messages;
    const uint32_t *numbers;
    const struct ckpt_pb_names *sets;
    uint16_t field_count, number_count;
};

/* Number of the field's name. */
static inline uint32_t ckpt_pb_name(const struct ckpt_pb_schema *schema,
                                    const struct ckpt_pb_field *field)
{
    return (uint32_t)(field - schema->messages[0].fields);
}

/* The kind of the messages in a MESSAGE field of `message`. */
static inline const struct ckpt_pb_message *ckpt_pb_inner(const struct ckpt_pb_message *message,
                                                          const struct ckpt_pb_field *field)
{
    return message - message->index + field->of;
}

/* The field with that number, or NULL. */
const struct ckpt_pb_field *ckpt_pb_find(const struct ckpt_pb_message *message, uint64_t number);

#endif
