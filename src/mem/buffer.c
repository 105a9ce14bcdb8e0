/* SPDX-License-Identifier: Apache-2.0 */
#include "mem/buffer.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST ((size_t)1 << 30)
#define KEPT ((size_t)1 << 20) /* a larger buffer is not kept for the next text */

bool ckpt_buffer_reserve(struct ckpt_buffer *buffer, size_t more)
{
    if (buffer->failed)
        return false;
    if (more <= buffer->capacity - buffer->length)
        return true;
    if (more > LARGEST - buffer->length) {
        buffer->failed = true;
        return false;
    }
    size_t capacity = buffer->capacity < 256 ? 256 : buffer->capacity * 2;
    if (capacity < buffer->length + more)
        capacity = buffer->length + more;
    char *data = realloc(buffer->data, capacity);
    if (data == NULL) { /* memory is short: just what is needed */
        capacity = buffer->length + more;
        data = realloc(buffer->data, capacity);
    }
    if (data == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void ckpt_buffer_add(struct ckpt_buffer *buffer, const char *data, size_t length)
{
    if (length != 0 && ckpt_buffer_reserve(buffer, length)) {
        memcpy(buffer->data + buffer->length, data, length);
        buffer->length += length;
    }
}

void ckpt_buffer_add_text(struct ckpt_buffer *buffer, const char *text)
{
    ckpt_buffer_add(buffer, text, strlen(text));
}

void ckpt_buffer_clear(struct ckpt_buffer *buffer)
{
    if (buffer->capacity > KEPT)
        ckpt_buffer_free(buffer);
    buffer->length = 0;
    buffer->failed = false;
}

void ckpt_buffer_free(struct ckpt_buffer *buffer)
{
    free(buffer->data);
    memset(buffer, 0, sizeof(*buffer));
}
