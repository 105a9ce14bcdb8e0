/* SPDX-License-Identifier: Apache-2.0 */
/* Streaming deflate decoder: blocks, symbols, the window. See inflate.h. */
#include "inflate.h"

#include <string.h>

enum { BLOCK_START, STORED_HEADER, STORED, CODE_COUNTS, CODE_CODES, CODE_LENGTHS, SYMBOLS, DONE };

void ckpt_inflate_start(struct ckpt_inflate *s)
{
    s->bits = 0;
    s->bit_count = 0;
    s->position = 0;
    ckpt_inflate_restart(s);
}

void ckpt_inflate_restart(struct ckpt_inflate *s)
{
    s->state = BLOCK_START;
    s->last_block = 0;
    s->start = s->position;
    s->problem = NULL;
}

static enum ckpt_inflate_result broken(struct ckpt_inflate *s, const char *problem)
{
    s->problem = problem;
    return CKPT_INFLATE_BROKEN;
}

/* Fills the bit buffer byte by byte; true if `count` (at most 56) bits are there. Never more than
 * 63, which the shifts of the fast loop rely on. */
static bool have_bits(struct ckpt_inflate *s, const uint8_t **in, const uint8_t *end,
                      uint32_t count)
{
    while (s->bit_count < 56 && *in < end) {
        s->bits |= (uint64_t) * (*in)++ << s->bit_count;
        s->bit_count += 8;
    }
    return s->bit_count >= count;
}

static uint32_t take_bits(struct ckpt_inflate *s, uint32_t count)
{
    uint32_t value = (uint32_t)(s->bits & ((1ull << count) - 1));
    s->bits >>= count;
    s->bit_count -= count;
    return value;
}

int ckpt_inflate_byte(struct ckpt_inflate *s, const uint8_t **in, const uint8_t *end)
{
    if (s->bit_count >= 8)
        return (int)take_bits(s, 8);
    return *in < end ? *(*in)++ : -1;
}

/*
 * Looks a symbol up in `bits`, of which `count` are real. *used: bits it takes, with extra bits and
 * root table. Returns its last entry, or 0 if there are too few bits.
 */
static uint32_t lookup(const uint32_t *table, uint32_t root_bits, uint64_t bits, uint32_t count,
                       uint32_t *value, uint32_t *used)
{
    uint32_t e = table[bits & ((1u << root_bits) - 1)], before = 0;
    if ((e & (CKPT_ENTRY_LITERAL | CKPT_ENTRY_TABLE)) == CKPT_ENTRY_TABLE) {
        if (count < root_bits)
            return 0;
        before = root_bits;
        bits >>= root_bits;
        e = table[(e >> 16) + (uint32_t)(bits & ((1u << (e >> 8 & 15)) - 1))];
    }
    *used = before + (e & 0xff);
    if (*used > count)
        return 0;
    *value = (e >> 16 & 0x7fff) + (uint32_t)((bits & ((1ull << (e & 0xff)) - 1)) >> (e >> 8 & 15));
    return e;
}

/* One symbol at a time, never more input than there is. CKPT_INFLATE_GO_ON: after the block. */
static enum ckpt_inflate_result symbols_careful(struct ckpt_inflate *s, const uint8_t **in,
                                                const uint8_t *end)
{
    for (;;) {
        uint32_t length, distance, used, used_dist;
        if (s->position >= CKPT_INFLATE_FULL)
            return CKPT_INFLATE_OUTPUT_FULL;
        if (end - *in >= 16) {
            enum ckpt_inflate_result r = ckpt_inflate_fast(s, in, end);
            if (r == CKPT_INFLATE_GO_ON)
                continue;
            return r == CKPT_INFLATE_DONE ? CKPT_INFLATE_GO_ON : r;
        }
        have_bits(s, in, end, 0);
        uint32_t e =
            lookup(s->litlen, CKPT_INFLATE_LITLEN_BITS, s->bits, s->bit_count, &length, &used);
        if (e == 0)
            return CKPT_INFLATE_NEED_INPUT;
        if (e & CKPT_ENTRY_LITERAL) {
            take_bits(s, used);
            s->window[s->position++] = (uint8_t)(e >> 16);
            continue;
        }
        if (e & CKPT_ENTRY_END) {
            take_bits(s, used);
            return CKPT_INFLATE_GO_ON;
        }
        if (e & CKPT_ENTRY_SPECIAL) {
            /* With few bits left the zeros above them may have led here. */
            if (s->bit_count < 15)
                return CKPT_INFLATE_NEED_INPUT;
            return broken(s, "code without a meaning");
        }
        e = lookup(s->dist, CKPT_INFLATE_DIST_BITS, s->bits >> used, s->bit_count - used, &distance,
                   &used_dist);
        if (e == 0)
            return CKPT_INFLATE_NEED_INPUT;
        if (e & CKPT_ENTRY_SPECIAL) {
            if (s->bit_count - used < 15)
                return CKPT_INFLATE_NEED_INPUT;
            return broken(s, "distance code without a meaning");
        }
        if (distance > s->position - s->start)
            return broken(s, "match before the start of the data");
        take_bits(s, used);
        take_bits(s, used_dist);
        for (; length > 0; length--, s->position++)
            s->window[s->position] = s->window[s->position - distance];
    }
}

