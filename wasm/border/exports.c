/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boundary between the core and JavaScript. One document lives here at a time: JavaScript asks
 * for room (ckpt_wasm_input), puts the text there, calls, and reads the answer from one fixed
 * record (ckpt_wasm_result) and from the memory that it points to, which is good until the next
 * call. wasm/border/core.js is the other side.
 */
#include <stdlib.h>
#include <string.h>

#include "wasm/border/result.h"
#include "wasm/border/tape.h"
#include "json/document.h"

void *ckpt_wasm_input(uint32_t size);
const void *ckpt_wasm_result(void);
int ckpt_wasm_decode(int kind, uint32_t length);
int ckpt_wasm_value(void);
int ckpt_wasm_encode(void);
void *ckpt_wasm_scratch(uint32_t size);
int ckpt_wasm_locate(const char *pointer, uint32_t length);
int ckpt_wasm_byte_to_string(int64_t bytes);

#ifdef __EMSCRIPTEN__
/* The one import that a growing memory would need; without it the module has none. */
void emscripten_notify_memory_growth(unsigned long index);
void emscripten_notify_memory_growth(unsigned long index)
{
    (void)index;
}
#endif

static struct ckpt_result result;
static ckpt_document document;
static struct ckpt_tape tape;
static char *input;
static uint32_t capacity;

static struct ckpt_result_text text_of(ckpt_string string)
{
    return (struct ckpt_result_text){string.data, (uint32_t)string.length};
}

static void set_location(const ckpt_location *where)
{
    result.offset = (uint32_t)where->offset;
    result.length = (uint32_t)where->length;
    result.line = (uint32_t)where->line;
    result.column = (uint32_t)where->column;
}

static int set_error(const ckpt_error *error)
{
    result.error = error->kind;
    if (error->kind == CKPT_OK)
        return 0;
    set_location(&error->where);
    result.go_offset = (uint32_t)error->go_offset;
    result.message = text_of(error->message);
    result.detail = text_of(error->detail);
    result.pointer = text_of(error->pointer);
    result.found = text_of(error->found);
    result.expected = text_of(error->expected);
    result.rule = (struct ckpt_result_text){
        error->rule, error->rule == NULL ? 0 : (uint32_t)strlen(error->rule)};
    result.go_value = text_of(error->go_value);
    result.go_type = text_of(error->go_type);
    result.go_struct = text_of(error->go_struct);
    result.go_field = text_of(error->go_field);
    return (int)error->kind;
}

static int out_of_memory(void)
{
    ckpt_error error;
    memset(&error, 0, sizeof(error));
    ckpt_limit_error(&error, "out of memory");
    return set_error(&error);
}

/* Room for `size` bytes of input, whose former content is lost; NULL if there is no memory. */
void *ckpt_wasm_input(uint32_t size)
{
    enum { LARGE = 1 << 22 };
    if (input == NULL || size > capacity || (capacity > LARGE && size < capacity / 4)) {
        free(input);
        uint32_t wanted = size < CKPT_INPUT_LEAST ? CKPT_INPUT_LEAST : size;
        input = size > CKPT_MAX_INPUT ? NULL : malloc(wanted);
        capacity = input == NULL ? 0 : wanted;
    }
    return input;
}

const void *ckpt_wasm_result(void)
{
    return &result;
}

/* Decodes `length` bytes of the input; returns the kind of error, 0 for none. */
int ckpt_wasm_decode(int kind, uint32_t length)
{
    ckpt_error error;
    ckpt_decode(&document, (ckpt_kind)kind, input, length, &error);
    return set_error(&error);
}

/* Puts the decoded value on the tape. */
int ckpt_wasm_value(void)
{
    if (!ckpt_tape_write(&tape, &document))
        return out_of_memory();
    result.tape = (uint32_t)(uintptr_t)tape.words;
    result.tape_words = (uint32_t)tape.count;
    uint32_t length = tape.from_input ? (uint32_t)document.length : 0;
    uint32_t more = (uint32_t)tape.strings.length;
    result.input = (struct ckpt_result_text){input, length};
    result.strings = (struct ckpt_result_text){tape.strings.data, more};
    result.joined = 0;
    if (tape.from_input && more <= capacity - length) { /* one text to decode, not two */
        if (more != 0)
            memcpy(input + length, tape.strings.data, more);
        result.input.length += more;
        result.strings.length = 0;
        result.joined = length;
    }
    return 0;
}

/* Writes the decoded value as JSON. */
int ckpt_wasm_encode(void)
{
    ckpt_error error;
    ckpt_string text;
    ckpt_encode(&document, document.kind, document.value, &text, &error);
    result.text = text_of(text);
    return set_error(&error);
}

/* Room for `size` bytes beside the input; NULL if there is no memory. */
void *ckpt_wasm_scratch(uint32_t size)
{
    ckpt_buffer_clear(&document.text);
    return ckpt_buffer_reserve(&document.text, size + 1) ? document.text.data : NULL;
}

/* Follows a JSON pointer; 1 if there is such a value: its place is then in the result. */
int ckpt_wasm_locate(const char *pointer, uint32_t length)
{
    ckpt_location where;
    if (!ckpt_locate(&document, pointer, length, &where))
        return 0;
    set_location(&where);
    return 1;
}

int ckpt_wasm_byte_to_string(int64_t bytes)
{
    static char text[CKPT_BYTES_MAX];
    result.text = (struct ckpt_result_text){text, (uint32_t)ckpt_byte_to_string(bytes, text)};
    return 0;
}
