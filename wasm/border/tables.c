/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the core that JavaScript needs: names, and where records have which field. They are
 * read when the package is built (wasm/gen/tables.mjs), from a module of its own with the same
 * objects, so that the core itself need not carry the text and the code that writes it.
 */
#include <string.h>

#include "archive/archive.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/members.h"
#include "checkpoint/print.h"
#include "criu/cpu.h"
#include "criu/memory.h"
#include "criu/names.h"
#include "criu/view.h"
#include "model/type.h"
#include "rules/catalog.h"
#include "text/message.h"
#include "text/secrets_stream.h"
#include "wasm/border/numbers.h"

const ckpt_string *ckpt_wasm_tables(void);
const ckpt_string *ckpt_wasm_image_tables(void);

/* Names of the tables need no escapes. */
static void add_list(struct ckpt_buffer *out, const char *key, const char *const *names,
                     size_t count)
{
    ckpt_print_key(out, key);
    ckpt_buffer_add_text(out, "[");
    for (size_t i = 0; i < count; i++)
        ckpt_format(out, i == 0 ? "\"%s\"" : ",\"%s\"", names[i]);
    ckpt_buffer_add_text(out, "]");
}

static void add_kinds(struct ckpt_buffer *out)
{
    ckpt_buffer_add_text(out, "\"kinds\":[");
    for (size_t i = 0; i < ckpt_kind_count; i++) {
        const struct ckpt_kind_info *kind = &ckpt_kinds[i];
        ckpt_format(out, i == 0 ? "{\"name\":\"%s\"" : ",{\"name\":\"%s\"", kind->name);
        if (kind->file_name != NULL)
            ckpt_format(out, ",\"file\":\"%s\",\"reader\":\"%s\"", kind->file_name, kind->reader);
        ckpt_buffer_add_text(out, "}");
    }
    ckpt_buffer_add_text(out, "]");
}

static void add_constants(struct ckpt_buffer *out)
{
    ckpt_buffer_add_text(out, ",\"constants\":{");
    for (size_t i = 0; i < ckpt_constant_count; i++)
        ckpt_format(out, i == 0 ? "\"%s\":\"%s\"" : ",\"%s\":\"%s\"", ckpt_constants[i].name,
                    ckpt_constants[i].value);
    ckpt_buffer_add_text(out, "}");
}

/* The JSON names by their number on the tape. */
static void add_fields(struct ckpt_buffer *out)
{
    ckpt_buffer_add_text(out, ",\"fields\":[");
    for (size_t t = 0, n = 0; t < ckpt_type_count; t++) {
        for (size_t f = 0; f < ckpt_types[t]->field_count; f++, n++)
            ckpt_format(out, n == 0 ? "\"%s\"" : ",\"%s\"", ckpt_types[t]->fields[f].json);
    }
    ckpt_buffer_add_text(out, "]");
}

/* The members of views of a dump by their number on the tape. */
static void add_views(struct ckpt_buffer *out)
{
    static const char *const names[] = {
        "", /* CKPT_VIEW_NONE */
#define CKPT_VIEW_OBJECT(name, doc)
#define CKPT_VIEW_MEMBER(object, name, type, doc) #name,
#include "criu/views.def"
#undef CKPT_VIEW_OBJECT
#undef CKPT_VIEW_MEMBER
    };
    add_list(out, "views", names, sizeof(names) / sizeof(names[0]));
}

/* What may be asked to restore a checkpoint. */
static void add_targets(struct ckpt_buffer *out)
{
    static const char *const names[] = {
#define X(id, name, display) name,
        CKPT_TARGETS(X)
#undef X
    };
    add_list(out, "targets", names, sizeof(names) / sizeof(names[0]));
}

/* How a member of a view is compared: a name of criu/compare.def in lower case, or "by", and the
 * key. */
struct comparison {
    unsigned member, key;
    const char *how;
};

static const struct comparison comparisons[] = {
#define NOISE "noise"
#define IDENTITY "identity"
#define SET "set"
#define CKPT_COMPARE(object, member, how) {CKPT_VIEW_##object##_##member, 0, how},
#define CKPT_COMPARE_BY(object, member, element, key)                                              \
    {CKPT_VIEW_##object##_##member, CKPT_VIEW_##element##_##key, "by"},
#include "criu/compare.def"
#undef CKPT_COMPARE
#undef CKPT_COMPARE_BY
#undef NOISE
#undef IDENTITY
#undef SET
};

static const struct comparison *comparison_of(unsigned member)
{
    for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++)
        if (comparisons[i].member == member)
            return &comparisons[i];
    return NULL;
}

