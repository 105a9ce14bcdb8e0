/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record in which the core answers JavaScript. It is made of 32-bit words; core.js reads them
 * by the positions that numbers.c puts into the tables.
 */
#ifndef CKPT_WASM_RESULT_H
#define CKPT_WASM_RESULT_H

#include <stdint.h>

/* WORD(name): one word. TEXT(name): two words, the address of UTF-8 bytes and their number. */
#define CKPT_RESULT_FIELDS(WORD, TEXT)                                                             \
    WORD(error) /* ckpt_error_kind */                                                              \
    WORD(offset)                                                                                   \
    WORD(length)                                                                                   \
    WORD(line)                                                                                     \
    WORD(column)                                                                                   \
    WORD(go_offset) /* signed */                                                                   \
    TEXT(message)                                                                                  \
    TEXT(detail)                                                                                   \
    TEXT(pointer)                                                                                  \
    TEXT(found)                                                                                    \
    TEXT(expected)                                                                                 \
    TEXT(go_value)                                                                                 \
    TEXT(go_type)                                                                                  \
    TEXT(go_struct)                                                                                \
    TEXT(go_field)                                                                                 \
    TEXT(rule)                                                                                     \
    TEXT(text) /* what was encoded */                                                              \
    WORD(tape) /* its address */                                                                   \
    WORD(tape_words)                                                                               \
    TEXT(input)   /* the document's text if the tape refers to it, else empty … */               \
    TEXT(strings) /* … and the tape's other strings, or empty if they stand right after it */    \
    WORD(joined)  /* then: where they begin */

struct ckpt_result_text {
    const char *data;
    uint32_t length;
};

struct ckpt_result {
#define WORD(name) uint32_t name;
#define TEXT(name) struct ckpt_result_text name;
    CKPT_RESULT_FIELDS(WORD, TEXT)
#undef WORD
#undef TEXT
};

/* Memory for an input is never smaller: JavaScript need not ask again for small ones. */
#define CKPT_INPUT_LEAST 65536u

#endif
