/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the core that JavaScript needs: names, and where records have which field. They are
 * read when the package is built (wasm/gen/tables.mjs), from a module of its own with the same
 * objects, so that the core itself need not carry the text and the code that writes it.
 */
#include "archive/archive.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/members.h"
#include "mem/buffer.h"
#include "model/type.h"
#include "rules/catalog.h"
#include "wasm/border/numbers.h"

const ckpt_string *ckpt_wasm_tables(void);

static void add_quoted(struct ckpt_buffer *out, const char *text)
{
    /* Names of the tables need no escapes. */
    ckpt_buffer_add_text(out, "\"");
    ckpt_buffer_add_text(out, text);
    ckpt_buffer_add_text(out, "\"");
}

static void add_kinds(struct ckpt_buffer *out)
{
    ckpt_buffer_add_text(out, "\"kinds\":[");
    for (size_t i = 0; i < ckpt_kind_count; i++) {
        ckpt_buffer_add_text(out, i == 0 ? "{\"name\":" : ",{\"name\":");
        add_quoted(out, ckpt_kinds[i].name);
        if (ckpt_kinds[i].file_name != NULL) {
            ckpt_buffer_add_text(out, ",\"file\":");
            add_quoted(out, ckpt_kinds[i].file_name);
            ckpt_buffer_add_text(out, ",\"reader\":");
            add_quoted(out, ckpt_kinds[i].reader);
        }
        ckpt_buffer_add_text(out, "}");
    }
    ckpt_buffer_add_text(out, "]");
}

static void add_constants(struct ckpt_buffer *out)
{
    ckpt_buffer_add_text(out, ",\"constants\":{");
    for (size_t i = 0; i < ckpt_constant_count; i++) {
        if (i > 0)
            ckpt_buffer_add_text(out, ",");
        add_quoted(out, ckpt_constants[i].name);
        ckpt_buffer_add_text(out, ":");
        add_quoted(out, ckpt_constants[i].value);
    }
    ckpt_buffer_add_text(out, "}");
}

/* The JSON names by their number on the tape. */
static void add_fields(struct ckpt_buffer *out)
{
    ckpt_buffer_add_text(out, ",\"fields\":[");
    for (size_t t = 0, n = 0; t < ckpt_type_count; t++) {
        for (size_t f = 0; f < ckpt_types[t]->field_count; f++, n++) {
            if (n > 0)
                ckpt_buffer_add_text(out, ",");
            add_quoted(out, ckpt_types[t]->fields[f].json);
        }
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
    ckpt_buffer_add_text(out, ",\"views\":[");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (i > 0)
            ckpt_buffer_add_text(out, ",");
        add_quoted(out, names[i]);
    }
    ckpt_buffer_add_text(out, "]");
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
        if (i > 0)
            ckpt_buffer_add_text(out, ",");
        add_quoted(out, id);
    }
    ckpt_buffer_add_text(out, "]");
}

/*
 * {"kinds":[{name, file?, reader?}…],"constants":{…},"fields":[…],"views":[…],"secretRules":[…],
 * "archive":{…},"border":{…},"members":{…}}; for the last three see ckpt_archive_layout(),
 * ckpt_border_numbers() and ckpt_members_describe().
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
    add_secret_rules(&out);
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
