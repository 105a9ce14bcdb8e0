/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scanner's inner loop over the plain bytes of a string, a block at a time: 16 bytes where the
 * compiler has vectors for it (WebAssembly SIMD, SSE2), else 8 in a word, else one.
 */
#ifndef CKPT_JSON_BLOCK_H
#define CKPT_JSON_BLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CKPT_EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* What a block holds, a bit (or a byte's top bit) for each byte, the first byte lowest. */
struct ckpt_block {
    uint64_t stop; /* quotes, backslashes, control bytes; exact up to the lowest set bit */
    uint64_t wide; /* bytes >= 0x80 */
};

#if defined(__wasm_simd128__)

#include <wasm_simd128.h>

#define CKPT_BLOCK_SIZE 16
#define CKPT_BLOCK_BITS 1 /* of the masks, for each byte */

static inline struct ckpt_block ckpt_block_read(const unsigned char *at)
{
    v128_t bytes = wasm_v128_load(at);
    v128_t stop = wasm_v128_or(wasm_v128_or(wasm_i8x16_eq(bytes, wasm_i8x16_splat('"')),
                                            wasm_i8x16_eq(bytes, wasm_i8x16_splat('\\'))),
                               wasm_u8x16_lt(bytes, wasm_i8x16_splat(0x20)));
    return (struct ckpt_block){wasm_i8x16_bitmask(stop), wasm_i8x16_bitmask(bytes)};
}

#elif defined(__SSE2__)

#include <emmintrin.h>

#define CKPT_BLOCK_SIZE 16
#define CKPT_BLOCK_BITS 1

static inline struct ckpt_block ckpt_block_read(const unsigned char *at)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i control = _mm_set1_epi8(0x1F);
    __m128i stop = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                             _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))),
                                _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
    return (struct ckpt_block){(uint64_t)_mm_movemask_epi8(stop),
                               (uint64_t)_mm_movemask_epi8(bytes)};
}

#elif defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

#define CKPT_BLOCK_SIZE 8
#define CKPT_BLOCK_BITS 8

static inline struct ckpt_block ckpt_block_read(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, 8);
    uint64_t quote = word ^ CKPT_EACH_BYTE('"'), slash = word ^ CKPT_EACH_BYTE('\\');
    /* A borrow reaches only higher bytes than the one that caused it. */
    uint64_t stop = ((quote - CKPT_EACH_BYTE(1)) & ~quote) |
                    ((slash - CKPT_EACH_BYTE(1)) & ~slash) |
                    ((word - CKPT_EACH_BYTE(0x20)) & ~word);
    return (struct ckpt_block){stop & CKPT_EACH_BYTE(0x80), word & CKPT_EACH_BYTE(0x80)};
}

#else

#define CKPT_BLOCK_SIZE 1
#define CKPT_BLOCK_BITS 1

static inline struct ckpt_block ckpt_block_read(const unsigned char *at)
{
    return (struct ckpt_block){*at == '"' || *at == '\\' || *at < 0x20, *at >= 0x80};
}

#endif

#endif
