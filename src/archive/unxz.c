/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xz files by liblzma: any number of streams with padding between them, all filters and checks of
 * liblzma. The streams are told apart here and not by LZMA_CONCATENATED, which calls whatever
 * follows the last stream an error.
 */
#include <lzma.h>
#include <string.h>

#include "decoder.h"

enum state { STREAM, BETWEEN };

enum {
    OUTPUT = 65536,
    MAGIC = 6,
    PADDING = 4, /* after a stream: zeros, a multiple of this */
    /* What liblzma needs besides the dictionary, generously: tables, a chain of filters. */
    OVERHEAD = 1 << 20
};

static const uint8_t magic[MAGIC] = {0xfd, '7', 'z', 'X', 'Z', 0};

struct unxz {
    struct ckpt_decoder base; /* first */
    lzma_stream stream;
    enum state state;
    uint32_t magic_length; /* BETWEEN: bytes of the next stream's magic that were seen */
    uint64_t padding;      /* BETWEEN: zeros seen */
    uint8_t output[OUTPUT];
};

static bool start_stream(struct unxz *x)
{
    uint64_t limit = x->base.max_window;
    limit = limit > UINT64_MAX - OVERHEAD ? UINT64_MAX : limit + OVERHEAD;
    x->state = STREAM;
    return lzma_stream_decoder(&x->stream, limit, 0) == LZMA_OK;
}

static bool start(struct ckpt_decoder *d)
{
    struct unxz *x = (struct unxz *)d;
    x->stream = (lzma_stream)LZMA_STREAM_INIT;
    return start_stream(x);
}

static void end_decoder(struct ckpt_decoder *d)
{
    lzma_end(&((struct unxz *)d)->stream);
}

static size_t fail(struct unxz *x, lzma_ret result)
{
    struct ckpt_decoder *d = &x->base;
    switch (result) {
    case LZMA_MEM_ERROR:
        return ckpt_decoder_fail(d, CKPT_ARCHIVE_E_MEMORY, CKPT_DECODER_NONE);
    case LZMA_MEMLIMIT_ERROR:
        d->state.window = lzma_memusage(&x->stream);
        return ckpt_decoder_fail(d, CKPT_ARCHIVE_E_LIMIT_WINDOW, CKPT_DECODER_NONE);
    case LZMA_OPTIONS_ERROR:
        return ckpt_decoder_fail(d, CKPT_ARCHIVE_E_UNSUPPORTED, CKPT_DECODER_NONE);
    case LZMA_FORMAT_ERROR:
        return ckpt_decoder_fail(d, CKPT_ARCHIVE_E_CORRUPT_STREAM, CKPT_DECODER_NO_XZ);
    default:
        return ckpt_decoder_fail(d, CKPT_ARCHIVE_E_CORRUPT_STREAM, CKPT_DECODER_XZ_DATA);
    }
}

/* Runs liblzma over some bytes; what it gives out is in x->output. */
static size_t run_stream(struct unxz *x, const uint8_t **in, const uint8_t *end)
{
    lzma_stream *s = &x->stream;
    s->next_in = *in;
    s->avail_in = (size_t)(end - *in);
    s->next_out = x->output;
    s->avail_out = sizeof(x->output);
    lzma_ret result = lzma_code(s, LZMA_RUN);
    *in = end - s->avail_in;
    size_t length = sizeof(x->output) - s->avail_out;
    if (result == LZMA_STREAM_END) {
        x->base.state.streams++;
        x->state = BETWEEN;
        x->magic_length = 0;
        x->padding = 0;
    } else if (result != LZMA_OK && result != LZMA_BUF_ERROR) {
        length = 0; /* a filter has not seen these bytes: they are not the content */
        (void)fail(x, result);
    }
    return length;
}

/* After a stream: padding, another stream, or something that is not ours. */
static void between(struct unxz *x, const uint8_t *start, const uint8_t **in, const uint8_t *end)
{
    struct ckpt_decoder *d = &x->base;
    while (*in < end && x->magic_length == 0 && **in == 0) {
        ++*in;
        x->padding++;
    }
    while (*in < end && x->magic_length < MAGIC && **in == magic[x->magic_length]) {
        ++*in;
        x->magic_length++;
    }
    if (x->magic_length == MAGIC && x->padding % PADDING != 0) {
        (void)ckpt_decoder_fail(d, CKPT_ARCHIVE_E_CORRUPT_STREAM, CKPT_DECODER_XZ_PADDING);
    } else if (x->magic_length == MAGIC) {
        const uint8_t *first = magic;
        if (!start_stream(x))
            (void)fail(x, LZMA_MEM_ERROR);
        else
            (void)run_stream(x, &first, magic + MAGIC);
    } else if (*in < end) {
        d->state.garbage_offset = d->state.source_read + (uint64_t)(*in - start) - x->magic_length;
    }
}

static size_t run(struct ckpt_decoder *d, const uint8_t **in, const uint8_t *end,
                  const uint8_t **out)
{
    struct unxz *x = (struct unxz *)d;
    const uint8_t *start = *in; /* where state.source_read is */
    size_t length = 0;
    *out = x->output;
    for (;;) {
        if (x->state == BETWEEN) {
            if (*in == end)
                return 0;
            between(x, start, in, end);
            if (d->state.code != 0 || d->state.garbage_offset != UINT64_MAX || *in == end)
                return 0;
        }
        length = run_stream(x, in, end);
        if (length > 0 || d->state.code != 0 || *in == end)
            return length;
    }
}

static bool may_end(const struct ckpt_decoder *d)
{
    const struct unxz *x = (const struct unxz *)d;
    return x->state == BETWEEN && x->magic_length == 0 && x->padding % PADDING == 0;
}

const struct ckpt_decoder_type ckpt_unxz = {sizeof(struct unxz), start, end_decoder, run, may_end};
