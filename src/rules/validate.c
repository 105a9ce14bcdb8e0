/* SPDX-License-Identifier: Apache-2.0 */
/* A validation from start to end: options, members, files, facts, checks, report. */
#include "rules/validate.h"

#include <stdlib.h>
#include <string.h>

#include "rules/host.h"
#include "text/secrets.h"

struct ckpt_rules *ckpt_validation_new(ckpt_summary *s)
{
    struct ckpt_rules *r = calloc(1, sizeof(*r));
    if (r == NULL)
        return NULL;
    r->summary = s;
    r->last = &r->findings;
    r->last_condition = &r->conditions;
    r->block = r->suspect = -1;
    r->images_mode = UINT32_MAX;
    return r;
}

bool ckpt_validation_start(struct ckpt_rules *r, ckpt_string options, ckpt_string *problem)
{
    *problem = (ckpt_string){"", 0};
    return ckpt_rules_options(r, options, problem) && !r->failed;
}

void ckpt_validation_free(struct ckpt_rules *r)
{
    if (r == NULL)
        return;
    for (struct ckpt_file *file = r->scratch; file != NULL; file = file->next)
        ckpt_document_free(file->document);
    ckpt_paths_free(&r->names);
    ckpt_paths_free(&r->linked_names);
    ckpt_paths_free(&r->diff);
    ckpt_paths_free(&r->tops);
    ckpt_paths_free(&r->repeated);
    ckpt_paths_free(&r->links);
    ckpt_paths_free(&r->outer_links);
    ckpt_tree_free(&r->tree);
    ckpt_arena_free(&r->arena);
    ckpt_buffer_free(&r->text);
    free(r);
}

/* ---- members --------------------------------------------------------------------------------- */

typedef void check_member(struct ckpt_rules *r, const struct ckpt_member_view *member);

static void each_member(struct ckpt_rules *r, ckpt_string scope, ckpt_string prefix,
                        const uint8_t *records, size_t length, check_member *check)
{
    struct ckpt_member_parts m;
    while (ckpt_member_next(&records, &length, &m)) {
        const struct ckpt_member *record = &m.record;
        struct ckpt_member_view view = {
            .record = record,
            .name = {m.name + record->normal_start, record->normal_length},
            .raw = {m.name, record->name_length},
            .link = {m.link, record->link_length},
            .other = {m.other, record->other_length},
            .scope = scope,
        };
        if (prefix.length != 0) {
            if (view.name.length <= prefix.length + 1 ||
                memcmp(view.name.data, prefix.data, prefix.length) != 0 ||
                view.name.data[prefix.length] != '/')
                continue;
            view.name = ckpt_slice_of(view.name, prefix.length + 1, view.name.length);
        }
        check(r, &view);
    }
}

void ckpt_validation_add_records(struct ckpt_rules *r, ckpt_string scope, const uint8_t *records,
                                 size_t length)
{
    bool image = ckpt_equals(scope, "image:"), inside = scope.length != 0 && !image;
    each_member(r, image ? (ckpt_string){"", 0} : scope,
                scope.length != 0 ? (ckpt_string){"", 0} : r->summary->prefix, records, length,
                image    ? ckpt_check_image_member
                : inside ? ckpt_check_nested_member
                         : ckpt_check_member);
}

void ckpt_validation_add_archive(struct ckpt_rules *r, ckpt_string scope,
                                 const struct ckpt_archive_info *info)
{
    struct ckpt_reading *reading = ckpt_arena_alloc(&r->arena, sizeof(*reading));
    if (reading == NULL) {
        r->failed = true;
        return;
    }
    *reading = (struct ckpt_reading){r->readings, ckpt_keep(r, scope), *info};
    r->readings = reading;
}

/* ---- files ----------------------------------------------------------------------------------- */

struct ckpt_file *ckpt_file_of(const struct ckpt_rules *r, const char *name)
{
    return ckpt_summary_file(r->summary, name);
}

ckpt_value ckpt_file_root(const struct ckpt_rules *r, const char *name)
{
    return ckpt_whole(ckpt_file_of(r, name));
}

ckpt_value ckpt_annotation_of(const struct ckpt_rules *r, const char *key)
{
    return ckpt_get_exact(ckpt_get(ckpt_file_root(r, "spec.dump"), "annotations"), key);
}

struct ckpt_file *ckpt_parse_text(struct ckpt_rules *r, ckpt_string text)
{
    struct ckpt_file *file = ckpt_arena_alloc(&r->arena, sizeof(*file));
    ckpt_string copy = ckpt_keep(r, text);
    ckpt_document *document = ckpt_document_new();
    if (file == NULL || document == NULL || r->failed) {
        ckpt_document_free(document);
        r->failed = true;
        return NULL;
    }
    file->text = copy.data;
    file->length = copy.length;
    file->document = document;
    file->next = r->scratch;
    r->scratch = file;
    ckpt_document_scan(document, CKPT_KIND_ANY, copy.data, copy.length, &file->error);
    return file;
}

