/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that JavaScript gets as an address: words in a row, bytes, or a tape. Each file of
 * exports has one, good until the next call of that file.
 */
#ifndef CKPT_WASM_ANSWER_H
#define CKPT_WASM_ANSWER_H

#include "wasm/border/tape.h"

struct ckpt_answer {
    /* What JavaScript reads. */
    const void *data;
    uint32_t length; /* in bytes */
    union {
        const char *strings; /* of a tape */
        uint32_t offset;     /* of what is wrong */
    };
    uint32_t strings_length;
    /* What it is put together in. */
    struct ckpt_buffer list;
    struct ckpt_tape tape;
};

void ckpt_answer_word(struct ckpt_answer *answer, uint32_t word);
/* A number of 64 bits: two words, the low one first. */
void ckpt_answer_long(struct ckpt_answer *answer, uint64_t value);

/* The words and bytes that were added to the list; without memory, none. */
const void *ckpt_answer_list(struct ckpt_answer *answer);
const void *ckpt_answer_bytes(struct ckpt_answer *answer, const void *data, size_t length);
/* What was recorded on the tape. */
const void *ckpt_answer_tape(struct ckpt_answer *answer);

#endif
