/* SPDX-License-Identifier: Apache-2.0 */
#include <cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "checkpoint/internal.h"

ckpt_summary *ckpt_summary_new(const char *prefix, size_t length)
{
    ckpt_summary *s = malloc(sizeof(*s));
    if (s == NULL)
        return NULL;
    memset(s, 0, sizeof(*s));
    s->config_document = ckpt_document_new();
    s->spec_document = ckpt_document_new();
    s->network_document = ckpt_document_new();
    s->any_document = ckpt_document_new();
    char *copy = ckpt_arena_alloc(&s->arena, length + 1);
    if (s->config_document == NULL || s->spec_document == NULL || s->network_document == NULL ||
        s->any_document == NULL || copy == NULL) {
        ckpt_summary_free(s);
        return NULL;
    }
    if (length != 0)
        memcpy(copy, prefix, length);
    s->prefix = (ckpt_string){copy, length};
    return s;
}

void ckpt_summary_free(ckpt_summary *s)
{
    if (s == NULL)
        return;
    ckpt_document_free(s->config_document);
    ckpt_document_free(s->spec_document);
    ckpt_document_free(s->network_document);
    ckpt_document_free(s->any_document);
    ckpt_buffer_free(&s->out);
    ckpt_buffer_free(&s->addresses);
    ckpt_arena_free(&s->arena);
    free(s);
}

/* ---- members ------------------------------------------------------------------------------- */

static bool is(const char *name, size_t length, const char *text)
{
    return length == strlen(text) && memcmp(name, text, length) == 0;
}

static bool below(const char *name, size_t length, const char *directory)
{
    size_t n = strlen(directory);
    return length >= n && memcmp(name, directory, n) == 0 && (length == n || name[n] == '/');
}

bool ckpt_summary_has(const ckpt_summary *s, const char *name)
{
    const struct ckpt_member_info *info = ckpt_member_lookup(name, strlen(name));
    return info != NULL && (s->seen >> ckpt_member_number(info) & 1) != 0;
}

static void add_member(ckpt_summary *s, const char *name, size_t length, uint32_t type,
                       uint64_t size)
{
    if (s->prefix.length != 0) {
        size_t cut = s->prefix.length + 1;
        if (length <= cut || memcmp(name, s->prefix.data, cut - 1) != 0 || name[cut - 1] != '/')
            return;
        name += cut;
        length -= cut;
    }
    const struct ckpt_member_info *info = ckpt_member_lookup(name, length);
    if (info != NULL)
        s->seen |= UINT64_C(1) << ckpt_member_number(info);
    if (is(name, length, "inventory.img") || is(name, length, "pstree.img"))
        s->seen_other |= CKPT_SEEN_INVENTORY;
    if (below(name, length, "blobs"))
        s->seen_other |= CKPT_SEEN_BLOBS;
    if (below(name, length, "criu.work"))
        s->seen_other |= CKPT_SEEN_CRIU_WORK;
    enum ckpt_role role = ckpt_member_role(name, length);
    if (role == CKPT_ROLE_IMAGES || role == CKPT_ROLE_PAGES || role == CKPT_ROLE_GPU_PAGES)
        s->seen_other |= CKPT_SEEN_IMAGES;
    if (role == CKPT_ROLE_PRE_IMAGES || role == CKPT_ROLE_PRE_PAGES)
        s->seen_other |= CKPT_SEEN_PRE_IMAGES;
    /* The sum stays below 2^64: sizes are below 2^53, and members are limited. */
    if (type == CKPT_MEMBER_FILE)
        s->sizes[role] += size;
}

void ckpt_summary_add_records(ckpt_summary *s, const uint8_t *records, size_t length)
{
    ckpt_member m;
    while (length >= sizeof(m)) {
        memcpy(&m, records, sizeof(m));
        if (m.record_size < sizeof(m) || m.record_size > length ||
            (uint64_t)m.normal_start + m.normal_length > m.record_size - sizeof(m))
            return;
        add_member(s, (const char *)records + sizeof(m) + m.normal_start, m.normal_length, m.type,
                   m.size);
        records += m.record_size;
        length -= m.record_size;
    }
}

/* ---- files ---------------------------------------------------------------------------------- */

static const struct cJSON *decode_any(ckpt_document *document, const char *text, size_t length)
{
    ckpt_error error;
    if (!ckpt_decode(document, CKPT_KIND_ANY, text, length, &error))
        return NULL;
    return *(struct cJSON *const *)ckpt_document_value(document);
}

/* The value as far as it could be filled; NULL if the text is no JSON. */
static const void *decode(ckpt_document *document, ckpt_kind kind, const char *text, size_t length)
{
    ckpt_error error;
    if (!ckpt_decode(document, kind, text, length, &error) && error.kind != CKPT_ERROR_TYPE &&
        error.kind != CKPT_ERROR_TIME)
        return NULL;
    return ckpt_document_value(document);
}

