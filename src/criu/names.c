/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/names.h"

static const char *const list[] = {
#define CRIU_MESSAGE(name)
#define CRIU_FIELD(message, number, name, type, label, show) #name,
#define CRIU_NAMED(message, number, name, type, label, names) #name,
#define CRIU_FLAGS(message, number, name, type, label, names) #name,
#define CRIU_NESTED(message, number, name, inner, label, show) #name,
#define CRIU_END(name)
#include "criu/messages.def"
#define CRIU_NAMES(set)
#define CRIU_NAME(set, number, name) #name,
#define CRIU_NAMES_END(set)
#include "criu/names.def"
#define CRIU_IMAGE(kind, type, prefix, id, suffix, frame, magic, head, entry, extra, text) type,
#include "criu/images.def"
};

const struct ckpt_names ckpt_criu_names = {list, sizeof(list) / sizeof(list[0]), NULL};
