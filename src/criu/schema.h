/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema of CRIU's images as constants and tables, all from messages.def, names.def and
 * images.def:
 *
 *   CKPT_CRIU_pstree_entry            a kind of message: its index in ckpt_criu_messages
 *   CKPT_CRIU_pstree_entry_pid        a field: its number in that message
 *   CKPT_CRIU_fd_types_REG            a number that has a name; also flags: CKPT_CRIU_pmap_flags_…
 *   CKPT_CRIU_SET_fd_types            a set of names
 *   CKPT_CRIU_IMAGE_PSTREE            a kind of image (file.h)
 *
 * Names are not in the tables: what shows them has the list of dist/criu-tables.js.
 */
#ifndef CKPT_CRIU_SCHEMA_H
#define CKPT_CRIU_SCHEMA_H

#include "proto/message.h"

enum ckpt_criu_message {
#define CRIU_MESSAGE(name) CKPT_CRIU_##name,
#define CRIU_FIELD(message, number, name, type, label, show)
#define CRIU_NAMED(message, number, name, type, label, names)
#define CRIU_FLAGS(message, number, name, type, label, names)
#define CRIU_NESTED(message, number, name, inner, label, show)
#define CRIU_END(name)
#include "criu/messages.def"
    CKPT_CRIU_MESSAGE_COUNT,
    CKPT_CRIU_NONE = CKPT_CRIU_MESSAGE_COUNT /* no message */
};

enum {
#define CRIU_MESSAGE(name)
#define CRIU_FIELD(message, number, name, type, label, show)                                       \
    CKPT_CRIU_##message##_##name = (number),
#define CRIU_NAMED(message, number, name, type, label, names)                                      \
    CKPT_CRIU_##message##_##name = (number),
#define CRIU_FLAGS(message, number, name, type, label, names)                                      \
    CKPT_CRIU_##message##_##name = (number),
#define CRIU_NESTED(message, number, name, inner, label, show)                                     \
    CKPT_CRIU_##message##_##name = (number),
#define CRIU_END(name)
#include "criu/messages.def"
};

enum ckpt_criu_set {
#define CRIU_NAMES(set) CKPT_CRIU_SET_##set,
#define CRIU_NAME(set, number, name)
#define CRIU_NAMES_END(set)
#include "criu/names.def"
    CKPT_CRIU_SET_COUNT
};

enum {
#define CRIU_NAMES(set)
#define CRIU_NAME(set, number, name) CKPT_CRIU_##set##_##name = (int)(number),
#define CRIU_NAMES_END(set)
#include "criu/names.def"
};

/* By enum ckpt_criu_message. */
extern const struct ckpt_pb_message ckpt_criu_messages[];

/* The same, with the sets of names by enum ckpt_criu_set. */
extern const struct ckpt_pb_schema ckpt_criu_schema;

#endif
