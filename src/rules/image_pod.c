/* SPDX-License-Identifier: Apache-2.0 */
/* The image that holds a checkpoint: what its manifest and its index say about it. */
#include "rules/rules.h"
#include "text/letters.h"

/* The image, by the files that describe it. */
struct image {
    ckpt_value manifest, annotations, index, nested_index, config;
};

#define ORG_CRIU "org.criu.checkpoint."
#define PODMAN_KEY "io.podman.annotations.checkpoint."
#define CRIO_KEY "io.kubernetes.cri-o.annotations.checkpoint."

static ckpt_value file_named(const struct ckpt_rules *r, ckpt_value image, const char *key)
{
    ckpt_string name = ckpt_text(ckpt_get_exact(image, key));
    ckpt_value found = ckpt_nothing(NULL);
    for (struct ckpt_file *f = r->summary->files; f != NULL && name.length != 0; f = f->next)
        if (ckpt_equal(f->name, name))
            found = ckpt_whole(f);
    return found;
}

static ckpt_value annotation(ckpt_value of, const char *key)
{
    return ckpt_get_exact(ckpt_get(of, "annotations"), key);
}

/* Where an annotation would stand. */
static ckpt_value place_of(const struct image *image)
{
    return ckpt_exists(image->annotations) ? image->annotations : image->manifest;
}

/* ---- whether the engine takes it for a checkpoint ----------------------------------------------
 */

/* Where else the annotation of an engine stands, or another that people take for it: told to
   whichever tool made the image. Nothing if there is none. */
static ckpt_value near_miss(const struct image *image, const char *key, const char *other,
                            const char **where)
{
    ckpt_value labels = ckpt_get(ckpt_get(image->config, "config"), "Labels");
    const struct {
        ckpt_value at;
        const char *where;
    } places[] = {
        {annotation(image->index, key), "stands in index.json, which an import does not keep"},
        {annotation(image->manifest, key),
         "stands on the manifest, but the name of the image leads to an index"},
        {ckpt_get_exact(labels, key), "is a label of the configuration, which no engine looks at"},
        {annotation(image->manifest, other), NULL},
        {annotation(image->nested_index, other), NULL},
        {annotation(image->index, other), NULL},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (ckpt_has_text(places[i].at)) {
            *where = places[i].where;
            return places[i].at;
        }
    return ckpt_nothing(ckpt_value_file(image->manifest));
}

static void tell_near_miss(struct ckpt_rules *r, enum ckpt_rule_index rule,
                           const struct image *image, ckpt_value otherwise, const char *engine,
                           const char *key, const char *other)
{
    const char *where = NULL;
    ckpt_value at = near_miss(image, key, other, &where);
    if (!ckpt_exists(at))
        ckpt_find(r, rule, otherwise,
                  "The annotation %s is missing; %s takes this for an ordinary image.", key,
                  engine);
    else if (where != NULL)
        ckpt_find(r, rule, at, "The annotation %s %s; %s takes this for an ordinary image.", key,
                  where, engine);
    else
        ckpt_find(
            r, rule, at,
            "The annotation is %s, which is of another engine; %s looks for %s, and takes this "
            "for an ordinary image.",
            other, engine, key);
}

/* containerd takes annotations from the blob that the name of the image leads to: the manifest of
   an image of one, or the index it names (client/import.go, images.Target). */
static void check_containerd(struct ckpt_rules *r, const struct image *image)
{
    static const char key[] = ORG_CRIU "container.name";
    ckpt_value target = ckpt_exists(image->nested_index) ? image->nested_index : image->manifest;
    if (!ckpt_has_text(annotation(target, key)))
        tell_near_miss(r, CKPT_RULE_900, image, target, "containerd", key, CRIO_KEY "name");
}

static void check_crio(struct ckpt_rules *r, const struct image *image)
{
    static const char key[] = CRIO_KEY "name";
    if (!ckpt_has_text(ckpt_get_exact(image->annotations, key)))
        tell_near_miss(r, CKPT_RULE_901, image, place_of(image), "CRI-O", key,
                       ORG_CRIU "container.name");
}

/* The last part of a path. */
static ckpt_string base(ckpt_string path)
{
    size_t from = path.length;
    while (from > 0 && path.data[from - 1] != '/')
        from--;
    return ckpt_slice_of(path, from, path.length);
}

static void check_podman(struct ckpt_rules *r, const struct image *image)
{
    static const char key[] = PODMAN_KEY "runtime.name";
    ckpt_value name = ckpt_get_exact(image->annotations, key);
    ckpt_value runtime = ckpt_get(ckpt_file_root(r, "config.dump"), "runtime");
    if (!ckpt_has_text(name))
        ckpt_find(r, CKPT_RULE_902, ckpt_exists(name) ? name : place_of(image),
                  "The annotation %s is %v; Podman says that the image is not a checkpoint.", key,
                  name);
    else if (ckpt_has_text(runtime) && !ckpt_equal(base(ckpt_text(name)), base(ckpt_text(runtime))))
        ckpt_relate(
            r,
            ckpt_find(r, CKPT_RULE_902, name,
                      "The annotation %s is %v, and the runtime in config.dump %v; expected "
                      "the same.",
                      key, name, runtime),
            runtime, "The runtime of the container.");
}

/* ---- whether they are what is in the layer -----------------------------------------------------
 */

static void check_agreement(struct ckpt_rules *r, const struct image *image)
{
    static const struct {
        const char *annotation, *key;
    } pairs[] = {
        {PODMAN_KEY "name", "name"},
        {PODMAN_KEY "rawImageName", "RawImageName"},
        {PODMAN_KEY "rootfsImageID", "rootfsImageID"},
        {PODMAN_KEY "rootfsImageName", "rootfsImageName"},
        {CRIO_KEY "rootfsImageName", "rootfsImageName"},
        {ORG_CRIU "rootfsImageName", "rootfsImageName"},
        {ORG_CRIU "container.name", "name"},
    };
    ckpt_value config = ckpt_file_root(r, "config.dump");
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        ckpt_value here = ckpt_get_exact(image->annotations, pairs[i].annotation);
        ckpt_value there = ckpt_get(config, pairs[i].key);
        ckpt_string a = ckpt_text(here), b = ckpt_text(there);
        /* Engines have longer names for containers than people. */
        if (a.length == 0 || b.length == 0 || ckpt_equal(a, b) ||
            (ckpt_equals(ckpt_string_of(pairs[i].key), "name") &&
             ckpt_equal(a, ckpt_summary_name(r->summary, r->engine))))
            continue;
        ckpt_lower(r, CKPT_WARNING);
        ckpt_relate(r,
                    ckpt_find(r, CKPT_RULE_903, here,
                              "The annotation says %v, and config.dump %v; expected the same.",
                              here, there),
                    there, "In the checkpoint.");
    }
}

