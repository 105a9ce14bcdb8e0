/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/emit.h"

#include <stdlib.h>
#include <string.h>

#include "proto/read.h"
#include "proto/show.h"
#include "text/message.h"
#include "text/number.h"
#include "text/utf8.h"

/* A message that is being sent. */
struct level {
    struct ckpt_pb m;
    struct ckpt_wire rest; /* the fields after the next one … */
    uint32_t *order;       /* … or, where they are not in the order of their ranks, the … */
    size_t count, at;      /* … places of all of them in that order, and how many are done */
    struct ckpt_wire_field next; /* if has_next */
    bool has_next;
    bool hex;                         /* all numbers in it */
    bool in_list;                     /* a list is open … */
    uint32_t list_number;             /* … of the values of this field … */
    const struct ckpt_pb_field *list; /* … NULL: not known */
};

/* ---- Order ----------------------------------------------------------------------------------- */

/* The table's field if what was found in a message is a value of it. */
static const struct ckpt_pb_field *known(const struct ckpt_pb *m, unsigned depth,
                                         const struct ckpt_wire_field *found)
{
    const struct ckpt_pb_field *field = ckpt_pb_find(m->message, found->number);
    if (field == NULL || !ckpt_pb_fits(field, found))
        return NULL;
    if (field->type == CKPT_PB_MESSAGE) {
        struct ckpt_pb inner = {found->bytes, found->bytes + found->length,
                                ckpt_pb_inner(m->message, field)};
        if (depth + 1 == CKPT_PB_MAX_DEPTH ||
            (field->show == CKPT_PB_IF_IT_FITS && !ckpt_pb_is_exact(&inner)))
            return NULL;
    }
    return field;
}

/* Where a field is sent: by its number (29 bits), and values that are not of the table's type
   after those that are, so that each key is sent once. */
static uint32_t rank(const struct ckpt_pb *m, unsigned depth, const struct ckpt_wire_field *found)
{
    return found->number << 1 | (known(m, depth, found) == NULL);
}

/* Whether all ranks rise; and how many fields there are. */
static bool in_order(const struct ckpt_pb *m, unsigned depth, size_t *count)
{
    struct ckpt_wire wire = {m->at, m->end};
    struct ckpt_wire_field field, before = {0};
    bool rises = true;
    *count = 0;
    while (ckpt_wire_next(&wire, &field) == CKPT_WIRE_OK) {
        bool alike = field.type == before.type && field.type != CKPT_WIRE_BYTES;
        rises = rises && (field.number > before.number ||
                          (field.number == before.number &&
                           (alike || rank(m, depth, &field) >= rank(m, depth, &before))));
        before = field;
        ++*count;
    }
    return rises;
}

/* Merges sorted pieces of a list of rank and place until it is sorted; equal ranks keep their
   order, since places rise. The result is in one of the two, which is returned. */
