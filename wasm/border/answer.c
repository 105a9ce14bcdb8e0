/* SPDX-License-Identifier: Apache-2.0 */
#include "wasm/border/answer.h"

void ckpt_answer_word(struct ckpt_answer *answer, uint32_t word)
{
    ckpt_buffer_add(&answer->list, (const char *)&word, sizeof(word));
}

void ckpt_answer_long(struct ckpt_answer *answer, uint64_t value)
{
    ckpt_answer_word(answer, (uint32_t)value);
    ckpt_answer_word(answer, (uint32_t)(value >> 32));
}

const void *ckpt_answer_bytes(struct ckpt_answer *answer, const void *data, size_t length)
{
    answer->data = data;
    answer->length = (uint32_t)length;
    return answer;
}

const void *ckpt_answer_list(struct ckpt_answer *answer)
{
    const struct ckpt_buffer *list = &answer->list;
    return ckpt_answer_bytes(answer, list->data, list->failed ? 0 : list->length);
}

const void *ckpt_answer_tape(struct ckpt_answer *answer)
{
    const struct ckpt_tape *tape = &answer->tape;
    answer->strings = tape->strings.data;
    answer->strings_length = (uint32_t)tape->strings.length;
    return ckpt_answer_bytes(answer, tape->words, tape->count * sizeof(*tape->words));
}
