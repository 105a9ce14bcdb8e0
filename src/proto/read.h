/* SPDX-License-Identifier: Apache-2.0 */
/* What all that reads messages by tables shares. */
#ifndef CKPT_PROTO_READ_H
#define CKPT_PROTO_READ_H

#include "proto/message.h"
#include "proto/wire.h"

/* Whether a field has the wire type that the table says, or is a packed list of it. Else it is
   unknown. */
bool ckpt_pb_fits(const struct ckpt_pb_field *field, const struct ckpt_wire_field *found);

/* The number that a field's raw value stands for, in two's complement. */
uint64_t ckpt_pb_number(const struct ckpt_pb_field *field, uint64_t value);

/* The next number of a packed list. False: the list ends, or is broken where list->at stands. */
bool ckpt_pb_next_packed(const struct ckpt_pb_field *field, struct ckpt_wire *list,
                         uint64_t *value);

#endif
