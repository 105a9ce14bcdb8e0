/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a dump: what kind one is by its name or its magic numbers, and its entries.
 *
 *     struct ckpt_criu_file file;
 *     struct ckpt_criu_entry entry;
 *     struct ckpt_criu_problem problem;
 *     struct ckpt_criu_name name = ckpt_criu_name("core-42.img", 11); // .kind CORE, .id 42
 *     if (!ckpt_criu_open(&file, name.kind, bytes, length, &problem)) …
 *     while (ckpt_criu_next(&file, &entry, &problem) == CKPT_CRIU_ENTRY)
 *         pid = ckpt_pb_u64(&entry.message, CKPT_CRIU_pstree_entry_pid, 0);
 *
 * Nothing is copied: messages and extra bytes are parts of `bytes`.
 */
#ifndef CKPT_CRIU_FILE_H
#define CKPT_CRIU_FILE_H

#include "criu/schema.h"

enum ckpt_criu_kind {
#define CRIU_IMAGE(kind, type, prefix, id, suffix, frame, magic, head, entry, extra, text)         \
    CKPT_CRIU_IMAGE_##kind,
#include "criu/images.def"
    CKPT_CRIU_IMAGE_UNKNOWN /* none of them; also their number */
};

/* What stands in the name after the prefix. */
enum ckpt_criu_id {
    CKPT_CRIU_ID_NONE,
    CKPT_CRIU_ID_DECIMAL,
    CKPT_CRIU_ID_HEXADECIMAL,
    CKPT_CRIU_ID_TEXT
};

/* How the name ends. */
enum ckpt_criu_suffix {
    CKPT_CRIU_SUFFIX_NOTHING,
    CKPT_CRIU_SUFFIX_IMG,       /* ".img" */
    CKPT_CRIU_SUFFIX_TAR_GZ_IMG /* ".tar.gz.img" */
};

/* What stands before the entries. */
enum ckpt_criu_frame {
    CKPT_CRIU_FRAME_COMMON,     /* a magic number of all images, then the type's; in images of
                                   version 1 only the type's */
    CKPT_CRIU_FRAME_SERVICE,    /* a magic number of CRIU's own files, then the type's */
    CKPT_CRIU_FRAME_TYPE_ALONE, /* the type's magic number */
    CKPT_CRIU_FRAME_BARE,       /* nothing, and no sizes: the file is one message */
    CKPT_CRIU_FRAME_RAW         /* nothing: the file is no message at all */
};

/* What follows an entry. */
enum ckpt_criu_extra {
    CKPT_CRIU_EXTRA_NOTHING,
    CKPT_CRIU_EXTRA_PIPE,   /* `bytes` of pipe_data_entry */
    CKPT_CRIU_EXTRA_PACKET, /* `length` of sk_packet_entry */
    CKPT_CRIU_EXTRA_STREAM, /* `inq_len` and `outq_len` of tcp_stream_entry */
    CKPT_CRIU_EXTRA_GHOST,  /* the content; if `chunks`, entries of type ghost_chunk_entry follow */
    CKPT_CRIU_EXTRA_SHM,    /* `size` of ipc_shm_entry, padded to 4, unless `in_pagemaps` */
    CKPT_CRIU_EXTRA_SEM,    /* `nsems` numbers of 16 bits, padded to 8 */
    CKPT_CRIU_EXTRA_MSG,    /* `qnum` messages: size, ipc_msg, `msize` bytes padded to 8 */
    CKPT_CRIU_EXTRA_BPF,    /* `keys_bytes` and `values_bytes` of bpfmap_data_entry */
    CKPT_CRIU_EXTRA_REST    /* all that is left */
};

/* A row of images.def, without its names. */
struct ckpt_criu_image {
    const char *prefix;
    uint32_t magic;                   /* of the type; 0: none */
    uint16_t head, entry;             /* enum ckpt_criu_message */
    uint8_t id, suffix, frame, extra; /* enums above */
};

/* By enum ckpt_criu_kind. */
extern const struct ckpt_criu_image ckpt_criu_images[];

