/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of the processes of a dump as they saw it: mappings, and for every address where its
 * bytes are. Nothing is read here: a segment names the file and the place in it.
 *
 * A page is looked for in the process's own page map, and from there in the dumps before; if that
 * has no entry, in the page map of the shared memory that is mapped there. Else it was never
 * written: zero, or the content of the mapped file, which a dump does not hold.
 */
#ifndef CKPT_CRIU_MEMORY_H
#define CKPT_CRIU_MEMORY_H

#include "criu/dump.h"
#include "criu/pagemap.h"

/* What a mapping is. */
enum ckpt_vma_kind {
    CKPT_VMA_ANONYMOUS,
    CKPT_VMA_FILE,
    CKPT_VMA_HEAP,
    CKPT_VMA_STACK,   /* of the main thread */
    CKPT_VMA_MEMFD,   /* memfd_create() */
    CKPT_VMA_SHARED,  /* MAP_SHARED | MAP_ANONYMOUS */
    CKPT_VMA_SYSV,    /* shmget() */
    CKPT_VMA_AIO,     /* a ring of io_setup() */
    CKPT_VMA_SOCKET,  /* a ring of a packet socket */
    CKPT_VMA_SPECIAL, /* [vdso], [vvar], [vsyscall], [uprobes]: of the kernel */
    CKPT_VMA_PLUGIN,  /* of a device, in images of a plugin of CRIU */
    CKPT_VMA_KINDS
};

/* Their names: "anonymous", "file" … */
extern const char *const ckpt_vma_kind_names[CKPT_VMA_KINDS];

struct ckpt_vma {
    uint64_t start, end;
    uint64_t offset;      /* in the file or the shared memory; else as the image has it */
    uint64_t shmid;       /* of the page map of shared memory, if `has_shmid` */
    uint32_t prot, flags; /* PROT_…, MAP_… */
    uint32_t status;      /* as CRIU says what it is */
    enum ckpt_vma_kind kind;
    ckpt_string name;       /* path, or "[heap]" …; data == NULL: it has none */
    uint8_t deleted;        /* whether the file was: enum ckpt_deleted */
    bool shared, has_shmid; /* MAP_SHARED; there is shared memory to be looked at */
};

/* The memory of one process. */
struct ckpt_space {
    uint32_t pid;
    bool has_mm;           /* else only page maps are known: a pre-dump */
    struct ckpt_vma *vmas; /* by address, disjoint */
    size_t count;
    struct ckpt_pb mm; /* mm_entry */
};

/* Where bytes are. */
enum ckpt_place {
    CKPT_PLACE_NOWHERE,    /* the process has no memory there */
    CKPT_PLACE_STORED,     /* in a pages file */
    CKPT_PLACE_BLOCK,      /* in a block of a pages file */
    CKPT_PLACE_ZERO,       /* never written, so zero; not in the dump */
    CKPT_PLACE_FILE,       /* as in the mapped file, which is not in the dump */
    CKPT_PLACE_KERNEL,     /* made by the kernel: [vdso] … */
    CKPT_PLACE_PREVIOUS,   /* in a dump before, which was not given or lacks it */
    CKPT_PLACE_LAZY,       /* was to be sent later */
    CKPT_PLACE_UNREADABLE, /* in a form that is not known */
    CKPT_PLACE_COUNT
};

/* Their names: "stored" … */
extern const char *const ckpt_place_names[CKPT_PLACE_COUNT];

/* Memory that is alike, from `start` up to `end`. */
struct ckpt_segment {
    uint64_t start, end;
    enum ckpt_place place;
    bool shared; /* told by a page map of shared memory, else the process's own … */
    uint64_t map_id, map_address; /* … its number, and where `start` is in it */
    uint32_t level;               /* STORED, BLOCK: 0: of this dump, 1: of the one before … */
    uint64_t pages_id;            /* … of pages-N.img */
    uint64_t offset;              /* STORED: of `start` in that file */
    struct ckpt_page_block block; /* BLOCK: all of it; its start as an address of the process */
    const struct ckpt_vma *vma;   /* NULL: there is none */
};

/* What of a process's memory an address is in. */
enum ckpt_memory_area { CKPT_AREA_OTHER, CKPT_AREA_ARGUMENTS, CKPT_AREA_ENVIRONMENT };

struct ckpt_memory;

/* The memory of a dump and those before it, whose images with page maps must have been added. Lives
   as long as the dump. NULL: no memory. */
struct ckpt_memory *ckpt_dump_memory(ckpt_dump *dump);
void ckpt_memory_free(struct ckpt_memory *memory);

/* Size of a page of the machine, as AT_PAGESZ says. */
uint32_t ckpt_memory_page_size(const struct ckpt_memory *memory);

/* The processes that have memory, by pid. */
size_t ckpt_memory_space_count(const struct ckpt_memory *memory);
const struct ckpt_space *ckpt_memory_space_at(const struct ckpt_memory *memory, size_t index);
/* That of a pid; NULL: it has none. */
const struct ckpt_space *ckpt_memory_space(const struct ckpt_memory *memory, uint32_t pid);

/* How many dumps there are: this one, the one before … */
uint32_t ckpt_memory_levels(const struct ckpt_memory *memory);
ckpt_dump *ckpt_memory_level(const struct ckpt_memory *memory, uint32_t level);

/* The mapping that holds the address, else NULL. */
const struct ckpt_vma *ckpt_space_vma(const struct ckpt_space *space, uint64_t address);

/* The segment that holds the address; of memory that the process does not have it ends where there
   is some again. False at UINT64_MAX, and if there is no memory. */
bool ckpt_memory_at(struct ckpt_memory *memory, const struct ckpt_space *space, uint64_t address,
                    struct ckpt_segment *segment);

/* A page map: the process's own, or one of shared memory; NULL: there is none that can be read. It
   is read when it is first asked for. */
const struct ckpt_pagemap *ckpt_memory_map(struct ckpt_memory *memory, uint32_t level, bool shared,
                                           uint64_t id);

#endif
