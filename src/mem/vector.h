/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen bytes at once: WebAssembly SIMD, SSE2, or plain C with the same answers. */
#ifndef CKPT_MEM_VECTOR_H
#define CKPT_MEM_VECTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__wasm_simd128__)

#include <wasm_simd128.h>

typedef v128_t ckpt_v16;

static inline ckpt_v16 ckpt_v16_load(const uint8_t *at)
{
    return wasm_v128_load(at);
}

static inline ckpt_v16 ckpt_v16_splat(uint8_t byte)
{
    return wasm_i8x16_splat((int8_t)byte);
}

static inline ckpt_v16 ckpt_v16_and(ckpt_v16 a, ckpt_v16 b)
{
    return wasm_v128_and(a, b);
}

static inline ckpt_v16 ckpt_v16_or(ckpt_v16 a, ckpt_v16 b)
{
    return wasm_v128_or(a, b);
}

/* Bytes of ones where they are equal. */
static inline ckpt_v16 ckpt_v16_equal(ckpt_v16 a, ckpt_v16 b)
{
    return wasm_i8x16_eq(a, b);
}

/* Bytes of ones where first <= byte <= first + span, unsigned. */
static inline ckpt_v16 ckpt_v16_within(ckpt_v16 bytes, uint8_t first, uint8_t span)
{
    ckpt_v16 moved = wasm_i8x16_sub(bytes, wasm_i8x16_splat((int8_t)first));
    return wasm_u8x16_le(moved, wasm_i8x16_splat((int8_t)span));
}

static inline bool ckpt_v16_any(ckpt_v16 a)
{
    return wasm_v128_any_true(a);
}

/* The top bit of each byte, the first byte's lowest. */
static inline uint32_t ckpt_v16_bits(ckpt_v16 a)
{
    return wasm_i8x16_bitmask(a);
}

/* Four 32-bit words each, added. */
static inline ckpt_v16 ckpt_v16_add32(ckpt_v16 a, ckpt_v16 b)
{
    return wasm_i32x4_add(a, b);
}

/* Two 64-bit words each, added. */
static inline ckpt_v16 ckpt_v16_add64(ckpt_v16 a, ckpt_v16 b)
{
    return wasm_i64x2_add(a, b);
}

/* The products of the words 0 and 1, and 2 and 3, of both: sums of two, in two 64-bit words. */
static inline ckpt_v16 ckpt_v16_products(ckpt_v16 a, ckpt_v16 b)
{
    ckpt_v16 even = wasm_i32x4_shuffle(a, b, 0, 2, 4, 6);
    ckpt_v16 odd = wasm_i32x4_shuffle(a, b, 1, 3, 5, 7);
    return wasm_i64x2_add(wasm_u64x2_extmul_low_u32x4(even, odd),
                          wasm_u64x2_extmul_high_u32x4(even, odd));
}

/* The sum of its two 64-bit words. */
static inline uint64_t ckpt_v16_sum64(ckpt_v16 a)
{
    return wasm_u64x2_extract_lane(a, 0) + wasm_u64x2_extract_lane(a, 1);
}

#elif defined(__SSE2__)

#include <emmintrin.h>

typedef __m128i ckpt_v16;

