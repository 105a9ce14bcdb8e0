/* SPDX-License-Identifier: Apache-2.0 */
/* Text that grows. */
#ifndef CKPT_JSON_BUFFER_H
#define CKPT_JSON_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* A zeroed buffer is an empty one. `failed` is set, and stays, once there is no memory. */
struct ckpt_buffer {
    char *data;
    size_t length, capacity;
    bool failed;
};

/* Makes room for `more` bytes after the text; false (and `failed`) if there is no memory. */
bool ckpt_buffer_reserve(struct ckpt_buffer *buffer, size_t more);

void ckpt_buffer_add(struct ckpt_buffer *buffer, const char *data, size_t length);
void ckpt_buffer_add_text(struct ckpt_buffer *buffer, const char *text);
/* Empties the buffer for the next text; memory of an unusually long one is given back. */
void ckpt_buffer_clear(struct ckpt_buffer *buffer);

void ckpt_buffer_free(struct ckpt_buffer *buffer);

#endif
