/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/value.h"

#include <string.h>

#include "text/letters.h"
#include "text/number.h"
#include "text/time.h"
#include "text/utf8.h"

static const struct ckpt_node *node_of(ckpt_value value)
{
    return &ckpt_value_file(value)->document->index.nodes[ckpt_value_node(value)];
}

ckpt_value ckpt_whole(struct ckpt_file *file)
{
    if (file == NULL || file->document == NULL || file->document->index.count == 0 ||
        file->error.kind == CKPT_ERROR_SYNTAX || file->error.kind == CKPT_ERROR_LIMIT)
        return ckpt_nothing(file);
    return ckpt_value_at(file, 0);
}

enum ckpt_node_type ckpt_type_of(ckpt_value value)
{
    return ckpt_node_type(node_of(value));
}

bool ckpt_is_set(ckpt_value value)
{
    return ckpt_exists(value) && ckpt_type_of(value) != CKPT_NULL;
}

bool ckpt_is_true(ckpt_value value)
{
    return ckpt_is(value, CKPT_TRUE);
}

uint32_t ckpt_count(ckpt_value value)
{
    return ckpt_is(value, CKPT_ARRAY) || ckpt_is(value, CKPT_OBJECT)
               ? ckpt_node_count(node_of(value))
               : 0;
}

/* ---- members and elements ----------------------------------------------------------------------
 */

static ckpt_value at(ckpt_value list, uint32_t node)
{
    const struct ckpt_node *parent = node_of(list);
    if (node >= parent->end)
        return ckpt_nothing(ckpt_value_file(list));
    bool object = ckpt_node_type(parent) == CKPT_OBJECT;
    return ckpt_make_value(ckpt_value_file(list), node + object, object);
}

ckpt_value ckpt_first(ckpt_value list)
{
    if (!ckpt_is(list, CKPT_ARRAY) && !ckpt_is(list, CKPT_OBJECT))
        return ckpt_nothing(ckpt_value_file(list));
    return at(list, ckpt_value_node(list) + 1);
}

ckpt_value ckpt_next(ckpt_value list, ckpt_value value)
{
    return at(list, node_of(value)->end);
}

static ckpt_string unquote(struct ckpt_file *file, uint32_t node)
{
    ckpt_document *d = file->document;
    ckpt_string text = ckpt_unquote(&d->arena, d->input, &d->index.nodes[node]);
    return text.data == NULL ? (ckpt_string){"", 0} : text;
}

static ckpt_value get(ckpt_value object, const char *key, bool fold)
{
    size_t length = strlen(key);
    struct ckpt_file *file = ckpt_value_file(object);
    ckpt_value found = ckpt_nothing(file);
    if (!ckpt_is(object, CKPT_OBJECT))
        return found;
    const struct ckpt_node *nodes = file->document->index.nodes;
    const unsigned char *text = file->document->input;
    uint32_t end = nodes[ckpt_value_node(object)].end;
    for (uint32_t i = ckpt_value_node(object) + 1; i < end; i = nodes[i + 1].end) {
        const struct ckpt_node *node = &nodes[i];
        bool plain = (node->info & (CKPT_NODE_ESCAPED | CKPT_NODE_WIDE)) == 0;
        if (plain && node->length != length + 2)
            continue;
        const char *name = (const char *)text + node->offset + 1;
        if (!plain || memcmp(name, key, length) != 0) {
            if (plain && !fold)
                continue;
            struct ckpt_arena_mark mark = ckpt_arena_mark(&file->document->arena);
            ckpt_string other = plain ? (ckpt_string){name, length} : unquote(file, i);
            bool same = fold ? ckpt_fold_equal(key, length, other.data, other.length)
                             : ckpt_equals(other, key);
            ckpt_arena_release(&file->document->arena, mark);
            if (!same)
                continue;
        }
        found = ckpt_make_value(file, i + 1, true);
    }
    return found;
}

ckpt_value ckpt_get(ckpt_value object, const char *key)
{
    return get(object, key, true);
}

ckpt_value ckpt_get_exact(ckpt_value object, const char *key)
{
    return get(object, key, false);
}

ckpt_value ckpt_get_path(ckpt_value object, const char *keys)
{
    for (; *keys != '\0'; keys += strlen(keys) + 1)
        object = ckpt_get(object, keys);
    return object;
}

