/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a JSON pointer into the decoded value to the place in the text that gave it. Nothing is
 * recorded while decoding: the few pointers that anyone asks for are followed through the nodes
 * with the rules of decode.c (folded keys, the last one wins, structs and slices merge).
 */
#include <stdlib.h>
#include <string.h>

#include "text/number.h"
#include "json/document.h"

/* The nodes that together made one value, in document order; the last one is its place. */
struct candidates {
    uint32_t *node;
    size_t count, capacity;
    bool failed;
};

static void push(struct candidates *c, uint32_t node)
{
    if (c->count == c->capacity) {
        size_t capacity = c->capacity * 2 + 8;
        uint32_t *larger = realloc(c->node, capacity * sizeof(*larger));
        if (larger == NULL) {
            c->failed = true;
            return;
        }
        c->node = larger;
        c->capacity = capacity;
    }
    c->node[c->count++] = node;
}

/* Type and shape of what is looked at; type is NULL where the tables know nothing (any values,
   unknown keys). */
struct target {
    const struct ckpt_type *type;
    uint8_t shape;
};

/* Whether decoding sets the target to the node's value, and does not report a type error. */
static bool fits(struct target target, const unsigned char *text, const struct ckpt_node *node)
{
    enum ckpt_node_type found = ckpt_node_type(node);
    if (target.type == NULL)
        return true;
    if (target.type->kind == CKPT_T_ANY) {
        double number;
        return found != CKPT_NUMBER ||
               ckpt_parse_double((const char *)text + node->offset, node->length, &number);
    }
    if (target.shape == CKPT_SHAPE_SLICE)
        return found == CKPT_ARRAY;
    if (target.shape == CKPT_SHAPE_MAP || target.type->kind == CKPT_T_STRUCT)
        return found == CKPT_OBJECT;
    if (target.type->kind == CKPT_T_BOOL)
        return found == CKPT_TRUE || found == CKPT_FALSE;
    if (target.type->kind == CKPT_T_STRING || target.type->kind == CKPT_T_TIME)
        return found == CKPT_STRING;
    uint64_t number; /* room for any integer */
    return found == CKPT_NUMBER && ckpt_decode_number(target.type, text, node, &number);
}

/* One more node for the value: does it replace, merge or do nothing? (Go: see decode.c) */
static void add_candidate(ckpt_document *document, struct candidates *c, struct target target,
                          uint32_t node)
{
    const struct ckpt_node *n = &document->index.nodes[node];
    enum ckpt_node_type found = ckpt_node_type(n);
    bool known = target.type != NULL && target.type->kind != CKPT_T_ANY;
    bool merges = known && (target.shape == CKPT_SHAPE_SLICE || target.shape == CKPT_SHAPE_MAP ||
                            target.type->kind == CKPT_T_STRUCT);
    if (found == CKPT_NULL) {
        bool clears = !known || target.shape != CKPT_SHAPE_VALUE;
        if (!clears && c->count != 0)
            return; /* a no-op */
        c->count = 0;
    } else if (!fits(target, document->input, n)) {
        if (c->count != 0)
            return; /* a type error: the old value stays */
    } else if (!merges || (found == CKPT_ARRAY && ckpt_node_count(n) == 0)) {
        c->count = 0;
    }
    push(c, node);
}

/* ---- steps ------------------------------------------------------------------------------------
 */

static bool token_index(ckpt_string token, size_t *index)
{
    if (token.length == 0 || token.length > 9 || (token.length > 1 && token.data[0] == '0'))
        return false;
    uint64_t number = 0;
    bool good = ckpt_parse_digits(token.data, token.length, 10, &number);
    *index = (size_t)number;
    return good;
}

