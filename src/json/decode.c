/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Table-driven decoding with the rules of Go's encoding/json (decode.go): case is folded, the last
 * key wins, duplicates merge, null is a no-op for plain values, and after a type error the rest is
 * still decoded. Recursion follows the tables, which are finite; any values are built in a loop.
 */
#include <stdlib.h>
#include <string.h>

#include "text/number.h"
#include "text/time.h"
#include "json/document.h"

struct decoder {
    const unsigned char *text;
    const struct ckpt_node *nodes;
    struct ckpt_arena *arena;
    struct ckpt_type_problem problem; /* the first type error */
    struct ckpt_step step[CKPT_MAX_STEPS];
    int depth;
    bool unsorted; /* a map needs sorting */
    bool time_failed;
    bool time_is_string;
    uint32_t time_node;
    struct ckpt_time_problem time_problem;
};

/* Room for an empty, non-nil slice or map to point at. */
static char empty[8];

/* ---- type errors ------------------------------------------------------------------------------
 */

/* Go: saveError; only the first one is kept. */
static void type_problem_at(struct decoder *d, const struct ckpt_type *type, uint8_t shape,
                            uint32_t node, bool literal, int64_t go_offset)
{
    struct ckpt_type_problem *p = &d->problem;
    if (p->set)
        return;
    p->set = true;
    p->literal = literal;
    p->shape = shape;
    p->type = type;
    p->node = node;
    p->go_offset = go_offset;
    p->depth = d->depth;
    memcpy(p->step, d->step, (size_t)d->depth * sizeof(p->step[0]));
}

static void type_problem(struct decoder *d, const struct ckpt_type *type, uint8_t shape,
                         uint32_t node, bool literal)
{
    const struct ckpt_node *n = &d->nodes[node];
    /* Go has read a scalar to its end, but of a container only the bracket. */
    bool container = ckpt_node_type(n) >= CKPT_ARRAY;
    type_problem_at(d, type, shape, node, literal,
                    (int64_t)n->offset + (container ? 1 : (int64_t)n->length));
}

/* ---- scalars ------------------------------------------------------------------------------------
 */

/* Most strings stand in the text as they are. */
static inline ckpt_string unquote(struct decoder *d, const struct ckpt_node *node)
{
    if ((node->info & (CKPT_NODE_ESCAPED | CKPT_NODE_WIDE)) == 0)
        return (ckpt_string){(const char *)d->text + node->offset + 1, node->length - 2};
    return ckpt_unquote(d->arena, d->text, node);
}

bool ckpt_decode_number(const struct ckpt_type *type, const unsigned char *text,
                        const struct ckpt_node *node, void *target)
{
    const char *token = (const char *)text + node->offset;
    size_t length = node->length;
    int64_t i;
    uint64_t u;
    switch (type->kind) {
    case CKPT_T_INT32:
        if (!ckpt_parse_int64(token, length, &i) || i < INT32_MIN || i > INT32_MAX)
            return false;
        *(int32_t *)target = (int32_t)i;
        return true;
    case CKPT_T_INT64:
        if (!ckpt_parse_int64(token, length, &i))
            return false;
        *(int64_t *)target = i;
        return true;
    case CKPT_T_UINT16:
        if (!ckpt_parse_uint64(token, length, &u) || u > UINT16_MAX)
            return false;
        *(uint16_t *)target = (uint16_t)u;
        return true;
    case CKPT_T_UINT32:
        if (!ckpt_parse_uint64(token, length, &u) || u > UINT32_MAX)
            return false;
        *(uint32_t *)target = (uint32_t)u;
        return true;
    default: /* CKPT_T_UINT64 */
        if (!ckpt_parse_uint64(token, length, &u))
            return false;
        *(uint64_t *)target = u;
        return true;
    }
}

/* Go: Time.UnmarshalJSON, which sees the raw token. A problem ends the whole decoding. */
static bool decode_time(struct decoder *d, ckpt_time *target, uint32_t node)
{
    const struct ckpt_node *n = &d->nodes[node];
    d->time_is_string = ckpt_node_type(n) == CKPT_STRING;
    if (d->time_is_string) {
        const char *text = (const char *)d->text + n->offset + 1;
        if (ckpt_time_parse(text, n->length - 2, target, &d->time_problem))
            return true;
        memset(target, 0, sizeof(*target)); /* Go assigns what the parser gives back */
    }
    d->time_failed = true;
    d->time_node = node;
    return false;
}

