/* SPDX-License-Identifier: Apache-2.0 */
/* What the members of a checkpoint are, by their names: members.def. */
#ifndef CKPT_CHECKPOINT_MEMBERS_H
#define CKPT_CHECKPOINT_MEMBERS_H

#include <stddef.h>
#include <stdint.h>

#include "mem/buffer.h"

/* What a member is for. The ROOT_ ones lie at the top of a directory of CRIU images. */
enum ckpt_role {
    CKPT_ROLE_OTHER,
    CKPT_ROLE_METADATA,
    CKPT_ROLE_IMAGES,
    CKPT_ROLE_PAGES,
    CKPT_ROLE_GPU_PAGES,
    CKPT_ROLE_PRE_IMAGES,
    CKPT_ROLE_PRE_PAGES,
    CKPT_ROLE_ROOT_IMAGES,
    CKPT_ROLE_ROOT_PAGES,
    CKPT_ROLE_ROOT_GPU_PAGES,
    CKPT_ROLE_ROOTFS_DIFF,
    CKPT_ROLE_VOLUME,
    CKPT_ROLE_DEVSHM,
    CKPT_ROLE_LOG,
    CKPT_ROLE_COUNT
};

enum ckpt_match { CKPT_MATCH_FILE, CKPT_MATCH_BELOW, CKPT_MATCH_START };

enum ckpt_keep { CKPT_KEEP_NOT, CKPT_KEEP_WHOLE, CKPT_KEEP_TAIL };

/* Bytes kept from the end of a member where the table says TAIL. */
#define CKPT_TAIL_SIZE 65536u

struct ckpt_member_info {
    const char *name;
    const char *writers;
    uint16_t length;
    uint8_t match; /* enum ckpt_match */
    uint8_t role;  /* enum ckpt_role */
    uint8_t keep;  /* enum ckpt_keep */
};

/* The entry for a name without leading "./" and trailing "/", or NULL if it means nothing. */
const struct ckpt_member_info *ckpt_member_lookup(const char *name, size_t length);

/* Number of an entry in the table, below 64. */
unsigned ckpt_member_number(const struct ckpt_member_info *info);

/* What a member is for: that of its entry, or of its name at the top of a directory of images. */
enum ckpt_role ckpt_member_role(const char *name, size_t length);

/* What a streaming reader does with a member, as it cannot come back to it. */
enum ckpt_use {
    CKPT_USE_NOTHING,
    CKPT_USE_KEEP,    /* small: may be metadata of an image, of a pod, or a small layer */
    CKPT_USE_ARCHIVE, /* may be an archive with a checkpoint: a layer, a container of a pod */
    CKPT_USE_LIST     /* an archive of files of the container: what is in it matters */
};
enum ckpt_use ckpt_member_use(const char *name, size_t length, uint64_t size);

/* The table as JSON: {"tail":65536,"members":[{"name","role","start"?,"keep"?,"kind"?}…]}. */
void ckpt_members_describe(struct ckpt_buffer *out);

#endif
