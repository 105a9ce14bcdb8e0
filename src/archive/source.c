/* SPDX-License-Identifier: Apache-2.0 */
/* From fed bytes to slices of the tar: magic, decompression, seeking and reading ahead. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum {
    MAGIC_LENGTH = 6,
    SMALL_READ = 4096,   /* a header and a few small members */
    LARGE_READ = 262144, /* streams, and plain archives of many small members */
    READ_AHEAD_PER_MEMBER = 1024,
    WORK = 16 * 1024 * 1024 /* decompressed without an event: time for a pause */
};

/* `outside` of a reader whose caller decodes. */
enum { OUTSIDE_TO_TELL = 1, OUTSIDE };

const char *ckpt_compression_name(uint32_t compression)
{
    static const char *const names[] = {"unknown", "none", "gzip", "zstd",    "xz",
                                        "bzip2",   "lz4",  "lzip", "compress"};
    return compression < sizeof names / sizeof *names ? names[compression] : "unknown";
}

static uint32_t compression_of(const uint8_t *m, size_t n)
{
    if (n >= 3 && memcmp(m, "\x1f\x8b\x08", 3) == 0)
        return CKPT_COMPRESSION_GZIP;
    if (n >= 4 && (memcmp(m, "\x28\xb5\x2f\xfd", 4) == 0 ||
                   (m[0] >> 4 == 5 && memcmp(m + 1, "\x2a\x4d\x18", 3) == 0)))
        return CKPT_COMPRESSION_ZSTD;
    if (n >= 6 && memcmp(m,
                         "\xfd"
                         "7zXZ\0",
                         6) == 0)
        return CKPT_COMPRESSION_XZ;
    if (n >= 4 && memcmp(m, "BZh", 3) == 0 && m[3] >= '1' && m[3] <= '9')
        return CKPT_COMPRESSION_BZIP2;
    if (n >= 4 && memcmp(m, "\x04\x22\x4d\x18", 4) == 0)
        return CKPT_COMPRESSION_LZ4;
    if (n >= 4 && memcmp(m, "LZIP", 4) == 0)
        return CKPT_COMPRESSION_LZIP;
    if (n >= 2 && memcmp(m, "\x1f\x9d", 2) == 0)
        return CKPT_COMPRESSION_COMPRESS;
    return CKPT_COMPRESSION_NONE;
}

void ckpt_source_start(ckpt_archive *a)
{
    a->info.garbage_offset = UINT64_MAX;
    a->read_ahead = SMALL_READ;
    a->seek = a->options.source_size != CKPT_ARCHIVE_SIZE_UNKNOWN &&
              !(a->options.flags & CKPT_ARCHIVE_SEQUENTIAL);
}

void ckpt_source_free(ckpt_archive *a)
{
    free(a->gzip);
    ckpt_unzstd_free(a->unzstd);
    ckpt_decoder_free(a->decoder);
}

static enum ckpt_step need(ckpt_archive *a, uint64_t offset, uint64_t length)
{
    if (a->options.source_size != CKPT_ARCHIVE_SIZE_UNKNOWN &&
        length > a->options.source_size - offset)
        length = a->options.source_size - offset;
    a->need_offset = offset;
    a->need_length = length;
    return CKPT_STEP_MORE;
}

static bool at_source_end(const ckpt_archive *a, uint64_t offset)
{
    return a->source_ended || offset >= a->options.source_size;
}

void ckpt_archive_feed(ckpt_archive *a, const uint8_t *bytes, size_t length, bool at_end)
{
    a->chunk = bytes;
    a->chunk_length = length;
    a->chunk_used = 0;
    a->chunk_offset = a->need_offset;
    if (at_end || length == 0) {
        a->source_ended = true;
        /* A source that is shorter than it was said to be: what counts is what is there. */
        a->options.source_size = a->chunk_offset + length;
    }
}

void ckpt_archive_feed_decoded(ckpt_archive *a, const uint8_t *bytes, size_t length,
                               const struct ckpt_decoder_state *state)
{
    a->chunk = bytes;
    a->chunk_length = length;
    a->chunk_used = 0;
    a->decoded = *state;
}

/* Finds out what the first bytes are. They may come one by one; then they are replayed to the
 * decoder. */