static bool decode_any(struct decoder *d, const struct ckpt_type *type, ckpt_any *target,
                       uint32_t node)
{
    uint32_t overflow = UINT32_MAX;
    ckpt_any any = ckpt_any_build(d->arena, d->text, d->nodes, node, &overflow);
    if (any == NULL)
        return false;
    if (overflow != UINT32_MAX) {
        /* Go counts the byte after the number here, too. */
        const struct ckpt_node *n = &d->nodes[overflow];
        type_problem_at(d, type, CKPT_SHAPE_VALUE, overflow, true,
                        (int64_t)n->offset + n->length + 1);
        if (overflow == node)
            return true; /* the old value stays */
    }
    *target = any;
    return true;
}

/* ---- containers
 * ------------------------------------------------------------------------------------ */

static bool decode_value(struct decoder *d, const struct ckpt_type *type, uint8_t shape,
                         void *target, uint32_t node);

static bool decode_struct(struct decoder *d, const struct ckpt_type *type, char *target,
                          uint32_t node)
{
    int hint = 0;
    for (uint32_t i = node + 1, end = d->nodes[node].end; i < end; i = d->nodes[i + 1].end) {
        ckpt_string key = unquote(d, &d->nodes[i]);
        if (key.data == NULL)
            return false;
        int found = ckpt_find_field(type, key, hint);
        if (found < 0)
            continue;
        hint = found + 1;
        const struct ckpt_field *field = &type->fields[found];
        d->step[d->depth++] = (struct ckpt_step){type, field};
        if (!decode_value(d, field->type, field->shape, target + field->offset, i + 1))
            return false;
        d->depth--;
    }
    return true;
}

/* Elements are decoded over what the backing array holds, also after the slice's end, as in Go;
   what is new is zero. */
static bool decode_slice(struct decoder *d, const struct ckpt_type *type, ckpt_slice *slice,
                         uint32_t node)
{
    size_t count = ckpt_node_count(&d->nodes[node]);
    if (count == 0) {
        *slice = (ckpt_slice){empty, 0, 0, 0};
        return true;
    }
    if (count > slice->capacity) {
        void *items = ckpt_arena_array(d->arena, count, type->size);
        if (items == NULL)
            return false;
        if (slice->used != 0)
            memcpy(items, slice->items, slice->used * type->size);
        slice->items = items;
        slice->capacity = count;
    }
    if (count > slice->used)
        slice->used = count;
    slice->count = count;
    char *item = slice->items;
    uint32_t i = node + 1;
    size_t n = 0;
    if (type->kind == CKPT_T_STRING) { /* a long list of plain strings deserves a short loop */
        for (; n < count && ckpt_node_type(&d->nodes[i]) == CKPT_STRING; n++, i++) {
            ckpt_string string = unquote(d, &d->nodes[i]);
            if (string.data == NULL)
                return false;
            memcpy(item, &string, sizeof(string));
            item += sizeof(string);
        }
    }
    for (; n < count; n++, item += type->size, i = d->nodes[i].end) {
        if (!decode_value(d, type, CKPT_SHAPE_VALUE, item, i))
            return false;
    }
    return true;
}

static bool grow_map(struct decoder *d, ckpt_map *map, size_t more, size_t value_size)
{
    size_t capacity = map->count + more;
    if (map->count != 0)
        capacity += map->count; /* merging again and again stays linear */
    ckpt_string *keys = ckpt_arena_array(d->arena, capacity, sizeof(*keys));
    char *values = ckpt_arena_array(d->arena, capacity, value_size);
    if (keys == NULL || values == NULL)
        return false;
    if (map->count != 0) {
        memcpy(keys, map->keys, map->count * sizeof(*keys));
        memcpy(values, map->values, map->count * value_size);
    }
    map->keys = keys;
    map->values = values;
    map->capacity = capacity;
    return true;
}

/* Appends the members; each starts from a zero value. Order and duplicates are put right at the
   end (sort_maps). */
