/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of every kind, filled at random: to JSON, plain and pretty, and back to the same bytes.
 */
#include <string.h>

#include "criu/names.h"
#include "criu/schema.h"
#include "proto/build.h"
#include "proto/emit.h"
#include "tap.h"
#include "tests.h"
#include "json/python.h"

enum { ROUNDS = 6, DEPTH = 4 };

/* Knuth's 64-bit linear congruential generator; the same numbers everywhere. */
static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 24;
}

static void add_varint(struct ckpt_buffer *out, uint64_t value)
{
    do {
        char byte = (char)((value & 127) | (value > 127 ? 128 : 0));
        ckpt_buffer_add(out, &byte, 1);
        value >>= 7;
    } while (value != 0);
}

static void add_fixed(struct ckpt_buffer *out, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        char byte = (char)(value >> 8 * i);
        ckpt_buffer_add(out, &byte, 1);
    }
}

/* A number that the type can hold, as a varint has it. */
static uint64_t random_number(const struct ckpt_pb_field *field, uint64_t *state)
{
    uint64_t value = next_random(state) * 0x10001 ^ next_random(state) << 32;
    if (next_random(state) % 3 == 0) /* small ones are common, and have names */
        value %= 20;
    switch (field->type) {
    case CKPT_PB_U32:
    case CKPT_PB_S32:
    case CKPT_PB_F32:
        return (uint32_t)value;
    case CKPT_PB_I32:
    case CKPT_PB_ENUM:
        return (uint64_t)(int64_t)(int32_t)(uint32_t)value;
    case CKPT_PB_BOOL:
        return value & 1;
    default:
        return value;
    }
}

static void add_random_bytes(struct ckpt_buffer *out, uint64_t *state)
{
    static const char text[] = "a=. \t\r\n\0\xff\xc3\xa9/_?";
    size_t length =
        next_random(state) % 5 == 0 ? 90 + next_random(state) % 90 : next_random(state) % 12;
    add_varint(out, length);
    for (size_t i = 0; i < length; i++) {
        char byte = text[next_random(state) % (sizeof(text) - 1)];
        if (next_random(state) % 4 == 0)
            byte = (char)next_random(state);
        ckpt_buffer_add(out, &byte, 1);
    }
}

static void add_message(struct ckpt_buffer *out, const struct ckpt_pb_message *message, int depth,
                        uint64_t *state);

static void add_value(struct ckpt_buffer *out, const struct ckpt_pb_message *message,
                      const struct ckpt_pb_field *field, int depth, uint64_t *state)
{
    struct ckpt_buffer inner = {0};
    switch (field->type) {
    case CKPT_PB_STRING:
    case CKPT_PB_BYTES:
        add_varint(out, (uint64_t)field->number << 3 | 2);
        add_random_bytes(out, state);
        return;
    case CKPT_PB_MESSAGE:
        add_message(&inner, ckpt_pb_inner(message, field), depth + 1, state);
        add_varint(out, (uint64_t)field->number << 3 | 2);
        add_varint(out, inner.length);
        ckpt_buffer_add(out, inner.data, inner.length);
        ckpt_buffer_free(&inner);
        return;
    case CKPT_PB_F32:
    case CKPT_PB_F64:
        add_varint(out, (uint64_t)field->number << 3 | (field->type == CKPT_PB_F32 ? 5 : 1));
        add_fixed(out, random_number(field, state), field->type == CKPT_PB_F32 ? 4 : 8);
        return;
    default:
        add_varint(out, (uint64_t)field->number << 3);
        add_varint(out, random_number(field, state));
    }
}

static void add_packed(struct ckpt_buffer *out, const struct ckpt_pb_field *field, size_t count,
                       uint64_t *state)
{
    struct ckpt_buffer list = {0};
    for (size_t i = 0; i < count; i++)
        add_varint(&list, random_number(field, state));
    add_varint(out, (uint64_t)field->number << 3 | 2);
    add_varint(out, list.length);
    ckpt_buffer_add(out, list.data, list.length);
    ckpt_buffer_free(&list);
}

/* Required fields, and of the others some; one that no table has now and then. */
static void add_message(struct ckpt_buffer *out, const struct ckpt_pb_message *message, int depth,
                        uint64_t *state)
{
    for (unsigned i = 0; i < message->count; i++) {
        const struct ckpt_pb_field *field = &message->fields[i];
        bool is_deep = field->type == CKPT_PB_MESSAGE && depth >= DEPTH;
        size_t count = field->label == CKPT_PB_REQUIRED   ? 1
                       : is_deep                          ? 0
                       : field->label == CKPT_PB_OPTIONAL ? next_random(state) % 2
                                                          : next_random(state) % 6;
        if (field->label == CKPT_PB_PACKED)
            add_packed(out, field, count, state);
        for (size_t k = 0; field->label != CKPT_PB_PACKED && k < count; k++)
            add_value(out, message, field, depth, state);
    }
    /* Not in a message that would then be taken for one of another dialect. */
    if (message->index == CKPT_CRIU_pagemap_blocks)
        return;
    for (uint32_t number = 500 + (uint32_t)(next_random(state) % 1000); next_random(state) % 4 == 0;
         number += (uint32_t)(next_random(state) % 2)) {
        unsigned type = (unsigned)(next_random(state) % 4);
        add_varint(out, (uint64_t)number << 3 | (type == 3 ? 5 : type));
        if (type == 0)
            add_varint(out, next_random(state));
        else if (type == 2)
            add_random_bytes(out, state);
        else
            add_fixed(out, next_random(state) * 977, type == 1 ? 8 : 4);
    }
}

