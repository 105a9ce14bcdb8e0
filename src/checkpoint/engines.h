/* SPDX-License-Identifier: Apache-2.0 */
/* The engines, in one list: names for programs and names for people. */
#ifndef CKPT_CHECKPOINT_ENGINES_H
#define CKPT_CHECKPOINT_ENGINES_H

/* Those that make checkpoints. The targets of a restore (rules/catalog.h) begin with them. */
#define CKPT_MANAGERS(X)                                                                           \
    X(PODMAN, "podman", "Podman")                                                                  \
    X(CRIO, "cri-o", "CRI-O")                                                                      \
    X(CONTAINERD, "containerd", "containerd")                                                      \
    X(DOCKER, "docker", "Docker")

#define CKPT_MAKERS(X) CKPT_MANAGERS(X) X(RUNC, "runc", "runc")

/* Docker's own directory of a checkpoint is the one that runc wrote for it: nothing tells them
 * apart. */
#define CKPT_ENGINES(X)                                                                            \
    X(UNKNOWN, "unknown", "unknown") CKPT_MANAGERS(X) X(RUNC, "runc", "Docker or runc")

enum ckpt_engine {
#define X(id, name, display) CKPT_ENGINE_##id,
    CKPT_ENGINES(X)
#undef X
        CKPT_ENGINE_COUNT
};

#endif
