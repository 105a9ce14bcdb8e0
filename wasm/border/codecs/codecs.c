/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoders of xz and bzip2 for JavaScript, a module of their own that is loaded when one is
 * needed; wasm/border/codecs.js is the other side.
 */
#include <stdlib.h>

#include "archive/decoder.h"
#include "crc_tables.h"

enum { INPUT = 65536 };

typedef struct {
    struct ckpt_decoder *decoder;
    const uint8_t *in, *end, *out;
    bool last;
    uint8_t input[INPUT];
} codec;

#ifdef __EMSCRIPTEN__
/* The one import that a growing memory would need; without it the module has none. */
void emscripten_notify_memory_growth(unsigned long index);
void emscripten_notify_memory_growth(unsigned long index)
{
    (void)index;
}
#endif

uint32_t ckpt_codec_input_size(void);
codec *ckpt_codec_new(uint32_t compression, double max_window);
void ckpt_codec_free(codec *c);
uint8_t *ckpt_codec_input(codec *c);
void ckpt_codec_feed(codec *c, uint32_t length, int last);
uint32_t ckpt_codec_run(codec *c);
const uint8_t *ckpt_codec_output(const codec *c);
const struct ckpt_decoder_state *ckpt_codec_state(const codec *c);

/* NULL: no memory, or a compression that is not one of ours. */
codec *ckpt_codec_new(uint32_t compression, double max_window)
{
    const struct ckpt_decoder_type *type = ckpt_decoder_for(compression);
    codec *c = type == NULL ? NULL : malloc(sizeof(*c));
    if (c == NULL)
        return NULL;
    ckpt_codec_make_crc_tables();
    c->decoder = ckpt_decoder_new(type, (uint64_t)max_window);
    if (c->decoder == NULL) {
        free(c);
        return NULL;
    }
    c->in = c->end = c->input;
    c->last = false;
    return c;
}

void ckpt_codec_free(codec *c)
{
    ckpt_decoder_free(c->decoder);
    free(c);
}

uint32_t ckpt_codec_input_size(void)
{
    return INPUT;
}

/* Where the next bytes go, when those before are used. */
uint8_t *ckpt_codec_input(codec *c)
{
    return c->input;
}

void ckpt_codec_feed(codec *c, uint32_t length, int last)
{
    c->in = c->input;
    c->end = c->input + length;
    c->last = last != 0;
}

/* Length of the next output; 0: see the state, or more input is needed. */
uint32_t ckpt_codec_run(codec *c)
{
    return ckpt_decoder_run(c->decoder, &c->in, c->end, c->last, &c->out);
}

const uint8_t *ckpt_codec_output(const codec *c)
{
    return c->out;
}

const struct ckpt_decoder_state *ckpt_codec_state(const codec *c)
{
    return &c->decoder->state;
}