static enum ckpt_step sniff(ckpt_archive *a)
{
    size_t take = a->chunk_length - a->chunk_used;
    if (take > MAGIC_LENGTH - a->magic_length)
        take = MAGIC_LENGTH - a->magic_length;
    if (take)
        memcpy(a->magic + a->magic_length, a->chunk + a->chunk_used, take);
    a->magic_length += (uint32_t)take;
    a->chunk_used += take;
    uint64_t next = a->chunk_offset + a->chunk_used;
    if (a->magic_length < MAGIC_LENGTH && !at_source_end(a, next))
        return need(a, next, next == 0 ? SMALL_READ : LARGE_READ);

    a->info.compression = compression_of(a->magic, a->magic_length);
    a->info.skippable = a->info.compression == CKPT_COMPRESSION_ZSTD && a->magic[0] >> 4 == 5;
    a->later = a->chunk_used ? a->chunk + a->chunk_used : NULL;
    a->later_length = a->chunk_length - a->chunk_used;
    a->chunk = a->magic;
    a->chunk_length = a->magic_length;
    a->chunk_used = 0;
    a->chunk_offset = 0;

    switch (a->info.compression) {
    case CKPT_COMPRESSION_NONE:
        break;
    case CKPT_COMPRESSION_GZIP:
        a->gzip = malloc(sizeof(*a->gzip));
        if (a->gzip == NULL)
            return ckpt_archive_no_memory(a);
        ckpt_gzip_init(a->gzip);
        break;
    case CKPT_COMPRESSION_ZSTD:
        a->unzstd = ckpt_unzstd_new(a->options.max_window);
        if (a->unzstd == NULL)
            return ckpt_archive_no_memory(a);
        break;
    case CKPT_COMPRESSION_XZ:
    case CKPT_COMPRESSION_BZIP2: {
        const struct ckpt_decoder_type *type = ckpt_decoder_for(a->info.compression);
        if (type == NULL) {
            a->outside = OUTSIDE_TO_TELL;
            return CKPT_STEP_MORE;
        }
        a->decoder = ckpt_decoder_new(type, a->options.max_window);
        if (a->decoder == NULL)
            return ckpt_archive_no_memory(a);
        break;
    }
    default: {
        const char *name = ckpt_compression_name(a->info.compression);
        bool old = a->info.compression == CKPT_COMPRESSION_COMPRESS;
        return ckpt_archive_fail(a, CKPT_ARCHIVE_E_UNSUPPORTED, 0,
                                 "The file is compressed with %s, which is not supported; "
                                 "decompress it first (%s -d).",
                                 name, old ? "gzip" : name);
    }
    }
    return CKPT_STEP_OK;
}

/* After the replayed first bytes, the chunk they were taken from. */
static enum ckpt_step next_chunk(ckpt_archive *a)
{
    if (a->later_length == 0)
        return 0;
    a->chunk_offset += a->chunk_length;
    a->chunk = a->later;
    a->chunk_length = a->later_length;
    a->chunk_used = 0;
    a->later = NULL;
    a->later_length = 0;
    return 1;
}

static enum ckpt_step ended(ckpt_archive *a, uint64_t size)
{
    a->tar_ended = 1;
    a->tar_size = size;
    return CKPT_STEP_ENDED;
}

/*
 * How much to ask for in a plain tar. After a body that was passed over, little: mostly another
 * large body follows. As long as members follow each other closely, twice as much each time, up to
 * a bound that grows with the number of members seen, so that few members never cost many bytes.
 */
static uint64_t read_ahead(ckpt_archive *a, uint64_t gap)
{
    uint64_t bound = SMALL_READ + (uint64_t)a->info.members * READ_AHEAD_PER_MEMBER;
    if (bound > LARGE_READ)
        bound = LARGE_READ;
    if (gap > a->read_ahead)
        a->read_ahead = SMALL_READ;
    else if (a->chunk_length > 0 && bound / 2 >= a->read_ahead)
        a->read_ahead *= 2;
    return a->read_ahead;
}

static enum ckpt_step peek_plain(ckpt_archive *a)
{
    for (;;) {
        uint64_t end = a->chunk_offset + a->chunk_length;
        if (a->position >= a->chunk_offset && a->position < end) {
            a->slice = a->chunk;
            a->slice_length = a->chunk_length;
            a->slice_offset = a->chunk_offset;
            a->info.source_read = end;
            return CKPT_STEP_OK;
        }
        if (next_chunk(a))
            continue;
        a->info.source_read = end;
        if (a->seek) {
            if (at_source_end(a, a->position))
                return ended(a, a->options.source_size);
            /* Data of a wanted member: as much as is left of it; otherwise headers. */
            if (a->body_left > 0) {
                uint64_t length = a->body_left + SMALL_READ;
                return need(a, a->position, length > LARGE_READ ? LARGE_READ : length);
            }
            return need(a, a->position, read_ahead(a, a->position - end));
        }
        if (at_source_end(a, end))
            return ended(a, end);
        return need(a, end, LARGE_READ);
    }
}

