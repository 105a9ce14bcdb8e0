/* SPDX-License-Identifier: Apache-2.0 */
/* The view of the mappings; its members are in views.def. */
#ifndef CKPT_CRIU_MEMORY_VIEW_H
#define CKPT_CRIU_MEMORY_VIEW_H

#include "criu/memory.h"
#include "json/document.h"

/* Writes the mappings of a process, or of all of them if `pid` is 0, to the sink. */
void ckpt_view_maps(struct ckpt_memory *memory, uint32_t pid, struct ckpt_sink *sink);

#endif
