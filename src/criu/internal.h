/* SPDX-License-Identifier: Apache-2.0 */
/* What a ckpt_dump is made of, for the files of this folder. */
#ifndef CKPT_CRIU_INTERNAL_H
#define CKPT_CRIU_INTERNAL_H

#include "criu/lookup.h"
#include "criu/pagemap.h"

struct ckpt_dump_slot {
    struct ckpt_dump_image image;
    struct ckpt_pb first; /* message of the first entry, once it was looked at */
    uint32_t sound;       /* entries from the first on that were checked once, and were sound */
    uint8_t place;        /* of dump.c: which directory it is in */
    bool first_known;
};

struct ckpt_dump {
    struct ckpt_arena arena;
    size_t budget, used; /* bytes of images */
    struct ckpt_dump_slot *slots;
    size_t count, capacity;
    struct ckpt_key *keys; /* of the images in the chosen place, by kind and id */
    size_t chosen;
    ckpt_string folder; /* of any name, the first that holds images */
    struct {            /* files with the names of images that no table has, for each place */
        ckpt_string first;
        size_t count;
    } strange[4];
    struct ckpt_gap *gaps;
    size_t gap_count, gap_capacity;
    struct ckpt_dump_file *files; /* by id */
    struct ckpt_key *file_keys;
    size_t file_count;
    struct ckpt_lookup lookups[CKPT_LOOKUP_COUNT];
    uint32_t *filter_counts;    /* by index of a seccomp filter: those of its chain */
    struct ckpt_text *texts;    /* text.c: command lines and environments … */
    struct ckpt_key *text_keys; /* … by pid */
    size_t text_count, text_size;
    struct ckpt_text_piece *pieces; /* of pages files that are needed for them */
    size_t piece_count;
    struct ckpt_owner *owners, *owners_by_id; /* owners.c */
    struct ckpt_key *owner_keys;              /* of owners_by_id, by id */
    size_t owner_count;
    struct ckpt_pb *tree; /* tree.c: entries of all processes, in order */
    size_t tree_count;
    struct ckpt_memory *memory; /* memory.c */
    struct ckpt_cpu_dump *cpu;  /* cpu_view.c; NULL: nobody asked */
    ckpt_dump *previous;
    uint32_t steps; /* of work that are left: see ckpt_dump_spend() */
    uint8_t place;
    bool settled; /* place, keys */
    bool early;   /* a link leads from "checkpoint/" to "pre-checkpoint/" */
    bool folders; /* whether there are several like `folder` */
    bool files_known, texts_known, owners_known, tree_known;
};

/* Reads the page map of an image (NULL: there is none) as ckpt_pagemap_read() does; what is wrong
   with it becomes a gap. `id`: its number. */
bool ckpt_dump_read_map(ckpt_dump *dump, const struct ckpt_dump_image *image, bool shared,
                        uint64_t id, uint32_t page_size, struct ckpt_pagemap *map);

#endif