/* The members called `token` of all the objects in `from`. */
static void step_object(ckpt_document *document, const struct candidates *from, ckpt_string token,
                        struct target *target, struct candidates *to)
{
    const struct ckpt_node *nodes = document->index.nodes;
    const struct ckpt_type *type = target->type;
    int field = -1;
    struct target next = {NULL, CKPT_SHAPE_VALUE};
    if (type != NULL && target->shape == CKPT_SHAPE_MAP) {
        next.type = type;
    } else if (type != NULL && type->kind == CKPT_T_STRUCT &&
               (field = ckpt_find_field(type, token, 0)) >= 0) {
        next = (struct target){type->fields[field].type, type->fields[field].shape};
    }
    for (size_t c = 0; c < from->count; c++) {
        uint32_t object = from->node[c];
        if (ckpt_node_type(&nodes[object]) != CKPT_OBJECT)
            continue;
        for (uint32_t i = object + 1; i < nodes[object].end; i = nodes[i + 1].end) {
            ckpt_string key = ckpt_unquote(&document->arena, document->input, &nodes[i]);
            if (key.data == NULL) {
                to->failed = true;
                return;
            }
            bool same = field >= 0 ? ckpt_find_field(type, key, field) == field
                                   : ckpt_string_compare(key, token) == 0;
            if (!same)
                continue;
            if (field < 0)
                to->count = 0; /* equal keys of a map replace */
            add_candidate(document, to, next, i + 1);
        }
    }
    *target = next;
}

/* Element `index` of all the arrays in `from`; the last array decides how many there are. */
static void step_array(ckpt_document *document, const struct candidates *from, size_t index,
                       struct target *target, struct candidates *to)
{
    const struct ckpt_node *nodes = document->index.nodes;
    struct target next = {target->type, CKPT_SHAPE_VALUE};
    if (target->shape != CKPT_SHAPE_SLICE)
        next.type = NULL;
    const struct ckpt_node *last = &nodes[from->node[from->count - 1]];
    for (size_t c = 0; c < from->count && index < ckpt_node_count(last); c++) {
        uint32_t array = from->node[c];
        if (ckpt_node_type(&nodes[array]) != CKPT_ARRAY || index >= ckpt_node_count(&nodes[array]))
            continue;
        uint32_t element = array + 1;
        for (size_t i = 0; i < index; i++)
            element = nodes[element].end;
        add_candidate(document, to, next, element);
    }
    *target = next;
}

/* ---- pointers
 * ------------------------------------------------------------------------------------ */

/* The reference token at *at, "~1" and "~0" resolved (RFC 6901, section 4). */
static bool next_token(struct ckpt_arena *arena, const char **at, const char *end,
                       ckpt_string *token)
{
    if (**at != '/')
        return false;
    const char *from = *at + 1;
    const char *slash = memchr(from, '/', (size_t)(end - from));
    const char *to = slash == NULL ? end : slash;
    char *text = ckpt_arena_alloc(arena, (size_t)(to - from) + 1);
    if (text == NULL)
        return false;
    *token = (ckpt_string){text, 0};
    for (*at = to; from < to; from++) {
        char c = *from;
        if (c == '~') {
            if (from + 1 == to || (from[1] != '0' && from[1] != '1'))
                return false;
            c = *++from == '0' ? '~' : '/';
        }
        text[token->length++] = c;
    }
    return true;
}

bool ckpt_locate(ckpt_document *document, const char *pointer, size_t length, ckpt_location *where)
{
    const struct ckpt_kind_info *kind = &ckpt_kinds[document->kind];
    struct target target = {kind->type, kind->shape};
    struct candidates current = {NULL, 0, 0, false}, next = {NULL, 0, 0, false};
    const char *at = pointer, *end = pointer + length;
    const struct ckpt_node *nodes = document->index.nodes;
    bool found = document->index.count != 0;
    struct ckpt_arena_mark mark = ckpt_arena_mark(&document->arena); /* for tokens and keys */

    if (found) {
        push(&current, 0);
        found = !current.failed;
    }
    while (found && at < end) {
        ckpt_string token;
        size_t index;
        found = next_token(&document->arena, &at, end, &token);
        if (!found)
            break;
        next.count = 0;
        enum ckpt_node_type type = ckpt_node_type(&nodes[current.node[current.count - 1]]);
        if (type == CKPT_OBJECT)
            step_object(document, &current, token, &target, &next);
        else if (type == CKPT_ARRAY && token_index(token, &index))
            step_array(document, &current, index, &target, &next);
        struct candidates swap = current;
        current = next;
        next = swap;
        found = current.count != 0 && !current.failed;
    }
    if (found) {
        const struct ckpt_node *node = &nodes[current.node[current.count - 1]];
        ckpt_position(document->input, document->length, node->offset, where);
        where->length = node->length;
    }
    ckpt_arena_release(&document->arena, mark);
    free(current.node);
    free(next.node);
    return found;
}
