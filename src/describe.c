/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints the tables of src/model and src/rules as one JSON document. TypeScript types, JSON Schema
 * and the reference pages are generated from it (wasm/gen); it needs CKPT_WITH_DOCS and is never
 * shipped.
 *
 *   kinds        the file formats: name, cName, file and reader (null if there is none), goName,
 *                type, shape, doc
 *   scalars      types without fields: name, goName, kind, doc
 *   stringTypes  strings with a Go name of their own: name, goName, doc, values
 *   types        structs, each after those it holds: name, goName, doc, fields; a field has json,
 *                member (C), type, goType, shape, when, embedded (Go struct or null), doc
 *   constants    name (Go), cName, group, value, doc
 *   rules        id, area, severity, errorFor and blocks (targets), needs, title, fix, what, why,
 *                reference
 *   targets      names of what can restore a checkpoint
 *   conditions   what may have to be arranged for a restore: name, doc
 *   report       the objects of a report: name, doc, members: name, type, doc
 * (src/rules/report.def)
 *
 * `type` is the `name` of a scalar, string type or struct; `shape` says how it is held: VALUE,
 * POINTER, SLICE or MAP; `when` is ALWAYS or OMITEMPTY.
 */
#include "ckpt.h"
#include "model/type.h"
#include "rules/catalog.h"
#include "rules/requirements.h"

#include <stdio.h>
#include <string.h>

#ifndef CKPT_WITH_DOCS
#error "describe.c needs -DCKPT_WITH_DOCS, for tables.c too"
#endif

/* C names, which the tables themselves do not hold: members in the order of all fields. */
static const char *const member_names[] = {
#define CKPT_VALUE(s, t, member, name, when_, text) #member,
#define CKPT_EMBEDDED(s, t, member, name, when_, via, text) #member,
#define CKPT_POINTER(s, t, member, name, when_, text) #member,
#define CKPT_SLICE(s, t, member, name, when_, text) #member,
#define CKPT_MAP(s, t, member, name, when_, text) #member,
#include "model/models.def"
};

static const char *const kind_names[] = {
#define CKPT_KIND(c_name, name_, shape_, t, go, file, reader_, rule_, text) "CKPT_KIND_" #c_name,
#include "model/kinds.def"
#undef CKPT_KIND
};

static const char *const constant_names[] = {
#define CKPT_CONSTANT(group_, c_name, go, value, text) #c_name,
#include "model/constants.def"
#undef CKPT_CONSTANT
};

static const char *const shape_names[] = {"VALUE", "POINTER", "SLICE", "MAP"};
static const char *const shape_prefixes[] = {"", "*", "[]", "map[string]"};
static const char *const when_names[] = {"ALWAYS", "OMITEMPTY"};
static const char *const type_kind_names[] = {"string", "bool",   "int32", "int64", "uint16",
                                              "uint32", "uint64", "time",  "any",   "struct"};

/* ---- JSON ------------------------------------------------------------------------------------ */

static void print_string(const char *prefix, const char *text)
{
    if (text == NULL) {
        fputs("null", stdout);
        return;
    }
    putchar('"');
    fputs(prefix, stdout);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\')
            printf("\\%c", byte);
        else if (byte < 0x20)
            printf("\\u%04x", byte);
        else
            putchar(byte);
    }
    putchar('"');
}

static void print_member(const char *key, const char *text)
{
    printf(", \"%s\": ", key);
    print_string("", text);
}

static void open_list(const char *key)
{
    printf("  \"%s\": [", key);
}

/* Begins entry number `index` of a list with its first member. */
static void open_entry(size_t index, const char *indent, const char *key, const char *text)
{
    printf("%s\n%s{\"%s\": ", index == 0 ? "" : ",", indent, key);
    print_string("", text);
}

/* ---- types that are only reached through fields and kinds ------------------------------------ */

enum { LEAF_TYPES_MAX = 64 };

struct leaf_types {
    const struct ckpt_type *list[LEAF_TYPES_MAX];
    size_t count;
};

static int add_leaf(struct leaf_types *leaves, const struct ckpt_type *type)
{
    if (type->kind == CKPT_T_STRUCT)
        return 0;
    for (size_t i = 0; i < leaves->count; i++)
        if (leaves->list[i] == type)
            return 0;
    if (leaves->count == LEAF_TYPES_MAX)
        return -1;
    leaves->list[leaves->count++] = type;
    return 0;
}

static int collect_leaves(struct leaf_types *leaves)
{
    for (size_t i = 0; i < ckpt_kind_count; i++)
        if (add_leaf(leaves, ckpt_kinds[i].type) != 0)
            return -1;
    for (size_t i = 0; i < ckpt_type_count; i++)
        for (size_t k = 0; k < ckpt_types[i]->field_count; k++)
            if (add_leaf(leaves, ckpt_types[i]->fields[k].type) != 0)
                return -1;
    return 0;
}