static enum ckpt_inflate_result stored(struct ckpt_inflate *s, const uint8_t **in,
                                       const uint8_t *end)
{
    while (s->stored_left > 0) {
        if (s->position >= CKPT_INFLATE_FULL)
            return CKPT_INFLATE_OUTPUT_FULL;
        if (s->bit_count >= 8) {
            s->window[s->position++] = (uint8_t)take_bits(s, 8);
            s->stored_left--;
            continue;
        }
        size_t n = s->stored_left;
        if (n > CKPT_INFLATE_FULL - s->position)
            n = CKPT_INFLATE_FULL - s->position;
        if (n > (size_t)(end - *in))
            n = (size_t)(end - *in);
        if (n == 0)
            return CKPT_INFLATE_NEED_INPUT;
        memcpy(s->window + s->position, *in, n);
        *in += n;
        s->position += n;
        s->stored_left -= (uint32_t)n;
    }
    return CKPT_INFLATE_GO_ON;
}

/* The code lengths of a dynamic block, themselves compressed (RFC 1951, 3.2.7). */
static enum ckpt_inflate_result code_lengths(struct ckpt_inflate *s, const uint8_t **in,
                                             const uint8_t *end)
{
    uint32_t total = s->litlen_count + s->dist_count;
    while (s->have < total) {
        uint32_t symbol, used, repeat, value = 0;
        have_bits(s, in, end, 0);
        uint32_t e = lookup(s->dist, 7, s->bits, s->bit_count, &symbol, &used);
        if (e == 0)
            return CKPT_INFLATE_NEED_INPUT;
        if (e & CKPT_ENTRY_SPECIAL)
            return s->bit_count < 7 ? CKPT_INFLATE_NEED_INPUT
                                    : broken(s, "code length without a meaning");
        if (symbol < 16) {
            take_bits(s, used);
            s->lengths[s->have++] = (uint8_t)symbol;
            continue;
        }
        uint32_t extra = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
        if (s->bit_count < used + extra)
            return CKPT_INFLATE_NEED_INPUT;
        take_bits(s, used);
        repeat = take_bits(s, extra) + (symbol == 18 ? 11 : 3);
        if (symbol == 16) {
            if (s->have == 0)
                return broken(s, "repeats a code length before the first");
            value = s->lengths[s->have - 1];
        }
        if (repeat > total - s->have)
            return broken(s, "too many code lengths");
        while (repeat-- > 0)
            s->lengths[s->have++] = (uint8_t)value;
    }
    return CKPT_INFLATE_GO_ON;
}

static enum ckpt_inflate_result build_tables(struct ckpt_inflate *s)
{
    if (!ckpt_inflate_table(s->lengths, s->litlen_count, s->litlen, CKPT_INFLATE_LITLEN_SIZE,
                            CKPT_INFLATE_LITLEN_BITS, CKPT_TABLE_LITLEN) ||
        !ckpt_inflate_table(s->lengths + s->litlen_count, s->dist_count, s->dist,
                            CKPT_INFLATE_DIST_SIZE, CKPT_INFLATE_DIST_BITS, CKPT_TABLE_DIST))
        return broken(s, "impossible code lengths");
    s->state = SYMBOLS;
    return CKPT_INFLATE_GO_ON;
}

