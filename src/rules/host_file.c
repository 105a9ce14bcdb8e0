/* SPDX-License-Identifier: Apache-2.0 */
/* The description of a host: everything in it is known, and of its type, or it is refused. */
#include "rules/host.h"
#include "text/lines.h"
#include "json/document.h"

enum type { VERSION, INTEGER, TEXT, TEXTS, TABLE, FILES, OBJECT, OBJECTS };

static const struct field {
    const char *object, *key;
    enum type type;
} fields[] = {
#define CKPT_HOST(object, key, type, doc) {object, key, type},
#include "rules/host.def"
#undef CKPT_HOST
};

static const char *const expected[] = {
    [VERSION] = "1",
    [INTEGER] = "a whole number",
    [TEXT] = "a string",
    [TEXTS] = "a list of strings",
    [TABLE] = "an object of strings",
    [FILES] = "an object of true, false and strings",
    [OBJECT] = "an object",
    [OBJECTS] = "a list of objects",
};

static void tell(struct ckpt_rules *r, ckpt_value at, const char *wanted, ckpt_string *problem)
{
    struct ckpt_file *file = ckpt_value_file(at);
    const struct ckpt_node *node = &file->document->index.nodes[ckpt_value_node(at)];
    ckpt_location where;
    ckpt_position(file->text, file->length, node->offset, &where);
    *problem = ckpt_text_of(r, "the host, line %n, column %n (%p): found %v; expected %s",
                            (uint64_t)where.line, (uint64_t)where.column, at, at, wanted);
}

static const struct field *field_of(const char *object, ckpt_string key)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (ckpt_equals(key, fields[i].key) &&
            ckpt_equals(ckpt_string_of(object), fields[i].object))
            return &fields[i];
    return NULL;
}

static bool all_are(struct ckpt_rules *r, ckpt_value list, enum type type, ckpt_string *problem)
{
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v)) {
        bool right = ckpt_is(v, CKPT_STRING) ||
                     (type == FILES && (ckpt_is(v, CKPT_TRUE) || ckpt_is(v, CKPT_FALSE)));
        if (right)
            continue;
        tell(r, v, type == FILES ? "true, false or a string" : "a string", problem);
        return false;
    }
    return true;
}

/* Whether a value is of its type; what is in objects of named members is looked at by the caller.
 */
static bool is_of(struct ckpt_rules *r, ckpt_value value, enum type type, ckpt_string *problem)
{
    uint64_t number = 0;
    bool right = false;
    switch (type) {
    case VERSION:
        right = ckpt_uint64_of(value, &number) && number == 1;
        break;
    case INTEGER:
        right = ckpt_uint64_of(value, &number);
        break;
    case TEXT:
        right = ckpt_is(value, CKPT_STRING);
        break;
    case TEXTS:
    case OBJECTS:
        right = ckpt_is(value, CKPT_ARRAY);
        break;
    default:
        right = ckpt_is(value, CKPT_OBJECT);
    }
    if (!right)
        tell(r, value, expected[type], problem);
    return right &&
           ((type != TEXTS && type != TABLE && type != FILES) || all_are(r, value, type, problem));
}

static bool read_inner(struct ckpt_rules *r, ckpt_value object, const char *name,
                       ckpt_string *problem)
{
    if (!ckpt_is(object, CKPT_OBJECT)) {
        tell(r, object, "an object", problem);
        return false;
    }
    for (ckpt_value v = ckpt_first(object); ckpt_exists(v); v = ckpt_next(object, v)) {
        const struct field *field = field_of(name, ckpt_key_text(v));
        if (field == NULL) {
            tell(r, ckpt_key_of(v), "a key that a host has", problem);
            return false;
        }
        if (!is_of(r, v, field->type, problem))
            return false;
    }
    return true;
}

static bool read_whole(struct ckpt_rules *r, ckpt_value root, ckpt_string *problem)
{
    if (!read_inner(r, root, "", problem))
        return false;
    if (!ckpt_exists(ckpt_get_exact(root, "version"))) {
        tell(r, root, "an object with version", problem);
        return false;
    }
    for (ckpt_value v = ckpt_first(root); ckpt_exists(v); v = ckpt_next(root, v)) {
        const struct field *field = field_of("", ckpt_key_text(v));
        if (field->type == OBJECT && !read_inner(r, v, field->key, problem))
            return false;
        for (ckpt_value one = ckpt_first(v); field->type == OBJECTS && ckpt_exists(one);
             one = ckpt_next(v, one))
            if (!read_inner(r, one, field->key, problem))
                return false;
    }
    return true;
}

bool ckpt_host_read(struct ckpt_rules *r, ckpt_string text, ckpt_string *problem)
{
    r->host = ckpt_parse_text(r, text);
    if (r->host == NULL)
        return false;
    const ckpt_error *error = &r->host->error;
    if (error->kind == CKPT_OK)
        return read_whole(r, ckpt_whole(r->host), problem);
    *problem =
        ckpt_text_of(r, "the host is no JSON: line %n, column %n: %t", (uint64_t)error->where.line,
                     (uint64_t)error->where.column, error->message);
    return false;
}
