/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/build.h"

#include <string.h>

#include "proto/read.h"
#include "proto/show.h"
#include "text/number.h"
#include "text/slice.h"

/* A member of an object that is a field. */
struct item {
    uint32_t number;
    uint32_t value;                    /* its node */
    const struct ckpt_pb_field *field; /* NULL: not in the table */
};

/* A message that is being written. */
struct level {
    const struct ckpt_pb_message *message;
    struct item *items;
    uint32_t count, at;
    uint32_t element, end; /* nodes: the next value of the current field, and after the last one */
    size_t start;          /* in the output, of the message */
};

bool ckpt_pb_refuse(struct ckpt_pb_builder *b, uint32_t node, const char *expected)
{
    b->node = node;
    b->expected = expected;
    return false;
}

static const struct ckpt_node *node_at(const struct ckpt_pb_builder *b, uint32_t node)
{
    return &b->document->index.nodes[node];
}

static ckpt_string string_at(const struct ckpt_pb_builder *b, uint32_t node)
{
    return ckpt_unquote(&b->document->arena, b->document->input, node_at(b, node));
}

uint32_t ckpt_pb_member(const struct ckpt_pb_builder *b, uint32_t object, const char *key)
{
    uint32_t end = node_at(b, object)->end, found = 0;
    for (uint32_t at = object + 1; at < end; at = node_at(b, at + 1)->end)
        if (ckpt_equals(string_at(b, at), key))
            found = at + 1;
    return found;
}

/* ---- Output ---------------------------------------------------------------------------------- */

static size_t varint(uint8_t *out, uint64_t value)
{
    size_t length = 0;
    for (; value >= 0x80; value >>= 7)
        out[length++] = (uint8_t)(value | 0x80);
    out[length++] = (uint8_t)value;
    return length;
}

static void add_varint(struct ckpt_buffer *out, uint64_t value)
{
    uint8_t bytes[10];
    ckpt_buffer_add(out, (const char *)bytes, varint(bytes, value));
}

static void add_fixed(struct ckpt_buffer *out, uint64_t value, size_t size)
{
    char bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(value >> 8 * i);
    ckpt_buffer_add(out, bytes, size);
}

static void add_tag(struct ckpt_buffer *out, uint32_t number, enum ckpt_wire_type type)
{
    add_varint(out, (uint64_t)number << 3 | type);
}

