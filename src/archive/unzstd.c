/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses libzstd's block-wise interface: it decodes straight into our ring of the last window, where
 * the tar reader looks at the output. The streaming interface would copy all output once more (a
 * fifth of the time), and forget output when an error follows in the same call.
 */
#define ZSTD_STATIC_LINKING_ONLY /* the block-wise interface */
#define ZSTD_DISABLE_DEPRECATE_WARNINGS
#include "unzstd.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { FRAME_HEADER, FRAME, SKIPPABLE, GARBAGE };

enum { PIECE = ZSTD_BLOCKSIZE_MAX + 64 }; /* a block as it is stored, or anything shorter */

struct ckpt_unzstd {
    ZSTD_DCtx *context;
    uint64_t max_window, window, skip, garbage;
    uint32_t state, frames, any;
    enum ckpt_unzstd_result failed;
    size_t header_length;
    const char *problem;
    uint8_t *ring;
    size_t ring_size, ring_used; /* ring_used: what the present frame needs of it */
    size_t block_size;           /* largest block of the present frame */
    int whole;                   /* the ring holds all of it */
    size_t position;             /* in the ring: where the next block goes */
    size_t gathered;             /* bytes in `piece` */
    uint8_t header[ZSTD_FRAMEHEADERSIZE_MAX];
    uint8_t piece[PIECE]; /* input that was cut by the end of a fed chunk */
};

ckpt_unzstd *ckpt_unzstd_new(uint64_t max_window)
{
    ckpt_unzstd *z = malloc(sizeof(*z));
    if (z == NULL)
        return NULL;
    memset(z, 0, offsetof(ckpt_unzstd, piece));
    z->max_window = max_window;
    z->context = ZSTD_createDCtx();
    if (z->context == NULL) {
        ckpt_unzstd_free(z);
        return NULL;
    }
    return z;
}

void ckpt_unzstd_free(ckpt_unzstd *z)
{
    if (z == NULL)
        return;
    ZSTD_freeDCtx(z->context);
    free(z->ring);
    free(z);
}

bool ckpt_unzstd_at_end(const ckpt_unzstd *z)
{
    return z->any && (z->state == GARBAGE || (z->state == FRAME_HEADER && z->header_length == 0));
}

uint32_t ckpt_unzstd_frames(const ckpt_unzstd *z)
{
    return z->frames;
}

uint64_t ckpt_unzstd_window(const ckpt_unzstd *z)
{
    return z->window;
}

uint64_t ckpt_unzstd_garbage(const ckpt_unzstd *z)
{
    return z->garbage;
}

const char *ckpt_unzstd_problem(const ckpt_unzstd *z)
{
    return z->problem;
}

static enum ckpt_unzstd_result problem(ckpt_unzstd *z, enum ckpt_unzstd_result kind,
                                       const char *text)
{
    z->problem = text;
    return kind;
}

/* What was collected is no frame header: after a frame that is somebody else's data. */
static enum ckpt_unzstd_result no_frame(ckpt_unzstd *z)
{
    if (!z->any)
        return problem(z, CKPT_ZSTD_CORRUPT, "no zstd frame");
    z->garbage = z->header_length;
    z->state = GARBAGE;
    return CKPT_ZSTD_GO_ON;
}

/* libzstd's own texts are not compiled in. */
static enum ckpt_unzstd_result failure(ckpt_unzstd *z, size_t result)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_checksum_wrong:
        return problem(z, CKPT_ZSTD_CHECKSUM, "the checksum of the zstd frame is wrong");
    case ZSTD_error_frameParameter_unsupported:
        return problem(z, CKPT_ZSTD_CORRUPT, "the header of the zstd frame has unknown flags");
    case ZSTD_error_memory_allocation:
        return problem(z, CKPT_ZSTD_MEMORY, "no memory");
    default:
        return problem(z, CKPT_ZSTD_CORRUPT, "a zstd block makes no sense");
    }
}

/* Makes room for a frame and gives libzstd its header. */
static enum ckpt_unzstd_result start_frame(ckpt_unzstd *z, const ZSTD_frameHeader *h)
{
    size_t need = ZSTD_decodingBufferSize_min(h->windowSize, h->frameContentSize), r, given = 0;
    if (ZSTD_isError(need))
        return failure(z, need);
    if (need < 64)
        need = 64; /* also for an empty frame there is a ring */
    if (need > z->ring_size) {
        free(z->ring);
        z->ring_size = 0;
        z->ring = malloc(need);
        if (z->ring == NULL)
            return problem(z, CKPT_ZSTD_MEMORY, "no memory");
        z->ring_size = need;
    }
    z->ring_used = need;
    z->block_size = h->blockSizeMax;
    z->whole = h->frameContentSize <= need;
    z->position = 0;
    z->gathered = 0;
    r = ZSTD_decompressBegin(z->context);
    while (!ZSTD_isError(r) && given < z->header_length) {
        size_t n = ZSTD_nextSrcSizeToDecompress(z->context);
        if (n == 0 || n > z->header_length - given)
            return problem(z, CKPT_ZSTD_CORRUPT, "strange frame header");
        r = ZSTD_decompressContinue(z->context, NULL, 0, z->header + given, n);
        given += n;
    }
    if (ZSTD_isError(r))
        return failure(z, r);
    z->state = FRAME;
    return CKPT_ZSTD_GO_ON;
}

