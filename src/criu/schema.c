/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/schema.h"

/* Where the fields of each message begin and end in the list of all fields, by an enumeration that
   counts only at fields. */
enum {
#define CRIU_MESSAGE(name) FIRST_##name, BEFORE_##name = FIRST_##name - 1,
#define CRIU_FIELD(message, number, name, type, label, show) INDEX_##message##_##name,
#define CRIU_NAMED(message, number, name, type, label, names) INDEX_##message##_##name,
#define CRIU_FLAGS(message, number, name, type, label, names) INDEX_##message##_##name,
#define CRIU_NESTED(message, number, name, inner, label, show) INDEX_##message##_##name,
#define CRIU_END(name) END_##name, LAST_##name = END_##name - 1,
#include "criu/messages.def"
};

#define TYPED(number, of, type, label, show)                                                       \
    {number, of, CKPT_PB_##type, CKPT_PB_##label, CKPT_PB_##show},

static const struct ckpt_pb_field fields[] = {
#define CRIU_MESSAGE(name)
#define CRIU_FIELD(message, number, name, type, label, show) TYPED(number, 0, type, label, show)
#define CRIU_NAMED(message, number, name, type, label, names)                                      \
    TYPED(number, CKPT_CRIU_SET_##names, type, label, NAMES)
#define CRIU_FLAGS(message, number, name, type, label, names)                                      \
    TYPED(number, CKPT_CRIU_SET_##names, type, label, FLAGS)
#define CRIU_NESTED(message, number, name, inner, label, show)                                     \
    TYPED(number, CKPT_CRIU_##inner, MESSAGE, label, show)
#define CRIU_END(name)
#include "criu/messages.def"
};

const struct ckpt_pb_message ckpt_criu_messages[] = {
#define CRIU_MESSAGE(name) {fields + FIRST_##name, END_##name - FIRST_##name, CKPT_CRIU_##name},
#define CRIU_FIELD(message, number, name, type, label, show)
#define CRIU_NAMED(message, number, name, type, label, names)
#define CRIU_FLAGS(message, number, name, type, label, names)
#define CRIU_NESTED(message, number, name, inner, label, show)
#define CRIU_END(name)
#include "criu/messages.def"
};

enum {
#define CRIU_NAMES(set) FIRST_NAME_##set, BEFORE_NAME_##set = FIRST_NAME_##set - 1,
#define CRIU_NAME(set, number, name) NAME_##set##_##name,
#define CRIU_NAMES_END(set) END_NAME_##set, LAST_NAME_##set = END_NAME_##set - 1,
#include "criu/names.def"
};

static const uint32_t numbers[] = {
#define CRIU_NAMES(set)
#define CRIU_NAME(set, number, name) number,
#define CRIU_NAMES_END(set)
#include "criu/names.def"
};

static const struct ckpt_pb_names sets[] = {
#define CRIU_NAMES(set) {FIRST_NAME_##set, END_NAME_##set - FIRST_NAME_##set},
#define CRIU_NAME(set, number, name)
#define CRIU_NAMES_END(set)
#include "criu/names.def"
};

const struct ckpt_pb_schema ckpt_criu_schema = {ckpt_criu_messages, numbers, sets,
                                                sizeof(fields) / sizeof(fields[0]),
                                                sizeof(numbers) / sizeof(numbers[0])};