static int is_string_type(const struct ckpt_type *type)
{
    return type->kind == CKPT_T_STRING && strcmp(type->name, "string") != 0;
}

/* ---- the five lists -------------------------------------------------------------------------- */

static void print_kinds(void)
{
    open_list("kinds");
    for (size_t i = 0; i < ckpt_kind_count; i++) {
        const struct ckpt_kind_info *kind = &ckpt_kinds[i];
        open_entry(i, "    ", "name", kind->name);
        print_member("cName", kind_names[i]);
        print_member("file", kind->file_name);
        print_member("reader", kind->reader);
        print_member("goName", kind->go_name);
        print_member("type", kind->type->name);
        print_member("shape", shape_names[kind->shape]);
        print_member("doc", kind->doc);
        putchar('}');
    }
    fputs("\n  ],\n", stdout);
}

static void print_scalars(const struct leaf_types *leaves)
{
    size_t printed = 0;
    open_list("scalars");
    for (size_t i = 0; i < leaves->count; i++) {
        const struct ckpt_type *type = leaves->list[i];
        if (is_string_type(type))
            continue;
        open_entry(printed++, "    ", "name", type->name);
        print_member("goName", type->go_name);
        print_member("kind", type_kind_names[type->kind]);
        print_member("doc", type->doc);
        putchar('}');
    }
    fputs("\n  ],\n", stdout);
}

static void print_string_types(const struct leaf_types *leaves)
{
    size_t printed = 0;
    open_list("stringTypes");
    for (size_t i = 0; i < leaves->count; i++) {
        const struct ckpt_type *type = leaves->list[i];
        if (!is_string_type(type))
            continue;
        open_entry(printed++, "    ", "name", type->name);
        print_member("goName", type->go_name);
        print_member("doc", type->doc);
        fputs(", \"values\": [", stdout);
        for (size_t k = 0; type->values[k] != NULL; k++) {
            fputs(k == 0 ? "" : ", ", stdout);
            print_string("", type->values[k]);
        }
        fputs("]}", stdout);
    }
    fputs("\n  ],\n", stdout);
}

static void print_field(size_t index, const struct ckpt_field *field, const char *member)
{
    open_entry(index, "      ", "json", field->json);
    print_member("member", member);
    print_member("type", field->type->name);
    fputs(", \"goType\": ", stdout);
    print_string(shape_prefixes[field->shape], field->type->go_name);
    print_member("shape", shape_names[field->shape]);
    print_member("when", when_names[field->when]);
    print_member("embedded", field->embedded);
    print_member("doc", field->doc);
    putchar('}');
}

static void print_types(void)
{
    open_list("types");
    for (size_t i = 0; i < ckpt_type_count; i++) {
        const struct ckpt_type *type = ckpt_types[i];
        open_entry(i, "    ", "name", type->name);
        print_member("goName", type->go_name);
        print_member("doc", type->doc);
        fputs(", \"fields\": [", stdout);
        for (size_t k = 0; k < type->field_count; k++)
            print_field(k, &type->fields[k], member_names[type->first_field + k]);
        fputs("]}", stdout);
    }
    fputs("\n  ],\n", stdout);
}

static void print_constants(void)
{
    open_list("constants");
    for (size_t i = 0; i < ckpt_constant_count; i++) {
        const struct ckpt_constant *constant = &ckpt_constants[i];
        open_entry(i, "    ", "name", constant->name);
        print_member("cName", constant_names[i]);
        print_member("group", constant->group);
        print_member("value", constant->value);
        print_member("doc", constant->doc);
        putchar('}');
    }
    fputs("\n  ],\n", stdout);
}

/* ---- rules ----------------------------------------------------------------------------------- */

static const char *area_name(const char *area)
{
    static const char *const areas[][2] = {
#define X(id, name) {#id, name},
        CKPT_AREAS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++)
        if (strcmp(areas[i][0], area) == 0)
            return areas[i][1];
    return area;
}

static void print_targets(const char *key, unsigned mask)
{
    const char *separator = "";
    printf(", \"%s\": [", key);
    for (int i = 0; i < CKPT_TARGET_COUNT; i++) {
        if ((mask >> i & 1) == 0)
            continue;
        printf("%s\"%s\"", separator, ckpt_target_names[i].name);
        separator = ", ";
    }
    putchar(']');
}

static void print_rules(void)
{
    open_list("rules");
    for (int i = 0; i < CKPT_RULE_COUNT; i++) {
        const struct ckpt_rule *rule = &ckpt_rules_table[i];
        char id[CKPT_RULE_ID_MAX];
        ckpt_rule_id((enum ckpt_rule_index)i, id);
        open_entry((size_t)i, "    ", "id", id);
        print_member("area", area_name(rule->area));
        print_member("severity", ckpt_severity_names[rule->severity]);
        print_targets("errorFor", rule->error_for);
        print_targets("blocks", rule->blocks);
        print_member("needs", rule->needs);
        print_member("title", rule->title);
        print_member("fix", rule->fix);
        print_member("what", rule->what);
        print_member("why", rule->why);
        print_member("reference", rule->reference);
        putchar('}');
    }
    fputs("\n  ],\n  \"targets\": [", stdout);
    for (int i = 0; i < CKPT_TARGET_COUNT; i++)
        printf("%s\"%s\"", i == 0 ? "" : ", ", ckpt_target_names[i].name);
    fputs("],\n", stdout);
}