/* The window of a frame as its header names it (RFC 8878, 3.1.1.1.2), however large. */
static uint64_t named_window(uint8_t descriptor)
{
    uint64_t base = UINT64_C(1) << (10 + (descriptor >> 3));
    return base + (base >> 3) * (descriptor & 7);
}

/* Looks at the start of a frame. */
static enum ckpt_unzstd_result frame_header(ckpt_unzstd *z, const uint8_t **in, const uint8_t *end)
{
    static const uint8_t magic[4] = {0x28, 0xb5, 0x2f, 0xfd},
                         skip_magic[4] = {0x50, 0x2a, 0x4d, 0x18};
    ZSTD_frameHeader h;
    for (;;) {
        size_t n = z->header_length;
        if (n > 0 && n <= 4 && z->header[n - 1] != magic[n - 1] &&
            (n == 1 ? z->header[0] >> 4 != 5 : z->header[n - 1] != skip_magic[n - 1])) {
            return no_frame(z);
        }
        if (n >= 5) {
            size_t more = ZSTD_getFrameHeader(&h, z->header, n);
            if (ZSTD_isError(more) && ZSTD_getErrorCode(more) == ZSTD_error_prefix_unknown)
                return no_frame(z);
            if (ZSTD_isError(more) &&
                ZSTD_getErrorCode(more) == ZSTD_error_frameParameter_windowTooLarge && n >= 6) {
                z->window = named_window(z->header[5]);
                return problem(z, CKPT_ZSTD_WINDOW, "window too large");
            }
            if (ZSTD_isError(more))
                return failure(z, more);
            if (more == 0)
                break;
        }
        if (n == sizeof z->header)
            return problem(z, CKPT_ZSTD_CORRUPT, "frame header too long");
        if (*in == end)
            return CKPT_ZSTD_NEED_INPUT;
        z->header[z->header_length++] = *(*in)++;
    }
    z->any = 1;
    if (h.frameType == ZSTD_skippableFrame) {
        z->skip = h.frameContentSize;
        z->state = SKIPPABLE;
        z->header_length = 0;
        return CKPT_ZSTD_GO_ON;
    }
    if (h.windowSize > z->window)
        z->window = h.windowSize;
    if (h.windowSize > z->max_window)
        return problem(z, CKPT_ZSTD_WINDOW, "window too large");
    if (h.dictID != 0)
        return problem(z, CKPT_ZSTD_DICTIONARY, "needs a dictionary");
    return start_frame(z, &h);
}

/* Decodes the next block, or part of the frame that is none. *length is 0 if that gives no output.
 */
static enum ckpt_unzstd_result frame(ckpt_unzstd *z, const uint8_t **in, const uint8_t *end,
                                     const uint8_t **out, size_t *length)
{
    size_t want = ZSTD_nextSrcSizeToDecompress(z->context);
    size_t there = (size_t)(end - *in);
    const uint8_t *from = *in;
    if (want == 0) {
        z->frames++;
        z->state = FRAME_HEADER;
        z->header_length = 0;
        return CKPT_ZSTD_GO_ON;
    }
    if (z->gathered > 0 || there < want) {
        size_t n = want - z->gathered;
        if (want > sizeof z->piece)
            return problem(z, CKPT_ZSTD_CORRUPT, "block too large");
        if (n > there)
            n = there;
        if (n > 0)
            memcpy(z->piece + z->gathered, *in, n);
        z->gathered += n;
        *in += n;
        if (z->gathered < want)
            return CKPT_ZSTD_NEED_INPUT;
        from = z->piece;
        z->gathered = 0;
    } else {
        *in += want;
    }
    if (!z->whole && z->ring_used - z->position < z->block_size)
        z->position = 0; /* the ring is large enough that the window is not overwritten */
    size_t r = ZSTD_decompressContinue(z->context, z->ring + z->position,
                                       z->ring_used - z->position, from, want);
    if (ZSTD_isError(r)) {
        z->failed = failure(z, r);
        return z->failed;
    }
    *out = z->ring + z->position;
    *length = r;
    z->position += r;
    return r > 0 ? CKPT_ZSTD_OUTPUT : CKPT_ZSTD_GO_ON;
}

enum ckpt_unzstd_result ckpt_unzstd_run(ckpt_unzstd *z, const uint8_t **in, const uint8_t *end,
                                        const uint8_t **out, size_t *length)
{
    enum ckpt_unzstd_result r;
    *length = 0;
    if (z->failed)
        return z->failed;
    for (;;) {
        switch (z->state) {
        case FRAME_HEADER:
            r = frame_header(z, in, end);
            break;
        case FRAME:
            r = frame(z, in, end, out, length);
            break;
        case SKIPPABLE: {
            uint64_t n = (uint64_t)(end - *in);
            if (n > z->skip)
                n = z->skip;
            *in += n;
            z->skip -= n;
            if (z->skip > 0)
                return CKPT_ZSTD_NEED_INPUT;
            z->state = FRAME_HEADER;
            r = CKPT_ZSTD_GO_ON;
            break;
        }
        default:
            z->garbage += (uint64_t)(end - *in);
            *in = end;
            return CKPT_ZSTD_GARBAGE;
        }
        if (r != CKPT_ZSTD_GO_ON)
            return r;
    }
}
