/* SPDX-License-Identifier: Apache-2.0 */
#include "text/sha256.h"

#include <string.h>

enum { BLOCK = 64 };

/* FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of primes. */
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t word, unsigned by)
{
    return word >> by | word << (32 - by);
}

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Of the schedule only the last 16 words are kept: word t lies at t % 16. */
static uint32_t next_word(uint32_t w[16], unsigned t)
{
    uint32_t x = w[(t + 1) & 15], y = w[(t + 14) & 15];
    w[t & 15] += (rotate(x, 7) ^ rotate(x, 18) ^ x >> 3) + w[(t + 9) & 15] +
                 (rotate(y, 17) ^ rotate(y, 19) ^ y >> 10);
    return w[t & 15];
}

/* One step (6.2.2), with the variables renamed instead of moved. */
#define STEP(a, b, c, d, e, f, g, h, t, word)                                                      \
    do {                                                                                           \
        uint32_t one = (h) + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +                      \
                       ((g) ^ ((e) & ((f) ^ (g)))) + constants[t] + (word);                        \
        uint32_t two =                                                                             \
            (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + (((a) & (b)) | ((c) & ((a) | (b))));  \
        (d) += one;                                                                                \
        (h) = one + two;                                                                           \
    } while (0)

#define EIGHT_STEPS(t, word)                                                                       \
    STEP(a, b, c, d, e, f, g, h, (t), word((t)));                                                  \
    STEP(h, a, b, c, d, e, f, g, (t) + 1, word((t) + 1));                                          \
    STEP(g, h, a, b, c, d, e, f, (t) + 2, word((t) + 2));                                          \
    STEP(f, g, h, a, b, c, d, e, (t) + 3, word((t) + 3));                                          \
    STEP(e, f, g, h, a, b, c, d, (t) + 4, word((t) + 4));                                          \
    STEP(d, e, f, g, h, a, b, c, (t) + 5, word((t) + 5));                                          \
    STEP(c, d, e, f, g, h, a, b, (t) + 6, word((t) + 6));                                          \
    STEP(b, c, d, e, f, g, h, a, (t) + 7, word((t) + 7))

#define FIRST(t) (w[(t)&15] = big_endian(block + 4 * (size_t)(t)))
#define LATER(t) next_word(w, t)

static void add_blocks(uint32_t state[8], const uint8_t *block, size_t count)
{
    uint32_t w[16];
    for (; count > 0; count--, block += BLOCK) {
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        for (unsigned t = 0; t < 16; t += 8) {
            EIGHT_STEPS(t, FIRST);
        }
        for (unsigned t = 16; t < 64; t += 8) {
            EIGHT_STEPS(t, LATER);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }
}

void ckpt_sha256_init(struct ckpt_sha256 *hash)
{
    /* 5.3.3: the same of square roots. */
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, start, sizeof(start));
    hash->length = 0;
}

void ckpt_sha256_add(struct ckpt_sha256 *hash, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    size_t there = (size_t)(hash->length & (BLOCK - 1));
    if (length == 0)
        return;
    hash->length += length;
    if (there != 0) {
        size_t take = length < BLOCK - there ? length : BLOCK - there;
        memcpy(hash->block + there, at, take);
        at += take;
        length -= take;
        if (there + take < BLOCK)
            return;
        add_blocks(hash->state, hash->block, 1);
    }
    add_blocks(hash->state, at, length / BLOCK);
    if (length % BLOCK != 0)
        memcpy(hash->block, at + length / BLOCK * BLOCK, length % BLOCK);
}

void ckpt_sha256_end(struct ckpt_sha256 *hash, char digits[CKPT_SHA256_DIGITS])
{
    static const char hex[] = "0123456789abcdef";
    size_t there = (size_t)(hash->length & (BLOCK - 1));
    uint64_t bits = hash->length * 8;
    hash->block[there++] = 0x80;
    if (there > BLOCK - 8) {
        memset(hash->block + there, 0, BLOCK - there);
        add_blocks(hash->state, hash->block, 1);
        there = 0;
    }
    memset(hash->block + there, 0, BLOCK - 8 - there);
    for (unsigned i = 0; i < 8; i++)
        hash->block[BLOCK - 8 + i] = (uint8_t)(bits >> (56 - 8 * i));
    add_blocks(hash->state, hash->block, 1);
    for (unsigned i = 0; i < CKPT_SHA256_DIGITS; i++)
        digits[i] = hex[hash->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
}