static inline ckpt_v16 ckpt_v16_load(const uint8_t *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static inline ckpt_v16 ckpt_v16_splat(uint8_t byte)
{
    return _mm_set1_epi8((char)byte);
}

static inline ckpt_v16 ckpt_v16_and(ckpt_v16 a, ckpt_v16 b)
{
    return _mm_and_si128(a, b);
}

static inline ckpt_v16 ckpt_v16_or(ckpt_v16 a, ckpt_v16 b)
{
    return _mm_or_si128(a, b);
}

static inline ckpt_v16 ckpt_v16_equal(ckpt_v16 a, ckpt_v16 b)
{
    return _mm_cmpeq_epi8(a, b);
}

static inline ckpt_v16 ckpt_v16_within(ckpt_v16 bytes, uint8_t first, uint8_t span)
{
    ckpt_v16 moved = _mm_sub_epi8(bytes, _mm_set1_epi8((char)first));
    return _mm_cmpeq_epi8(_mm_min_epu8(moved, _mm_set1_epi8((char)span)), moved);
}

static inline uint32_t ckpt_v16_bits(ckpt_v16 a)
{
    return (uint32_t)_mm_movemask_epi8(a);
}

static inline bool ckpt_v16_any(ckpt_v16 a)
{
    return ckpt_v16_bits(a) != 0;
}

static inline ckpt_v16 ckpt_v16_add32(ckpt_v16 a, ckpt_v16 b)
{
    return _mm_add_epi32(a, b);
}

static inline ckpt_v16 ckpt_v16_add64(ckpt_v16 a, ckpt_v16 b)
{
    return _mm_add_epi64(a, b);
}

static inline ckpt_v16 ckpt_v16_products(ckpt_v16 a, ckpt_v16 b)
{
    return _mm_add_epi64(_mm_mul_epu32(a, _mm_srli_epi64(a, 32)),
                         _mm_mul_epu32(b, _mm_srli_epi64(b, 32)));
}

static inline uint64_t ckpt_v16_sum64(ckpt_v16 a)
{
    uint64_t words[2];
    _mm_storeu_si128((__m128i *)(void *)words, a);
    return words[0] + words[1];
}

#else

typedef struct {
    uint8_t bytes[16];
} ckpt_v16;

static inline ckpt_v16 ckpt_v16_load(const uint8_t *at)
{
    ckpt_v16 v;
    memcpy(v.bytes, at, 16);
    return v;
}

static inline ckpt_v16 ckpt_v16_splat(uint8_t byte)
{
    ckpt_v16 v;
    memset(v.bytes, byte, 16);
    return v;
}

static inline ckpt_v16 ckpt_v16_and(ckpt_v16 a, ckpt_v16 b)
{
    for (int i = 0; i < 16; i++)
        a.bytes[i] &= b.bytes[i];
    return a;
}

static inline ckpt_v16 ckpt_v16_or(ckpt_v16 a, ckpt_v16 b)
{
    for (int i = 0; i < 16; i++)
        a.bytes[i] |= b.bytes[i];
    return a;
}

static inline ckpt_v16 ckpt_v16_equal(ckpt_v16 a, ckpt_v16 b)
{
    for (int i = 0; i < 16; i++)
        a.bytes[i] = a.bytes[i] == b.bytes[i] ? 0xFF : 0;
    return a;
}

static inline ckpt_v16 ckpt_v16_within(ckpt_v16 bytes, uint8_t first, uint8_t span)
{
    for (int i = 0; i < 16; i++)
        bytes.bytes[i] = (uint8_t)(bytes.bytes[i] - first) <= span ? 0xFF : 0;
    return bytes;
}

static inline uint32_t ckpt_v16_bits(ckpt_v16 a)
{
    uint32_t bits = 0;
    for (int i = 0; i < 16; i++)
        bits |= (uint32_t)(a.bytes[i] >> 7) << i;
    return bits;
}

static inline bool ckpt_v16_any(ckpt_v16 a)
{
    return ckpt_v16_bits(a) != 0;
}

static inline ckpt_v16 ckpt_v16_add32(ckpt_v16 a, ckpt_v16 b)
{
    uint32_t x[4], y[4];
    memcpy(x, a.bytes, 16);
    memcpy(y, b.bytes, 16);
    for (int i = 0; i < 4; i++)
        x[i] += y[i];
    memcpy(a.bytes, x, 16);
    return a;
}

static inline ckpt_v16 ckpt_v16_add64(ckpt_v16 a, ckpt_v16 b)
{
    uint64_t x[2], y[2];
    memcpy(x, a.bytes, 16);
    memcpy(y, b.bytes, 16);
    for (int i = 0; i < 2; i++)
        x[i] += y[i];
    memcpy(a.bytes, x, 16);
    return a;
}

static inline ckpt_v16 ckpt_v16_products(ckpt_v16 a, ckpt_v16 b)
{
    uint32_t x[4], y[4];
    memcpy(x, a.bytes, 16);
    memcpy(y, b.bytes, 16);
    uint64_t sums[2] = {(uint64_t)x[0] * x[1] + (uint64_t)y[0] * y[1],
                        (uint64_t)x[2] * x[3] + (uint64_t)y[2] * y[3]};
    memcpy(a.bytes, sums, 16);
    return a;
}

static inline uint64_t ckpt_v16_sum64(ckpt_v16 a)
{
    uint64_t words[2];
    memcpy(words, a.bytes, 16);
    return words[0] + words[1];
}

#endif

#endif
