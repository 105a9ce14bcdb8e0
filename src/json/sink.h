/* SPDX-License-Identifier: Apache-2.0 */
/* What values are sent to: JSON text, the tape. */
#ifndef CKPT_JSON_SINK_H
#define CKPT_JSON_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "text/types.h"

struct ckpt_type;
struct ckpt_field;

/* Receives a value, part by part, in the order in which it is written. */
struct ckpt_sink {
    void (*null_value)(struct ckpt_sink *);
    void (*boolean)(struct ckpt_sink *, bool);
    void (*integer)(struct ckpt_sink *, int64_t);   /* Go int16 … int32, uint16, uint32 */
    void (*integer64)(struct ckpt_sink *, int64_t); /* Go int, int64 */
    void (*unsigned64)(struct ckpt_sink *, uint64_t);
    void (*number)(struct ckpt_sink *, double);
    void (*string)(struct ckpt_sink *, ckpt_string);
    void (*time)(struct ckpt_sink *, ckpt_time);
    void (*begin_struct)(struct ckpt_sink *);
    void (*field)(struct ckpt_sink *, const struct ckpt_type *, const struct ckpt_field *);
    /* Of values whose names are in a list of their own (json/names.h, criu/views.def): a member of
       a struct, and a string, by its number. */
    void (*member)(struct ckpt_sink *, uint32_t);
    void (*word)(struct ckpt_sink *, uint32_t);
    void (*begin_map)(struct ckpt_sink *);
    void (*key)(struct ckpt_sink *, ckpt_string);
    void (*begin_array)(struct ckpt_sink *);
    void (*end)(struct ckpt_sink *); /* of the innermost struct, map or array */
};

#endif
