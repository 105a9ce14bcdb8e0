/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of any type (Go interface{}) as cJSON trees. The trees are made from the scanner's nodes
 * and not by cJSON's parser, which reads another language: see CONTRIBUTING. cJSON's accessors
 * work on them; they belong to the document and must not be given to cJSON_Delete().
 */
#include <cJSON.h>
#include <string.h>

#include "text/number.h"
#include "json/document.h"

/* Marks nodes of ours, which know the length of their strings. cJSON uses the bits below 1 << 10.
 */
#define OWN_NODE (1 << 16)

struct any_node {
    cJSON json;
    size_t key_length, string_length;
    struct any_node *parent; /* while the tree is built */
    uint32_t end;            /* scanner node after this one's descendants */
    bool unsorted; /* while the tree is built: the members are not in order of their keys */
};

static bool is_own(const cJSON *node)
{
    return (node->type & OWN_NODE) != 0;
}

static ckpt_string terminated_string(const char *text)
{
    return (ckpt_string){text == NULL ? "" : text, text == NULL ? 0 : strlen(text)};
}

ckpt_string ckpt_any_string(const struct cJSON *node)
{
    if (!is_own(node) || node->valuestring == NULL)
        return terminated_string(node->valuestring);
    return (ckpt_string){node->valuestring, ((const struct any_node *)node)->string_length};
}

ckpt_string ckpt_any_key(const struct cJSON *node)
{
    if (!is_own(node) || node->string == NULL)
        return terminated_string(node->string);
    return (ckpt_string){node->string, ((const struct any_node *)node)->key_length};
}

/* cJSON wants its strings terminated. */
static char *terminated(struct ckpt_arena *arena, ckpt_string string)
{
    char *copy = ckpt_arena_alloc(arena, string.length + 1);
    if (copy != NULL && string.length != 0)
        memcpy(copy, string.data, string.length);
    return copy;
}

/* Appends as cJSON does: the first child's prev is the last child. */
static void append(struct any_node *parent, struct any_node *child)
{
    cJSON *first = parent->json.child;
    if (first == NULL) {
        parent->json.child = &child->json;
        child->json.prev = &child->json;
        return;
    }
    cJSON *last = first->prev;
    last->next = &child->json;
    child->json.prev = last;
    first->prev = &child->json;
    if (child->json.string != NULL &&
        ckpt_string_compare(ckpt_any_key(last), ckpt_any_key(&child->json)) >= 0)
        parent->unsorted = true;
}

/* Go writes members in order of their keys, and of equal keys keeps the last. */
static bool sort_members(struct ckpt_arena *arena, struct any_node *object)
{
    ckpt_map map = {NULL, NULL, 0, 0};
    for (cJSON *child = object->json.child; child != NULL; child = child->next)
        map.count++;
    map.keys = ckpt_arena_array(arena, map.count, sizeof(*map.keys));
    cJSON **members = ckpt_arena_array(arena, map.count, sizeof(cJSON *));
    map.values = members;
    if (map.keys == NULL || members == NULL)
        return false;
    size_t i = 0;
    for (cJSON *child = object->json.child; child != NULL; child = child->next, i++) {
        map.keys[i] = ckpt_any_key(child);
        members[i] = child;
    }
    if (!ckpt_map_sort(arena, &map, sizeof(cJSON *)))
        return false;
    members = map.values;
    for (i = 0; i < map.count; i++) {
        members[i]->prev = members[i == 0 ? map.count - 1 : i - 1];
        members[i]->next = i + 1 < map.count ? members[i + 1] : NULL;
    }
    object->json.child = members[0];
    object->unsorted = false;
    return true;
}

static bool set_scalar(struct ckpt_arena *arena, struct any_node *any, const unsigned char *text,
                       const struct ckpt_node *node, bool *overflow)
{
    cJSON *json = &any->json;
    switch (ckpt_node_type(node)) {
    case CKPT_FALSE:
        json->type |= cJSON_False;
        return true;
    case CKPT_TRUE:
        json->type |= cJSON_True;
        json->valueint = 1;
        return true;
    case CKPT_NUMBER:
        if (!ckpt_parse_double((const char *)text + node->offset, node->length,
                               &json->valuedouble)) {
            *overflow = true;
            json->valuedouble = 0;
            json->type |= cJSON_NULL;
            return true;
        }
        json->type |= cJSON_Number;
        json->valueint = json->valuedouble >= 2147483647.0    ? 2147483647
                         : json->valuedouble <= -2147483648.0 ? -2147483647 - 1
                                                              : (int)json->valuedouble;
        return true;
    case CKPT_STRING: {
        ckpt_string string = ckpt_unquote(arena, text, node);
        json->type |= cJSON_String;
        any->string_length = string.length;
        json->valuestring = string.data == NULL ? NULL : terminated(arena, string);
        return json->valuestring != NULL;
    }
    case CKPT_ARRAY:
        json->type |= cJSON_Array;
        return true;
    case CKPT_OBJECT:
        json->type |= cJSON_Object;
        return true;
    default:
        json->type |= cJSON_NULL;
        return true;
    }
}

struct cJSON *ckpt_any_build(struct ckpt_arena *arena, const unsigned char *text,
                             const struct ckpt_node *nodes, uint32_t node, uint32_t *overflow)
{
    struct any_node *root = NULL, *parent = NULL;
    bool overflowed = false;
    for (uint32_t i = node, end = nodes[node].end;; i++) {
        while (parent != NULL && i == parent->end) {
            if (parent->unsorted && !sort_members(arena, parent))
                return NULL;
            parent = parent->parent;
        }
        if (i == end)
            return &root->json;

        struct any_node *any = ckpt_arena_alloc(arena, sizeof(*any));
        if (any == NULL)
            return NULL;
        any->json.type = OWN_NODE;
        if (parent != NULL && (parent->json.type & cJSON_Object) != 0) {
            ckpt_string key = ckpt_unquote(arena, text, &nodes[i++]);
            any->key_length = key.length;
            any->json.string = key.data == NULL ? NULL : terminated(arena, key);
            if (any->json.string == NULL)
                return NULL;
        }
        bool too_large = false;
        if (!set_scalar(arena, any, text, &nodes[i], &too_large))
            return NULL;
        if (too_large && !overflowed) {
            overflowed = true;
            *overflow = i;
        }
        any->end = nodes[i].end;
        any->parent = parent;
        if (parent != NULL)
            append(parent, any);
        else
            root = any;
        if (ckpt_node_count(&nodes[i]) != 0 && ckpt_node_type(&nodes[i]) >= CKPT_ARRAY)
            parent = any;
    }
}
