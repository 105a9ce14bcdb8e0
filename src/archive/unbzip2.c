/* SPDX-License-Identifier: Apache-2.0 */
/* bzip2 files by libbz2: any number of streams, all checksums checked. */
#define BZ_NO_STDIO
#include <bzlib_private.h> /* of bzlib.h, and what it does not tell: which checksum was wrong */
#include <string.h>

#include "decoder.h"

enum state { STREAM, BETWEEN };

enum { OUTPUT = 65536, MAGIC = 4 };

struct unbzip2 {
    struct ckpt_decoder base; /* first */
    bz_stream stream;
    enum state state;
    uint32_t magic_length; /* BETWEEN: bytes of the next stream's magic that were seen */
    uint8_t magic[MAGIC];
    uint8_t output[OUTPUT];
};

/* What the rest of libbz2 calls and the decoder never does. */
void BZ2_compressBlock(EState *s, Bool is_last_block) /* NOLINT(misc-unused-parameters) */
{
    (void)s;
    (void)is_last_block;
    __builtin_trap();
}

void bz_internal_error(int code)
{
    (void)code;
    __builtin_trap();
}

static void *allocate(void *opaque, int count, int size)
{
    (void)opaque;
    if (count < 0 || size <= 0 || (size_t)count > SIZE_MAX / (size_t)size)
        return NULL;
    return malloc((size_t)count * (size_t)size);
}

static void release(void *opaque, void *memory)
{
    (void)opaque;
    free(memory);
}

static bool start_stream(struct unbzip2 *b)
{
    (void)BZ2_bzDecompressEnd(&b->stream);
    b->stream = (bz_stream){.bzalloc = allocate, .bzfree = release};
    b->state = STREAM;
    return BZ2_bzDecompressInit(&b->stream, 0, 0) == BZ_OK;
}

static bool start(struct ckpt_decoder *d)
{
    return start_stream((struct unbzip2 *)d);
}

static void end_decoder(struct ckpt_decoder *d)
{
    (void)BZ2_bzDecompressEnd(&((struct unbzip2 *)d)->stream);
}

static size_t fail(struct unbzip2 *b, int result)
{
    const DState *s = b->stream.state;
    if (result == BZ_MEM_ERROR)
        return ckpt_decoder_fail(&b->base, CKPT_ARCHIVE_E_MEMORY, CKPT_DECODER_NONE);
    if (result == BZ_DATA_ERROR_MAGIC)
        return ckpt_decoder_fail(&b->base, CKPT_ARCHIVE_E_CORRUPT_STREAM, CKPT_DECODER_NO_BZIP2);
    /* The states in which bzlib.c compares checksums. */
    if (s->state == BZ_X_IDLE)
        return ckpt_decoder_fail(&b->base, CKPT_ARCHIVE_E_STREAM_CHECKSUM,
                                 CKPT_DECODER_BZIP2_STREAM);
    if (s->state == BZ_X_OUTPUT && s->nblock_used == s->save_nblock + 1)
        return ckpt_decoder_fail(&b->base, CKPT_ARCHIVE_E_STREAM_CHECKSUM,
                                 CKPT_DECODER_BZIP2_BLOCK);
    return ckpt_decoder_fail(&b->base, CKPT_ARCHIVE_E_CORRUPT_STREAM, CKPT_DECODER_BZIP2_DATA);
}

/* Runs libbz2 over some bytes; what it gives out is in b->output. */
static size_t run_stream(struct unbzip2 *b, const uint8_t **in, const uint8_t *end)
{
    enum { MOST = 1 << 30 }; /* libbz2 counts in unsigned int */
    bz_stream *s = &b->stream;
    size_t there = (size_t)(end - *in) < MOST ? (size_t)(end - *in) : MOST;
    s->next_in =
        (char *)(uintptr_t)*in; /* it only reads there; NOLINT(performance-no-int-to-ptr) */
    s->avail_in = (unsigned)there;
    s->next_out = (char *)b->output;
    s->avail_out = sizeof(b->output);
    int result = BZ2_bzDecompress(s);
    *in += there - s->avail_in;
    if (result == BZ_STREAM_END) {
        b->base.state.streams++;
        b->state = BETWEEN;
        b->magic_length = 0;
    } else if (result != BZ_OK) {
        (void)fail(b, result);
    }
    return sizeof(b->output) - s->avail_out;
}

/* After a stream: another one, or something that is not ours. */
static void between(struct unbzip2 *b, const uint8_t *start, const uint8_t **in, const uint8_t *end)
{
    struct ckpt_decoder_state *state = &b->base.state;
    for (; *in < end && b->magic_length < MAGIC; ++*in) {
        uint8_t c = **in;
        if (b->magic_length < 3 ? c != (uint8_t) "BZh"[b->magic_length] : c < '1' || c > '9') {
            state->garbage_offset = state->source_read + (uint64_t)(*in - start) - b->magic_length;
            return;
        }
        b->magic[b->magic_length++] = c;
    }
    if (b->magic_length < MAGIC)
        return;
    const uint8_t *first = b->magic;
    if (!start_stream(b))
        (void)fail(b, BZ_MEM_ERROR);
    else
        (void)run_stream(b, &first, b->magic + MAGIC);
}

static size_t run(struct ckpt_decoder *d, const uint8_t **in, const uint8_t *end,
                  const uint8_t **out)
{
    struct unbzip2 *b = (struct unbzip2 *)d;
    const uint8_t *start = *in; /* where state.source_read is */
    *out = b->output;
    for (;;) {
        if (b->state == BETWEEN) {
            between(b, start, in, end);
            if (b->state == BETWEEN || d->state.code != 0)
                return 0;
        }
        size_t length = run_stream(b, in, end);
        if (length > 0 || d->state.code != 0 || *in == end)
            return length;
    }
}

static bool may_end(const struct ckpt_decoder *d)
{
    const struct unbzip2 *b = (const struct unbzip2 *)d;
    return b->state == BETWEEN && b->magic_length == 0;
}

const struct ckpt_decoder_type ckpt_unbzip2 = {sizeof(struct unbzip2), start, end_decoder, run,
                                               may_end};