static void print_requirements(void)
{
    static const char *const names[] = {
#define CKPT_REQUIREMENT(id, program, from, before, rule, because, source, date) #id,
#include "rules/requirements.def"
#undef CKPT_REQUIREMENT
    };
    open_list("requirements");
    for (size_t i = 0; i < CKPT_REQUIREMENT_COUNT; i++) {
        const struct ckpt_requirement *row = &ckpt_requirements[i];
        char id[CKPT_RULE_ID_MAX];
        ckpt_rule_id((enum ckpt_rule_index)row->rule, id);
        open_entry(i, "    ", "name", names[i]);
        print_member("program", row->program == CKPT_TARGET_CRIU
                                    ? "criu"
                                    : ckpt_target_names[row->program].name);
        print_member("from", row->from);
        print_member("before", row->before);
        print_member("rule", id);
        print_member("because", row->because);
        print_member("source", row->source);
        print_member("date", row->date);
        putchar('}');
    }
    fputs("\n  ],\n", stdout);
}

static void print_conditions(void)
{
    static const char *const docs[] = {
#define X(id, name, doc) doc,
        CKPT_CONDITIONS(X)
#undef X
    };
    open_list("conditions");
    for (size_t i = 0; i < CKPT_CONDITION_COUNT; i++) {
        open_entry(i, "    ", "name", ckpt_condition_names[i]);
        print_member("doc", docs[i]);
        putchar('}');
    }
    fputs("\n  ],\n", stdout);
}

/* A row of a list of objects: an object (name NULL), or a member of the last one. */
struct object_row {
    const char *object, *name, *type, *doc;
};

static void print_objects(const char *list, const struct object_row *rows, size_t count)
{
    size_t objects = 0, members = 0;
    open_list(list);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].name == NULL) {
            if (objects != 0)
                fputs("]}", stdout);
            open_entry(objects++, "    ", "name", rows[i].object);
            print_member("doc", rows[i].doc);
            fputs(", \"members\": [", stdout);
            members = 0;
            continue;
        }
        open_entry(members++, "      ", "name", rows[i].name);
        print_member("type", rows[i].type);
        print_member("doc", rows[i].doc);
        putchar('}');
    }
    fputs("]}\n  ]", stdout);
}

static void print_report(void)
{
    static const struct object_row rows[] = {
#define CKPT_REPORT_OBJECT(name, doc) {name, NULL, NULL, doc},
#define CKPT_REPORT_MEMBER(name, type, doc) {NULL, name, type, doc},
#include "rules/report.def"
#undef CKPT_REPORT_OBJECT
#undef CKPT_REPORT_MEMBER
    };
    print_objects("report", rows, sizeof(rows) / sizeof(rows[0]));
    fputs(",\n", stdout);
}

static void print_views(void)
{
    static const struct object_row rows[] = {
#define CKPT_VIEW_OBJECT(name, doc) {#name, NULL, NULL, doc},
#define CKPT_VIEW_MEMBER(object, name, type, doc) {NULL, #name, type, doc},
#include "criu/views.def"
#undef CKPT_VIEW_OBJECT
#undef CKPT_VIEW_MEMBER
    };
    print_objects("views", rows, sizeof(rows) / sizeof(rows[0]));
    putchar('\n');
}

static void print_host(void)
{
    static const struct object_row rows[] = {
#define CKPT_HOST(object, key, type, doc) {object, key, #type, doc},
#include "rules/host.def"
#undef CKPT_HOST
    };
    open_list("host");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        open_entry(i, "    ", "name", rows[i].name);
        print_member("object", rows[i].object);
        print_member("type", rows[i].type);
        print_member("doc", rows[i].doc);
        putchar('}');
    }
    fputs("\n  ],\n", stdout);
}

int main(void)
{
    struct leaf_types leaves = {{NULL}, 0};
    if (collect_leaves(&leaves) != 0) {
        fputs("describe: too many scalar and string types, raise LEAF_TYPES_MAX\n", stderr);
        return 1;
    }
    fputs("{\n", stdout);
    print_kinds();
    print_scalars(&leaves);
    print_string_types(&leaves);
    print_types();
    print_constants();
    print_rules();
    print_requirements();
    print_conditions();
    print_report();
    print_host();
    print_views();
    fputs("}\n", stdout);
    return ferror(stdout) || fflush(stdout) != 0 ? 1 : 0;
}
