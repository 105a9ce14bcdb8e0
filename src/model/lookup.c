/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in the tables by name. */
#include <string.h>

#include "ckpt.h"
#include "model/type.h"

ckpt_kind ckpt_kind_by_name(const char *name, size_t length)
{
    int kind = 0;
    while (kind < CKPT_KIND_COUNT && (strlen(ckpt_kinds[kind].name) != length ||
                                      memcmp(ckpt_kinds[kind].name, name, length) != 0))
        kind++;
    return (ckpt_kind)kind;
}

const char *ckpt_kind_name(ckpt_kind kind)
{
    return kind < CKPT_KIND_COUNT ? ckpt_kinds[kind].name : NULL;
}

const char *ckpt_constant_value(const char *go_name)
{
    for (size_t i = 0; i < ckpt_constant_count; i++) {
        if (strcmp(ckpt_constants[i].name, go_name) == 0)
            return ckpt_constants[i].value;
    }
    return NULL;
}
