/* SPDX-License-Identifier: Apache-2.0 */
/* What several files say about the same. */
#include "rules/kubelet.h"
#include "rules/reference.h"
#include "rules/rules.h"

enum {
    CLOSE = 5,         /* seconds between two records of one event */
    PATIENCE = 10 * 60 /* seconds that an engine may need for it */
};

#define NANO INT64_C(1000000000)

static void differ(struct ckpt_rules *r, enum ckpt_rule_index rule, const char *what, ckpt_value a,
                   ckpt_value b)
{
    ckpt_relate(r,
                ckpt_find(r, rule, a, "The %s is %v in %t and %v in %t; expected the same.", what,
                          a, ckpt_value_file(a)->name, b, ckpt_value_file(b)->name),
                b, "the other one");
}

/* ---- identity -------------------------------------------------------------------------------- */

static void compare_ids(struct ckpt_rules *r, ckpt_value a, ckpt_value b)
{
    if (ckpt_has_text(a) && ckpt_has_text(b) && !ckpt_equal(ckpt_text(a), ckpt_text(b)))
        differ(r, CKPT_RULE_600, "container id", a, b);
}

static bool same_list(ckpt_value a, ckpt_value b)
{
    ckpt_value x = ckpt_first(a), y = ckpt_first(b);
    while (ckpt_exists(x) && ckpt_exists(y) && ckpt_equal(ckpt_text(x), ckpt_text(y))) {
        x = ckpt_next(a, x);
        y = ckpt_next(b, y);
    }
    return !ckpt_exists(x) && !ckpt_exists(y);
}

/* Podman has the spec twice: as the container was made, and as it was started. */
static void compare_specs(struct ckpt_rules *r, ckpt_value config, ckpt_value spec)
{
    ckpt_value own = ckpt_get(config, "spec");
    ckpt_value a = ckpt_get_path(own, "process\0args\0"),
               b = ckpt_get_path(spec, "process\0args\0");
    if (ckpt_is(a, CKPT_ARRAY) && ckpt_is(b, CKPT_ARRAY) && !same_list(a, b))
        ckpt_relate(r,
                    ckpt_find(r, CKPT_RULE_600, a,
                              "The container is made to run another command in config.dump than in "
                              "spec.dump; expected the same."),
                    b, "the other one");
    a = ckpt_get(own, "hostname");
    b = ckpt_get(spec, "hostname");
    if (ckpt_has_text(a) && ckpt_has_text(b) && !ckpt_equal(ckpt_text(a), ckpt_text(b)))
        differ(r, CKPT_RULE_600, "host name", a, b);
}

/* ---- image ----------------------------------------------------------------------------------- */

enum likeness { OTHER, SAME_REPOSITORY, SAME };

/* Whether two values can be of one image; SAME if that cannot be told. */
static enum likeness compare(ckpt_value a, ckpt_value b)
{
    struct ckpt_reference x, y;
    ckpt_string id = ckpt_image_id(ckpt_text(a)), other = ckpt_image_id(ckpt_text(b));
    if (id.length != 0 && other.length != 0)
        return ckpt_equal(id, other) ? SAME : OTHER;
    if (id.length != 0 || other.length != 0 || !ckpt_reference_parse(ckpt_text(a), &x) ||
        !ckpt_reference_parse(ckpt_text(b), &y))
        return SAME;
    if (ckpt_same_image(&x, &y))
        return SAME;
    return ckpt_same_repository(&x, &y) ? SAME_REPOSITORY : OTHER;
}

static bool names_its_domain(ckpt_value value)
{
    struct ckpt_reference reference;
    return ckpt_reference_parse(ckpt_text(value), &reference) && reference.names_its_domain;
}

