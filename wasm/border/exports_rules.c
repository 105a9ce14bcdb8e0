/* SPDX-License-Identifier: Apache-2.0 */
/* Validation for JavaScript; wasm/api/validate.js is the other side. Texts are answered as a
   pointer to {address, length}, good until the next call. */
#include "rules/validate.h"

char *ckpt_wasm_summary_room(ckpt_summary *summary, uint32_t length);
const void *ckpt_wasm_validation_start(ckpt_summary *summary, const char *options, uint32_t length);
void ckpt_wasm_validation_records(ckpt_summary *summary, const char *scope, uint32_t scope_length,
                                  const uint8_t *records, uint32_t length);
const void *ckpt_wasm_validation_finish(ckpt_summary *summary, const char *facts, uint32_t length);

static ckpt_string answer;

char *ckpt_wasm_summary_room(ckpt_summary *summary, uint32_t length)
{
    return ckpt_summary_room(summary, length);
}

/* The problem with the options, or an empty text. NULL: no memory. */
const void *ckpt_wasm_validation_start(ckpt_summary *summary, const char *options, uint32_t length)
{
    bool good = ckpt_validation_start(summary, (ckpt_string){options, length}, &answer);
    return good || answer.length != 0 ? &answer : NULL;
}

void ckpt_wasm_validation_records(ckpt_summary *summary, const char *scope, uint32_t scope_length,
                                  const uint8_t *records, uint32_t length)
{
    ckpt_validation_add_records(summary, (ckpt_string){scope, scope_length}, records, length);
}

const void *ckpt_wasm_validation_finish(ckpt_summary *summary, const char *facts, uint32_t length)
{
    answer = ckpt_validation_finish(summary, (ckpt_string){facts, length});
    return &answer;
}