static enum ckpt_step stream_failed(ckpt_archive *a, uint32_t code, const char *problem)
{
    const char *name = ckpt_compression_name(a->info.compression);
    uint64_t at = a->info.source_read;
    switch (code) {
    case CKPT_ARCHIVE_E_LIMIT_WINDOW:
        return ckpt_archive_fail(
            a, code, at, "The %s data needs a window of %n bytes; the limit is %n (%s window).",
            name, a->info.window, a->options.max_window, name);
    case CKPT_ARCHIVE_E_DICTIONARY:
        return ckpt_archive_fail(
            a, code, at, "The %s data needs a dictionary, which is not part of the file.", name);
    case CKPT_ARCHIVE_E_UNSUPPORTED:
        return ckpt_archive_fail(
            a, code, at, "The %s data uses a filter or an option that this program cannot read.",
            name);
    case CKPT_ARCHIVE_E_CUT_STREAM: /* archive.c adds the place in the tar */
        return ckpt_archive_fail(a, code, at, "The %s stream ends early, after %n bytes", name, at);
    default:
        return ckpt_archive_fail(a, code, at, "The %s stream is damaged near byte %n: %s", name, at,
                                 problem ? problem : "unknown problem");
    }
}

static enum ckpt_step take_slice(ckpt_archive *a, const uint8_t *bytes, size_t length)
{
    a->slice_offset += a->slice_length;
    a->slice = bytes;
    a->slice_length = length;
    a->work += length;
    return CKPT_STEP_OK;
}

/* What a decoder of decoder.h gave: a slice, the end, a failure, or nothing yet. */
static enum ckpt_step take_decoded(ckpt_archive *a, const struct ckpt_decoder_state *state,
                                   const uint8_t *bytes, size_t length)
{
    a->info.source_read = state->source_read;
    a->info.streams = state->streams;
    a->info.window = state->window;
    a->info.garbage_offset = state->garbage_offset;
    if (length > 0)
        return take_slice(a, bytes, length);
    if (state->code == CKPT_ARCHIVE_E_MEMORY)
        return ckpt_archive_no_memory(a);
    if (state->code != 0)
        return stream_failed(a, state->code, ckpt_decoder_problem_text(state->problem));
    if (state->ended)
        return ended(a, a->slice_offset + a->slice_length);
    return CKPT_STEP_MORE;
}

static enum ckpt_step decode_by_decoder(ckpt_archive *a)
{
    for (;;) {
        const uint8_t *in = a->chunk + a->chunk_used, *end = a->chunk + a->chunk_length,
                      *out = NULL;
        uint64_t next = a->chunk_offset + a->chunk_length;
        bool last = a->later_length == 0 && at_source_end(a, next);
        size_t length = ckpt_decoder_run(a->decoder, &in, end, last, &out);
        a->chunk_used = (size_t)(in - a->chunk);
        enum ckpt_step r = take_decoded(a, &a->decoder->state, out, length);
        if (r != CKPT_STEP_MORE)
            return r;
        if (!next_chunk(a))
            return need(a, next, LARGE_READ);
    }
}

/* The caller decodes: each chunk is a slice. */
static enum ckpt_step take_from_outside(ckpt_archive *a)
{
    size_t length = a->chunk_length;
    a->chunk_length = 0;
    enum ckpt_step r = take_decoded(a, &a->decoded, a->chunk, length);
    return r == CKPT_STEP_MORE ? need(a, a->info.source_read, LARGE_READ) : r;
}

