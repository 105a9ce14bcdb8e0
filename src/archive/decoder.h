/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_DECODER_H
#define CKPT_ARCHIVE_DECODER_H
/*
 * What the decoders of xz and bzip2 have in common. In WebAssembly they are a module of their own
 * (wasm/border/codecs): the archive reader then only gets their output and their state, see
 * ckpt_archive_feed_decoded().
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "archive.h"

/* What is wrong with the data; the texts continue "The xz stream is damaged near byte 9: ". */
#define CKPT_DECODER_PROBLEMS(X)                                                                   \
    X(NONE, "unknown problem")                                                                     \
    X(NO_XZ, "it does not start as an xz file does")                                               \
    X(XZ_DATA, "the data make no sense, or differ from their checksum")                            \
    X(XZ_PADDING, "the zeros after a stream are no multiple of 4 bytes")                           \
    X(NO_BZIP2, "it does not start as a bzip2 file does")                                          \
    X(BZIP2_DATA, "the data make no sense")                                                        \
    X(BZIP2_BLOCK, "the checksum of a block is wrong")                                             \
    X(BZIP2_STREAM, "the checksum of the stream is wrong")

enum ckpt_decoder_problem {
#define X(name, text) CKPT_DECODER_##name,
    CKPT_DECODER_PROBLEMS(X)
#undef X
};

struct ckpt_decoder;

struct ckpt_decoder_type {
    /* Room for a decoder, zeroed before `start`. */
    size_t size;
    bool (*start)(struct ckpt_decoder *d); /* false: no memory */
    void (*end)(struct ckpt_decoder *d);
    size_t (*run)(struct ckpt_decoder *d, const uint8_t **in, const uint8_t *end,
                  const uint8_t **out);
    bool (*may_end)(const struct ckpt_decoder *d); /* may the input end here? */
};

/* The part that all decoders begin with. */
struct ckpt_decoder {
    struct ckpt_decoder_state state;
    const struct ckpt_decoder_type *type;
    uint64_t max_window;
};

extern const struct ckpt_decoder_type ckpt_unxz, ckpt_unbzip2;

/*
 * The decoder for a CKPT_COMPRESSION_..., NULL if this library has none. The only way from the
 * archive reader to the decoders, so that a program can leave them out.
 */
const struct ckpt_decoder_type *ckpt_decoder_for(uint32_t compression);

/* NULL without memory. `max_window`: bytes that the data may ask for to look back. */
struct ckpt_decoder *ckpt_decoder_new(const struct ckpt_decoder_type *type, uint64_t max_window);
void ckpt_decoder_free(struct ckpt_decoder *d); /* NULL is allowed */

/*
 * Decodes from *in up to `end`; `last`: nothing comes after `end`. Returns the length of the
 * output *out, which is valid until the next call. When it is 0: see d->state for an error and the
 * end, else all input was used and more is needed.
 */
size_t ckpt_decoder_run(struct ckpt_decoder *d, const uint8_t **in, const uint8_t *end, bool last,
                        const uint8_t **out);

/* Notes an error, to be told when all output was given. Returns 0, no output. */
size_t ckpt_decoder_fail(struct ckpt_decoder *d, uint32_t code, enum ckpt_decoder_problem problem);
const char *ckpt_decoder_problem_text(uint32_t problem);

#endif
