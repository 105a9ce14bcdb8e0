/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in any bytes, for JavaScript; wasm/api/secrets-stream.js is the other side. */
#include "text/secrets_stream.h"
#include "wasm/border/answer.h"

ckpt_secrets_stream *ckpt_wasm_secrets_new(void);
void ckpt_wasm_secrets_free(ckpt_secrets_stream *stream);
int ckpt_wasm_secrets_know(ckpt_secrets_stream *stream, const char *bytes, uint32_t length);
void ckpt_wasm_secrets_begin(ckpt_secrets_stream *stream, int needles_only);
const void *ckpt_wasm_secrets_room(ckpt_secrets_stream *stream);
void ckpt_wasm_secrets_feed(ckpt_secrets_stream *stream, uint32_t length);
void ckpt_wasm_secrets_end(ckpt_secrets_stream *stream);
const void *ckpt_wasm_secrets_results(ckpt_secrets_stream *stream);

static struct ckpt_answer answer;

ckpt_secrets_stream *ckpt_wasm_secrets_new(void)
{
    return ckpt_secrets_stream_new();
}

void ckpt_wasm_secrets_free(ckpt_secrets_stream *stream)
{
    ckpt_secrets_stream_free(stream);
}

int ckpt_wasm_secrets_know(ckpt_secrets_stream *stream, const char *bytes, uint32_t length)
{
    return ckpt_secrets_stream_know(stream, bytes, length);
}

void ckpt_wasm_secrets_begin(ckpt_secrets_stream *stream, int needles_only)
{
    ckpt_secrets_stream_begin(stream, needles_only != 0);
}

/* Where the next bytes go: {address, length}. */
const void *ckpt_wasm_secrets_room(ckpt_secrets_stream *stream)
{
    size_t size = 0;
    const void *room = ckpt_secrets_stream_room(stream, &size);
    return ckpt_answer_bytes(&answer, room, size);
}

void ckpt_wasm_secrets_feed(ckpt_secrets_stream *stream, uint32_t length)
{
    ckpt_secrets_stream_feed(stream, length);
}

void ckpt_wasm_secrets_end(ckpt_secrets_stream *stream)
{
    ckpt_secrets_stream_end(stream);
}

/* What was found since the last call, as struct ckpt_secret_hit says: {address, length}; NULL: no
   memory. Good until bytes are fed. */
const void *ckpt_wasm_secrets_results(ckpt_secrets_stream *stream)
{
    struct ckpt_buffer *results = ckpt_secrets_stream_results(stream);
    if (results->failed)
        return NULL;
    ckpt_answer_bytes(&answer, results->data, results->length);
    results->length = 0;
    return &answer;
}
