/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "checkpoint/internal.h"
#include "checkpoint/value.h"

ckpt_summary *ckpt_summary_new(const char *prefix, size_t length)
{
    ckpt_summary *s = malloc(sizeof(*s));
    if (s == NULL)
        return NULL;
    memset(s, 0, sizeof(*s));
    s->last_file = &s->files;
    s->inner = ckpt_document_new();
    char *copy = ckpt_arena_alloc(&s->arena, length + 1);
    if (s->inner == NULL || copy == NULL) {
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
    for (struct ckpt_file *file = s->files; file != NULL; file = file->next)
        ckpt_document_free(file->document);
    ckpt_document_free(s->inner);
    ckpt_buffer_free(&s->out);
    ckpt_buffer_free(&s->addresses);
    ckpt_buffer_free(&s->inside);
    ckpt_arena_free(&s->arena);
    free(s);
}

/* ---- members ------------------------------------------------------------------------------- */

/* Whether the name is that of a directory or of what is below it. */
static bool below(ckpt_string name, const char *directory)
{
    size_t n = strlen(directory);
    return ckpt_starts(name, directory) && (name.length == n || name.data[n] == '/');
}

bool ckpt_summary_has(const ckpt_summary *s, const char *name)
{
    const struct ckpt_member_info *info = ckpt_member_lookup(name, strlen(name));
    return info != NULL && (s->seen >> ckpt_member_number(info) & 1) != 0;
}

/* Archives inside that are listed, at most. */
enum { MOST_INSIDE = 1024 };

static void add_member(ckpt_summary *s, ckpt_string name, const struct ckpt_member *m)
{
    uint32_t type = m->type;
    uint64_t size = m->size;
    if (s->prefix.length != 0) {
        size_t cut = s->prefix.length + 1;
        if (name.length <= cut || !ckpt_equal(ckpt_slice_of(name, 0, cut - 1), s->prefix) ||
            name.data[cut - 1] != '/')
            return;
        name = ckpt_slice_of(name, cut, name.length);
    }
    const struct ckpt_member_info *info = ckpt_member_lookup(name.data, name.length);
    if (info != NULL)
        s->seen |= UINT64_C(1) << ckpt_member_number(info);
    if (ckpt_is_one_of(name, "inventory.img\0pstree.img\0"))
        s->seen_other |= CKPT_SEEN_INVENTORY;
    if (below(name, "blobs"))
        s->seen_other |= CKPT_SEEN_BLOBS;
    if (below(name, "criu.work"))
        s->seen_other |= CKPT_SEEN_CRIU_WORK;
    enum ckpt_role role = ckpt_member_role(name.data, name.length);
    if (role == CKPT_ROLE_IMAGES || role == CKPT_ROLE_PAGES || role == CKPT_ROLE_GPU_PAGES)
        s->seen_other |= CKPT_SEEN_IMAGES;
    if (role == CKPT_ROLE_PRE_IMAGES || role == CKPT_ROLE_PRE_PAGES)
        s->seen_other |= CKPT_SEEN_PRE_IMAGES;
    /* The sum stays below 2^64: sizes are below 2^53, and members are limited. */
    if (type == CKPT_MEMBER_FILE)
        s->sizes[role] += size;
    if (type == CKPT_MEMBER_FILE && size != 0 && s->inside_count < MOST_INSIDE &&
        ckpt_member_use(name.data, name.length, size) == CKPT_USE_LIST) {
        if (s->inside_count++ != 0)
            ckpt_buffer_add_text(&s->inside, ",");
        ckpt_print_number(&s->inside, m->index);
    }
}

void ckpt_summary_add_records(ckpt_summary *s, const uint8_t *records, size_t length)
{
    struct ckpt_member_parts m;
    while (ckpt_member_next(&records, &length, &m))
        add_member(s, (ckpt_string){m.name + m.record.normal_start, m.record.normal_length},
                   &m.record);
}

/* ---- files ---------------------------------------------------------------------------------- */

struct ckpt_file *ckpt_summary_file(const ckpt_summary *s, const char *name)
{
    struct ckpt_file *found = NULL;
    for (struct ckpt_file *file = s->files; file != NULL; file = file->next)
        if (ckpt_equals(file->name, name))
            found = file;
    return found;
}

/* The value as far as it could be filled; NULL if the text is no JSON. */
static const void *value_of(const struct ckpt_file *file)
{
    bool partial = file->error.kind == CKPT_OK || file->error.kind == CKPT_ERROR_TYPE ||
                   file->error.kind == CKPT_ERROR_TIME;
    return partial ? ckpt_document_value(file->document) : NULL;
}

/* Whether an index lists the parts of a checkpoint as `ctr` stores it. */
static bool is_ctr_index(ckpt_value index)
{
    ckpt_value manifests = ckpt_get_exact(index, "manifests");
    for (ckpt_value m = ckpt_first(manifests); ckpt_exists(m); m = ckpt_next(manifests, m))
        if (ckpt_starts(ckpt_text(ckpt_get_exact(m, "mediaType")),
                        "application/vnd.containerd.container."))
            return true;
    return ckpt_has_text(
        ckpt_get_exact(ckpt_get_exact(index, "annotations"), "io.containerd.checkpoint.runtime"));
}

char *ckpt_summary_reserve(ckpt_summary *s, size_t length)
{
    s->reserved = ckpt_arena_alloc(&s->arena, length + 1);
    if (s->reserved == NULL)
        s->out.failed = true;
    return s->reserved;
}

/* Decodes a file by its name; what no table describes is scanned. */
static bool decode(struct ckpt_file *file)
{
    if (ckpt_is_one_of(file->name, "stats-dump\0dump.log\0") || ckpt_ends(file->name, ".img"))
        return true;
    file->document = ckpt_document_new();
    if (file->document == NULL)
        return false;
    ckpt_kind kind = ckpt_kind_by_name(file->name.data, file->name.length);
    if (kind != CKPT_KIND_COUNT)
        ckpt_decode(file->document, kind, file->text, file->length, &file->error);
    else
        ckpt_document_scan(file->document, CKPT_KIND_ANY, file->text, file->length, &file->error);
    return true;
}

bool ckpt_summary_add_file(ckpt_summary *s, const char *name, size_t name_length, const void *bytes,
                           size_t length)
{
    struct ckpt_file *file = ckpt_arena_alloc(&s->arena, sizeof(*file));
    char *name_copy = ckpt_arena_alloc(&s->arena, name_length + 1);
    bool there = bytes != NULL && bytes == s->reserved;
    char *text = there ? s->reserved : ckpt_arena_alloc(&s->arena, length + 1);
    if (file == NULL || name_copy == NULL || text == NULL) {
        s->out.failed = true;
        return false;
    }
    memcpy(name_copy, name, name_length);
    if (bytes != NULL && !there)
        memcpy(text, bytes, length);
    s->reserved = NULL;
    file->name = (ckpt_string){name_copy, name_length};
    file->text = text;
    file->length = length;
    file->rank = ++s->file_count;
    if (!decode(file)) {
        s->out.failed = true;
        return false;
    }
    *s->last_file = file;
    s->last_file = &file->next;
    ckpt_value whole = ckpt_whole(file);
    if (ckpt_equals(file->name, "config.dump")) {
        s->libpod = ckpt_exists(ckpt_get_exact(whole, "lockID"));
        s->config = value_of(file);
    } else if (ckpt_equals(file->name, "spec.dump")) {
        s->spec = value_of(file);
    } else if (ckpt_equals(file->name, "network.status")) {
        s->networks = value_of(file);
        if (s->networks != NULL && s->networks->count == 0)
            s->networks = NULL;
        s->cni = s->networks == NULL && ckpt_is(whole, CKPT_ARRAY) ? file : NULL;
    } else if (ckpt_equals(file->name, "stats-dump")) {
        s->has_stats = ckpt_stats_read((const uint8_t *)text, length, &s->stats);
    } else if (ckpt_equals(file->name, "index.json")) {
        s->ctr = s->ctr || is_ctr_index(whole);
    }
    return true;
}

ckpt_string ckpt_summary_annotation(const ckpt_summary *s, const char *key)
{
    if (s->spec != NULL) {
        const ckpt_map *map = &s->spec->annotations;
        const ckpt_string *values = map->values;
        for (size_t i = 0; i < map->count; i++)
            if (ckpt_equals(map->keys[i], key))
                return values[i];
    }
    return (ckpt_string){"", 0};
}

/* ---- the whole ------------------------------------------------------------------------------ */

enum ckpt_form ckpt_summary_form(const ckpt_summary *s, bool directory)
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

const char *const ckpt_form_names[] = {
#define X(id, name) name,
    CKPT_FORMS(X)
#undef X
};

const struct ckpt_engine_name ckpt_engine_names[] = {
#define X(id, name, display) {name, display},
    CKPT_ENGINES(X)
#undef X
};

ckpt_string ckpt_summary_finish(ckpt_summary *s, uint64_t size, bool directory)
{
    enum ckpt_form form = ckpt_summary_form(s, directory);
    struct ckpt_buffer *out = &s->out;
    out->length = 0;
    ckpt_buffer_add_text(out, "{\"form\":");
    ckpt_print_string(out, ckpt_form_names[form], strlen(ckpt_form_names[form]));
    ckpt_buffer_add_text(out, ",\"engine\":{\"evidence\":[");
    enum ckpt_engine engine = ckpt_engine_detect(s, form);
    ckpt_buffer_add_text(out, "],\"name\":");
    ckpt_print_string(out, ckpt_engine_names[engine].name, strlen(ckpt_engine_names[engine].name));
    ckpt_buffer_add_text(out, ",\"display\":");
    ckpt_print_string(out, ckpt_engine_names[engine].display,
                      strlen(ckpt_engine_names[engine].display));
    ckpt_buffer_add_text(out, "}");
    ckpt_print_container(s, engine);
    ckpt_print_networks(s);
    print_sizes(s, size, form);
    ckpt_print_key(out, "inside");
    ckpt_buffer_add_text(out, "[");
    ckpt_buffer_add(out, s->inside.data, s->inside.length);
    ckpt_buffer_add_text(out, "]");
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
