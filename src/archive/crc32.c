/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In whatever way many bytes are taken at a time, it rests on this: a byte makes the same CRC as
 * four bytes do some places further on, which are found in tables and added (exclusive or) to what
 * stands there. Step by step all bytes are moved to the end of the data; the last few are taken one
 * after the other.
 */
#include "crc32.h"
#include "load.h"

#include <string.h>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

static uint32_t bytewise(const struct ckpt_crc32_tables *t, uint32_t c, const uint8_t *bytes,
                         size_t length)
{
    for (; length > 0; bytes++, length--)
        c = t->byte[(c ^ *bytes) & 0xff] ^ c >> 8;
    return c;
}

/* The four bytes for `byte` that are `distance` places after it. */
static uint32_t moved(const struct ckpt_crc32_tables *t, uint32_t byte, int distance)
{
    uint32_t c = t->byte[byte];
    for (int i = 1; i < distance; i++)
        c = t->byte[c & 0xff] ^ c >> 8;
    return c;
}

static void init_bytes(struct ckpt_crc32_tables *t)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        t->byte[i] = c;
    }
}

#ifdef __wasm_simd128__

/*
 * Sixteen bytes in one register, four registers a step: all are moved one step further. A byte is
 * looked up by its halves; of the four bytes found each has its table and is shifted to its place.
 */
enum { LANES = 16, STEP = 4 * LANES };

void ckpt_crc32_init(struct ckpt_crc32_tables *t)
{
    init_bytes(t);
    for (uint32_t i = 0; i < LANES; i++) {
        uint32_t low = moved(t, i, STEP), high = moved(t, i << 4, STEP);
        for (int k = 0; k < 4; k++) {
            t->low[k][i] = (uint8_t)(low >> 8 * k);
            t->high[k][i] = (uint8_t)(high >> 8 * k);
        }
    }
}

/* `a` and `b` one after the other, seen `n` bytes before `b`. */
#define BEFORE(a, b, n)                                                                            \
    wasm_i8x16_shuffle(a, b, 16 - (n), 17 - (n), 18 - (n), 19 - (n), 20 - (n), 21 - (n), 22 - (n), \
                       23 - (n), 24 - (n), 25 - (n), 26 - (n), 27 - (n), 28 - (n), 29 - (n),       \
                       30 - (n), 31 - (n))

uint32_t ckpt_crc32(const struct ckpt_crc32_tables *t, uint32_t crc, const uint8_t *bytes,
                    size_t length)
{
    uint32_t c = ~crc;
    if (length >= 2 * STEP) {
        v128_t low[4], high[4], sum[4], last[4];
        uint8_t rest[STEP + LANES];
        for (int k = 0; k < 4; k++) {
            low[k] = wasm_v128_load(t->low[k]);
            high[k] = wasm_v128_load(t->high[k]);
            sum[k] = last[k] = wasm_i32x4_splat(0);
        }
        sum[0] = wasm_i32x4_make((int32_t)c, 0, 0, 0);
        const v128_t half = wasm_i8x16_splat(15);
        for (; length >= 2 * STEP; bytes += STEP, length -= STEP) {
#pragma clang loop unroll(full)
            for (int i = 0; i < 4; i++) {
                v128_t x = wasm_v128_xor(wasm_v128_load(bytes + i * LANES), sum[i]);
                v128_t l = wasm_v128_and(x, half);
                v128_t h = wasm_v128_and(wasm_u16x8_shr(x, 4), half);
                v128_t f[4];
#pragma clang loop unroll(full)
                for (int k = 0; k < 4; k++)
                    f[k] = wasm_v128_xor(wasm_i8x16_swizzle(low[k], l),
                                         wasm_i8x16_swizzle(high[k], h));
                sum[i] = wasm_v128_xor(
                    wasm_v128_xor(f[0], BEFORE(last[1], f[1], 1)),
                    wasm_v128_xor(BEFORE(last[2], f[2], 2), BEFORE(last[3], f[3], 3)));
                last[1] = f[1];
                last[2] = f[2];
                last[3] = f[3];
            }
        }
        /* What has been moved after the present place: 64 bytes, and three that stick out. */
        const v128_t none = wasm_i32x4_splat(0);
        for (int i = 0; i < 4; i++)
            wasm_v128_store(rest + i * LANES, sum[i]);
        wasm_v128_store(rest + STEP, wasm_v128_xor(BEFORE(last[1], none, 1),
                                                   wasm_v128_xor(BEFORE(last[2], none, 2),
                                                                 BEFORE(last[3], none, 3))));
        c = 0;
        for (size_t i = 0; i < STEP; i++)
            c = t->byte[(c ^ rest[i] ^ bytes[i]) & 0xff] ^ c >> 8;
        bytes += STEP;
        length -= STEP;
        uint32_t out;
        memcpy(&out, rest + STEP, sizeof out);
        c ^= out;
    }
    return ~bytewise(t, c, bytes, length);
}

#else

/*
 * Four CRCs at a time, each of every fourth word: they do not wait for each other, which one after
 * the other would do for most of the time.
 */
enum { WORD = 8, BRAIDS = 4, BRAID = BRAIDS * WORD, ENOUGH = 2 * BRAID };

void ckpt_crc32_init(struct ckpt_crc32_tables *t)
{
    init_bytes(t);
    for (int place = 0; place < WORD; place++)
        for (uint32_t i = 0; i < 256; i++)
            t->braid[place][i] = moved(t, i, BRAID - place);
}

/* What a word makes of the word one braid further on. */
static uint32_t braided(const struct ckpt_crc32_tables *t, uint64_t word)
{
    uint32_t low = (uint32_t)word, high = (uint32_t)(word >> 32);
    return t->braid[0][low & 0xff] ^ t->braid[1][low >> 8 & 0xff] ^ t->braid[2][low >> 16 & 0xff] ^
           t->braid[3][low >> 24] ^ t->braid[4][high & 0xff] ^ t->braid[5][high >> 8 & 0xff] ^
           t->braid[6][high >> 16 & 0xff] ^ t->braid[7][high >> 24];
}

uint32_t ckpt_crc32(const struct ckpt_crc32_tables *t, uint32_t crc, const uint8_t *bytes,
                    size_t length)
{
    uint32_t c = ~crc;
    if (length >= ENOUGH) {
        uint32_t sum[BRAIDS] = {c};
        for (; length >= ENOUGH; bytes += BRAID, length -= BRAID)
            for (int i = 0; i < BRAIDS; i++)
                sum[i] = braided(t, ckpt_load64(bytes + (size_t)i * WORD) ^ sum[i]);
        c = 0;
        for (int i = 0; i < BRAIDS; i++, bytes += WORD, length -= WORD)
            c = bytewise(t, c ^ sum[i], bytes, WORD);
    }
    return ~bytewise(t, c, bytes, length);
}

#endif
