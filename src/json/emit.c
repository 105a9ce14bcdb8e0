/* SPDX-License-Identifier: Apache-2.0 */
/* Walks a decoded value in the order in which Go writes it, and leaves out what Go leaves out. */
#include <cJSON.h>
#include <string.h>

#include "json/document.h"

/* ---- any values: nested as deeply as the input, so with a stack of their own ---------------- */

static void begin_any(struct ckpt_sink *sink, const cJSON *any)
{
    if (cJSON_IsObject(any))
        sink->begin_map(sink);
    else if (cJSON_IsArray(any))
        sink->begin_array(sink);
    else if (cJSON_IsBool(any))
        sink->boolean(sink, cJSON_IsTrue(any));
    else if (cJSON_IsNumber(any))
        sink->number(sink, any->valuedouble);
    else if (cJSON_IsString(any))
        sink->string(sink, ckpt_any_string(any));
    else
        sink->null_value(sink);
}

static bool is_container(const cJSON *any)
{
    return cJSON_IsObject(any) || cJSON_IsArray(any);
}

static bool emit_any(struct ckpt_arena *arena, const cJSON *root, struct ckpt_sink *sink)
{
    const cJSON **open = NULL; /* containers that are not ended yet */
    size_t depth = 0, capacity = 0;
    const cJSON *any = root;
    for (;;) {
        begin_any(sink, any);
        if (is_container(any)) {
            if (any->child != NULL) {
                if (depth == capacity) {
                    const cJSON **larger =
                        ckpt_arena_array(arena, capacity * 2 + 16, sizeof(*larger));
                    if (larger == NULL)
                        return false;
                    if (depth != 0)
                        memcpy(larger, open, depth * sizeof(*larger));
                    open = larger;
                    capacity = capacity * 2 + 16;
                }
                open[depth++] = any;
                any = any->child;
                goto member;
            }
            sink->end(sink);
        }
        while (depth > 0 && any->next == NULL) {
            any = open[--depth];
            sink->end(sink);
        }
        if (depth == 0)
            return true;
        any = any->next;
    member:
        if (cJSON_IsObject(open[depth - 1]))
            sink->key(sink, ckpt_any_key(any));
    }
}

/* ---- table-driven values ------------------------------------------------------------------------
 */

/* Go: isEmptyValue, for omitempty. Structs and times never are. */
static bool is_empty(const struct ckpt_field *field, const void *value)
{
    void *pointer;
    switch (field->shape) {
    case CKPT_SHAPE_POINTER:
        memcpy(&pointer, value, sizeof(pointer));
        return pointer == NULL;
    case CKPT_SHAPE_SLICE:
        return ((const ckpt_slice *)value)->count == 0;
    case CKPT_SHAPE_MAP:
        return ((const ckpt_map *)value)->count == 0;
    default:
        break;
    }
    switch (field->type->kind) {
    case CKPT_T_STRING:
        return ((const ckpt_string *)value)->length == 0;
    case CKPT_T_BOOL:
        return !*(const bool *)value;
    case CKPT_T_INT32:
    case CKPT_T_UINT32:
        return *(const uint32_t *)value == 0;
    case CKPT_T_INT64:
    case CKPT_T_UINT64:
        return *(const uint64_t *)value == 0;
    case CKPT_T_UINT16:
        return *(const uint16_t *)value == 0;
    case CKPT_T_ANY:
        memcpy(&pointer, value, sizeof(pointer));
        return pointer == NULL;
    default:
        return false;
    }
}

static bool emit_value(struct ckpt_arena *arena, const struct ckpt_type *type, const void *value,
                       struct ckpt_sink *sink)
{
    const char *base = value;
    const cJSON *any;
    switch (type->kind) {
    case CKPT_T_STRING:
        sink->string(sink, *(const ckpt_string *)value);
        return true;
    case CKPT_T_BOOL:
        sink->boolean(sink, *(const bool *)value);
        return true;
    case CKPT_T_INT32:
        sink->integer(sink, *(const int32_t *)value);
        return true;
    case CKPT_T_UINT16:
        sink->integer(sink, *(const uint16_t *)value);
        return true;
    case CKPT_T_UINT32:
        sink->integer(sink, *(const uint32_t *)value);
        return true;
    case CKPT_T_INT64:
        sink->integer64(sink, *(const int64_t *)value);
        return true;
    case CKPT_T_UINT64:
        sink->unsigned64(sink, *(const uint64_t *)value);
        return true;
    case CKPT_T_TIME:
        sink->time(sink, *(const ckpt_time *)value);
        return true;
    case CKPT_T_ANY:
        memcpy(&any, value, sizeof(any));
        if (any != NULL)
            return emit_any(arena, any, sink);
        sink->null_value(sink);
        return true;
    default: /* CKPT_T_STRUCT */
        sink->begin_struct(sink);
        for (size_t i = 0; i < type->field_count; i++) {
            const struct ckpt_field *field = &type->fields[i];
            if (field->when == CKPT_OMITEMPTY && is_empty(field, base + field->offset))
                continue;
            sink->field(sink, type, field);
            if (!ckpt_emit(arena, field->type, field->shape, base + field->offset, sink))
                return false;
        }
        sink->end(sink);
        return true;
    }
}

bool ckpt_emit(struct ckpt_arena *arena, const struct ckpt_type *type, uint8_t shape,
               const void *value, struct ckpt_sink *sink)
{
    if (shape == CKPT_SHAPE_VALUE)
        return emit_value(arena, type, value, sink);

    if (shape == CKPT_SHAPE_SLICE) {
        const ckpt_slice *slice = value;
        const char *item = slice->items;
        if (item == NULL) {
            sink->null_value(sink);
            return true;
        }
        sink->begin_array(sink);
        for (size_t i = 0; i < slice->count; i++, item += type->size) {
            if (!emit_value(arena, type, item, sink))
                return false;
        }
        sink->end(sink);
        return true;
    }

    if (shape == CKPT_SHAPE_MAP) {
        const ckpt_map *map = value;
        const char *item = map->values;
        if (map->keys == NULL) {
            sink->null_value(sink);
            return true;
        }
        sink->begin_map(sink);
        for (size_t i = 0; i < map->count; i++, item += type->size) {
            sink->key(sink, map->keys[i]);
            if (!emit_value(arena, type, item, sink))
                return false;
        }
        sink->end(sink);
        return true;
    }

    const void *pointer; /* CKPT_SHAPE_POINTER */
    memcpy(&pointer, value, sizeof(pointer));
    if (pointer != NULL)
        return emit_value(arena, type, pointer, sink);
    sink->null_value(sink);
    return true;
}
