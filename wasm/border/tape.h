/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tape: a value as a sequence of 32-bit words from which JavaScript builds its objects in one
 * pass (value.js). A word has the operation in its low four bits and a number in the others.
 * Strings are not in it: those that stand in an ASCII input as they are name their place there,
 * which is the same in bytes and in UTF-16 units; the bytes of all others follow each other in
 * `strings`. So JavaScript decodes UTF-8 at most twice, however many strings there are.
 */
#ifndef CKPT_WASM_TAPE_H
#define CKPT_WASM_TAPE_H

#include "json/document.h"

enum ckpt_tape_operation {
    CKPT_TAPE_END, /* of the innermost struct, map or array */
    CKPT_TAPE_NULL,
    CKPT_TAPE_FALSE,
    CKPT_TAPE_TRUE,
    CKPT_TAPE_INPUT,    /* string; number: its length, the next word: its place in the input */
    CKPT_TAPE_STRING,   /* the next string of `strings`; number: its length in UTF-16 units */
    CKPT_TAPE_INTEGER,  /* the next word is its value … */
    CKPT_TAPE_NEGATIVE, /* … or its distance from 0 */
    CKPT_TAPE_INT64,    /* the two words from the next even position on are its value */
    CKPT_TAPE_UINT64,   /* the same */
    CKPT_TAPE_NUMBER,   /* the same, a double */
    CKPT_TAPE_STRUCT,   /* then, for each member, a word with its field's number, and its value:
                           above 0, so that none is END */
    CKPT_TAPE_MAP,      /* then, for each member, a string, and its value */
    CKPT_TAPE_ARRAY     /* then its elements */
};

/* A zeroed tape is an empty one; it can be written again and again. */
struct ckpt_tape {
    uint32_t *words;
    size_t count, capacity;
    struct ckpt_buffer strings;
    bool from_input; /* some strings may be places in the input */
};

/* Writes the document's value onto the tape, from its start. False: no memory. */
bool ckpt_tape_write(struct ckpt_tape *tape, ckpt_document *document);

/* The same for whatever `write` writes to the sink that it gets. */
bool ckpt_tape_record(struct ckpt_tape *tape, void (*write)(struct ckpt_sink *, void *),
                      void *argument);

#endif
