/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to values: what a message holds goes to a ckpt_sink, in the order of the numbers.
 *
 * Numbers and booleans are what they are, enumerations their names, bytes base64 in lines of 76 as
 * Python's encodebytes writes it. Text that is not UTF-8, and bytes that quoted-printable would
 * change, are {"hex": "…"}. A field that the table lacks, or that has another wire type, is "?17":
 * {"varint": 3}, {"fixed32": 3}, {"fixed64": 3} or {"bytes": "…base64…"}; several are a list of
 * these. An enumeration's number without a name is the number.
 *
 * `pretty` is as crit's: addresses, devices, flags and hex numbers as text.
 */
#ifndef CKPT_PROTO_EMIT_H
#define CKPT_PROTO_EMIT_H

#include "mem/buffer.h"
#include "proto/message.h"
#include "json/names.h"
#include "json/sink.h"

struct ckpt_pb_emitter {
    const struct ckpt_pb_schema *schema;
    struct ckpt_sink *sink;
    const struct ckpt_names *names; /* for flags; NULL: they are numbers */
    bool pretty;
    bool failed;             /* no memory: what was sent is not all */
    struct ckpt_buffer text; /* texts are put together here; free it at the end */
};

/* Sends the members of a message, without opening or closing a struct. Nothing is sent that is
   after damage, or nested deeper than CKPT_PB_MAX_DEPTH. */
void ckpt_pb_emit(struct ckpt_pb_emitter *emitter, const struct ckpt_pb *m);

/* Sends bytes as base64. */
void ckpt_pb_emit_base64(struct ckpt_pb_emitter *emitter, const uint8_t *bytes, size_t length);

#endif