/* What the name of a file tells. */
struct ckpt_criu_name {
    enum ckpt_criu_kind kind;
    bool has_id;
    uint64_t id;
};

/* The kind of the file with that name; directories before it do not count. */
struct ckpt_criu_name ckpt_criu_name(const char *name, size_t length);

/* The kind of the file that begins with these bytes (8 are enough), by its magic numbers; UNKNOWN:
   it has none. One number may stand for several kinds: then it is the one with the shortest
   name, whose messages are the same. */
enum ckpt_criu_kind ckpt_criu_kind_of(const uint8_t *bytes, size_t length);

enum ckpt_criu_damage {
    CKPT_CRIU_SOUND,
    CKPT_CRIU_NO_IMAGE,    /* it does not start with the magic numbers of an image */
    CKPT_CRIU_OTHER_TYPE,  /* it is an image, of another type than its name says */
    CKPT_CRIU_NO_MESSAGES, /* raw data: there are no entries */
    CKPT_CRIU_SHORT_SIZE,  /* it ends within the size of an entry */
    CKPT_CRIU_SHORT_ENTRY, /* … within the entry */
    CKPT_CRIU_SHORT_EXTRA, /* … within what follows the entry */
    CKPT_CRIU_BAD_MESSAGE, /* the message is damaged: `message` says how (ckpt_criu_check) */
    CKPT_CRIU_BAD_PART,    /* what follows the entry is damaged (a message queue) */
    CKPT_CRIU_NO_MEMORY
};

/* What is wrong, and where. */
struct ckpt_criu_problem {
    enum ckpt_criu_damage damage;
    size_t offset;  /* in the file */
    uint32_t entry; /* counted from 0 */
    uint64_t found; /* the magic number of another type; else the size that does not fit */
    struct ckpt_pb_problem message;
};

/* A file that is being read. */
struct ckpt_criu_file {
    const uint8_t *start, *at, *end;
    enum ckpt_criu_kind kind;
    uint32_t magic;  /* the type's number as it stands there; 0: none */
    uint32_t count;  /* entries read */
    bool old;        /* image version 1: without the common magic number */
    bool big_endian; /* sizes and magic numbers, in dumps of s390 */
    bool chunks;     /* GHOST: the content follows in chunks */
};

/* An entry of a file. */
struct ckpt_criu_entry {
    struct ckpt_pb message; /* .message is NULL where nothing is known about it */
    size_t offset;          /* of its size, in the file */
    uint32_t index;         /* from 0 */
    struct ckpt_pb_bytes
        extra; /* what follows it, padding included; data is NULL if nothing does */
};

/*
 * Begins to read an image. `kind` is what its name says; UNKNOWN takes what its magic number says
 * (a type that no table has is read, too: all fields are unknown then). False: *problem says why;
 * with NO_MESSAGES file->at is where the raw data begin.
 */
bool ckpt_criu_open(struct ckpt_criu_file *file, enum ckpt_criu_kind kind, const uint8_t *bytes,
                    size_t length, struct ckpt_criu_problem *problem);

enum ckpt_criu_next { CKPT_CRIU_ENTRY, CKPT_CRIU_END, CKPT_CRIU_BROKEN };

/* The next entry. BROKEN: *problem says where; nothing can be read after it. The message itself is
   not checked. */
enum ckpt_criu_next ckpt_criu_next(struct ckpt_criu_file *file, struct ckpt_criu_entry *entry,
                                   struct ckpt_criu_problem *problem);

/* Whether the message of an entry is sound; else *problem says what is wrong with it. */
bool ckpt_criu_check(const struct ckpt_criu_file *file, const struct ckpt_criu_entry *entry,
                     struct ckpt_criu_problem *problem);

/* The messages of a System V queue, the extra bytes of an ipc_msg_entry: each its description (an
   ipc_msg) and its bytes. Zero `*at` first. CKPT_CRIU_END: that was the last one. */
enum ckpt_criu_next ckpt_criu_next_part(const struct ckpt_criu_file *file,
                                        const struct ckpt_criu_entry *entry, size_t *at,
                                        struct ckpt_pb *message, struct ckpt_pb_bytes *data);

#endif
