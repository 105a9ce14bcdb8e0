/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that one program reads and another does not, in all metadata files: those that occur twice
 * in an object, and those whose spelling differs from that of a field only as Go ignores it. The
 * tables of src/model tell which objects are structs, and so fold their keys.
 */
#include <string.h>

#include "rules/rules.h"
#include "rules/table.h"

struct walk {
    struct ckpt_rules *r;
    struct ckpt_file *file;
    const struct ckpt_node *nodes;
    struct ckpt_table table;
};

/* Fields of whole files that no table has; the others that their writers know are not looked at. */
static const struct {
    const char *file, *keys; /* separated by blanks */
} more_fields[] = {
    {"config.dump",
     "spec lockID pod Dependencies ipcNsCtr mountNsCtr netNsCtr pidNsCtr userNsCtr utsNsCtr "
     "cgroupNsCtr rootfs rootfsImageID RawImageName namedVolumes createNetNS ShmDir CreateCommand "
     "ProcessLabel MountLabel privileged"},
    {"status", "Version Resources Restore"},
    {"status.dump", "id metadata state created_at started_at finished_at exit_code image image_ref "
                    "image_id reason "
                    "message labels annotations mounts log_path resources user stop_signal"},
    {"bind.mounts", "source destination file_type permissions"},
    {"checkpoint-manifest.json", "version runtime runtimeHandler sandboxId containers"},
};

static ckpt_value key_at(const struct walk *w, uint32_t node)
{
    return ckpt_value_at(w->file, node);
}

static ckpt_string text_of(const struct walk *w, uint32_t node)
{
    ckpt_document *d = w->file->document;
    ckpt_string text = ckpt_unquote(&d->arena, d->input, &w->nodes[node]);
    return text.data == NULL ? (ckpt_string){"", 0} : text;
}

/* The field among `fields` that a key means, or an empty text. */
static ckpt_string field_of(const char *fields, ckpt_string key, bool wide)
{
    for (const char *end; *fields != '\0'; fields = *end == ' ' ? end + 1 : end) {
        for (end = fields; *end != ' ' && *end != '\0'; end++)
            ;
        size_t length = (size_t)(end - fields);
        /* What folds to a letter is longer only beyond ASCII. */
        if ((length == key.length || (wide && length < key.length)) &&
            ckpt_fold_equal(fields, length, key.data, key.length))
            return (ckpt_string){fields, length};
    }
    return (ckpt_string){"", 0};
}

/* Reports a key that is not spelled as its field (empty: it has none), or stands in the object at
   `first` already (0: it does not). */
static void check_key(struct walk *w, uint32_t node, ckpt_string field, uint32_t first)
{
    struct ckpt_finding *finding = NULL;
    ckpt_string key = text_of(w, node);
    if (field.length != 0 && !ckpt_equal(field, key))
        finding = ckpt_find(w->r, CKPT_RULE_114, key_at(w, node),
                            "The key %q is spelled differently from %q; programs written in Go "
                            "take it for that, others do not.",
                            key, field);
    else if (first != 0)
        finding = ckpt_find(w->r, CKPT_RULE_114, key_at(w, node),
                            "The key %q is in this object more than once; programs disagree about "
                            "which one counts.",
                            key);
    if (finding != NULL && first != 0)
        ckpt_relate(w->r, finding, key_at(w, first), "the first one");
}

/* Objects with few keys need no table; types with few fields neither, for the keys that they have.
 */
enum { FEW_KEYS = 8, FEW_FIELDS = 64 };

static bool is_escaped(const struct walk *w, uint32_t node)
{
    return (w->nodes[node].info & CKPT_NODE_ESCAPED) != 0;
}

/* The key in front of `node` with the same text, or 0. */
static uint32_t first_of_few(struct walk *w, uint32_t object, uint32_t node)
{
    ckpt_string key = text_of(w, node);
    uint32_t length = w->nodes[node].length;
    bool escaped = is_escaped(w, node);
    for (uint32_t i = object + 1; i < node; i = w->nodes[i + 1].end)
        if ((escaped || is_escaped(w, i) || w->nodes[i].length == length) &&
            ckpt_equal(text_of(w, i), key))
            return i;
    return 0;
}

/* Keys of an object. With fields, or a type that is a struct, they fold. */
static void check_keys(struct walk *w, uint32_t object, const struct ckpt_type *type,
                       const char *fields)
{
    const struct ckpt_node *nodes = w->nodes;
    bool fold = type != NULL || *fields != '\0', cleared = false;
    uint32_t count = ckpt_node_count(&nodes[object]), first_at[FEW_FIELDS] = {0};
    int hint = 0;
    if (count < 2 && !fold)
        return;
    for (uint32_t i = object + 1; i < nodes[object].end; i = nodes[i + 1].end) {
        struct ckpt_arena_mark mark = ckpt_arena_mark(&w->file->document->arena);
        ckpt_string key = text_of(w, i), field = {"", 0};
        int found = type == NULL ? -1 : ckpt_find_field(type, key, hint);
        uint32_t first = 0;
        if (found >= 0) {
            hint = found + 1;
            field = (ckpt_string){type->fields[found].json, type->fields[found].json_length};
        } else if (fold) {
            field = field_of(fields, key, (nodes[i].info & CKPT_NODE_WIDE) != 0);
        }
        if (found >= 0 && found < FEW_FIELDS) {
            first = first_at[found];
            first_at[found] = first == 0 ? i : first;
        } else if (!fold && count <= FEW_KEYS) {
            first = first_of_few(w, object, i);
        } else {
            if (!cleared && !ckpt_table_clear(&w->table, w->file, count, fold)) {
                w->r->failed = true;
                return;
            }
            cleared = true;
            first = ckpt_table_add(&w->table, i, key);
        }
        bool odd = first != 0 || (field.length != 0 && !ckpt_equal(field, key));
        ckpt_arena_release(&w->file->document->arena, mark);
        if (odd) /* findings keep texts in the arena: not before it is released */
            check_key(w, i, field, first);
    }
}

