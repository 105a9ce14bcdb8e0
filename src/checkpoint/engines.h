/* SPDX-License-Identifier: Apache-2.0 */
/* The engines, in one list: names for programs and names for people. */
#ifndef CKPT_CHECKPOINT_ENGINES_H
#define CKPT_CHECKPOINT_ENGINES_H

/* Those that make checkpoints. The targets of a restore (rules/catalog.h) begin with them. */
#define CKPT_MAKERS(X)                                                                             \
    X(PODMAN, "podman", "Podman")                                                                  \
    X(CRIO, "cri-o", "CRI-O")                                                                      \
    X(CONTAINERD, "containerd", "containerd")                                                      \
    X(DOCKER, "docker", "Docker")                                                                  \
    X(RUNC, "runc", "runc")

#define CKPT_ENGINES(X) X(UNKNOWN, "unknown", "unknown") CKPT_MAKERS(X)

enum ckpt_engine {
#define X(id, name, display) CKPT_ENGINE_##id,
    CKPT_ENGINES(X)
#undef X
        CKPT_ENGINE_COUNT
};

#endif
