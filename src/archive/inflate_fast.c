/* SPDX-License-Identifier: Apache-2.0 */
/* The loop over the symbols of deflate data that takes most of the time; compiled for speed. */
#include <string.h>

#include "inflate.h"
#include "load.h"

enum {
    LITLEN_MASK = (1 << CKPT_INFLATE_LITLEN_BITS) - 1,
    DIST_MASK = (1 << CKPT_INFLATE_DIST_BITS) - 1
};

/* Sixteen bytes at once where the compiler has vectors. */
typedef uint8_t sixteen __attribute__((vector_size(16), aligned(1), may_alias));

static inline void copy16(uint8_t *out, const uint8_t *from)
{
    *(sixteen *)out = *(const sixteen *)from;
}

/* Copies a match of 3 to 258 bytes; may write up to 15 bytes too many, which the slack allows. */
static inline uint8_t *copy_match(uint8_t *out, uint32_t distance, uint32_t length)
{
    const uint8_t *from = out - distance;
    uint8_t *end = out + length;
    if (distance >= 16) {
        do {
            copy16(out, from);
            out += 16;
            from += 16;
        } while (out < end);
        return end;
    }
    if (distance == 1) { /* runs, mostly of zeros: common in memory pages */
        uint8_t byte = *from;
        do {
            memset(out, byte, 16);
            out += 16;
        } while (out < end);
        return end;
    }
    /* The pattern repeats: after eight bytes its source can be moved back by whole repetitions. */
    if (distance < 8) {
        for (int i = 0; i < 8; i++)
            out[i] = from[i];
        out += 8;
        from = out - (size_t)distance * (7 / distance + 1);
    }
    for (; out < end; out += 8, from += 8)
        memcpy(out, from, 8);
    return end;
}

/* As part of a caller that is compiled for size it would be, too. */
__attribute__((noinline)) enum ckpt_inflate_result
ckpt_inflate_fast(struct ckpt_inflate *s, const uint8_t **in_ptr, const uint8_t *end)
{
    const uint8_t *in = *in_ptr;
    uint8_t *out = s->window + s->position;
    uint8_t *const first = s->window + s->start;
    uint8_t *const out_full = s->window + CKPT_INFLATE_FULL;
    const uint32_t *const litlen = s->litlen;
    const uint32_t *const dist = s->dist;
    uint64_t bits = s->bits;
    uint32_t count = s->bit_count;
    enum ckpt_inflate_result result = CKPT_INFLATE_GO_ON;

#define REFILL()                                                                                   \
    do {                                                                                           \
        bits |= ckpt_load64(in) << count;                                                          \
        in += (63 - count) >> 3;                                                                   \
        count |= 56;                                                                               \
    } while (0)
#define VALUE(e) ((e) >> 16) + ((uint32_t)(bits & ((1ull << ((e)&0xff)) - 1)) >> ((e) >> 8 & 15))
#define TAKE(n)                                                                                    \
    do {                                                                                           \
        bits >>= (n);                                                                              \
        count -= (n);                                                                              \
    } while (0)

    if (end - in < 16)
        return CKPT_INFLATE_GO_ON;
    REFILL();
    uint32_t e =
        litlen[bits & LITLEN_MASK]; /* always one entry ahead: the load overlaps the work */
    while (end - in >= 16 && out < out_full) {
        if (e & CKPT_ENTRY_LITERAL) { /* at most 11 bits each, so three and a length fit a refill */
            TAKE(e & 0xff);
            *out++ = (uint8_t)(e >> 16);
            e = litlen[bits & LITLEN_MASK];
            if (e & CKPT_ENTRY_LITERAL) {
                TAKE(e & 0xff);
                *out++ = (uint8_t)(e >> 16);
                e = litlen[bits & LITLEN_MASK];
                if (e & CKPT_ENTRY_LITERAL) {
                    TAKE(e & 0xff);
                    *out++ = (uint8_t)(e >> 16);
                    REFILL();
                    e = litlen[bits & LITLEN_MASK];
                    continue;
                }
            }
        }
        if (e & CKPT_ENTRY_SPECIAL) {
            if (e & CKPT_ENTRY_TABLE) {
                TAKE(CKPT_INFLATE_LITLEN_BITS);
                e = litlen[(e >> 16) + (uint32_t)(bits & ((1u << (e >> 8 & 15)) - 1))];
                if (e & CKPT_ENTRY_LITERAL) {
                    TAKE(e & 0xff);
                    *out++ = (uint8_t)(e >> 16);
                    REFILL();
                    e = litlen[bits & LITLEN_MASK];
                    continue;
                }
            }
            if (e & CKPT_ENTRY_SPECIAL) {
                TAKE(e & 0xff);
                result = e & CKPT_ENTRY_END ? CKPT_INFLATE_DONE : CKPT_INFLATE_BROKEN;
                s->problem = "code without a meaning";
                break;
            }
        }
        /* A length: at most 2 * 11 + 15 + 5 bits are gone now. */
        uint32_t length = VALUE(e);
        TAKE(e & 0xff);
        REFILL();
        e = dist[bits & DIST_MASK];
        if (e & CKPT_ENTRY_SPECIAL) {
            if (e & CKPT_ENTRY_TABLE) {
                TAKE(CKPT_INFLATE_DIST_BITS);
                e = dist[(e >> 16) + (uint32_t)(bits & ((1u << (e >> 8 & 15)) - 1))];
            }
            if (e & CKPT_ENTRY_SPECIAL) {
                s->problem = "distance code without a meaning";
                result = CKPT_INFLATE_BROKEN;
                break;
            }
        }
        uint32_t distance = VALUE(e);
        TAKE(e & 0xff);
        if (distance > (size_t)(out - first)) {
            s->problem = "match before the start of the data";
            result = CKPT_INFLATE_BROKEN;
            break;
        }
        REFILL();
        e = litlen[bits & LITLEN_MASK];
        out = copy_match(out, distance, length);
    }
#undef REFILL
#undef VALUE
#undef TAKE
    /* Bits above `count` are real input, seen early; forget them so that they are not counted
     * twice. */
    s->bits = bits & ((1ull << count) - 1);
    s->bit_count = count;
    s->position = (size_t)(out - s->window);
    *in_ptr = in;
    return result;
}