/* What of a type is a name of an object: its length, or 0. */
static size_t object_name(const char *type)
{
    size_t length = 0;
    if (type[0] < 'A' || type[0] > 'Z')
        return 0;
    while ((type[length] | 32) >= 'a' && (type[length] | 32) <= 'z')
        length++;
    return length;
}

/* {object: {member: {"of"?: object, "how"?: …, "key"?: member}}}: members that are not compared as
   they are. */
static void add_comparisons(struct ckpt_buffer *out)
{
    static const struct {
        const char *object, *name, *type;
    } members[] = {
        {"", "", ""}, /* CKPT_VIEW_NONE */
#define CKPT_VIEW_OBJECT(name, doc)
#define CKPT_VIEW_MEMBER(object, name, type, doc) {#object, #name, type},
#include "criu/views.def"
#undef CKPT_VIEW_OBJECT
#undef CKPT_VIEW_MEMBER
    };
    const char *object = "";
    bool first = true;
    ckpt_buffer_add_text(out, ",\"compare\":{");
    for (size_t i = 1; i < sizeof(members) / sizeof(members[0]); i++) {
        const struct comparison *c = comparison_of((unsigned)i);
        size_t length = object_name(members[i].type);
        if (c == NULL && length == 0)
            continue;
        bool another = strcmp(object, members[i].object) != 0;
        if (another && object[0] != '\0')
            ckpt_buffer_add_text(out, "},");
        if (another)
            ckpt_format(out, "\"%s\"", members[i].object);
        ckpt_buffer_add_text(out, another ? ":{" : first ? "" : ",");
        object = members[i].object;
        first = false;
        ckpt_format(out, "\"%s\"", members[i].name);
        ckpt_buffer_add_text(out, ":{");
        if (length > 0) {
            ckpt_buffer_add_text(out, "\"of\":\"");
            ckpt_buffer_add(out, members[i].type, length);
            ckpt_buffer_add_text(out, c == NULL ? "\"" : "\",");
        }
        if (c != NULL) {
            ckpt_buffer_add_text(out, "\"how\":");
            ckpt_format(out, "\"%s\"", c->how);
        }
        if (c != NULL && c->key != 0) {
            ckpt_buffer_add_text(out, ",\"key\":");
            ckpt_format(out, "\"%s\"", members[c->key].name);
        }
        ckpt_buffer_add_text(out, "}");
    }
    ckpt_buffer_add_text(out, object[0] == '\0' ? "}" : "}}");
}

/* What enumerations stand for in JavaScript, by their numbers; severities from the worst on. */
static void add_enums(struct ckpt_buffer *out)
{
    static const char *const deleted[] = {
        [CKPT_NOT_DELETED] = "false", [CKPT_DELETED] = "true", [CKPT_DELETED_UNKNOWN] = "null"};
    static const char *const areas[] = {[CKPT_AREA_OTHER] = "null",
                                        [CKPT_AREA_ARGUMENTS] = "\"arguments\"",
                                        [CKPT_AREA_ENVIRONMENT] = "\"environment\""};
    static const char *const hits[] = {[CKPT_SECRET_NAMED] = "\"named\"",
                                       [CKPT_SECRET_WIDE] = "\"wide\"",
                                       [CKPT_SECRET_NEEDLE] = "\"known\""};
    static const struct {
        const char *name;
        const char *const *values;
        size_t count;
    } lists[] = {{"deleted", deleted, 3}, {"areas", areas, 3}, {"hits", hits, 3}};
    const char *severities[CKPT_ERROR];
    for (int i = 0; i < CKPT_ERROR; i++)
        severities[i] = ckpt_severity_names[CKPT_ERROR - i];
    ckpt_print_key(out, "enums");
    ckpt_buffer_add_text(out, "{");
    add_list(out, "vmaKinds", ckpt_vma_kind_names, CKPT_VMA_KINDS);
    add_list(out, "places", ckpt_place_names, CKPT_PLACE_COUNT);
    add_list(out, "severities", severities, CKPT_ERROR);
    add_list(out, "trust", ckpt_trust_names, CKPT_HOSTILE + 1);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        ckpt_print_key(out, lists[i].name);
        ckpt_buffer_add_text(out, "[");
        for (size_t k = 0; k < lists[i].count; k++)
            ckpt_format(out, k == 0 ? "%s" : ",%s", lists[i].values[k]);
        ckpt_buffer_add_text(out, "]");
    }
    ckpt_print_key(out, "mask");
    ckpt_buffer_add_text(out, "\"" CKPT_MASK "\"}");
}

