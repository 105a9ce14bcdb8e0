/* SPDX-License-Identifier: Apache-2.0 */
/* The tape that JavaScript reads values from, here with sanitizers: it is read beside a second walk
   over the value, and says the same word for word. */
#include "fuzz.h"

#include "text/time.h"
#include "wasm/border/tape.h"

struct checker {
    struct ckpt_sink sink; /* first */
    const struct ckpt_tape *tape;
    const ckpt_document *document;
    size_t at, string; /* next word; next byte of the strings */
};

static uint32_t next_word(struct ckpt_sink *sink)
{
    struct checker *c = (struct checker *)sink;
    REQUIRE(c->at < c->tape->count);
    return c->tape->words[c->at++];
}

static void check_word(struct ckpt_sink *sink, enum ckpt_tape_operation operation, size_t number)
{
    REQUIRE(next_word(sink) == ((uint32_t)number << 4 | operation));
}

static void check_eight(struct ckpt_sink *sink, enum ckpt_tape_operation operation,
                        const void *value)
{
    struct checker *c = (struct checker *)sink;
    check_word(sink, operation, 0);
    c->at += c->at % 2;
    REQUIRE(c->at + 2 <= c->tape->count);
    REQUIRE((uintptr_t)(c->tape->words + c->at) % 8 == 0);
    REQUIRE(memcmp(c->tape->words + c->at, value, 8) == 0);
    c->at += 2;
}

static void check_null(struct ckpt_sink *sink)
{
    check_word(sink, CKPT_TAPE_NULL, 0);
}

static void check_boolean(struct ckpt_sink *sink, bool value)
{
    check_word(sink, value ? CKPT_TAPE_TRUE : CKPT_TAPE_FALSE, 0);
}

static void check_integer(struct ckpt_sink *sink, int64_t value)
{
    check_word(sink, value < 0 ? CKPT_TAPE_NEGATIVE : CKPT_TAPE_INTEGER, 0);
    REQUIRE(next_word(sink) == (value < 0 ? -value : value));
}

static void check_int64(struct ckpt_sink *sink, int64_t value)
{
    check_eight(sink, CKPT_TAPE_INT64, &value);
}

static void check_uint64(struct ckpt_sink *sink, uint64_t value)
{
    check_eight(sink, CKPT_TAPE_UINT64, &value);
}

static void check_number(struct ckpt_sink *sink, double value)
{
    check_eight(sink, CKPT_TAPE_NUMBER, &value);
}

static void check_string(struct ckpt_sink *sink, ckpt_string value)
{
    struct checker *c = (struct checker *)sink;
    uint32_t word = next_word(sink), length = word >> 4;
    if ((word & 15) == CKPT_TAPE_INPUT) {
        /* taken from the input, where a byte is a UTF-16 unit only if all of it is ASCII */
        size_t place = next_word(sink);
        REQUIRE(place <= c->document->length && length <= c->document->length - place);
        REQUIRE(ckpt_ascii_prefix(c->document->input, c->document->length) == c->document->length);
        ckpt_string text = {(const char *)c->document->input + place, length};
        REQUIRE(fuzz_equal(text, value));
        return;
    }
    REQUIRE((word & 15) == CKPT_TAPE_STRING);
    REQUIRE(value.length <= c->tape->strings.length - c->string);
    REQUIRE(value.length == 0 ||
            memcmp(c->tape->strings.data + c->string, value.data, value.length) == 0);
    REQUIRE(ckpt_utf16_length((const unsigned char *)value.data, value.length) == length);
    c->string += value.length;
}

static void check_time(struct ckpt_sink *sink, ckpt_time value)
{
    char text[CKPT_TIME_MAX];
    check_string(sink, (ckpt_string){text, ckpt_time_format(value, text)});
}

static void check_struct(struct ckpt_sink *sink)
{
    check_word(sink, CKPT_TAPE_STRUCT, 0);
}

static void check_field(struct ckpt_sink *sink, const struct ckpt_type *type,
                        const struct ckpt_field *field)
{
    /* Its number counts all fields of all structs. */
    size_t number = (size_t)(field - type->fields);
    for (size_t i = 0; ckpt_types[i] != type; i++)
        number += ckpt_types[i]->field_count;
    uint32_t word = next_word(sink);
    REQUIRE(word >> 4 == number && (word & 15) != CKPT_TAPE_END);
}

static void check_map(struct ckpt_sink *sink)
{
    check_word(sink, CKPT_TAPE_MAP, 0);
}

static void check_array(struct ckpt_sink *sink)
{
    check_word(sink, CKPT_TAPE_ARRAY, 0);
}

static void check_end(struct ckpt_sink *sink)
{
    check_word(sink, CKPT_TAPE_END, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ckpt_sink sink = {
        .null_value = check_null,
        .boolean = check_boolean,
        .integer = check_integer,
        .integer64 = check_int64,
        .unsigned64 = check_uint64,
        .number = check_number,
        .string = check_string,
        .time = check_time,
        .begin_struct = check_struct,
        .field = check_field,
        .begin_map = check_map,
        .key = check_string,
        .begin_array = check_array,
        .end = check_end,
    };
    static struct ckpt_tape tape; /* used again and again */
    static ckpt_document *document;
    ckpt_error error;
    if (size == 0)
        return 0;
    if (document == NULL)
        document = ckpt_document_new();
    unsigned char *text = fuzz_copy(data + 1, size - 1);
    ckpt_decode(document, fuzz_kind(data[0]), text, size - 1, &error);
    REQUIRE(ckpt_tape_write(&tape, document));
    struct checker checker = {.sink = sink, .tape = &tape, .document = document};
    const struct ckpt_kind_info *kind = &ckpt_kinds[document->kind];
    REQUIRE(ckpt_emit(&document->arena, kind->type, kind->shape, document->value, &checker.sink));
    REQUIRE(checker.at == tape.count && checker.string == tape.strings.length);
    free(text);
    return 0;
}