/* Whether an index lists the parts of a checkpoint as `ctr` stores it. */
static bool is_ctr_index(const struct cJSON *index)
{
    static const char type[] = "application/vnd.containerd.container.";
    const cJSON *manifests = ckpt_any_member(index, "manifests");
    if (manifests == NULL)
        return false;
    for (const cJSON *m = manifests->child; m != NULL; m = m->next) {
        ckpt_string media = ckpt_any_text(m, "mediaType");
        if (media.length > sizeof(type) && memcmp(media.data, type, sizeof(type) - 1) == 0)
            return true;
    }
    return ckpt_any_text(ckpt_any_member(index, "annotations"), "io.containerd.checkpoint.runtime")
               .length != 0;
}

bool ckpt_summary_add_file(ckpt_summary *s, const char *name, size_t name_length, const void *bytes,
                           size_t length)
{
    char *text = ckpt_arena_alloc(&s->arena, length + 1);
    if (text == NULL) {
        s->out.failed = true;
        return false;
    }
    if (length != 0)
        memcpy(text, bytes, length);
    if (is(name, name_length, "config.dump")) {
        const struct cJSON *any = decode_any(s->any_document, text, length);
        s->libpod = ckpt_any_member(any, "lockID") != NULL;
        s->config = decode(s->config_document, CKPT_KIND_CONFIG_DUMP, text, length);
    } else if (is(name, name_length, "spec.dump")) {
        s->spec = decode(s->spec_document, CKPT_KIND_SPEC_DUMP, text, length);
    } else if (is(name, name_length, "network.status")) {
        s->networks = decode(s->network_document, CKPT_KIND_NETWORK_STATUS, text, length);
        s->cni = NULL;
        if (s->networks != NULL && s->networks->count == 0) {
            s->networks = NULL;
            s->cni = decode_any(s->network_document, text, length);
            if (s->cni != NULL && !cJSON_IsArray(s->cni))
                s->cni = NULL;
        }
    } else if (is(name, name_length, "stats-dump")) {
        s->has_stats = ckpt_stats_read((const uint8_t *)text, length, &s->stats);
    } else if (is(name, name_length, "index.json")) {
        s->ctr = s->ctr || is_ctr_index(decode_any(s->any_document, text, length));
    }
    return true;
}

ckpt_string ckpt_summary_annotation(const ckpt_summary *s, const char *key)
{
    if (s->spec != NULL) {
        const ckpt_map *map = &s->spec->annotations;
        const ckpt_string *values = map->values;
        for (size_t i = 0; i < map->count; i++)
            if (is(map->keys[i].data, map->keys[i].length, key))
                return values[i];
    }
    return (ckpt_string){"", 0};
}

/* ---- the whole ------------------------------------------------------------------------------ */

static enum ckpt_form detect_form(const ckpt_summary *s, bool directory)
{
    if (s->ctr)
        return CKPT_FORM_CONTAINERD_CTR;
    if (ckpt_summary_has(s, "config.dump") || ckpt_summary_has(s, "spec.dump") ||
        (s->seen_other & (CKPT_SEEN_IMAGES | CKPT_SEEN_PRE_IMAGES)) != 0)
        return directory ? CKPT_FORM_DIRECTORY : CKPT_FORM_ARCHIVE;
    if (ckpt_summary_has(s, "pod.options") || ckpt_summary_has(s, "checkpoint-manifest.json"))
        return CKPT_FORM_POD;
    if (ckpt_summary_has(s, "oci-layout") ||
        (ckpt_summary_has(s, "index.json") && (s->seen_other & CKPT_SEEN_BLOBS) != 0))
        return CKPT_FORM_OCI_LAYOUT;
    if (ckpt_summary_has(s, "manifest.json"))
        return CKPT_FORM_DOCKER_ARCHIVE;
    if ((s->seen_other & CKPT_SEEN_INVENTORY) != 0)
        return CKPT_FORM_CRIU_DIRECTORY;
    return CKPT_FORM_UNKNOWN;
}

static void print_size(struct ckpt_buffer *out, const char *key, uint64_t size)
{
    ckpt_print_key(out, key);
    ckpt_print_number(out, size);
}

static void print_sizes(ckpt_summary *s, uint64_t archive, enum ckpt_form form)
{
    const uint64_t *size = s->sizes;
    uint64_t other = size[CKPT_ROLE_OTHER] + size[CKPT_ROLE_METADATA];
    uint64_t images[3] = {size[CKPT_ROLE_IMAGES], size[CKPT_ROLE_PAGES], size[CKPT_ROLE_GPU_PAGES]};
    uint64_t root[3] = {size[CKPT_ROLE_ROOT_IMAGES], size[CKPT_ROLE_ROOT_PAGES],
                        size[CKPT_ROLE_ROOT_GPU_PAGES]};
    uint64_t before = size[CKPT_ROLE_PRE_IMAGES] + size[CKPT_ROLE_PRE_PAGES];
    if (form == CKPT_FORM_CRIU_DIRECTORY) {
        memcpy(images, root, sizeof(images));
    } else {
        other += root[0] + root[1] + root[2];
        if ((s->seen_other & CKPT_SEEN_IMAGES) == 0) { /* nothing but a pre-dump */
            images[0] = size[CKPT_ROLE_PRE_IMAGES];
            images[1] = size[CKPT_ROLE_PRE_PAGES];
            before = 0;
        }
    }
    ckpt_print_key(&s->out, "sizes");
    ckpt_buffer_add_text(&s->out, "{");
    print_size(&s->out, "archive", archive);
    print_size(&s->out, "checkpoint", images[0] + images[1] + images[2]);
    print_size(&s->out, "pages", images[1]);
    print_size(&s->out, "gpuPages", images[2]);
    print_size(&s->out, "rootfsDiff", size[CKPT_ROLE_ROOTFS_DIFF]);
    print_size(&s->out, "volumes", size[CKPT_ROLE_VOLUME]);
    print_size(&s->out, "devshm", size[CKPT_ROLE_DEVSHM]);
    print_size(&s->out, "logs", size[CKPT_ROLE_LOG]);
    print_size(&s->out, "other", other + before);
    ckpt_buffer_add_text(&s->out, "}");
}