static bool decode_map(struct decoder *d, const struct ckpt_type *type, ckpt_map *map,
                       uint32_t node)
{
    size_t count = ckpt_node_count(&d->nodes[node]);
    if (map->keys == NULL)
        *map = (ckpt_map){(ckpt_string *)(void *)empty, empty, 0, 0};
    if (count > map->capacity - map->count && !grow_map(d, map, count, type->size))
        return false;
    for (uint32_t i = node + 1, end = d->nodes[node].end; i < end; i = d->nodes[i + 1].end) {
        ckpt_string key = unquote(d, &d->nodes[i]);
        if (key.data == NULL)
            return false;
        if (map->count != 0 && ckpt_string_compare(map->keys[map->count - 1], key) >= 0)
            d->unsorted = true;
        map->keys[map->count] = key;
        void *value = (char *)map->values + map->count++ * type->size;
        if (!decode_value(d, type, CKPT_SHAPE_VALUE, value, i + 1))
            return false;
    }
    return true;
}

/* ---- values
 * ------------------------------------------------------------------------------------------ */

/* A value of shape VALUE. */
static bool decode_plain(struct decoder *d, const struct ckpt_type *type, void *target,
                         uint32_t node)
{
    const struct ckpt_node *n = &d->nodes[node];
    enum ckpt_node_type found = ckpt_node_type(n);
    if (found == CKPT_NULL) {
        if (type->kind == CKPT_T_ANY)
            *(ckpt_any *)target = NULL;
        return true;
    }
    switch (type->kind) {
    case CKPT_T_STRING:
        if (found == CKPT_STRING) {
            *(ckpt_string *)target = unquote(d, n);
            return ((ckpt_string *)target)->data != NULL;
        }
        break;
    case CKPT_T_BOOL:
        if (found == CKPT_TRUE || found == CKPT_FALSE) {
            *(bool *)target = found == CKPT_TRUE;
            return true;
        }
        break;
    case CKPT_T_TIME:
        return decode_time(d, target, node);
    case CKPT_T_ANY:
        return decode_any(d, type, target, node);
    case CKPT_T_STRUCT:
        if (found == CKPT_OBJECT)
            return decode_struct(d, type, target, node);
        break;
    default:
        if (found == CKPT_NUMBER) {
            if (!ckpt_decode_number(type, d->text, n, target))
                type_problem(d, type, CKPT_SHAPE_VALUE, node, true);
            return true;
        }
        break;
    }
    type_problem(d, type, CKPT_SHAPE_VALUE, node, false);
    return true;
}

/* False: stop (time error or no memory). */
static bool decode_value(struct decoder *d, const struct ckpt_type *type, uint8_t shape,
                         void *target, uint32_t node)
{
    enum ckpt_node_type found = ckpt_node_type(&d->nodes[node]);
    switch (shape) {
    case CKPT_SHAPE_POINTER: {
        void *pointer = NULL;
        if (found != CKPT_NULL) {
            memcpy(&pointer, target, sizeof(pointer));
            if (pointer == NULL && (pointer = ckpt_arena_alloc(d->arena, type->size)) == NULL)
                return false;
        }
        memcpy(target, &pointer, sizeof(pointer));
        return pointer == NULL || decode_plain(d, type, pointer, node);
    }
    case CKPT_SHAPE_SLICE:
        if (found == CKPT_ARRAY)
            return decode_slice(d, type, target, node);
        if (found == CKPT_NULL)
            memset(target, 0, sizeof(ckpt_slice));
        else
            type_problem(d, type, shape, node, false);
        return true;
    case CKPT_SHAPE_MAP:
        if (found == CKPT_OBJECT)
            return decode_map(d, type, target, node);
        if (found == CKPT_NULL)
            memset(target, 0, sizeof(ckpt_map));
        else
            type_problem(d, type, shape, node, false);
        return true;
    default:
        return decode_plain(d, type, target, node);
    }
}

/* ---- order of maps
 * ------------------------------------------------------------------------------------- */

