/* SPDX-License-Identifier: Apache-2.0 */
#define ZSTD_STATIC_LINKING_ONLY /* frame header fields and own memory functions */
#include "unzstd.h"

#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { ROOM = 131072 }; /* one block: what ZSTD_DStreamOutSize() says */

enum { FRAME_HEADER, FRAME, SKIPPABLE, GARBAGE };

struct ckpt_unzstd {
    ckpt_archive_memory memory;
    ZSTD_DCtx *context;
    uint64_t max_window, window, skip, garbage;
    uint32_t state, frames, any;
    int failed; /* told after the output that came before it */
    size_t header_length, header_given;
    size_t hint; /* bytes libzstd wants next: one block */
    const char *problem;
    uint8_t header[ZSTD_FRAMEHEADERSIZE_MAX];
    uint8_t room[ROOM];
};

ckpt_unzstd *ckpt_unzstd_new(const ckpt_archive_memory *memory, uint64_t max_window)
{
    ckpt_unzstd *z = memory->allocate(memory->context, sizeof *z);
    if (z == NULL)
        return NULL;
    memset(z, 0, offsetof(ckpt_unzstd, room));
    z->memory = *memory;
    z->max_window = max_window;
    z->context = ZSTD_createDCtx_advanced(
        (ZSTD_customMem){memory->allocate, memory->release, memory->context});
    /* Our own limit is checked first; this only lifts the library's (128 MiB) for larger ones. */
    if (z->context == NULL ||
        ZSTD_isError(ZSTD_DCtx_setParameter(z->context, ZSTD_d_windowLogMax,
                                            ZSTD_dParam_getBounds(ZSTD_d_windowLogMax).upperBound))) {
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
    z->memory.release(z->memory.context, z);
}

int ckpt_unzstd_at_end(const ckpt_unzstd *z)
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

static int problem(ckpt_unzstd *z, int kind, const char *text)
{
    z->problem = text;
    return kind;
}

/* What was collected is no frame header: behind a frame that is somebody else's data. */
static int no_frame(ckpt_unzstd *z)
{
    if (!z->any)
        return problem(z, CKPT_ZSTD_CORRUPT, "no zstd frame");
    z->garbage = z->header_length;
    z->state = GARBAGE;
    return 0;
}

/* Looks at the start of a frame. 0 when known, else what ckpt_unzstd_run() is to return. */
static int frame_header(ckpt_unzstd *z, const uint8_t **in, const uint8_t *end)
{
    static const uint8_t magic[4] = {0x28, 0xb5, 0x2f, 0xfd}, skip_magic[4] = {0x50, 0x2a, 0x4d, 0x18};
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
            if (ZSTD_isError(more))
                return problem(z, CKPT_ZSTD_CORRUPT, ZSTD_getErrorName(more));
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
        return 0;
    }
    if (h.windowSize > z->window)
        z->window = h.windowSize;
    if (h.windowSize > z->max_window)
        return problem(z, CKPT_ZSTD_WINDOW, "window too large");
    if (h.dictID != 0)
        return problem(z, CKPT_ZSTD_DICTIONARY, "needs a dictionary");
    z->state = FRAME;
    z->header_given = 0;
    z->hint = 0;
    return 0;
}

static int failure(ckpt_unzstd *z, size_t result)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
        return problem(z, CKPT_ZSTD_MEMORY, "no memory");
    case ZSTD_error_checksum_wrong:
        return problem(z, CKPT_ZSTD_CHECKSUM, "the checksum of the zstd frame is wrong");
    default:
        return problem(z, CKPT_ZSTD_CORRUPT, ZSTD_getErrorName(result));
    }
}

/*
 * Gives libzstd input and takes one room full of output. It gets one block at a time, as it asks for:
 * on an error it forgets what it decoded in the same call, which otherwise would depend on how the
 * input happens to be cut.
 */
static int frame(ckpt_unzstd *z, const uint8_t **in, const uint8_t *end, const uint8_t **out,
                 size_t *length)
{
    ZSTD_outBuffer to = {z->room, sizeof z->room, 0};
    for (;;) {
        int from_header = z->header_given < z->header_length;
        ZSTD_inBuffer from = {from_header ? z->header : *in,
                              from_header ? z->header_length : (size_t)(end - *in),
                              from_header ? z->header_given : 0};
        if (!from_header && z->hint && from.size > z->hint)
            from.size = z->hint;
        size_t before_in = from.pos, before_out = to.pos;
        size_t r = ZSTD_decompressStream(z->context, &to, &from);
        if (from_header)
            z->header_given = from.pos;
        else
            *in += from.pos;
        *out = z->room;
        *length = to.pos;
        z->hint = !ZSTD_isError(r) && r > 3 ? r - 3 : r; /* without the header of the block after it */
        if (ZSTD_isError(r)) {
            z->failed = failure(z, r);
            return to.pos ? CKPT_ZSTD_OUTPUT : z->failed;
        }
        if (r == 0) {
            z->frames++;
            z->state = FRAME_HEADER;
            z->header_length = 0;
            return to.pos ? CKPT_ZSTD_OUTPUT : 0;
        }
        if (to.pos == sizeof z->room)
            return CKPT_ZSTD_OUTPUT;
        if (!from_header && *in == end && from.pos == before_in && to.pos == before_out)
            return to.pos ? CKPT_ZSTD_OUTPUT : CKPT_ZSTD_NEED_INPUT;
    }
}

int ckpt_unzstd_run(ckpt_unzstd *z, const uint8_t **in, const uint8_t *end, const uint8_t **out,
                    size_t *length)
{
    int r;
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
            r = 0;
            break;
        }
        default:
            z->garbage += (uint64_t)(end - *in);
            *in = end;
            return CKPT_ZSTD_GARBAGE;
        }
        if (r)
            return r;
    }
}