/* Puts the length of what was written since `start` before it. */
static void add_length_before(struct ckpt_buffer *out, size_t start)
{
    uint8_t bytes[10];
    if (out->failed)
        return;
    size_t length = out->length - start, size = varint(bytes, length);
    if (!ckpt_buffer_reserve(out, size))
        return;
    memmove(out->data + start + size, out->data + start, length);
    memcpy(out->data + start, bytes, size);
    out->length += size;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

/* Numbers that a type can hold: from `least`, which is below zero, to `most`. */
static bool in_range(const struct ckpt_pb_field *field, uint64_t value, bool negative)
{
    switch (field->type) {
    case CKPT_PB_U32:
    case CKPT_PB_F32:
        return !negative && value <= UINT32_MAX;
    case CKPT_PB_I32:
    case CKPT_PB_S32:
    case CKPT_PB_ENUM:
        return negative ? value >= (uint64_t)(int64_t)INT32_MIN : value <= INT32_MAX;
    case CKPT_PB_I64:
    case CKPT_PB_S64:
        return negative || value <= INT64_MAX;
    default:
        return !negative;
    }
}

static const char *expected_of(const struct ckpt_pb_field *field)
{
    switch (field->type) {
    case CKPT_PB_U32:
    case CKPT_PB_F32:
        return "a number from 0 to 4294967295";
    case CKPT_PB_I32:
    case CKPT_PB_S32:
        return "a number from -2147483648 to 2147483647";
    case CKPT_PB_I64:
    case CKPT_PB_S64:
        return "a number of 64 bits";
    case CKPT_PB_BOOL:
        return "true or false";
    case CKPT_PB_ENUM:
        return "a name of the enumeration or its number";
    default:
        return "a number from 0 to 18446744073709551615";
    }
}

static bool name_to_number(const struct ckpt_pb_builder *b, unsigned set, ckpt_string text,
                           uint64_t *value)
{
    const struct ckpt_pb_names *names = &b->schema->sets[set];
    for (unsigned i = names->first; i < names->first + (unsigned)names->count; i++) {
        ckpt_string name = ckpt_names_get(b->names, b->schema->field_count + i);
        if (name.length == text.length && memcmp(name.data, text.data, text.length) == 0) {
            *value = b->schema->numbers[i];
            return true;
        }
    }
    return false;
}

static ckpt_string trimmed(const char *text, size_t length)
{
    while (length > 0 && *text == ' ') {
        text++;
        length--;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    return (ckpt_string){text, length};
}

/* "A | B | 0x40"; nothing at all is 0. */
static bool read_flags(const struct ckpt_pb_builder *b, unsigned set, ckpt_string text,
                       uint64_t *value)
{
    const char *end = text.data + text.length;
    *value = 0;
    if (text.length == 0)
        return true;
    for (const char *at = text.data;; at++) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        ckpt_string flag = trimmed(at, (size_t)((bar == NULL ? end : bar) - at));
        uint64_t bits;
        bool negative = false;
        if (!name_to_number(b, set, flag, &bits) &&
            (!ckpt_pb_read_number(flag, &bits, &negative) || negative))
            return false;
        *value |= bits;
        if (bar == NULL)
            return true;
        at = bar;
    }
}

static bool read_text(const struct ckpt_pb_builder *b, const struct ckpt_pb_field *field,
                      ckpt_string text, uint64_t *value, bool *negative)
{
    *negative = false;
    switch (field->show) {
    case CKPT_PB_NAMES:
        if (name_to_number(b, field->of, text, value))
            return true;
        break;
    case CKPT_PB_FLAGS:
        return read_flags(b, field->of, text, value);
    case CKPT_PB_DEVICE:
    case CKPT_PB_OLD_DEVICE:
        if (ckpt_pb_read_device((enum ckpt_pb_show)field->show, text, value))
            return true;
        break;
    default:
        break;
    }
    return ckpt_pb_read_number(text, value, negative);
}

/* The number that a node stands for, in two's complement. */
static bool read_value(struct ckpt_pb_builder *b, const struct ckpt_pb_field *field, uint32_t node,
                       uint64_t *value)
{
    const struct ckpt_node *n = node_at(b, node);
    const char *token = (const char *)b->document->input + n->offset;
    bool negative = false, done = false;
    ckpt_string text;
    switch (ckpt_node_type(n)) {
    case CKPT_FALSE:
    case CKPT_TRUE:
        *value = ckpt_node_type(n) == CKPT_TRUE;
        done = field->type == CKPT_PB_BOOL;
        break;
    case CKPT_NUMBER:
        negative = *token == '-';
        done = negative ? ckpt_parse_int64(token, n->length, (int64_t *)value)
                        : ckpt_parse_uint64(token, n->length, value);
        done = done && (field->type != CKPT_PB_BOOL || *value <= 1);
        break;
    case CKPT_STRING:
        text = string_at(b, node);
        if (text.data == NULL)
            return ckpt_pb_refuse(b, node, NULL);
        done = field->type != CKPT_PB_BOOL && read_text(b, field, text, value, &negative);
        break;
    default:
        break;
    }
    if (!done || !in_range(field, *value, negative))
        return ckpt_pb_refuse(b, node, expected_of(field));
    return true;
}

/* Without a tag, as in packed lists. */
static void add_number(struct ckpt_buffer *out, const struct ckpt_pb_field *field, uint64_t value)
{
    switch (field->type) {
    case CKPT_PB_F32:
    case CKPT_PB_F64:
        add_fixed(out, value, field->type == CKPT_PB_F32 ? 4 : 8);
        return;
    case CKPT_PB_S32:
        add_varint(out, (uint32_t)((uint32_t)value << 1 ^ (0 - ((uint32_t)value >> 31))));
        return;
    case CKPT_PB_S64:
        add_varint(out, value << 1 ^ (0 - (value >> 63)));
        return;
    default:
        add_varint(out, value);
    }
}

static enum ckpt_wire_type number_type(const struct ckpt_pb_field *field)
{
    return field->type == CKPT_PB_F32   ? CKPT_WIRE_32
           : field->type == CKPT_PB_F64 ? CKPT_WIRE_64
                                        : CKPT_WIRE_VARINT;
}

/* ---- Bytes ----------------------------------------------------------------------------------- */

/* {"hex": "…"} */
static bool read_hex(struct ckpt_pb_builder *b, uint32_t node, struct ckpt_buffer *out)
{
    const struct ckpt_node *n = node_at(b, node);
    if (ckpt_node_count(n) != 1 || !ckpt_equals(string_at(b, node + 1), "hex") ||
        ckpt_node_type(node_at(b, node + 2)) != CKPT_STRING ||
        !ckpt_pb_read_hex_bytes(out, string_at(b, node + 2)))
        return ckpt_pb_refuse(b, node, "a string, or {\"hex\": \"…\"} with pairs of hex digits");
    return true;
}

static bool read_bytes(struct ckpt_pb_builder *b, bool is_text, bool is_quoted, uint32_t node,
                       struct ckpt_buffer *out)
{
    enum ckpt_node_type type = ckpt_node_type(node_at(b, node));
    if (type == CKPT_OBJECT)
        return read_hex(b, node, out);
    if (type != CKPT_STRING)
        return ckpt_pb_refuse(b, node, "a string, or {\"hex\": \"…\"}");
    ckpt_string text = string_at(b, node);
    if (text.data == NULL)
        return ckpt_pb_refuse(b, node, NULL);
    if (is_text)
        ckpt_buffer_add(out, text.data, text.length);
    else if (is_quoted)
        ckpt_pb_read_quoted(out, text);
    else if (!ckpt_pb_read_base64(out, text))
        return ckpt_pb_refuse(b, node, "base64");
    return true;
}

bool ckpt_pb_build_bytes(struct ckpt_pb_builder *b, uint32_t node, struct ckpt_buffer *out)
{
    return read_bytes(b, false, false, node, out);
}

/* ---- Fields that the table lacks ------------------------------------------------------------- */

/* {"varint": 3} and the other forms. */
static bool add_unknown(struct ckpt_pb_builder *b, uint32_t number, uint32_t node)
{
    static const struct ckpt_pb_field field = {.type = CKPT_PB_U64};
    const struct ckpt_node *n = node_at(b, node);
    uint64_t value;
    if (ckpt_node_type(n) != CKPT_OBJECT || ckpt_node_count(n) != 1)
        return ckpt_pb_refuse(b, node,
                              "{\"varint\": …}, {\"fixed32\": …}, {\"fixed64\": …} or "
                              "{\"bytes\": \"…\"}");
    ckpt_string form = string_at(b, node + 1);
    if (ckpt_equals(form, "bytes")) {
        add_tag(b->out, number, CKPT_WIRE_BYTES);
        size_t start = b->out->length;
        if (!ckpt_pb_build_bytes(b, node + 2, b->out))
            return false;
        add_length_before(b->out, start);
        return true;
    }
    bool is_varint = ckpt_equals(form, "varint"), is_32 = ckpt_equals(form, "fixed32");
    if (!is_varint && !is_32 && !ckpt_equals(form, "fixed64"))
        return ckpt_pb_refuse(b, node + 1, "varint, fixed32, fixed64 or bytes");
    if (!read_value(b, &field, node + 2, &value))
        return false;
    if (is_32 && value > UINT32_MAX)
        return ckpt_pb_refuse(b, node + 2, "a number from 0 to 4294967295");
    add_tag(b->out, number, is_varint ? CKPT_WIRE_VARINT : is_32 ? CKPT_WIRE_32 : CKPT_WIRE_64);
    if (is_varint)
        add_varint(b->out, value);
    else
        add_fixed(b->out, value, is_32 ? 4 : 8);
    return true;
}

/* ---- Messages -------------------------------------------------------------------------------- */

/* The field that a key names. The search begins at field `hint`: keys mostly come in order. */
static bool find_item(const struct ckpt_pb_builder *b, const struct ckpt_pb_message *message,
                      ckpt_string key, unsigned hint, struct item *item)
{
    for (unsigned i = 0; i < message->count; i++) {
        const struct ckpt_pb_field *field = &message->fields[(hint + i) % message->count];
        ckpt_string name = ckpt_names_get(b->names, ckpt_pb_name(b->schema, field));
        if (name.length == key.length && memcmp(name.data, key.data, key.length) == 0) {
            *item = (struct item){field->number, 0, field};
            return true;
        }
    }
    uint64_t number;
    if (key.length < 2 || key.data[0] != '?' ||
        !ckpt_parse_uint64(key.data + 1, key.length - 1, &number) || number == 0 ||
        number >= UINT64_C(1) << 29)
        return false;
    *item = (struct item){(uint32_t)number, 0, NULL};
    return true;
}

static bool is_beside(const struct ckpt_pb_builder *b, ckpt_string key)
{
    for (size_t i = 0; i < sizeof(b->beside) / sizeof(b->beside[0]) && b->beside[i] != NULL; i++)
        if (ckpt_equals(key, b->beside[i]))
            return true;
    return false;
}

static bool before(const struct item *a, const struct item *b)
{
    return a->number != b->number ? a->number < b->number : a->field != NULL && b->field == NULL;
}

/* Shell sort: few items are ever out of order. */
static void sort_items(struct item *items, uint32_t count)
{
    for (uint32_t gap = count / 2; gap > 0; gap /= 2) {
        for (uint32_t i = gap; i < count; i++) {
            struct item item = items[i];
            uint32_t at = i;
            for (; at >= gap && before(&item, &items[at - gap]); at -= gap)
                items[at] = items[at - gap];
            items[at] = item;
        }
    }
}

static bool check_items(struct ckpt_pb_builder *b, const struct level *level, uint32_t node)
{
    uint64_t seen = 0;
    for (uint32_t i = 0; i < level->count; i++) {
        const struct item *item = &level->items[i];
        if (i > 0 && item->number == item[-1].number && item->field == item[-1].field)
            return ckpt_pb_refuse(b, item->value, "each field once");
        if (item->field != NULL)
            seen |= UINT64_C(1) << (item->field - level->message->fields);
    }
    for (unsigned i = 0; i < level->message->count; i++) {
        if (level->message->fields[i].label != CKPT_PB_REQUIRED || (seen >> i & 1) != 0)
            continue;
        static const char words[] = "a member ";
        ckpt_string name =
            ckpt_names_get(b->names, ckpt_pb_name(b->schema, &level->message->fields[i]));
        char *text = ckpt_arena_alloc(&b->document->arena, sizeof(words) + name.length + 2);
        if (text == NULL)
            return ckpt_pb_refuse(b, node, NULL);
        memcpy(text, words, sizeof(words) - 1);
        text[sizeof(words) - 1] = '"';
        memcpy(text + sizeof(words), name.data, name.length);
        text[sizeof(words) + name.length] = '"';
        return ckpt_pb_refuse(b, node, text);
    }
    return true;
}

/* Begins a message: its members in the order of their numbers. */
static bool enter(struct ckpt_pb_builder *b, struct level *level,
                  const struct ckpt_pb_message *message, uint32_t node, bool outermost)
{
    const struct ckpt_node *n = node_at(b, node);
    *level = (struct level){.message = message, .start = b->out->length};
    if (ckpt_node_type(n) != CKPT_OBJECT)
        return ckpt_pb_refuse(b, node, "an object");
    level->items =
        ckpt_arena_array(&b->document->arena, (size_t)ckpt_node_count(n) + 1, sizeof(struct item));
    if (level->items == NULL)
        return ckpt_pb_refuse(b, node, NULL);
    bool sorted = true;
    unsigned hint = 0;
    for (uint32_t at = node + 1; at < n->end; at = node_at(b, at + 1)->end) {
        ckpt_string key = string_at(b, at);
        struct item item;
        if (key.data == NULL)
            return ckpt_pb_refuse(b, at, NULL);
        if (outermost && is_beside(b, key))
            continue;
        if (!find_item(b, message, key, hint, &item))
            return ckpt_pb_refuse(b, at, "a field of this message, or \"?\" and a number");
        item.value = at + 1;
        hint = item.field == NULL ? hint : (unsigned)(item.field - message->fields) + 1;
        sorted = sorted && (level->count == 0 || before(&level->items[level->count - 1], &item));
        level->items[level->count++] = item;
    }
    if (!sorted)
        sort_items(level->items, level->count);
    return check_items(b, level, node);
}

/* The text of an address instead of its words. */
static bool add_address(struct ckpt_pb_builder *b, const struct ckpt_pb_field *field, uint32_t node)
{
    uint32_t words[4];
    size_t count;
    if (!ckpt_pb_read_address(string_at(b, node), words, &count))
        return ckpt_pb_refuse(b, node, "an address of IPv4 or IPv6, or its words");
    for (size_t i = 0; i < count; i++) {
        add_tag(b->out, field->number, CKPT_WIRE_VARINT);
        add_varint(b->out, words[i]);
    }
    return true;
}

static bool add_packed(struct ckpt_pb_builder *b, const struct item *item)
{
    uint32_t end = node_at(b, item->value)->end;
    add_tag(b->out, item->number, CKPT_WIRE_BYTES);
    size_t start = b->out->length;
    for (uint32_t at = item->value + 1; at < end; at++) { /* numbers are single nodes */
        uint64_t value;
        if (!read_value(b, item->field, at, &value))
            return false;
        add_number(b->out, item->field, value);
    }
    add_length_before(b->out, start);
    return true;
}

/* A value that is no message. */
static bool add_value(struct ckpt_pb_builder *b, const struct item *item, uint32_t node)
{
    const struct ckpt_pb_field *field = item->field;
    if (field == NULL)
        return add_unknown(b, item->number, node);
    if (field->type == CKPT_PB_STRING || field->type == CKPT_PB_BYTES) {
        add_tag(b->out, item->number, CKPT_WIRE_BYTES);
        size_t start = b->out->length;
        if (!read_bytes(b, field->type == CKPT_PB_STRING, field->show == CKPT_PB_QUOTED, node,
                        b->out))
            return false;
        add_length_before(b->out, start);
        return true;
    }
    if (field->show == CKPT_PB_ADDRESS && ckpt_node_type(node_at(b, node)) == CKPT_STRING)
        return add_address(b, field, node);
    uint64_t value;
    if (!read_value(b, field, node, &value))
        return false;
    add_tag(b->out, item->number, number_type(field));
    add_number(b->out, field, value);
    return true;
}

/* Which nodes are the values of an item: `*first` to before `*end`. */
static bool values_of(struct ckpt_pb_builder *b, const struct item *item, uint32_t *first,
                      uint32_t *end)
{
    const struct ckpt_node *n = node_at(b, item->value);
    bool is_list = ckpt_node_type(n) == CKPT_ARRAY;
    if (item->field != NULL && item->field->label >= CKPT_PB_REPEATED && !is_list)
        return ckpt_pb_refuse(b, item->value, "a list");
    if (item->field != NULL && item->field->label < CKPT_PB_REPEATED)
        is_list = false;
    *first = item->value + is_list;
    *end = n->end;
    return true;
}

bool ckpt_pb_build(struct ckpt_pb_builder *b, const struct ckpt_pb_message *message, uint32_t node)
{
    struct level levels[CKPT_PB_MAX_DEPTH];
    unsigned depth = 0;
    b->expected = NULL;
    if (!enter(b, &levels[0], message, node, true))
        return false;
    for (;;) {
        struct level *level = &levels[depth];
        const struct item *item;
        if (b->out->failed)
            return ckpt_pb_refuse(b, node, NULL);
        if (level->element == level->end) { /* the next field */
            if (level->at == level->count) {
                if (depth-- == 0)
                    return true;
                add_length_before(b->out, level->start);
                continue;
            }
            item = &level->items[level->at++];
            if (!values_of(b, item, &level->element, &level->end))
                return false;
            if (item->field != NULL && item->field->label == CKPT_PB_PACKED) {
                if (!add_packed(b, item))
                    return false;
                level->element = level->end;
            }
            continue;
        }
        item = &level->items[level->at - 1];
        uint32_t value = level->element;
        level->element = node_at(b, value)->end;
        if (item->field == NULL || item->field->type != CKPT_PB_MESSAGE) {
            if (!add_value(b, item, value))
                return false;
            continue;
        }
        if (depth + 1 == CKPT_PB_MAX_DEPTH)
            return ckpt_pb_refuse(b, value, "messages that are not nested so deep");
        add_tag(b->out, item->number, CKPT_WIRE_BYTES);
        if (!enter(b, &levels[++depth], ckpt_pb_inner(level->message, item->field), value, false))
            return false;
    }
}
