/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tape: a value as a sequence of 32-bit words from which JavaScript builds its objects in one
 * pass (value.js), and the bytes of all its strings, one after the other, so that they are decoded
 * at once. A word has the operation in its low four bits and a number in the others.
 */
#ifndef CKPT_WASM_TAPE_H
#define CKPT_WASM_TAPE_H

#include "json/document.h"

enum ckpt_tape_operation {
    CKPT_TAPE_END, /* of the innermost struct, map or array */
    CKPT_TAPE_NULL,
    CKPT_TAPE_FALSE,
    CKPT_TAPE_TRUE,
    CKPT_TAPE_STRING,   /* number: its length in UTF-16 units */
    CKPT_TAPE_INTEGER,  /* the next word is its value … */
    CKPT_TAPE_NEGATIVE, /* … or its distance from 0 */
    CKPT_TAPE_INT64,    /* the two words from the next even position on are its value */
    CKPT_TAPE_UINT64,   /* the same */
    CKPT_TAPE_NUMBER,   /* the same, a double */
    CKPT_TAPE_STRUCT,   /* then, for each member, a word with its field's number, and its value */
    CKPT_TAPE_MAP,      /* then, for each member, the word of a string, and its value */
    CKPT_TAPE_ARRAY     /* then its elements */
};

/* A zeroed tape is an empty one; it can be written again and again. */
struct ckpt_tape {
    uint32_t *words;
    size_t count, capacity;
    struct ckpt_buffer strings;
};

/* Writes a value onto the tape, from its start. False: no memory. */
bool ckpt_tape_write(struct ckpt_tape *tape, struct ckpt_arena *arena, const struct ckpt_type *type,
                     uint8_t shape, const void *value);

#endif
