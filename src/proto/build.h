/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values to messages: JSON text as proto/emit.h describes it, in both of its forms, to bytes.
 * Fields are written in the order of their numbers, whatever the text's order is.
 */
#ifndef CKPT_PROTO_BUILD_H
#define CKPT_PROTO_BUILD_H

#include "proto/table.h"
#include "json/document.h"
#include "json/names.h"

struct ckpt_pb_builder {
    const struct ckpt_pb_schema *schema;
    const struct ckpt_names *names;
    ckpt_document *document; /* scanned; its arena holds what is needed in between */
    struct ckpt_buffer *out;
    const char *expected;  /* why it failed: what should stand there (NULL: no memory) … */
    uint32_t node;         /* … at this node */
    const char *beside[3]; /* keys of the outermost object that are no fields; NULL ends them */
};

/* Appends the message of type `message` that the object `node` describes. False: the builder says
   why; what was appended is not whole. */
bool ckpt_pb_build(struct ckpt_pb_builder *builder, const struct ckpt_pb_message *message,
                   uint32_t node);

/* A string of base64, or {"hex": …}, as bytes. */
bool ckpt_pb_build_bytes(struct ckpt_pb_builder *builder, uint32_t node, struct ckpt_buffer *out);

/* The value of a member of an object; 0: it has none of that name. */
uint32_t ckpt_pb_member(const struct ckpt_pb_builder *builder, uint32_t object, const char *key);

/* Says that something else was expected at a node; false. */
bool ckpt_pb_refuse(struct ckpt_pb_builder *builder, uint32_t node, const char *expected);

#endif
