/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_MESSAGE_H
#define CKPT_ARCHIVE_MESSAGE_H
/* Building a short text without printf. What does not fit is left out; always NUL-terminated. */
#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t length;
    char text[512];
} ckpt_message;

void ckpt_message_clear(ckpt_message *m);
void ckpt_message_text(ckpt_message *m, const char *text);
void ckpt_message_number(ckpt_message *m, uint64_t number);
/* In double quotes; control characters and bytes that are not ASCII as \xHH; cut after 120 bytes.
 */
void ckpt_message_name(ckpt_message *m, const uint8_t *name, size_t length);
/* Bytes as hex, separated by blanks. */
void ckpt_message_hex(ckpt_message *m, const uint8_t *bytes, size_t length);

#endif
