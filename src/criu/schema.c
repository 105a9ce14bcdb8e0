/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/schema.h"

#define TYPED(number, of, type, label, show)                                                       \
    {number, of, CKPT_PB_##type, CKPT_PB_##label, CKPT_PB_##show},

/* A list for each message; the one without fields needs an element, too. */
#define CRIU_MESSAGE(name) static const struct ckpt_pb_field fields_##name[] = {
#define CRIU_FIELD(message, number, name, type, label, show) TYPED(number, 0, type, label, show)
#define CRIU_NAMED(message, number, name, type, label, names)                                      \
    TYPED(number, CKPT_CRIU_SET_##names, type, label, NAMES)
#define CRIU_FLAGS(message, number, name, type, label, names)                                      \
    TYPED(number, CKPT_CRIU_SET_##names, type, label, FLAGS)
#define CRIU_NESTED(message, number, name, inner, label, show)                                     \
    TYPED(number, CKPT_CRIU_##inner, MESSAGE, label, show)
#define CRIU_END(name)                                                                             \
    {                                                                                              \
        0, 0, 0, 0, 0                                                                              \
    }                                                                                              \
    }                                                                                              \
    ;
#include "criu/messages.def"

#define COUNT(name) (sizeof(fields_##name) / sizeof(fields_##name[0]) - 1)

const struct ckpt_pb_message ckpt_criu_messages[] = {
#define CRIU_MESSAGE(name) {fields_##name, COUNT(name), CKPT_CRIU_##name},
#define CRIU_FIELD(message, number, name, type, label, show)
#define CRIU_NAMED(message, number, name, type, label, names)
#define CRIU_FLAGS(message, number, name, type, label, names)
#define CRIU_NESTED(message, number, name, inner, label, show)
#define CRIU_END(name)
#include "criu/messages.def"
};

#define CRIU_NAMES(set) static const uint32_t numbers_##set[] = {
#define CRIU_NAME(set, number, name) number,
#define CRIU_NAMES_END(set)                                                                        \
    }                                                                                              \
    ;
#include "criu/names.def"

const struct ckpt_criu_numbers ckpt_criu_sets[] = {
#define CRIU_NAMES(set) {numbers_##set, sizeof(numbers_##set) / sizeof(numbers_##set[0])},
#define CRIU_NAME(set, number, name)
#define CRIU_NAMES_END(set)
#include "criu/names.def"
};
