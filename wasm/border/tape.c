/* SPDX-License-Identifier: Apache-2.0 */
#include "wasm/border/tape.h"

#include <stdlib.h>
#include <string.h>

#include "text/time.h"
#include "text/utf8.h"

#define LARGEST_STRING ((size_t)1 << 28)
#define LARGEST_TAPE ((size_t)1 << 26) /* words */
#define SHORT_INPUT ((size_t)1 << 12)
#define KEPT_TAPE ((size_t)1 << 16) /* a larger tape is not kept for the next value */

struct writer {
    struct ckpt_sink sink; /* first */
    struct ckpt_tape *tape;
    const char *input;   /* where strings are taken from if they stand there … */
    size_t input_length; /* … 0 if none is */
    size_t taken;        /* bytes of strings taken from there */
    bool failed;
};

static struct writer *writer_of(struct ckpt_sink *sink)
{
    return (struct writer *)sink;
}

/* Makes room for `count` <= 4 words. */
static bool reserve(struct writer *w, size_t count)
{
    struct ckpt_tape *tape = w->tape;
    if (tape->capacity - tape->count >= count)
        return true;
    size_t capacity = tape->capacity * 2 + 256;
    uint32_t *words =
        capacity > LARGEST_TAPE ? NULL : realloc(tape->words, capacity * sizeof(*words));
    if (words == NULL) {
        w->failed = true;
        return false;
    }
    tape->words = words;
    tape->capacity = capacity;
    return true;
}

static void put(struct ckpt_sink *sink, enum ckpt_tape_operation operation, size_t number)
{
    struct writer *w = writer_of(sink);
    if (reserve(w, 1))
        w->tape->words[w->tape->count++] = (uint32_t)number << 4 | operation;
}

static void put_value(struct ckpt_sink *sink, enum ckpt_tape_operation operation, uint32_t value)
{
    struct writer *w = writer_of(sink);
    if (reserve(w, 2)) {
        w->tape->words[w->tape->count++] = operation;
        w->tape->words[w->tape->count++] = value;
    }
}

static void put_eight(struct ckpt_sink *sink, enum ckpt_tape_operation operation, const void *bytes)
{
    struct writer *w = writer_of(sink);
    if (reserve(w, 4)) {
        struct ckpt_tape *tape = w->tape;
        tape->words[tape->count++] = operation;
        if (tape->count % 2 == 1)
            tape->words[tape->count++] = 0;
        memcpy(tape->words + tape->count, bytes, 8);
        tape->count += 2;
    }
}

/* ---- the sink ---------------------------------------------------------------------------------
 */

static void put_null(struct ckpt_sink *sink)
{
    put(sink, CKPT_TAPE_NULL, 0);
}

static void put_boolean(struct ckpt_sink *sink, bool value)
{
    put(sink, value ? CKPT_TAPE_TRUE : CKPT_TAPE_FALSE, 0);
}

static void put_integer(struct ckpt_sink *sink, int64_t value)
{
    if (value >= 0)
        put_value(sink, CKPT_TAPE_INTEGER, (uint32_t)value);
    else
        put_value(sink, CKPT_TAPE_NEGATIVE, (uint32_t)-value);
}

static void put_int64(struct ckpt_sink *sink, int64_t value)
{
    put_eight(sink, CKPT_TAPE_INT64, &value);
}

static void put_uint64(struct ckpt_sink *sink, uint64_t value)
{
    put_eight(sink, CKPT_TAPE_UINT64, &value);
}

static void put_number(struct ckpt_sink *sink, double value)
{
    put_eight(sink, CKPT_TAPE_NUMBER, &value);
}

static void put_string(struct ckpt_sink *sink, ckpt_string value)
{
    struct writer *w = writer_of(sink);
    struct ckpt_buffer *strings = &w->tape->strings;
    const unsigned char *text = (const unsigned char *)value.data;
    if (value.length >= LARGEST_STRING) {
        w->failed = true;
        return;
    }
    /* As integers, since the string may be in another object than the input. */
    size_t place = (size_t)((uintptr_t)value.data - (uintptr_t)w->input);
    if (place < w->input_length) {
        if (reserve(w, 2)) {
            w->tape->words[w->tape->count++] = (uint32_t)value.length << 4 | CKPT_TAPE_INPUT;
            w->tape->words[w->tape->count++] = (uint32_t)place;
            w->taken += value.length;
        }
        return;
    }
    ckpt_buffer_add(strings, value.data, value.length);
    put(sink, CKPT_TAPE_STRING, ckpt_utf16_length(text, value.length));
}

static void put_time(struct ckpt_sink *sink, ckpt_time value)
{
    char text[CKPT_TIME_MAX];
    put_string(sink, (ckpt_string){text, ckpt_time_format(value, text)});
}

static void begin_struct(struct ckpt_sink *sink)
{
    put(sink, CKPT_TAPE_STRUCT, 0);
}

static void put_field(struct ckpt_sink *sink, const struct ckpt_type *type,
                      const struct ckpt_field *field)
{
    /* Above END, so that 0 is no field. */
    put(sink, CKPT_TAPE_STRUCT, type->first_field + (size_t)(field - type->fields));
}

static void put_member(struct ckpt_sink *sink, uint32_t member)
{
    put(sink, CKPT_TAPE_STRUCT, member);
}

static void begin_map(struct ckpt_sink *sink)
{
    put(sink, CKPT_TAPE_MAP, 0);
}

static void begin_array(struct ckpt_sink *sink)
{
    put(sink, CKPT_TAPE_ARRAY, 0);
}

static void end(struct ckpt_sink *sink)
{
    put(sink, CKPT_TAPE_END, 0);
}

static const struct ckpt_sink functions = {
    .null_value = put_null,
    .boolean = put_boolean,
    .integer = put_integer,
    .integer64 = put_int64,
    .unsigned64 = put_uint64,
    .number = put_number,
    .string = put_string,
    .time = put_time,
    .begin_struct = begin_struct,
    .field = put_field,
    .member = put_member,
    .begin_map = begin_map,
    .key = put_string,
    .begin_array = begin_array,
    .end = end,
};

bool ckpt_tape_write(struct ckpt_tape *tape, ckpt_document *document)
{
    const struct ckpt_kind_info *kind = &ckpt_kinds[document->kind];
    struct writer w = {.sink = functions, .tape = tape, .input = (const char *)document->input};
    /* Strings that are parts of a text keep all of it alive: not worth it for a small part. */
    for (size_t length = document->index.wide ? 0 : document->length;; length = 0) {
        w.input_length = length;
        w.taken = 0;
        tape->count = 0;
        ckpt_buffer_clear(&tape->strings);
        if (!ckpt_emit(&document->arena, kind->type, kind->shape, document->value, &w.sink) ||
            w.failed || tape->strings.failed)
            return false;
        if (length <= SHORT_INPUT || w.taken >= length / 4)
            break;
    }
    tape->from_input = w.input_length != 0;
    return true;
}

bool ckpt_tape_record(struct ckpt_tape *tape, void (*write)(struct ckpt_sink *, void *),
                      void *argument)
{
    struct writer w = {.sink = functions, .tape = tape};
    tape->count = 0;
    tape->from_input = false;
    ckpt_buffer_clear(&tape->strings);
    write(&w.sink, argument);
    return !w.failed && !tape->strings.failed;
}