static enum ckpt_inflate_result block_start(struct ckpt_inflate *s, const uint8_t **in,
                                            const uint8_t *end)
{
    if (s->last_block) {
        take_bits(s, s->bit_count & 7);
        s->state = DONE;
        return CKPT_INFLATE_GO_ON;
    }
    if (!have_bits(s, in, end, 3))
        return CKPT_INFLATE_NEED_INPUT;
    s->last_block = take_bits(s, 1);
    switch (take_bits(s, 2)) {
    case 0:
        take_bits(s, s->bit_count & 7);
        s->state = STORED_HEADER;
        return CKPT_INFLATE_GO_ON;
    case 1:
        memset(s->lengths, 8, 144);
        memset(s->lengths + 144, 9, 112);
        memset(s->lengths + 256, 7, 24);
        memset(s->lengths + 280, 8, 8);
        memset(s->lengths + 288, 5, 32);
        s->litlen_count = 288;
        s->dist_count = 32;
        return build_tables(s);
    case 2:
        s->state = CODE_COUNTS;
        return CKPT_INFLATE_GO_ON;
    default:
        return broken(s, "unknown block type");
    }
}

static enum ckpt_inflate_result step(struct ckpt_inflate *s, const uint8_t **in, const uint8_t *end)
{
    static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                      11, 4,  12, 3, 13, 2, 14, 1, 15};
    enum ckpt_inflate_result r;
    switch (s->state) {
    case BLOCK_START:
        return block_start(s, in, end);
    case STORED_HEADER: {
        if (!have_bits(s, in, end, 32))
            return CKPT_INFLATE_NEED_INPUT;
        uint32_t length = take_bits(s, 16);
        if (take_bits(s, 16) != (length ^ 0xffff))
            return broken(s, "stored block with contradicting lengths");
        s->stored_left = length;
        s->state = STORED;
        return CKPT_INFLATE_GO_ON;
    }
    case STORED:
        r = stored(s, in, end);
        if (r == CKPT_INFLATE_GO_ON)
            s->state = BLOCK_START;
        return r;
    case CODE_COUNTS:
        if (!have_bits(s, in, end, 14))
            return CKPT_INFLATE_NEED_INPUT;
        s->litlen_count = take_bits(s, 5) + 257;
        s->dist_count = take_bits(s, 5) + 1;
        s->code_count = take_bits(s, 4) + 4;
        if (s->litlen_count > 286 || s->dist_count > 30)
            return broken(s, "too many codes");
        memset(s->lengths, 0, 19);
        s->have = 0;
        s->state = CODE_CODES;
        return CKPT_INFLATE_GO_ON;
    case CODE_CODES:
        while (s->have < s->code_count) {
            if (!have_bits(s, in, end, 3))
                return CKPT_INFLATE_NEED_INPUT;
            s->lengths[order[s->have++]] = (uint8_t)take_bits(s, 3);
        }
        if (!ckpt_inflate_table(s->lengths, 19, s->dist, CKPT_INFLATE_DIST_SIZE, 7,
                                CKPT_TABLE_CODES))
            return broken(s, "impossible code lengths");
        s->have = 0;
        s->state = CODE_LENGTHS;
        return CKPT_INFLATE_GO_ON;
    case CODE_LENGTHS:
        r = code_lengths(s, in, end);
        if (r != CKPT_INFLATE_GO_ON)
            return r;
        if (s->lengths[256] == 0)
            return broken(s, "block without an end");
        return build_tables(s);
    case SYMBOLS:
        r = symbols_careful(s, in, end);
        if (r == CKPT_INFLATE_GO_ON)
            s->state = BLOCK_START;
        return r;
    default:
        return CKPT_INFLATE_DONE;
    }
}

enum ckpt_inflate_result ckpt_inflate_run(struct ckpt_inflate *s, const uint8_t **in,
                                          const uint8_t *end, size_t *first)
{
    enum ckpt_inflate_result r;
    if (s->position >= CKPT_INFLATE_FULL) {
        size_t cut = s->position - CKPT_INFLATE_WINDOW;
        memmove(s->window, s->window + cut, CKPT_INFLATE_WINDOW);
        s->position -= cut;
        s->start = s->start > cut ? s->start - cut : 0;
    }
    *first = s->position;
    while ((r = step(s, in, end)) == CKPT_INFLATE_GO_ON)
        ;
    return r;
}