static void check_annotation(struct ckpt_rules *r, const struct image *image, ckpt_value value)
{
    ckpt_string key = ckpt_key_text(value), text = ckpt_text(value);
    ckpt_value arch = ckpt_get(image->config, "architecture");
    bool numeric = text.length != 0;
    if (!ckpt_starts(key, ORG_CRIU) && !ckpt_starts(key, PODMAN_KEY) && !ckpt_starts(key, CRIO_KEY))
        return;
    for (size_t i = 0; i < text.length; i++)
        numeric = numeric && ckpt_is_digit(text.data[i]);
    const char *expected = NULL;
    if (!ckpt_is(value, CKPT_STRING))
        expected = "a string";
    else if (text.length == 0) /* a container of Podman has no pod */
        expected = ckpt_index_of(key, ".pod.") == SIZE_MAX ? "some text" : NULL;
    else if (ckpt_ends(key, ".criu.version") && !numeric)
        expected = "a number such as 40200";
    else if (ckpt_ends(key, ".host.arch") && ckpt_has_text(arch) &&
             !ckpt_equal(text, ckpt_text(arch)))
        expected = "the architecture of the image";
    if (expected == NULL)
        return;
    struct ckpt_finding *finding = ckpt_find(
        r, CKPT_RULE_904, value, "The annotation %t is %v; expected %s.", key, value, expected);
    if (ckpt_ends(key, ".host.arch") && ckpt_exists(arch))
        ckpt_relate(r, finding, arch, "The architecture of the image.");
}

