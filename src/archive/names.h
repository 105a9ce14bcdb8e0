/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_NAMES_H
#define CKPT_ARCHIVE_NAMES_H
/* Member names: what is remarkable about them. Nothing is interpreted. */
#include "archive.h"

/* CKPT_NAME_... flags of a name; the part without leading "./" and trailing "/". */
uint32_t ckpt_name_classify(const uint8_t *name, size_t length, uint32_t *normal_start,
                            uint32_t *normal_length);

/* Writes the name without "." and empty components, which is no longer than `length`; its length.
 */
size_t ckpt_name_clean(const uint8_t *name, size_t length, uint8_t *to);

/* CKPT_NAME_LINK_... flags. `symbolic`: the target is relative to the folder of the name. */
uint32_t ckpt_name_classify_link(const uint8_t *name, size_t name_length, const uint8_t *target,
                                 size_t target_length, int symbolic);

/* Next component from *position on, or NULL at the end. Empty ones are passed over. */
const uint8_t *ckpt_name_component(const uint8_t *name, size_t length, size_t *position,
                                   size_t *size);

#endif