const struct ckpt_seen *ckpt_seen_of(const struct ckpt_rules *r, const char *name)
{
    const struct ckpt_member_info *info = ckpt_member_lookup(name, ckpt_string_of(name).length);
    if (info == NULL || info->match != CKPT_MATCH_FILE)
        return NULL;
    const struct ckpt_seen *seen = &r->seen[ckpt_member_number(info)];
    return seen->count == 0 ? NULL : seen;
}

bool ckpt_has_name(const struct ckpt_rules *r, ckpt_string name)
{
    return ckpt_set_has(&r->names, name);
}

bool ckpt_wants_files(const struct ckpt_rules *r)
{
    return ckpt_is_whole(r) && r->form != CKPT_FORM_CRIU_DIRECTORY &&
           r->form != CKPT_FORM_CONTAINERD_CTR && r->form != CKPT_FORM_POD &&
           r->form != CKPT_FORM_OCI_LAYOUT && r->form != CKPT_FORM_DOCKER_ARCHIVE &&
           !ckpt_has_nothing(r);
}

void ckpt_validation_set_dump(struct ckpt_rules *r, struct ckpt_dump *dump)
{
    if (r != NULL)
        r->dump = dump;
}

/* ---- the end --------------------------------------------------------------------------------- */

/* A fact about the container, without secrets that somebody put there. */
static void print_fact(struct ckpt_rules *r, struct ckpt_buffer *out, const char *key,
                       ckpt_string text)
{
    struct ckpt_secret secret;
    if (!r->reveal && ckpt_secret_in(text, 0, &secret))
        text = ckpt_text_of(r, "%t", text);
    ckpt_print_member(out, key, text);
}

static void print_head(struct ckpt_rules *r, struct ckpt_buffer *out)
{
    ckpt_summary *s = r->summary;
    ckpt_buffer_clear(out);
    ckpt_buffer_add_text(out, "{\"version\":1,\"name\":");
    ckpt_print_string(out, r->file_name.data, r->file_name.length);
    ckpt_print_key(out, "form");
    const char *form = ckpt_form_names[r->form];
    ckpt_string outer = ckpt_text(ckpt_get_path(ckpt_whole(r->facts), "image\0form\0"));
    ckpt_string name = outer.length != 0 ? outer : ckpt_string_of(form);
    ckpt_print_string(out, name.data, name.length);
    ckpt_print_key(out, "compression");
    ckpt_string compression = ckpt_compression_of(r, (ckpt_string){"", 0});
    ckpt_print_string(out, compression.data, compression.length);
    ckpt_string digest = ckpt_text(ckpt_get_exact(ckpt_whole(r->facts), "sha256"));
    ckpt_print_key(out, "sha256");
    ckpt_print_string(out, digest.data, digest.length);
    ckpt_print_key(out, "engine");
    ckpt_buffer_add_text(out, "{\"name\":\"");
    ckpt_buffer_add_text(out, ckpt_engine_names[r->engine].name);
    ckpt_buffer_add_text(out, "\",\"display\":\"");
    ckpt_buffer_add_text(out, ckpt_engine_names[r->engine].display);
    ckpt_buffer_add_text(out, "\"}");
    ckpt_print_key(out, "container");
    ckpt_buffer_add_text(out, "{");
    if (s->config != NULL) {
        print_fact(r, out, "name", ckpt_summary_name(s, r->engine));
        print_fact(r, out, "id", s->config->id);
        print_fact(r, out, "image", s->config->rootfs_image_name);
    }
    ckpt_buffer_add_text(out, "}");
}

ckpt_string ckpt_validation_finish(struct ckpt_rules *r, ckpt_string facts)
{
    ckpt_summary *s = r->summary;
    struct ckpt_buffer *out = &s->out;
    r->facts = ckpt_parse_text(r, facts);
    if (r->facts == NULL)
        return (ckpt_string){NULL, 0};
    bool directory = ckpt_is_true(ckpt_get_exact(ckpt_whole(r->facts), "directory"));
    r->form = ckpt_summary_form(s, directory);
    r->engine = ckpt_engine_detect(s, r->form); /* what it prints is not wanted here */
    ckpt_check_container(r);
    ckpt_check_config(r);
    ckpt_check_keys(r);
    ckpt_check_spec(r);
    ckpt_check_side_files(r);
    ckpt_check_file_system(r);
    ckpt_check_criu_images(r);
    ckpt_check_dump(r);
    ckpt_check_across_files(r);
    ckpt_check_privacy(r);
    ckpt_check_memory_secrets(r);
    ckpt_check_image_pod(r);
    ckpt_check_kubelet(r);
    ckpt_check_host(r);
    ckpt_check_restore(r);
    print_head(r, out);
    ckpt_print_report(r, out);
    ckpt_buffer_add_text(out, "}");
    if (out->failed || r->failed)
        return (ckpt_string){NULL, 0};
    return (ckpt_string){out->data, out->length};
}