/* What no table describes: all objects of the value. */
static void check_untyped(struct walk *w, uint32_t node)
{
    for (uint32_t i = node; i < w->nodes[node].end; i++)
        if (ckpt_node_type(&w->nodes[i]) == CKPT_OBJECT)
            check_keys(w, i, NULL, "");
}

static void check_value(struct walk *w, uint32_t node, const struct ckpt_type *type, uint8_t shape,
                        const char *fields);

/* The value of a member of a struct: by its field, if it has one. `hint`: the field that is likely.
 */
static void check_member(struct walk *w, uint32_t key, const struct ckpt_type *type,
                         const char *fields, int *hint)
{
    struct ckpt_arena_mark mark = ckpt_arena_mark(&w->file->document->arena);
    ckpt_string text = text_of(w, key);
    int found = type == NULL ? -1 : ckpt_find_field(type, text, *hint);
    *hint = found + 1;
    bool spec = found < 0 && *fields != '\0' && ckpt_equals(text, "spec");
    ckpt_arena_release(&w->file->document->arena, mark);
    if (found >= 0)
        check_value(w, key + 1, type->fields[found].type, type->fields[found].shape, "");
    else if (spec) /* Podman's config.dump has the spec in it */
        check_value(w, key + 1, ckpt_kinds[CKPT_KIND_SPEC_DUMP].type, CKPT_SHAPE_VALUE, "");
    else
        check_untyped(w, key + 1);
}

/* Types do not nest endlessly, so neither do the calls. */
static void check_value(struct walk *w, uint32_t node, const struct ckpt_type *type, uint8_t shape,
                        const char *fields)
{
    const struct ckpt_node *nodes = w->nodes;
    bool structure = type == NULL || type->kind == CKPT_T_STRUCT;
    bool object = ckpt_node_type(&nodes[node]) == CKPT_OBJECT;
    bool array = ckpt_node_type(&nodes[node]) == CKPT_ARRAY;
    if (shape == CKPT_SHAPE_SLICE && array) {
        for (uint32_t i = node + 1; i < nodes[node].end; i = nodes[i].end)
            if (ckpt_node_type(&nodes[i]) >= CKPT_ARRAY)
                check_value(w, i, type, CKPT_SHAPE_VALUE, fields);
    } else if (shape == CKPT_SHAPE_MAP && object) {
        check_keys(w, node, NULL, "");
        for (uint32_t i = node + 1; i < nodes[node].end; i = nodes[i + 1].end)
            if (ckpt_node_type(&nodes[i + 1]) >= CKPT_ARRAY)
                check_value(w, i + 1, type, CKPT_SHAPE_VALUE, "");
    } else if (shape <= CKPT_SHAPE_POINTER && structure && object) {
        int hint = 0;
        check_keys(w, node, type, fields);
        for (uint32_t i = node + 1; i < nodes[node].end; i = nodes[i + 1].end)
            if (ckpt_node_type(&nodes[i + 1]) >= CKPT_ARRAY)
                check_member(w, i, type, fields, &hint);
    } else {
        check_untyped(w, node);
    }
}

static void check_file(struct walk *w)
{
    const struct ckpt_kind_info *kind = &ckpt_kinds[w->file->document->kind];
    const struct ckpt_type *type = kind->type;
    uint8_t shape = kind->shape;
    const char *fields = "";
    for (size_t i = 0; i < sizeof(more_fields) / sizeof(more_fields[0]); i++)
        if (ckpt_equals(w->file->name, more_fields[i].file))
            fields = more_fields[i].keys;
    if (type->kind == CKPT_T_ANY && *fields != '\0') {
        type = NULL;
        if (ckpt_node_type(&w->nodes[0]) == CKPT_ARRAY)
            shape = CKPT_SHAPE_SLICE;
    }
    check_value(w, 0, type, shape, fields);
}

void ckpt_check_keys(struct ckpt_rules *r)
{
    struct walk w = {.r = r};
    for (struct ckpt_file *file = r->summary->files; file != NULL; file = file->next) {
        if (!ckpt_exists(ckpt_whole(file)))
            continue;
        w.file = file;
        w.nodes = file->document->index.nodes;
        check_file(&w);
    }
    ckpt_table_free(&w.table);
}