static uint64_t *merge_sort(uint64_t *from, uint64_t *to, size_t count)
{
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t a = start, b = start + width < count ? start + width : count;
            size_t a_end = b, b_end = count - b < width ? count : b + width;
            for (size_t i = start; i < b_end; i++)
                to[i] = b == b_end || (a < a_end && from[a] <= from[b]) ? from[a++] : from[b++];
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

/* The places of the fields in the order of their ranks; NULL: no memory. */
static uint32_t *places(const struct ckpt_pb *m, unsigned depth, size_t count)
{
    uint64_t *keys = count == 0 ? NULL : calloc(count, 16);
    if (keys == NULL)
        return NULL;
    struct ckpt_wire wire = {m->at, m->end};
    struct ckpt_wire_field field;
    for (size_t i = 0; i < count && ckpt_wire_next(&wire, &field) == CKPT_WIRE_OK; i++)
        keys[i] = (uint64_t)rank(m, depth, &field) << 32 | (uint32_t)(field.start - m->at);
    const uint64_t *sorted = merge_sort(keys, keys + count, count);
    uint32_t *order = calloc(count, sizeof(*order));
    for (size_t i = 0; order != NULL && i < count; i++)
        order[i] = (uint32_t)sorted[i];
    free(keys);
    return order;
}

static void advance(struct level *level)
{
    if (level->order != NULL) {
        level->has_next = level->at < level->count;
        if (!level->has_next)
            return;
        level->rest = (struct ckpt_wire){level->m.at + level->order[level->at++], level->m.end};
    }
    level->has_next = ckpt_wire_next(&level->rest, &level->next) == CKPT_WIRE_OK;
}

static void enter(struct ckpt_pb_emitter *e, struct level levels[], unsigned depth,
                  const struct ckpt_pb *m, bool hex)
{
    struct level *level = &levels[depth];
    memset(level, 0, sizeof(*level));
    level->m = *m;
    level->rest = (struct ckpt_wire){m->at, m->end};
    level->hex = hex;
    if (!in_order(m, depth, &level->count)) {
        level->order = places(m, depth, level->count);
        if (level->order == NULL)
            e->failed = true;
    }
    advance(level);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void send_text(struct ckpt_pb_emitter *e)
{
    e->failed = e->failed || e->text.failed;
    e->sink->string(e->sink, (ckpt_string){e->text.data, e->text.failed ? 0 : e->text.length});
}

static void send_hex(struct ckpt_pb_emitter *e, const uint8_t *bytes, size_t length)
{
    ckpt_buffer_clear(&e->text);
    ckpt_pb_add_hex_bytes(&e->text, bytes, length);
    e->sink->begin_struct(e->sink);
    e->sink->key(e->sink, (ckpt_string){"hex", 3});
    send_text(e);
    e->sink->end(e->sink);
}

void ckpt_pb_emit_base64(struct ckpt_pb_emitter *e, const uint8_t *bytes, size_t length)
{
    ckpt_buffer_clear(&e->text);
    ckpt_pb_add_base64(&e->text, bytes, length);
    send_text(e);
}

static void send_bytes(struct ckpt_pb_emitter *e, const struct ckpt_pb_field *field,
                       const struct ckpt_wire_field *found)
{
    if (field->type == CKPT_PB_STRING) {
        if (ckpt_utf8_valid(found->bytes, found->length))
            e->sink->string(e->sink, (ckpt_string){(const char *)found->bytes, found->length});
        else
            send_hex(e, found->bytes, found->length);
        return;
    }
    if (field->show != CKPT_PB_QUOTED) {
        ckpt_pb_emit_base64(e, found->bytes, found->length);
        return;
    }
    ckpt_buffer_clear(&e->text);
    if (ckpt_pb_add_quoted(&e->text, found->bytes, found->length))
        send_text(e);
    else
        send_hex(e, found->bytes, found->length);
}

/* The place of a number in a set of names, or -1. */
static int find_name(const struct ckpt_pb_schema *schema, unsigned set, uint64_t value)
{
    const struct ckpt_pb_names *names = &schema->sets[set];
    for (unsigned i = 0; i < names->count; i++)
        if (schema->numbers[names->first + i] == value)
            return names->first + (int)i;
    return -1;
}

/* "A | B | 0x40": the names of bits, then what is left. */
static void add_flags(struct ckpt_pb_emitter *e, const struct ckpt_pb_names *names, uint32_t value)
{
    uint32_t left = value;
    for (unsigned i = names->first; i < names->first + (unsigned)names->count; i++) {
        if ((value & e->schema->numbers[i]) == 0)
            continue;
        ckpt_string name = ckpt_names_get(e->names, e->schema->field_count + i);
        if (e->text.length > 0)
            ckpt_buffer_add_text(&e->text, " | ");
        ckpt_buffer_add(&e->text, name.data, name.length);
        left &= ~e->schema->numbers[i];
    }
    if (left == 0)
        return;
    ckpt_buffer_add_text(&e->text, e->text.length > 0 ? " | 0x" : "0x");
    ckpt_format(&e->text, "%x", (uint64_t)left);
}

/* Numbers without a text of their own. */
static void send_plain(struct ckpt_pb_emitter *e, const struct ckpt_pb_field *field, uint64_t value)
{
    switch (field->type) {
    case CKPT_PB_BOOL:
        e->sink->boolean(e->sink, value != 0);
        return;
    case CKPT_PB_U64:
    case CKPT_PB_F64:
        e->sink->unsigned64(e->sink, value);
        return;
    case CKPT_PB_I64:
    case CKPT_PB_S64:
        e->sink->integer64(e->sink, (int64_t)value);
        return;
    default:
        e->sink->integer(e->sink, (int64_t)value);
    }
}

static void send_number(struct ckpt_pb_emitter *e, const struct ckpt_pb_field *field, bool hex,
                        uint64_t value)
{
    bool is_signed = field->type == CKPT_PB_I32 || field->type == CKPT_PB_I64 ||
                     field->type == CKPT_PB_S32 || field->type == CKPT_PB_S64;
    if (field->type == CKPT_PB_ENUM || (e->pretty && !hex && field->show == CKPT_PB_NAMES)) {
        int name = find_name(e->schema, field->of, value);
        if (name >= 0)
            e->sink->word(e->sink, (uint32_t)(e->schema->field_count + name));
        else
            e->sink->integer(e->sink, (int64_t)value);
        return;
    }
    if (!e->pretty || field->type == CKPT_PB_BOOL) {
        send_plain(e, field, value);
        return;
    }
    ckpt_buffer_clear(&e->text);
    if (!hex && field->show == CKPT_PB_FLAGS && e->names != NULL) {
        add_flags(e, &e->schema->sets[field->of], (uint32_t)value);
        send_text(e);
    } else if (ckpt_pb_show_number(hex ? CKPT_PB_HEX : (enum ckpt_pb_show)field->show, value,
                                   is_signed && (int64_t)value < 0, &e->text))
        send_text(e);
    else
        send_plain(e, field, value);
}

static void send_unknown(struct ckpt_pb_emitter *e, const struct ckpt_wire_field *found)
{
    static const char *const names[] = {"varint", "fixed64", "bytes", "", "", "fixed32"};
    const char *name = names[found->type];
    e->sink->begin_struct(e->sink);
    e->sink->key(e->sink, (ckpt_string){name, strlen(name)});
    if (found->type == CKPT_WIRE_BYTES)
        ckpt_pb_emit_base64(e, found->bytes, found->length);
    else
        e->sink->unsigned64(e->sink, found->value);
    e->sink->end(e->sink);
}

/* ---- Messages -------------------------------------------------------------------------------- */

/* The words of an address as one text. False: they are not 1 or 4. */
static bool send_address(struct ckpt_pb_emitter *e, const struct level *level,
                         const struct ckpt_pb_field *field)
{
    struct ckpt_pb_each each = ckpt_pb_each(&level->m, field->number);
    uint32_t words[4];
    uint64_t value;
    size_t count = 0;
    while (ckpt_pb_next_u64(&each, &value)) {
        if (count == 4)
            return false;
        words[count++] = (uint32_t)value;
    }
    if (count != 1 && count != 4)
        return false;
    ckpt_buffer_clear(&e->text);
    ckpt_pb_show_address(words, count, &e->text);
    send_text(e);
    return true;
}

static void send_packed(struct ckpt_pb_emitter *e, const struct ckpt_pb_field *field, bool hex,
                        const struct ckpt_wire_field *found)
{
    struct ckpt_wire list = {found->bytes, found->bytes + found->length};
    uint64_t value;
    while (ckpt_pb_next_packed(field, &list, &value))
        send_number(e, field, hex, value);
}

/* Sends the key of a field and opens a list if one is due. True: that was all of the field. */
static bool begin_field(struct ckpt_pb_emitter *e, struct level *level,
                        const struct ckpt_pb_field *field, uint32_t number, bool more)
{
    char key[12] = "?";
    if (field != NULL)
        e->sink->member(e->sink, ckpt_pb_name(e->schema, field));
    else
        e->sink->key(e->sink, (ckpt_string){key, 1 + ckpt_format_uint64(number, key + 1)});
    if (field == NULL ? !more : field->label < CKPT_PB_REPEATED)
        return false;
    e->sink->begin_array(e->sink);
    level->in_list = true;
    level->list_number = number;
    level->list = field;
    if (field == NULL || !e->pretty || field->show != CKPT_PB_ADDRESS ||
        !send_address(e, level, field))
        return false;
    while (level->has_next && level->next.number == number && ckpt_pb_fits(field, &level->next))
        advance(level);
    return true;
}

void ckpt_pb_emit(struct ckpt_pb_emitter *e, const struct ckpt_pb *m)
{
    struct level levels[CKPT_PB_MAX_DEPTH];
    unsigned depth = 0;
    enter(e, levels, depth, m, false);
    for (;;) {
        struct level *level = &levels[depth];
        const struct ckpt_pb_field *field =
            level->has_next ? known(&level->m, depth, &level->next) : NULL;
        if (level->in_list && !(level->has_next && level->next.number == level->list_number &&
                                field == level->list)) {
            e->sink->end(e->sink);
            level->in_list = false;
        }
        if (!level->has_next) {
            free(level->order);
            if (depth-- == 0)
                return;
            e->sink->end(e->sink);
            continue;
        }
        struct ckpt_wire_field found = level->next;
        advance(level);
        bool more = level->has_next && level->next.number == found.number &&
                    known(&level->m, depth, &level->next) == field;
        if (field != NULL && field->label < CKPT_PB_REPEATED && more)
            continue; /* of a singular field the last one counts */
        if (!level->in_list && begin_field(e, level, field, found.number, more))
            continue;
        if (field == NULL) {
            send_unknown(e, &found);
            continue;
        }
        bool hex = level->hex || field->show == CKPT_PB_HEX;
        if (field->type == CKPT_PB_MESSAGE) {
            struct ckpt_pb inner = {found.bytes, found.bytes + found.length,
                                    ckpt_pb_inner(level->m.message, field)};
            e->sink->begin_struct(e->sink);
            enter(e, levels, ++depth, &inner, hex);
        } else if (field->type == CKPT_PB_STRING || field->type == CKPT_PB_BYTES) {
            send_bytes(e, field, &found);
        } else if (found.type == CKPT_WIRE_BYTES) {
            send_packed(e, field, hex, &found);
        } else {
            send_number(e, field, hex, ckpt_pb_number(field, found.value));
        }
    }
}
