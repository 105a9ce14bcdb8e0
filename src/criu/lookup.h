/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of images by their ids: each image is gone through once, when it is first asked for. */
#ifndef CKPT_CRIU_LOOKUP_H
#define CKPT_CRIU_LOOKUP_H

#include "criu/dump.h"
#include "mem/sort.h"

/* What can be looked up, and by what. */
enum ckpt_lookup_kind {
    CKPT_LOOKUP_REMAP,     /* remap_file_path_entry by the id of the file */
    CKPT_LOOKUP_MEMFD,     /* memfd_inode_entry by inode_id */
    CKPT_LOOKUP_TTY,       /* tty_info_entry by id */
    CKPT_LOOKUP_CGROUP,    /* cg_set_entry by id */
    CKPT_LOOKUP_FILTER,    /* seccomp_filter by its index */
    CKPT_LOOKUP_PIPE_DATA, /* pipe_data_entry by pipe_id … */
    CKPT_LOOKUP_FIFO_DATA, /* … the same of FIFOs */
    CKPT_LOOKUP_PIPE,      /* pipe_entry by pipe_id */
    CKPT_LOOKUP_FIFO,      /* fifo_entry by pipe_id */
    CKPT_LOOKUP_UNIX,      /* unix_sk_entry by inode */
    CKPT_LOOKUP_PACKET,    /* sk_packet_entry by the id of the socket's file */
    CKPT_LOOKUP_TARGET,    /* eventpoll_tfd_entry of old versions by the id of the epoll instance */
    CKPT_LOOKUP_COUNT
};

struct ckpt_lookup {
    struct ckpt_key *keys; /* sorted; value: index in messages */
    struct ckpt_pb *messages;
    size_t count;
    bool known;
    bool whole; /* every entry could be read: what is not in it is not there */
};

/* The entry of that id, the first one of several; empty (message == NULL): there is none. */
struct ckpt_pb ckpt_dump_lookup(ckpt_dump *dump, enum ckpt_lookup_kind kind, uint64_t id);

/* All of a kind. */
const struct ckpt_lookup *ckpt_dump_lookup_all(ckpt_dump *dump, enum ckpt_lookup_kind kind);

#endif