/* Levels of processors that may be a target. */
static void add_cpu_levels(struct ckpt_buffer *out)
{
    size_t count = 0;
    while (ckpt_cpu_levels[count] != NULL)
        count++;
    add_list(out, "cpuLevels", ckpt_cpu_levels, count);
}

static void add_secret_rules(struct ckpt_buffer *out)
{
    static const enum ckpt_rule_index rules[] = {
#define X(number) CKPT_RULE_##number,
        CKPT_SECRET_RULES(X)
#undef X
    };
    ckpt_buffer_add_text(out, ",\"secretRules\":[");
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        char id[CKPT_RULE_ID_MAX];
        ckpt_rule_id(rules[i], id);
        ckpt_format(out, i == 0 ? "\"%s\"" : ",\"%s\"", id);
    }
    ckpt_buffer_add_text(out, "]");
}

/*
 * {"kinds":[{name, file?, reader?}…],"constants":{…},"fields":[…],"views":[…],"targets":[…],
 * "compare":{…},"cpuLevels":[…],"secretRules":[…],"enums":{…},"archive":{…},"border":{…},
 * "members":{…}}; for the last three see ckpt_archive_layout(), ckpt_border_numbers() and
 * ckpt_members_describe().
 */
const ckpt_string *ckpt_wasm_tables(void)
{
    static struct ckpt_buffer out;
    static ckpt_string answer;
    ckpt_buffer_clear(&out);
    ckpt_buffer_add_text(&out, "{");
    add_kinds(&out);
    add_constants(&out);
    add_fields(&out);
    add_views(&out);
    add_targets(&out);
    add_comparisons(&out);
    add_cpu_levels(&out);
    add_secret_rules(&out);
    add_enums(&out);
    ckpt_buffer_add_text(&out, ",\"archive\":");
    size_t room = ckpt_archive_layout(NULL, 0);
    if (ckpt_buffer_reserve(&out, room)) {
        ckpt_archive_layout(out.data + out.length, room);
        out.length += room;
    }
    ckpt_buffer_add_text(&out, ",\"border\":");
    ckpt_border_numbers(&out);
    ckpt_buffer_add_text(&out, ",\"members\":");
    ckpt_members_describe(&out);
    ckpt_buffer_add_text(&out, "}");
    answer = (ckpt_string){out.data, out.failed ? 0 : out.length};
    return &answer;
}

/* The rows of images.def, in the order of their numbers. */
static void add_images(struct ckpt_buffer *out)
{
    static const struct {
        const char *kind, *frame, *text;
    } rows[] = {
#define CRIU_IMAGE(kind, type, prefix, id, suffix, frame, magic, head, entry, extra, text)         \
    {#kind, #frame, text},
#include "criu/images.def"
    };
    ckpt_buffer_add_text(out, ",\"images\":[");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ckpt_format(out, "%s{\"kind\":\"%s\",\"frame\":\"%s\",\"text\":\"%s\"}", i == 0 ? "" : ",",
                    rows[i].kind, rows[i].frame, rows[i].text);
    }
    ckpt_buffer_add_text(out, "]");
}

/* {"names":[…],"images":[{kind, frame, text}…]}: the list of names for ckpt_wasm_image_names(), and
   what the kinds of images are. */
const ckpt_string *ckpt_wasm_image_tables(void)
{
    static struct ckpt_buffer out;
    static ckpt_string answer;
    ckpt_buffer_clear(&out);
    ckpt_buffer_add_text(&out, "{");
    add_list(&out, "names", ckpt_criu_names.list, ckpt_criu_names.count);
    add_images(&out);
    ckpt_buffer_add_text(&out, "}");
    answer = (ckpt_string){out.data, out.failed ? 0 : out.length};
    return &answer;
}