static void compare_images(struct ckpt_rules *r, ckpt_value config)
{
    static const struct {
        const char *key, *annotation;
    } pairs[] = {
        {"rootfsImage", "io.kubernetes.cri-o.Image"},
        {"rootfsImageName", "io.kubernetes.cri-o.ImageName"},
        {"rootfsImageRef", "io.kubernetes.cri-o.ImageRef"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        ckpt_value a = ckpt_get(config, pairs[i].key);
        ckpt_value b = ckpt_annotation_of(r, pairs[i].annotation);
        if (compare(a, b) != SAME)
            differ(r, CKPT_RULE_601, "image", a, b);
    }
    ckpt_value name = ckpt_get(config, "rootfsImageName");
    ckpt_value status = ckpt_get_path(ckpt_file_root(r, "status.dump"), "image\0image\0");
    if (compare(name, status) != SAME)
        differ(r, CKPT_RULE_601, "image", name, status);
    /* An image can have several tags, of which containerd takes the first. */
    ckpt_value asked = ckpt_annotation_of(r, "io.kubernetes.cri.image-name");
    enum likeness like = compare(name, asked);
    if (like == SAME_REPOSITORY && ckpt_has_text(status) && compare(name, status) == SAME)
        ckpt_lower(r, CKPT_INFO);
    if (like != SAME)
        differ(r, CKPT_RULE_601, "image", name, asked);
    /* Within config.dump: what is pulled is given the name. */
    ckpt_value ref = ckpt_get(config, "rootfsImageRef");
    if (ckpt_is_for(r, CKPT_ENGINE_CONTAINERD) && compare(ref, name) != SAME)
        differ(r, CKPT_RULE_601, "image", ref, name);
    ckpt_value raw = ckpt_get(config, "RawImageName");
    if (names_its_domain(raw) && compare(name, raw) != SAME)
        differ(r, CKPT_RULE_601, "image", name, raw);
}

/* ---- times ----------------------------------------------------------------------------------- */

static void compare_times(struct ckpt_rules *r, ckpt_value config)
{
    ckpt_value created = ckpt_get(config, "createdTime");
    ckpt_value noted = ckpt_annotation_of(r, "io.kubernetes.cri-o.Created");
    ckpt_value started = ckpt_get(ckpt_file_root(r, "status"), "CreatedAt");
    ckpt_time time, other;
    int64_t nanoseconds;
    if (!ckpt_time_of(created, &time) || time.seconds == 0)
        return;
    if (ckpt_time_of(noted, &other)) {
        int64_t late = time.seconds - other.seconds;
        /* Podman counts from the restore, if there was one; CRI-O notes the time before it begins.
         */
        if (late > 0 && (r->engine == CKPT_ENGINE_PODMAN || late <= PATIENCE))
            ckpt_lower(r, CKPT_INFO);
        if (late > CLOSE || late < -CLOSE)
            differ(r, CKPT_RULE_602, "time of creation", created, noted);
        ckpt_lower(r, CKPT_OFF);
    }
    if (ckpt_int64_of(started, &nanoseconds) && nanoseconds != 0) {
        int64_t late = nanoseconds / NANO - (time.seconds - CKPT_UNIX_EPOCH);
        if (late > CLOSE || late < -CLOSE)
            differ(r, CKPT_RULE_602, "time of creation", created, started);
    }
}

/* ---- the kubelet's file name ----------------------------------------------------------------- */

static ckpt_value annotation(struct ckpt_rules *r, const char *key, const char *or_key)
{
    ckpt_value value = ckpt_annotation_of(r, key);
    return ckpt_exists(value) ? value : ckpt_annotation_of(r, or_key);
}

static void compare_file_name(struct ckpt_rules *r, ckpt_value config)
{
    struct ckpt_kubelet_name name;
    if (!ckpt_kubelet_parse(r->file_name, &name))
        return;
    ckpt_value pod = annotation(r, "io.kubernetes.pod.name", "io.kubernetes.cri.sandbox-name");
    ckpt_value space =
        annotation(r, "io.kubernetes.pod.namespace", "io.kubernetes.cri.sandbox-namespace");
    ckpt_value container =
        annotation(r, "io.kubernetes.container.name", "io.kubernetes.cri.container-name");
    if (ckpt_has_text(pod) && !ckpt_equal(ckpt_text(pod), name.pod))
        ckpt_relate(r,
                    ckpt_find_file(r, CKPT_RULE_609, "",
                                   "The file name says that the pod is %q; spec.dump says %v.",
                                   name.pod, pod),
                    pod, "the other one");
    if (ckpt_has_text(space) && ckpt_has_text(container) &&
        !ckpt_equal(ckpt_text_of(r, "%t-%t", ckpt_text(space), ckpt_text(container)), name.others))
        ckpt_relate(r,
                    ckpt_find_file(r, CKPT_RULE_609, "",
                                   "The file name says that namespace and container are %q; "
                                   "spec.dump says %v and %v.",
                                   name.others, space, container),
                    container, "the other one");
    ckpt_value value = ckpt_get(config, "checkpointedTime");
    ckpt_time time;
    if (!ckpt_time_of(value, &time) || time.seconds == 0)
        return;
    int64_t late = time.seconds - name.time.seconds;
    if (late > PATIENCE || late < -PATIENCE)
        ckpt_relate(r,
                    ckpt_find_file(r, CKPT_RULE_609, "",
                                   "The file name says that the checkpoint is of %q; config.dump "
                                   "says %v.",
                                   name.stamp, value),
                    value, "the other one");
}

/* ---- signs of engines ------------------------------------------------------------------------ */

enum sign_kind { MANAGER, ANNOTATION, KEY, MEMBER };

/* What tells which engine wrote it. Podman sets some annotations of CRI-O too: Created, TTY, and in
   pods ContainerType and SandboxID. */
static const struct sign {
    uint8_t engine, kind;
    const char *name;
} signs[] = {
    {CKPT_ENGINE_PODMAN, MANAGER, "libpod"},
    {CKPT_ENGINE_CRIO, MANAGER, "cri-o"},
    {CKPT_ENGINE_CRIO, ANNOTATION, "io.kubernetes.cri-o.Metadata"},
    {CKPT_ENGINE_CRIO, ANNOTATION, "io.kubernetes.cri-o.ContainerID"},
    {CKPT_ENGINE_CONTAINERD, ANNOTATION, "io.kubernetes.cri.container-type"},
    {CKPT_ENGINE_CONTAINERD, ANNOTATION, "io.kubernetes.cri.container-name"},
    {CKPT_ENGINE_CONTAINERD, ANNOTATION, "io.kubernetes.cri.sandbox-id"},
    {CKPT_ENGINE_PODMAN, KEY, "lockID"},
    {CKPT_ENGINE_PODMAN, KEY, "spec"},
    {CKPT_ENGINE_CONTAINERD, MEMBER, "status.dump"},
    {CKPT_ENGINE_CONTAINERD, MEMBER, "status"},
    {CKPT_ENGINE_CONTAINERD, MEMBER, "container.log"},
    {CKPT_ENGINE_CRIO, MEMBER, "bind.mounts"},
    {CKPT_ENGINE_CRIO, MEMBER, "io.kubernetes.cri-o.LogPath"},
    {CKPT_ENGINE_PODMAN, MEMBER, "network.status"},
};

/* Where a sign is; false if it is not there. */
static bool sign_at(const struct ckpt_rules *r, const struct sign *sign, ckpt_value *at)
{
    switch (sign->kind) {
    case MANAGER:
        *at = ckpt_annotation_of(r, "io.container.manager");
        return ckpt_is_text(*at, sign->name);
    case ANNOTATION:
        *at = ckpt_annotation_of(r, sign->name);
        return ckpt_has_text(*at);
    case KEY:
        *at = ckpt_key_of(ckpt_get_exact(ckpt_file_root(r, "config.dump"), sign->name));
        return ckpt_exists(*at);
    default:
        *at = ckpt_nothing(ckpt_file_of(r, sign->name));
        return ckpt_value_file(*at) != NULL || ckpt_seen_of(r, sign->name) != NULL;
    }
}

static ckpt_string sign_text(struct ckpt_rules *r, const struct sign *sign)
{
    return ckpt_text_of(r,
                        sign->kind == MANAGER      ? "the annotation io.container.manager"
                        : sign->kind == ANNOTATION ? "the annotation %s"
                        : sign->kind == KEY        ? "the key %s of config.dump"
                                                   : "the file %s",
                        sign->name);
}

/* The strongest sign of all, and against it one for each other engine. */
static void compare_signs(struct ckpt_rules *r)
{
    const struct sign *first = NULL;
    ckpt_value place = {0}, at;
    uint32_t told = 0;
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        const struct sign *sign = &signs[i];
        if (!sign_at(r, sign, &at) || (told >> sign->engine & 1) != 0)
            continue;
        told |= 1u << sign->engine;
        if (first == NULL) {
            first = sign;
            place = at;
            continue;
        }
        ckpt_string one = sign_text(r, first), other = sign_text(r, sign);
        const char *format = "%t points to %s, but %t to %s; expected one engine.";
        struct ckpt_finding *finding =
            ckpt_value_file(place) == NULL
                ? ckpt_find_file(r, CKPT_RULE_610, first->name, format, one,
                                 ckpt_engine_names[first->engine].display, other,
                                 ckpt_engine_names[sign->engine].display)
                : ckpt_find(r, CKPT_RULE_610, place, format, one,
                            ckpt_engine_names[first->engine].display, other,
                            ckpt_engine_names[sign->engine].display);
        ckpt_relate(r, finding, at, "of another engine");
    }
}

void ckpt_check_across_files(struct ckpt_rules *r)
{
    ckpt_value config = ckpt_file_root(r, "config.dump"), spec = ckpt_file_root(r, "spec.dump");
    ckpt_value id = ckpt_get(config, "id");
    compare_ids(r, id, ckpt_annotation_of(r, "io.kubernetes.cri-o.ContainerID"));
    compare_ids(r, id, ckpt_get(ckpt_file_root(r, "status.dump"), "id"));
    compare_specs(r, config, spec);
    compare_images(r, config);
    compare_times(r, config);
    compare_file_name(r, config);
    compare_signs(r);
}