static bool sort_maps(struct ckpt_arena *arena, const struct ckpt_type *type, uint8_t shape,
                      void *value)
{
    char *values = value;
    size_t count = 1;
    if (shape == CKPT_SHAPE_MAP) {
        ckpt_map *map = value;
        if (map->count > 1 && !ckpt_map_sort(arena, map, type->size))
            return false;
        values = map->values;
        count = map->count;
    } else if (shape == CKPT_SHAPE_SLICE) {
        values = ((ckpt_slice *)value)->items;
        count = ((ckpt_slice *)value)->count;
    } else if (shape == CKPT_SHAPE_POINTER) {
        memcpy(&values, value, sizeof(values));
        count = values != NULL;
    }
    for (size_t i = 0; i < count && type->kind == CKPT_T_STRUCT; i++) {
        char *base = values + i * type->size;
        for (size_t f = 0; f < type->field_count; f++) {
            const struct ckpt_field *field = &type->fields[f];
            bool may_hold_maps =
                field->shape == CKPT_SHAPE_MAP || field->type->kind == CKPT_T_STRUCT;
            if (may_hold_maps && !sort_maps(arena, field->type, field->shape, base + field->offset))
                return false;
        }
    }
    return true;
}

/* ---- documents
 * ------------------------------------------------------------------------------------------- */

ckpt_document *ckpt_document_new(void)
{
    return calloc(1, sizeof(ckpt_document));
}

void ckpt_document_free(ckpt_document *document)
{
    if (document == NULL)
        return;
    ckpt_index_free(&document->index);
    ckpt_arena_free(&document->arena);
    ckpt_buffer_free(&document->text);
    free(document->file);
    free(document);
}

const void *ckpt_document_value(const ckpt_document *document)
{
    return document->value;
}

/* What the kind's type occupies. */
static size_t value_size(const struct ckpt_kind_info *kind)
{
    if (kind->shape == CKPT_SHAPE_SLICE)
        return sizeof(ckpt_slice);
    if (kind->shape == CKPT_SHAPE_MAP)
        return sizeof(ckpt_map);
    return kind->type->size;
}

bool ckpt_document_scan(ckpt_document *document, ckpt_kind kind, const void *input, size_t length,
                        ckpt_error *error)
{
    memset(error, 0, sizeof(*error));
    error->rule = ckpt_kinds[kind].rule;
    ckpt_arena_reset(&document->arena);
    ckpt_buffer_clear(&document->text);
    document->text_lost = false;
    if (document->index.capacity > (size_t)1 << 16) /* one huge input is no measure for the next */
        ckpt_index_free(&document->index);
    document->index.count = 0;
    memset(document->near, 0, sizeof(document->near));
    document->input = input;
    document->length = length;
    document->kind = kind;
    document->value = ckpt_arena_alloc(&document->arena, value_size(&ckpt_kinds[kind]));
    if (document->value == NULL) {
        ckpt_limit_error(error, "out of memory");
        return false;
    }
    if (length > CKPT_MAX_INPUT) {
        ckpt_limit_error(error, "the input is larger than 256 MiB");
        return false;
    }

    struct ckpt_scan_problem syntax;
    if (!ckpt_json_scan(&document->index, input, length, &syntax)) {
        if (syntax.context == NULL)
            ckpt_limit_error(error, "out of memory");
        else
            ckpt_syntax_error(document, &syntax, error);
        document->index.count = 0; /* incomplete: nothing can be located in it */
        return false;
    }
    return true;
}

bool ckpt_decode(ckpt_document *document, ckpt_kind kind, const void *input, size_t length,
                 ckpt_error *error)
{
    const struct ckpt_kind_info *info = &ckpt_kinds[kind];
    if (!ckpt_document_scan(document, kind, input, length, error))
        return false;

    struct decoder d;
    d.text = input;
    d.nodes = document->index.nodes;
    d.arena = &document->arena;
    d.problem.set = false;
    d.depth = 0;
    d.unsorted = d.time_failed = false;
    bool complete = decode_value(&d, info->type, info->shape, document->value, 0);
    if ((!complete && !d.time_failed) ||
        (d.unsorted && !sort_maps(d.arena, info->type, info->shape, document->value))) {
        ckpt_limit_error(error, "out of memory");
        return false;
    }
    if (d.time_failed)
        ckpt_time_error(document, d.time_node, d.time_is_string ? &d.time_problem : NULL, error);
    else if (d.problem.set)
        ckpt_type_error(document, &d.problem, error);
    return error->kind == CKPT_OK;
}
