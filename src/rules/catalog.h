/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules: what can be wrong with a checkpoint. Every rule is one entry of the tables of this
 * folder (rules.def includes them, one for each area):
 *
 *   CKPT_RULE(number, area, severity, error_for, blocks, needs, title,
 *             fix,
 *             what, why, reference)
 *     number     CKP + three digits is the id, stable for ever
 *     area       CONTAINER, CONFIG …: the hundreds
 *     severity   ERROR, WARNING or INFO
 *     error_for  engines and targets (PODMAN | CRIO …) for which it is always an ERROR, or NONE
 *     blocks     targets that refuse to restore such a checkpoint, or NONE
 *     needs      "M": metadata files, "A": the archive's index, "C": images of CRIU
 *     title      a short name of the problem
 *     fix        what to do about it; "" where nothing can be done
 *     what       what is checked; only in the documentation, as what follows
 *     why        why it matters
 *     reference  where that can be read: a specification, an issue, a CVE; or ""
 */
#ifndef CKPT_RULES_CATALOG_H
#define CKPT_RULES_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checkpoint/engines.h"
#include "ckpt.h"

/* What can restore a checkpoint: the engines that make checkpoints, and crun. */
#define CKPT_TARGETS(X) CKPT_MAKERS(X) X(CRUN, "crun", "crun")

enum {
#define X(id, name, display) CKPT_TARGET_##id,
    CKPT_TARGETS(X)
#undef X
        CKPT_TARGET_COUNT
};

enum {
    NONE = 0,
#define X(id, name, display) id = 1 << CKPT_TARGET_##id,
    CKPT_TARGETS(X)
#undef X
        RUNTIMES = RUNC | CRUN, /* what all engines use in the end */
    ENGINES = PODMAN | CRIO | CONTAINERD,
    ALL = ENGINES | DOCKER | RUNTIMES
};

#define CKPT_AREAS(X)                                                                              \
    X(CONTAINER, "container")                                                                      \
    X(CONFIG, "config")                                                                            \
    X(SPEC, "spec")                                                                                \
    X(SIDE_FILES, "side-files")                                                                    \
    X(FILE_SYSTEM, "file-system")                                                                  \
    X(CRIU_IMAGES, "criu-images")                                                                  \
    X(ACROSS_FILES, "across-files")                                                                \
    X(RESTORE, "restore")                                                                          \
    X(PRIVACY, "privacy")                                                                          \
    X(IMAGE_POD, "image-pod")

enum ckpt_severity { CKPT_OFF, CKPT_INFO, CKPT_WARNING, CKPT_ERROR };

/* What a finding says about the intent behind the archive. */
enum ckpt_trust { CKPT_CLEAN, CKPT_SUSPICIOUS, CKPT_HOSTILE };

/* The rules whose findings tell something of that kind. A finding that is lowered to information
   tells nothing. */
#define CKPT_TRUST_RULES(X)                                                                        \
    X(004, HOSTILE)                                                                                \
    X(005, SUSPICIOUS)                                                                             \
    X(006, SUSPICIOUS)                                                                             \
    X(012, SUSPICIOUS)                                                                             \
    X(013, SUSPICIOUS)                                                                             \
    X(114, SUSPICIOUS)                                                                             \
    X(309, SUSPICIOUS)                                                                             \
    X(310, SUSPICIOUS)                                                                             \
    X(600, SUSPICIOUS)                                                                             \
    X(601, SUSPICIOUS)                                                                             \
    X(610, SUSPICIOUS)                                                                             \
    X(807, SUSPICIOUS)

/* What may have to be arranged for a restore: name for programs, and what it is. */
#define CKPT_CONDITIONS(X)                                                                         \
    X(IMAGE, "base-image", "the image of the container")                                           \
    X(MOUNT, "mount", "a directory or file of the host that was mounted")                          \
    X(FILE, "file", "a file that processes have open and that is not in the checkpoint")           \
    X(NAME, "name", "the name and id of the container, which must be free")                        \
    X(VOLUME, "volume", "a volume that must or must not exist")                                    \
    X(POD, "pod", "the pod, or the declaration of the container in it")                            \
    X(SECRET, "secret", "a secret of the engine")                                                  \
    X(NETWORK, "network", "a network of the engine")                                               \
    X(PORT, "port", "a port of the host that must be free")                                        \
    X(TCP, "tcp", "TCP connections")                                                               \
    X(ADDRESS, "address", "an address of the container")                                           \
    X(PARENT, "parent", "the checkpoint that this one goes on from")                               \
    X(RUNTIME, "runtime", "the OCI runtime")                                                       \
    X(BUNDLE, "bundle", "the bundle of the container with its root file system")                   \
    X(CPU, "cpu", "the processor")                                                                 \
    X(MEMORY, "memory", "memory for the processes")                                                \
    X(KERNEL, "kernel", "what the kernel must have")                                               \
    X(CRIU, "criu", "the version of CRIU, or a plugin of it")                                      \
    X(DEVICE, "device", "a device of the host")                                                    \
    X(LSM, "lsm", "a profile or label of a security module")                                       \
    X(USER_NAMESPACE, "user-namespace", "a user namespace")                                        \
    X(NAMESPACE, "namespace", "a namespace that is joined by its path")                            \
    X(PEER, "peer", "a process outside the container")                                             \
    X(LOG, "log", "a service that the engine logs to")                                             \
    X(TRUST, "trust", "the trust that you put in the archive")

enum ckpt_condition_kind {
#define X(id, name, doc) CKPT_CONDITION_##id,
    CKPT_CONDITIONS(X)
#undef X
        CKPT_CONDITION_COUNT
};

extern const char *const ckpt_condition_names[CKPT_CONDITION_COUNT];

/* The rules whose findings are secrets: what stands at their places is not to be shown. */
#define CKPT_SECRET_RULES(X) X(800)

/* The rules by their numbers: CKPT_RULE_109 … */
enum ckpt_rule_index {
#define CKPT_RULE(number, area, severity, error_for, blocks, needs, title, fix, what, why, ref)    \
    CKPT_RULE_##number,
#include "rules/rules.def"
#undef CKPT_RULE
    CKPT_RULE_COUNT
};

struct ckpt_rule {
    uint16_t number;
    uint8_t severity; /* enum ckpt_severity */
    uint8_t error_for, blocks;
    const char *fix;
#ifdef CKPT_WITH_DOCS
    const char *area, *needs, *title, *what, *why, *reference;
#endif
};

struct ckpt_target_name {
    const char *name, *display;
};

extern const struct ckpt_target_name ckpt_target_names[CKPT_TARGET_COUNT];
extern const struct ckpt_rule ckpt_rules_table[CKPT_RULE_COUNT];
extern const char *const ckpt_severity_names[];
extern const char *const ckpt_trust_names[]; /* by enum ckpt_trust */

/* What a finding of the rule says about the intent behind the archive. */
enum ckpt_trust ckpt_rule_trust(enum ckpt_rule_index rule);

/* Writes "CKP109" to `id`. */
#define CKPT_RULE_ID_MAX 7
void ckpt_rule_id(enum ckpt_rule_index rule, char id[CKPT_RULE_ID_MAX]);

/* Whether the id of a rule is `pattern`, or begins with what stands before its final '*'. */
bool ckpt_rule_matches(enum ckpt_rule_index rule, ckpt_string pattern);

#endif
