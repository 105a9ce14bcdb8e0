/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_WASM_NUMBERS_H
#define CKPT_WASM_NUMBERS_H

#include "mem/buffer.h"

/*
 * Every number that both sides of the border know, as JSON: {"result":{name: position in words},
 * "tape":{operation: number}, "errors", "uses", "modes", "limits"}.
 */
void ckpt_border_numbers(struct ckpt_buffer *out);

#endif
