/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules about the images of CRIU, with a dump that holds them. Each check looks at one kind of
 * thing; what refers to what is looked up in the dump. Where "CRIU" is named as the reason, its own
 * code (4.2) or a real restore said so.
 */
#ifndef CKPT_RULES_IMAGES_H
#define CKPT_RULES_IMAGES_H

#include "criu/dump.h"
#include "criu/lookup.h"
#include "rules/rules.h"

/* A process of pstree.img. */
struct ckpt_proc {
    uint32_t pid, ppid;
    int64_t entry; /* in pstree.img */
    bool dead, root;
    struct ckpt_pb core, tc, thread_core, ids, mm, fs;
};

/* A mount of mountpoints-N.img. */
struct ckpt_image_mount {
    uint64_t id, parent, device;
    int64_t entry;
    ckpt_string place, key, root, source, member; /* member: the image that it stands in */
    uint32_t type;                                /* fstype */
    bool external, is_root;
};

/* What the page maps say, in pages, and where dialects were seen first. */
struct ckpt_page_counts {
    uint64_t stored, shared, parent, shared_parent; /* shared: of maps of shared memory */
    uint64_t lazy;
    ckpt_string old_map, new_map; /* members */
    bool unknown;                 /* some map could not be read */
};

struct ckpt_images {
    struct ckpt_rules *r;
    ckpt_dump *dump;
    ckpt_string directory; /* "checkpoint/" or "" */
    struct ckpt_pb inventory, root_ids;
    struct ckpt_proc *procs;
    size_t count;
    uint32_t page_size;
    struct ckpt_image_mount *mounts; /* by id */
    size_t mount_count;
    bool any_tmpfs;                /* some image of what was in a tmpfs is there */
    uint64_t no_tmpfs;             /* tmpfs without such an image, if there is none at all */
    struct ckpt_paths file_ids;    /* of files.img, with their types */
    struct ckpt_paths tasks;       /* processes and threads of pstree.img */
    struct ckpt_paths tables;      /* tables of descriptors that processes have */
    bool any_table;                /* … if that is known of any */
    struct ckpt_paths told;        /* mounts that were told of */
    struct ckpt_paths remapped;    /* ids of files that are opened in another way */
    struct ckpt_paths of_image;    /* what the base image must bring */
    uint64_t in_image;             /* … how much */
    struct ckpt_page_counts pages; /* of all page maps */
    uint64_t outside;              /* files on mounts that are not in the checkpoint */
};

/* The mount of that id, or NULL. */
const struct ckpt_image_mount *ckpt_image_mount_of(const struct ckpt_images *im, uint64_t id);

/* A number in hexadecimal digits. */
ckpt_string ckpt_hex(struct ckpt_rules *r, uint64_t number);

/* "checkpoint/core-7.img": the member of an image that is there, or of one that may be missing. */
ckpt_string ckpt_image_member(struct ckpt_images *im, ckpt_string name);
ckpt_string ckpt_image_name(struct ckpt_images *im, enum ckpt_criu_kind kind, uint64_t id);

/* Whether the image is there; whether its bytes are, too. */
bool ckpt_has_image(struct ckpt_images *im, enum ckpt_criu_kind kind, uint64_t id);

/* Whether some process has that table of descriptors (fdinfo-N.img). */
bool ckpt_uses_table(const struct ckpt_images *im, uint64_t id);

/* A set of numbers. */
bool ckpt_number_add(struct ckpt_rules *r, struct ckpt_paths *set,
                     uint64_t number); /* true: it was there */
bool ckpt_number_has(const struct ckpt_paths *set, uint64_t number);

/* The text of a field as a string. */
static inline ckpt_string ckpt_pb_string(const struct ckpt_pb *m, unsigned number)
{
    struct ckpt_pb_bytes bytes = ckpt_pb_bytes(m, number);
    return (ckpt_string){(const char *)bytes.data, bytes.length};
}

static inline uint32_t ckpt_pb_u32(const struct ckpt_pb *m, unsigned number, uint32_t other)
{
    return (uint32_t)ckpt_pb_u64(m, number, other);
}

/* The checks. */
void ckpt_check_frames(struct ckpt_images *im); /* magic numbers, entries, messages */
void ckpt_check_inventory_image(struct ckpt_images *im);
void ckpt_check_processes(struct ckpt_images *im);  /* cores, namespaces, filters */
void ckpt_check_memory(struct ckpt_images *im);     /* mappings, page maps, pages */
void ckpt_check_open_files(struct ckpt_images *im); /* descriptors, and what they refer to */
void ckpt_check_paths(struct ckpt_images *im);      /* files against what brings them */
void ckpt_check_sockets(struct ckpt_images *im);
void ckpt_check_mount_images(struct ckpt_images *im);
void ckpt_check_facts(struct ckpt_images *im);    /* locks, machine, names, limits */
void ckpt_check_versions(struct ckpt_images *im); /* which CRIU wrote them, and which reads them */
void ckpt_check_counts(struct ckpt_images *im);   /* statistics; what was started */
void ckpt_check_previous(struct ckpt_images *im); /* pages in the dumps before */

#endif
