/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text of what the core says about a checkpoint. */
#ifndef CKPT_CHECKPOINT_PRINT_H
#define CKPT_CHECKPOINT_PRINT_H

#include <stddef.h>
#include <stdint.h>

#include "ckpt.h"
#include "mem/buffer.h"

/* A quoted string; bytes that are not UTF-8 become U+FFFD. */
void ckpt_print_string(struct ckpt_buffer *out, const char *text, size_t length);

/* A number, as a string from 2^53 on. */
void ckpt_print_number(struct ckpt_buffer *out, uint64_t number);

/* A comma if the text does not end with an opening bracket, then the key and a colon. */
void ckpt_print_key(struct ckpt_buffer *out, const char *key);

/* Key and string; nothing at all if the string is empty. */
void ckpt_print_member(struct ckpt_buffer *out, const char *key, ckpt_string value);

/* Key and number; null if it is not `there`. */
void ckpt_print_optional(struct ckpt_buffer *out, const char *key, bool there, uint64_t number);

/* A comma if the text does not end with an opening bracket, then `opener`. */
void ckpt_print_open(struct ckpt_buffer *out, const char *opener);

#endif
