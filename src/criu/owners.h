/* SPDX-License-Identifier: Apache-2.0 */
/* Whose descriptors open files are. */
#ifndef CKPT_CRIU_OWNERS_H
#define CKPT_CRIU_OWNERS_H

#include "criu/view.h"

/* A descriptor of a process: an fdinfo_entry. */
struct ckpt_owner {
    uint32_t id;    /* of the open file */
    uint32_t type;  /* of the open file, as the descriptor says */
    uint32_t flags; /* of the descriptor: 1 close-on-exec */
    uint32_t pid;
    int64_t fd;
};

#define CKPT_NO_FD (-1)

/* Other holders of an open file that are listed, at most. */
#define CKPT_MOST_HOLDERS 64

/* All descriptors, process by process in the order of the tree. */
const struct ckpt_owner *ckpt_owners(ckpt_dump *dump, size_t *count);

/* Those of one open file. */
const struct ckpt_owner *ckpt_owners_of(ckpt_dump *dump, uint32_t id, size_t *count);

/* A member with those of a file, without descriptor `fd` of process `pid`. */
void ckpt_put_holders(ckpt_dump *dump, struct ckpt_sink *sink, enum ckpt_view_member member,
                      uint32_t id, uint32_t pid, int64_t fd);

#endif
