/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which engine made a checkpoint, and by what that is known. The annotation in which an engine
 * names itself counts most, then annotations and files that only one engine writes.
 */
#include <string.h>

#include "checkpoint/internal.h"
#include "text/slice.h"

enum { NAMED = 100, STRONG = 10, WEAK = 1 };

struct candidate {
    ckpt_summary *summary;
    uint32_t weight[CKPT_ENGINE_COUNT];
};

static void evidence(struct candidate *c, enum ckpt_engine engine, uint32_t weight,
                     const char *file, const char *pointer, const char *text)
{
    struct ckpt_buffer *out = &c->summary->out;
    c->weight[engine] += weight;
    ckpt_print_open(out, "{");
    ckpt_print_member(out, "file", ckpt_string_of(file));
    ckpt_print_member(out, "pointer", ckpt_string_of(pointer));
    ckpt_print_member(out, "text", ckpt_string_of(text));
    ckpt_buffer_add_text(out, "}");
}

static void annotations(struct candidate *c)
{
    /* Not …cri-o.Created and …cri-o.TTY: Podman 4 writes them too. */
    static const struct {
        enum ckpt_engine engine;
        const char *key;
    } keys[] = {
        {CKPT_ENGINE_CRIO, "io.kubernetes.cri-o.Metadata"},
        {CKPT_ENGINE_CRIO, "io.kubernetes.cri-o.ContainerID"},
        {CKPT_ENGINE_CRIO, "io.kubernetes.cri-o.SandboxID"},
        {CKPT_ENGINE_CONTAINERD, "io.kubernetes.cri.container-type"},
        {CKPT_ENGINE_CONTAINERD, "io.kubernetes.cri.container-name"},
        {CKPT_ENGINE_CONTAINERD, "io.kubernetes.cri.sandbox-id"},
    };
    ckpt_string manager = ckpt_summary_annotation(c->summary, "io.container.manager");
    if (ckpt_equals(manager, "libpod"))
        evidence(c, CKPT_ENGINE_PODMAN, NAMED, "spec.dump", "/annotations/io.container.manager",
                 "io.container.manager is libpod");
    else if (ckpt_equals(manager, "cri-o"))
        evidence(c, CKPT_ENGINE_CRIO, NAMED, "spec.dump", "/annotations/io.container.manager",
                 "io.container.manager is cri-o");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (ckpt_summary_annotation(c->summary, keys[i].key).length == 0)
            continue;
        char pointer[64] = "/annotations/", *end = pointer + strlen(pointer);
        memcpy(end, keys[i].key, strlen(keys[i].key) + 1);
        evidence(c, keys[i].engine, STRONG, "spec.dump", pointer,
                 keys[i].engine == CKPT_ENGINE_CRIO ? "an annotation of CRI-O"
                                                    : "an annotation of containerd");
    }
}

static void files(struct candidate *c)
{
    static const struct {
        enum ckpt_engine engine;
        const char *name, *text;
    } names[] = {
        {CKPT_ENGINE_CONTAINERD, "status", "a file that only containerd writes"},
        {CKPT_ENGINE_CONTAINERD, "status.dump", "a file that only containerd writes"},
        {CKPT_ENGINE_CONTAINERD, "container.log", "a file that only containerd writes"},
        {CKPT_ENGINE_CRIO, "bind.mounts", "a file that only CRI-O writes"},
        {CKPT_ENGINE_CRIO, "io.kubernetes.cri-o.LogPath", "a file that only CRI-O writes"},
        {CKPT_ENGINE_PODMAN, "network.status", "a file that only Podman writes"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (ckpt_summary_has(c->summary, names[i].name))
            evidence(c, names[i].engine, STRONG, names[i].name, "", names[i].text);
    if (c->summary->libpod)
        evidence(c, CKPT_ENGINE_PODMAN, STRONG, "config.dump", "/lockID",
                 "a configuration of Podman's libpod");
}

enum ckpt_engine ckpt_engine_detect(ckpt_summary *summary, enum ckpt_form form)
{
    struct candidate c = {.summary = summary};
    enum ckpt_engine best = CKPT_ENGINE_UNKNOWN;
    annotations(&c);
    files(&c);
    if (form == CKPT_FORM_CRIU_DIRECTORY) {
        if (ckpt_summary_has(summary, "config.json"))
            evidence(&c, CKPT_ENGINE_DOCKER, STRONG, "config.json", "",
                     "a file that early Docker wrote beside the images");
        else if ((summary->seen_other & CKPT_SEEN_CRIU_WORK) != 0)
            evidence(&c, CKPT_ENGINE_DOCKER, STRONG, "criu.work", "",
                     "a directory that early Docker wrote beside the images");
        else if (ckpt_summary_has(summary, "descriptors.json"))
            evidence(
                &c, CKPT_ENGINE_RUNC, WEAK, "descriptors.json", "",
                "a file of runc and crun, beside the images; Docker's checkpoints look the same");
    }
    if (form == CKPT_FORM_CONTAINERD_CTR)
        evidence(&c, CKPT_ENGINE_CONTAINERD, NAMED, "index.json", "",
                 "an image of `ctr container checkpoint`");
    for (int i = 0; i < CKPT_ENGINE_COUNT; i++)
        if (c.weight[i] > c.weight[best])
            best = (enum ckpt_engine)i;
    return best;
}
