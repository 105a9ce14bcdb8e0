/* SPDX-License-Identifier: Apache-2.0 */
/* A list of names that go by numbers. They need not be in the module: the code that shows them has
 * the texts.
 */
#ifndef CKPT_JSON_NAMES_H
#define CKPT_JSON_NAMES_H

#include <stdbool.h>

#include "text/types.h"

struct ckpt_names {
    const char *const *list;
    uint32_t count;
    const char **own; /* the list, if it was made by ckpt_names_read */
};

/* Makes the list from the `length` bytes of names at `text`, each ended by a NUL byte; they must
   live as long. False: no memory, or the last one is not ended. */
bool ckpt_names_read(struct ckpt_names *names, const char *text, size_t length);
void ckpt_names_free(struct ckpt_names *names);

/* Name number `i`; empty if there is none. */
ckpt_string ckpt_names_get(const struct ckpt_names *names, uint32_t i);

#endif