/* One run of the decoder: a slice, the end, a need or a failure. */
static enum ckpt_step decode(ckpt_archive *a)
{
    for (;;) {
        const uint8_t *in = a->chunk + a->chunk_used, *end = a->chunk + a->chunk_length,
                      *out = NULL;
        size_t length = 0;
        uint64_t garbage = 0;
        uint32_t code = 0;
        const char *problem = NULL;
        bool at_end, is_garbage;
        if (a->gzip != NULL) {
            enum ckpt_gzip_result r = ckpt_gzip_run(a->gzip, &in, end, &out, &length);
            code = r == CKPT_GZIP_CORRUPT    ? CKPT_ARCHIVE_E_CORRUPT_STREAM
                   : r == CKPT_GZIP_CHECKSUM ? CKPT_ARCHIVE_E_STREAM_CHECKSUM
                                             : 0;
            is_garbage = r == CKPT_GZIP_GARBAGE;
            problem = a->gzip->problem;
            garbage = a->gzip->garbage;
            at_end = ckpt_gzip_at_end(a->gzip);
            a->info.streams = a->gzip->members;
        } else {
            static const uint8_t codes[] = {
                [CKPT_ZSTD_CORRUPT] = CKPT_ARCHIVE_E_CORRUPT_STREAM,
                [CKPT_ZSTD_CHECKSUM] = CKPT_ARCHIVE_E_STREAM_CHECKSUM,
                [CKPT_ZSTD_DICTIONARY] = CKPT_ARCHIVE_E_DICTIONARY,
                [CKPT_ZSTD_WINDOW] = CKPT_ARCHIVE_E_LIMIT_WINDOW,
                [CKPT_ZSTD_MEMORY] = CKPT_ARCHIVE_E_MEMORY,
            };
            enum ckpt_unzstd_result r = ckpt_unzstd_run(a->unzstd, &in, end, &out, &length);
            code = codes[r];
            is_garbage = r == CKPT_ZSTD_GARBAGE;
            problem = ckpt_unzstd_problem(a->unzstd);
            garbage = ckpt_unzstd_garbage(a->unzstd);
            at_end = ckpt_unzstd_at_end(a->unzstd);
            a->info.streams = ckpt_unzstd_frames(a->unzstd);
            a->info.window = ckpt_unzstd_window(a->unzstd);
        }
        a->chunk_used = (size_t)(in - a->chunk);
        a->info.source_read = a->chunk_offset + a->chunk_used;
        if (code)
            return code == CKPT_ARCHIVE_E_MEMORY ? ckpt_archive_no_memory(a)
                                                 : stream_failed(a, code, problem);
        if (length > 0)
            return take_slice(a, out, length);
        if (is_garbage) {
            if (a->info.garbage_offset == UINT64_MAX)
                a->info.garbage_offset = a->chunk_offset + a->chunk_used - garbage;
            return ended(a, a->slice_offset + a->slice_length);
        }
        if (next_chunk(a))
            continue;
        uint64_t next = a->chunk_offset + a->chunk_length;
        if (!at_source_end(a, next))
            return need(a, next, LARGE_READ);
        if (at_end)
            return ended(a, a->slice_offset + a->slice_length);
        return stream_failed(a, CKPT_ARCHIVE_E_CUT_STREAM, NULL);
    }
}

bool ckpt_source_tell_decode(ckpt_archive *a, struct ckpt_archive_event *event)
{
    if (a->outside != OUTSIDE_TO_TELL)
        return false;
    a->outside = OUTSIDE;
    a->decoded = (struct ckpt_decoder_state){.garbage_offset = UINT64_MAX};
    event->type = CKPT_ARCHIVE_DECODE;
    event->code = a->info.compression;
    event->data = a->magic;
    event->length = a->magic_length;
    event->have = a->later_length;
    event->want = a->options.max_window;
    a->chunk_length = 0;
    a->later_length = 0;
    return true;
}

enum ckpt_step ckpt_source_peek(ckpt_archive *a, const uint8_t **bytes, size_t *length)
{
    enum ckpt_step r = CKPT_STEP_OK;
    if (a->info.compression == CKPT_COMPRESSION_UNKNOWN)
        r = sniff(a);
    while (r == CKPT_STEP_OK &&
           (a->position < a->slice_offset || a->position - a->slice_offset >= a->slice_length)) {
        if (a->tar_ended)
            return CKPT_STEP_ENDED;
        if (a->work >= WORK) {
            a->pause = 1;
            return CKPT_STEP_MORE;
        }
        r = a->info.compression == CKPT_COMPRESSION_NONE ? peek_plain(a)
            : a->outside                                 ? take_from_outside(a)
            : a->decoder                                 ? decode_by_decoder(a)
                                                         : decode(a);
        if (r == CKPT_STEP_OK && a->slice_offset + a->slice_length > a->tar_found)
            a->tar_found = a->slice_offset + a->slice_length;
    }
    if (r != CKPT_STEP_OK)
        return r;
    *bytes = a->slice + (a->position - a->slice_offset);
    *length = (size_t)(a->slice_length - (a->position - a->slice_offset));
    return CKPT_STEP_OK;
}
