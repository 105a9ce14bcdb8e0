/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_NAMES_H
#define CKPT_ARCHIVE_NAMES_H
/* Member names: what is remarkable about them, and whether one came before. Nothing is interpreted.
 */
#include "archive.h"

/* CKPT_NAME_... flags of a name; the part without leading "./" and trailing "/". */
uint32_t ckpt_name_classify(const uint8_t *name, size_t length, uint32_t *normal_start,
                            uint32_t *normal_length);

/* CKPT_NAME_LINK_... flags. `symbolic`: the target is relative to the folder of the name. */
uint32_t ckpt_name_classify_link(const uint8_t *name, size_t name_length, const uint8_t *target,
                                 size_t target_length, int symbolic);

/* Hash of a name; spellings of one path ("a//b", "./a/b/") have one hash. */
uint64_t ckpt_name_hash(const uint8_t *name, size_t length);

/* The hashes of a path's directories, one after the other, and then its own: *position and *state
   begin as 0. False: there are no more. */
int ckpt_name_hash_next(const uint8_t *name, size_t length, size_t *position, uint64_t *state,
                        uint64_t *hash);

/* A set of hashes. */
typedef struct {
    uint64_t *slots;
    size_t capacity, count;
} ckpt_name_set;

/* 1 if it was there already, 0 if it is new (or could not be stored: then repeats go unnoticed). */
int ckpt_name_set_add(ckpt_name_set *set, const ckpt_archive_memory *memory, uint64_t hash);
/* Whether it is there. */
int ckpt_name_set_has(const ckpt_name_set *set, uint64_t hash);
void ckpt_name_set_free(ckpt_name_set *set, const ckpt_archive_memory *memory);

#endif