/* Appends to *again what the JSON of a message builds. */
static bool go_round(const struct ckpt_pb_message *message, const struct ckpt_buffer *bytes,
                     bool pretty, ckpt_document *document, struct ckpt_buffer *again)
{
    struct ckpt_buffer json = {0};
    struct ckpt_python printer;
    struct ckpt_pb m = {(const uint8_t *)bytes->data, (const uint8_t *)bytes->data + bytes->length,
                        message};
    struct ckpt_pb_problem problem;
    ckpt_error error;
    CHECK_THAT(ckpt_pb_check(&m, &problem), "message %u is sound", message->index);
    ckpt_python_begin(&printer, &json, &ckpt_criu_names, pretty);
    struct ckpt_pb_emitter emitter = {.schema = &ckpt_criu_schema,
                                      .sink = &printer.sink,
                                      .names = &ckpt_criu_names,
                                      .pretty = pretty};
    printer.sink.begin_struct(&printer.sink);
    ckpt_pb_emit(&emitter, &m);
    printer.sink.end(&printer.sink);
    bool scanned = ckpt_document_scan(document, CKPT_KIND_ANY, json.data, json.length, &error);
    CHECK_THAT(scanned, "message %u: JSON", message->index);
    struct ckpt_pb_builder builder = {
        .schema = &ckpt_criu_schema, .names = &ckpt_criu_names, .document = document, .out = again};
    bool built = scanned && ckpt_pb_build(&builder, message, 0);
    CHECK_THAT(built, "message %u: %s", message->index,
               builder.expected == NULL ? "memory" : builder.expected);
    ckpt_buffer_free(&emitter.text);
    ckpt_buffer_free(&json);
    return built;
}

static bool same_bytes(const struct ckpt_buffer *a, const struct ckpt_buffer *b)
{
    return a->length == b->length && (a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}

static void check_round(const struct ckpt_pb_message *message, const struct ckpt_buffer *bytes,
                        bool pretty, ckpt_document *document)
{
    struct ckpt_buffer again = {0};
    CHECK_THAT(go_round(message, bytes, pretty, document, &again) && same_bytes(&again, bytes),
               "message %u, pretty %d: the same bytes", message->index, pretty);
    ckpt_buffer_free(&again);
}

/* A message twice, and between the two a value of another type for each of its fields: JSON has
   each key once, and what it builds stays as it is. */
static void check_mixed(const struct ckpt_pb_message *message, const struct ckpt_buffer *bytes,
                        bool pretty, ckpt_document *document)
{
    struct ckpt_buffer mixed = {0}, once = {0}, again = {0};
    ckpt_buffer_reserve(&mixed, 1);
    ckpt_buffer_add(&mixed, bytes->data, bytes->length);
    for (unsigned i = 0; i < message->count; i++) {
        bool is_fixed = message->fields[i].type == CKPT_PB_F32;
        add_varint(&mixed, (uint64_t)message->fields[i].number << 3 | (is_fixed ? 1 : 5));
        add_fixed(&mixed, i, is_fixed ? 8 : 4);
    }
    ckpt_buffer_add(&mixed, bytes->data, bytes->length);
    CHECK_THAT(go_round(message, &mixed, pretty, document, &once) &&
                   go_round(message, &once, pretty, document, &again) && same_bytes(&once, &again),
               "message %u, pretty %d: values of other types", message->index, pretty);
    ckpt_buffer_free(&mixed);
    ckpt_buffer_free(&once);
    ckpt_buffer_free(&again);
}

void test_criu_roundtrip(void)
{
    uint64_t state = 1;
    ckpt_document *document = ckpt_document_new();
    for (unsigned i = 0; i < CKPT_CRIU_MESSAGE_COUNT; i++) {
        for (int round = 0; round < ROUNDS; round++) {
            struct ckpt_buffer bytes = {0};
            ckpt_buffer_reserve(&bytes, 1);
            add_message(&bytes, &ckpt_criu_messages[i], 0, &state);
            check_round(&ckpt_criu_messages[i], &bytes, round % 2 != 0, document);
            check_mixed(&ckpt_criu_messages[i], &bytes, round % 2 != 0, document);
            ckpt_buffer_free(&bytes);
        }
    }
    ckpt_document_free(document);
}
