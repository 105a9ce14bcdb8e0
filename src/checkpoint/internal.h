/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_CHECKPOINT_INTERNAL_H
#define CKPT_CHECKPOINT_INTERNAL_H

#include "checkpoint/checkpoint.h"
#include "checkpoint/members.h"
#include "checkpoint/print.h"
#include "checkpoint/stats.h"
#include "json/arena.h"

#define CKPT_FORMS(X)                                                                              \
    X(UNKNOWN, "unknown")                                                                          \
    X(ARCHIVE, "archive")                                                                          \
    X(DIRECTORY, "directory")                                                                      \
    X(OCI_LAYOUT, "oci-layout")                                                                    \
    X(DOCKER_ARCHIVE, "docker-archive")                                                            \
    X(CRIU_DIRECTORY, "criu-directory")                                                            \
    X(POD, "pod")                                                                                  \
    X(CONTAINERD_CTR, "containerd-ctr")

/* Names for programs, and for people. */
#define CKPT_ENGINES(X)                                                                            \
    X(UNKNOWN, "unknown", "unknown")                                                               \
    X(PODMAN, "podman", "Podman")                                                                  \
    X(CRIO, "cri-o", "CRI-O")                                                                      \
    X(CONTAINERD, "containerd", "containerd")                                                      \
    X(DOCKER, "docker", "Docker")                                                                  \
    X(RUNC, "runc", "runc")

enum ckpt_form {
#define X(id, name) CKPT_FORM_##id,
    CKPT_FORMS(X)
#undef X
};

enum ckpt_engine {
#define X(id, name, display) CKPT_ENGINE_##id,
    CKPT_ENGINES(X)
#undef X
        CKPT_ENGINE_COUNT
};

/* Members that are noticed beside those of members.def. */
enum {
    CKPT_SEEN_INVENTORY = 1, /* inventory.img or pstree.img at the top */
    CKPT_SEEN_BLOBS = 2,     /* blobs/… */
    CKPT_SEEN_CRIU_WORK = 4, /* criu.work/… */
    CKPT_SEEN_IMAGES = 8,    /* checkpoint or something in it */
    CKPT_SEEN_PRE_IMAGES = 16
};

struct ckpt_summary {
    struct ckpt_arena arena; /* copies of the files */
    struct ckpt_buffer out, addresses;
    ckpt_document *config_document, *spec_document, *network_document, *any_document;
    const ckpt_container_config *config; /* NULL: no such file, or no JSON */
    const ckpt_spec *spec;
    const ckpt_map *networks; /* of ckpt_podman_network_result */
    const struct cJSON *cni;  /* Podman 3: an array of results of network plug-ins */
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

/* Engine, and the evidence printed (engine.c). */
enum ckpt_engine ckpt_engine_detect(ckpt_summary *summary, enum ckpt_form form);

void ckpt_print_container(ckpt_summary *summary, enum ckpt_engine engine);
void ckpt_print_networks(ckpt_summary *summary);

/* Member `key` of an object, or NULL. */
const struct cJSON *ckpt_any_member(const struct cJSON *object, const char *key);

/* The string member `key` of an object, or an empty string. */
ckpt_string ckpt_any_text(const struct cJSON *object, const char *key);

#endif