static void print_statistics(ckpt_summary *s)
{
    static const char *const names[] = {
#define X(name) #name,
        CKPT_STATS_FIELDS(X)
#undef X
    };
    ckpt_print_key(&s->out, "statistics");
    ckpt_buffer_add_text(&s->out, "{");
    for (size_t i = 0; i < CKPT_STATS_COUNT; i++)
        if ((s->stats.present >> i & 1) != 0)
            print_size(&s->out, names[i], s->stats.value[i]);
    ckpt_buffer_add_text(&s->out, "}");
}

static void print_metadata(ckpt_summary *s, enum ckpt_engine engine)
{
    const ckpt_map *map = &s->spec->annotations;
    const ckpt_string *values = map->values;
    struct ckpt_buffer *out = &s->out;
    bool crio = engine == CKPT_ENGINE_CRIO;
    ckpt_print_key(out, "metadata");
    ckpt_buffer_add_text(out, "{");
    if (crio || engine == CKPT_ENGINE_CONTAINERD) {
        ckpt_print_member(out, "podName",
                          ckpt_summary_annotation(s, crio ? "io.kubernetes.pod.name"
                                                          : "io.kubernetes.cri.sandbox-name"));
        ckpt_print_member(out, "namespace",
                          ckpt_summary_annotation(s, crio ? "io.kubernetes.pod.namespace"
                                                          : "io.kubernetes.cri.sandbox-namespace"));
    }
    ckpt_print_key(out, "annotations");
    ckpt_buffer_add_text(out, "{");
    for (size_t i = 0; i < map->count; i++) {
        ckpt_print_open(out, "");
        ckpt_print_string(out, map->keys[i].data, map->keys[i].length);
        ckpt_buffer_add_text(out, ":");
        ckpt_print_string(out, values[i].data, values[i].length);
    }
    ckpt_buffer_add_text(out, "}}");
}

static void print_mounts(ckpt_summary *s)
{
    const ckpt_mount *mounts = s->spec->mounts.items;
    ckpt_print_key(&s->out, "mounts");
    ckpt_buffer_add_text(&s->out, "[");
    for (size_t i = 0; i < s->spec->mounts.count; i++) {
        const ckpt_string values[3] = {mounts[i].destination, mounts[i].type, mounts[i].source};
        static const char *const keys[3] = {"destination", "type", "source"};
        ckpt_print_open(&s->out, "{");
        for (int k = 0; k < 3; k++) {
            ckpt_print_key(&s->out, keys[k]);
            ckpt_print_string(&s->out, values[k].data, values[k].length);
        }
        ckpt_buffer_add_text(&s->out, "}");
    }
    ckpt_buffer_add_text(&s->out, "]");
}

ckpt_string ckpt_summary_finish(ckpt_summary *s, uint64_t size, bool directory)
{
    static const char *const forms[] = {
#define X(id, name) name,
        CKPT_FORMS(X)
#undef X
    };
    static const struct {
        const char *name, *display;
    } engines[] = {
#define X(id, name, display) {name, display},
        CKPT_ENGINES(X)
#undef X
    };
    enum ckpt_form form = detect_form(s, directory);
    struct ckpt_buffer *out = &s->out;
    out->length = 0;
    ckpt_buffer_add_text(out, "{\"form\":");
    ckpt_print_string(out, forms[form], strlen(forms[form]));
    ckpt_buffer_add_text(out, ",\"engine\":{\"evidence\":[");
    enum ckpt_engine engine = ckpt_engine_detect(s, form);
    ckpt_buffer_add_text(out, "],\"name\":");
    ckpt_print_string(out, engines[engine].name, strlen(engines[engine].name));
    ckpt_buffer_add_text(out, ",\"display\":");
    ckpt_print_string(out, engines[engine].display, strlen(engines[engine].display));
    ckpt_buffer_add_text(out, "}");
    ckpt_print_container(s, engine);
    ckpt_print_networks(s);
    print_sizes(s, size, form);
    if (s->has_stats)
        print_statistics(s);
    if (s->spec != NULL) {
        print_metadata(s, engine);
        print_mounts(s);
    }
    ckpt_buffer_add_text(out, "}");
    if (out->failed)
        return (ckpt_string){NULL, 0};
    return (ckpt_string){out->data, out->length};
}