/* ---- scalars --------------------------------------------------------------------------------- */

/* A string with escapes takes memory each time that it is unquoted: so it is done once. */
static ckpt_string known_text(struct ckpt_file *file, uint32_t node)
{
    enum { PLACES = 256 };
    if ((file->document->index.nodes[node].info & (CKPT_NODE_ESCAPED | CKPT_NODE_WIDE)) == 0)
        return unquote(file, node);
    if (file->known == NULL)
        file->known = ckpt_arena_array(&file->document->arena, PLACES, sizeof(*file->known));
    if (file->known == NULL)
        return unquote(file, node);
    struct ckpt_known_text *known = &file->known[node % PLACES];
    if (known->text.data == NULL || known->node != node)
        *known = (struct ckpt_known_text){node, unquote(file, node)};
    return known->text;
}

ckpt_string ckpt_text(ckpt_value value)
{
    return ckpt_is(value, CKPT_STRING) ? known_text(ckpt_value_file(value), ckpt_value_node(value))
                                       : (ckpt_string){"", 0};
}

bool ckpt_has_text(ckpt_value value)
{
    return ckpt_text(value).length != 0;
}

bool ckpt_is_text(ckpt_value value, const char *text)
{
    return ckpt_equals(ckpt_text(value), text);
}

ckpt_string ckpt_key_text(ckpt_value value)
{
    return ckpt_exists(value) && ckpt_value_has_key(value)
               ? known_text(ckpt_value_file(value), ckpt_value_node(value) - 1)
               : (ckpt_string){"", 0};
}

ckpt_value ckpt_key_of(ckpt_value value)
{
    return ckpt_value_has_key(value)
               ? ckpt_value_at(ckpt_value_file(value), ckpt_value_node(value) - 1)
               : value;
}

ckpt_string ckpt_source(ckpt_value value)
{
    if (!ckpt_exists(value))
        return (ckpt_string){"", 0};
    return (ckpt_string){ckpt_value_file(value)->text + node_of(value)->offset,
                         node_of(value)->length};
}

/* Bytes in the source that the next character of a string takes, and in its text. */
static size_t step(ckpt_string source, size_t at, size_t *width)
{
    const unsigned char *bytes = (const unsigned char *)source.data + at;
    size_t left = source.length - at, size = 1;
    uint32_t rune = bytes[0];
    unsigned char encoded[4];
    if (bytes[0] != '\\') {
        size = ckpt_utf8_decode(bytes, left, &rune);
    } else if (left < 6 || bytes[1] != 'u') {
        *width = 1;
        return left < 2 ? left : 2;
    } else {
        size = 6;
        rune = 0;
        for (int i = 2; i < 6; i++)
            rune = rune << 4 | (uint32_t)ckpt_hex_value((char)bytes[i]);
        if (rune >> 10 == 0xd800 >> 10 && left >= 12 && bytes[6] == '\\' && bytes[7] == 'u' &&
            (bytes[8] | 0x20) == 'd' && (bytes[9] | 0x20) >= 'c') {
            size = 12;
            rune = 0x10000; /* as wide as any other pair */
        }
    }
    *width = ckpt_utf8_encode(rune, encoded);
    return size;
}

size_t ckpt_source_offset(ckpt_value string, size_t offset)
{
    ckpt_string source = ckpt_source(string);
    size_t at = 1, width = 0;
    for (size_t done = 0; done < offset && at + 1 < source.length; done += width)
        at += step(source, at, &width);
    return at;
}

bool ckpt_int64_of(ckpt_value value, int64_t *number)
{
    ckpt_string text = ckpt_source(value);
    return ckpt_is(value, CKPT_NUMBER) && ckpt_parse_int64(text.data, text.length, number);
}

bool ckpt_uint64_of(ckpt_value value, uint64_t *number)
{
    ckpt_string text = ckpt_source(value);
    return ckpt_is(value, CKPT_NUMBER) && ckpt_parse_uint64(text.data, text.length, number);
}

bool ckpt_time_of(ckpt_value value, ckpt_time *time)
{
    struct ckpt_time_problem problem = {0};
    ckpt_string text = ckpt_text(value);
    return ckpt_is(value, CKPT_STRING) && ckpt_time_parse(text.data, text.length, time, &problem);
}