static void check_image(struct ckpt_rules *r, ckpt_value facts)
{
    struct image image = {
        .manifest = file_named(r, facts, "manifest"),
        .index = ckpt_file_root(r, "index.json"),
        .nested_index = file_named(r, facts, "index"),
        .config = file_named(r, facts, "config"),
    };
    if (!ckpt_exists(image.manifest))
        image.manifest =
            ckpt_exists(image.index) ? image.index : ckpt_file_root(r, "manifest.json");
    image.annotations = ckpt_get(image.manifest, "annotations");
    if (ckpt_is_for(r, CKPT_ENGINE_CONTAINERD))
        check_containerd(r, &image);
    if (ckpt_is_for(r, CKPT_ENGINE_CRIO))
        check_crio(r, &image);
    if (ckpt_is_for(r, CKPT_ENGINE_PODMAN))
        check_podman(r, &image);
    ckpt_check_blobs(r, image.index, image.nested_index, image.manifest);
    ckpt_value layers = ckpt_get_exact(facts, "layers");
    if (!ckpt_in_range(layers, 1, 1) && ckpt_exists(layers)) {
        ckpt_value list = ckpt_get(image.manifest, "layers");
        ckpt_lower(r, CKPT_WARNING);
        ckpt_find(r, CKPT_RULE_903, ckpt_exists(list) ? list : image.manifest,
                  "The image has %v layers; expected one, with the checkpoint at its root.",
                  layers);
    }
    check_agreement(r, &image);
    const ckpt_value lists[] = {image.annotations, ckpt_get(image.index, "annotations"),
                                ckpt_get(image.nested_index, "annotations")};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (ckpt_is(lists[i], CKPT_OBJECT))
            for (ckpt_value a = ckpt_first(lists[i]); ckpt_exists(a); a = ckpt_next(lists[i], a))
                check_annotation(r, &image, a);
}

/* Layers that ocicrypt encrypted: their media types end with "+encrypted". */
static bool check_encryption(struct ckpt_rules *r, ckpt_value image)
{
    ckpt_value manifest = file_named(r, image, "manifest");
    ckpt_value layers = ckpt_get(manifest, "layers");
    bool any = false;
    for (ckpt_value d = ckpt_first(layers); ckpt_exists(d); d = ckpt_next(layers, d)) {
        ckpt_value type = ckpt_get(d, "mediaType");
        if (!ckpt_ends(ckpt_text(type), "+encrypted"))
            continue;
        any = true;
        ckpt_find(r, CKPT_RULE_911, type,
                  "The layer %v is encrypted (ocicrypt, %v); expected one that can be read.",
                  ckpt_get(d, "digest"), type);
        ckpt_not_checked(r, true, ckpt_text(ckpt_get(d, "digest")), "It is encrypted.");
    }
    return any;
}

/* The checkpoint was copied into a layer as the archive that it is, and not unpacked there. */
static bool check_packed(struct ckpt_rules *r, ckpt_value image)
{
    ckpt_value packed = ckpt_get_exact(image, "packed");
    ckpt_string member = ckpt_text(ckpt_get_exact(packed, "member"));
    ckpt_string layer = ckpt_text(ckpt_get_exact(packed, "layer"));
    if (member.length == 0)
        return false;
    ckpt_block(r, ALL);
    ckpt_find_file(
        r, CKPT_RULE_903, ckpt_keep(r, layer).data,
        "The layer holds the archive %t itself; expected it unpacked, with its members at "
        "the root of the layer. \"buildah add\" and ADD unpack an archive, COPY does not.",
        member);
    return true;
}

void ckpt_check_image_pod(struct ckpt_rules *r)
{
    ckpt_value image = ckpt_get_exact(ckpt_whole(r->facts), "image");
    bool outside = r->form == CKPT_FORM_OCI_LAYOUT || r->form == CKPT_FORM_DOCKER_ARCHIVE;
    if (r->form == CKPT_FORM_CONTAINERD_CTR)
        ckpt_find_file(r, CKPT_RULE_905, "index.json",
                       "An image in this format cannot be pushed to a registry.");
    else if (check_encryption(r, image) || (outside && check_packed(r, image)))
        return;
    else if (ckpt_exists(ckpt_get_exact(image, "layer")))
        check_image(r, image);
    else if (outside && ckpt_is_whole(r))
        ckpt_find_file(r, CKPT_RULE_001, "",
                       "The image holds no checkpoint: no layer of it has one at its root.");
    ckpt_check_pod(r);
}
