/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_CHECKPOINT_INTERNAL_H
#define CKPT_CHECKPOINT_INTERNAL_H

#include "checkpoint/checkpoint.h"
#include "checkpoint/engines.h"
#include "checkpoint/members.h"
#include "checkpoint/print.h"
#include "checkpoint/stats.h"
#include "json/document.h"

#define CKPT_FORMS(X)                                                                              \
    X(UNKNOWN, "unknown")                                                                          \
    X(ARCHIVE, "archive")                                                                          \
    X(DIRECTORY, "directory")                                                                      \
    X(OCI_LAYOUT, "oci-layout")                                                                    \
    X(DOCKER_ARCHIVE, "docker-archive")                                                            \
    X(CRIU_DIRECTORY, "criu-directory")                                                            \
    X(POD, "pod")                                                                                  \
    X(CONTAINERD_CTR, "containerd-ctr")

enum ckpt_form {
#define X(id, name) CKPT_FORM_##id,
    CKPT_FORMS(X)
#undef X
};

/* Members that are noticed beside those of members.def. */
enum {
    CKPT_SEEN_INVENTORY = 1, /* inventory.img or pstree.img at the top */
    CKPT_SEEN_BLOBS = 2,     /* blobs/… */
    CKPT_SEEN_CRIU_WORK = 4, /* criu.work/… */
    CKPT_SEEN_IMAGES = 8,    /* checkpoint or something in it */
    CKPT_SEEN_PRE_IMAGES = 16
};

/* The text of a string whose escapes were resolved once. */
struct ckpt_known_text {
    uint32_t node;
    ckpt_string text; /* data NULL: an empty place */
};

/* A metadata file. */
struct ckpt_file {
    struct ckpt_file *next;
    ckpt_string name;
    const char *text;
    size_t length;
    ckpt_document *document;       /* NULL: it is not JSON by its name */
    ckpt_error error;              /* what decoding said */
    uint32_t rank;                 /* 1 for the first, 2 … */
    ckpt_location near;            /* a place that was asked for; the next one is mostly after it */
    struct ckpt_known_text *known; /* texts of strings that were looked at, in the arena of the
                                      document; NULL: none yet */
};

struct ckpt_summary {
    struct ckpt_arena arena; /* copies of the files */
    struct ckpt_buffer out, addresses;
    struct ckpt_buffer
        inside; /* indexes of the members that are archives of the container's files */
    uint32_t inside_count;
    struct ckpt_file *files, **last_file; /* in the order in which they were added */
    char *reserved;                       /* by ckpt_summary_reserve() */
    uint32_t file_count;
    ckpt_document *inner;                /* for texts inside of texts */
    const ckpt_container_config *config; /* NULL: no such file, or no JSON */
    const ckpt_spec *spec;
    const ckpt_map *networks; /* of ckpt_podman_network_result */
    struct ckpt_file *cni;    /* Podman 3: an array of results of network plug-ins; or NULL */
    ckpt_string prefix;
    struct ckpt_stats stats;
    uint64_t sizes[CKPT_ROLE_COUNT]; /* bytes of regular files */
    uint64_t seen;                   /* bit i: entry i of members.def */
    uint32_t seen_other;
    bool has_stats, ctr, libpod;
};

/* Whether there is a member of this name in members.def. */
bool ckpt_summary_has(const ckpt_summary *summary, const char *name);

/* The annotation of the spec, or an empty string. */
ckpt_string ckpt_summary_annotation(const ckpt_summary *summary, const char *key);

/* The metadata file of that name, the last one added; or NULL. */
struct ckpt_file *ckpt_summary_file(const ckpt_summary *summary, const char *name);

/* What holds the checkpoint. */
enum ckpt_form ckpt_summary_form(const ckpt_summary *summary, bool directory);

/* The name of the container, as its engine has it. */
ckpt_string ckpt_summary_name(ckpt_summary *summary, enum ckpt_engine engine);

extern const char *const ckpt_form_names[];
extern const struct ckpt_engine_name {
    const char *name, *display;
} ckpt_engine_names[];

/* Engine, and the evidence printed (engine.c). */
enum ckpt_engine ckpt_engine_detect(ckpt_summary *summary, enum ckpt_form form);

void ckpt_print_container(ckpt_summary *summary, enum ckpt_engine engine);
void ckpt_print_networks(ckpt_summary *summary);

#endif
