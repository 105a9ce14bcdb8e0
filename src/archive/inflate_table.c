/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding tables for the canonical Huffman codes of deflate (RFC 1951, 3.2.2). */
#include "inflate.h"

enum { MAX_BITS = 15, MAX_SYMBOLS = 320 };

static const uint16_t length_base[29] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                         15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                         67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                         2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t dist_base[30] = {
    1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
    193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};

/* The entry of a symbol whose code has `bits` bits (those of the root table already taken off). */
static uint32_t entry_of(uint32_t symbol, uint32_t bits, enum ckpt_inflate_codes kind)
{
    if (kind == CKPT_TABLE_CODES)
        return symbol << 16 | bits << 8 | bits;
    if (kind == CKPT_TABLE_DIST) {
        if (symbol >= 30)
            return CKPT_ENTRY_SPECIAL;
        uint32_t extra = symbol < 2 ? 0 : (symbol >> 1) - 1;
        return (uint32_t)dist_base[symbol] << 16 | bits << 8 | (bits + extra);
    }
    if (symbol < 256)
        return CKPT_ENTRY_LITERAL | symbol << 16 | bits << 8 | bits;
    if (symbol == 256)
        return CKPT_ENTRY_SPECIAL | CKPT_ENTRY_END | bits << 8 | bits;
    if (symbol >= 286)
        return CKPT_ENTRY_SPECIAL;
    return (uint32_t)length_base[symbol - 257] << 16 | bits << 8 |
           (bits + length_extra[symbol - 257]);
}

/* The next code of the same length, bits reversed as deflate stores them. */
static uint32_t next_code(uint32_t code, uint32_t bits)
{
    uint32_t bit = 1u << (bits - 1);
    while (bit && (code & bit))
        bit >>= 1;
    return bit ? (code & (bit - 1)) | bit : 0;
}

bool ckpt_inflate_table(const uint8_t *lengths, uint32_t count, uint32_t *table,
                        uint32_t table_size, uint32_t root_bits, enum ckpt_inflate_codes kind)
{
    uint16_t counts[MAX_BITS + 1] = {0}, offsets[MAX_BITS + 2];
    uint16_t sorted[MAX_SYMBOLS];
    uint32_t i, bits, max = 0, root_size = 1u << root_bits;

    for (i = 0; i < count; i++)
        counts[lengths[i]]++;
    for (bits = 1; bits <= MAX_BITS; bits++)
        if (counts[bits])
            max = bits;
    counts[0] = 0;
    /* Kraft sum: more codes than fit is always an error, fewer only allowed for a single short
     * code. */
    int32_t left = 1;
    for (bits = 1; bits <= MAX_BITS; bits++) {
        left = left * 2 - counts[bits];
        if (left < 0)
            return false;
    }
    if (left > 0 && (kind == CKPT_TABLE_CODES || max > 1))
        return false;
    for (i = 0; i < root_size; i++)
        table[i] = CKPT_ENTRY_SPECIAL;
    if (max == 0)
        return true;

    offsets[1] = 0;
    for (bits = 1; bits <= MAX_BITS; bits++)
        offsets[bits + 1] = (uint16_t)(offsets[bits] + counts[bits]);
    for (i = 0; i < count; i++)
        if (lengths[i])
            sorted[offsets[lengths[i]]++] = (uint16_t)i;

    uint32_t code = 0, used = root_size, at = 0;
    uint32_t prefix = ~0u, sub_start = 0, sub_bits = 0;
    for (bits = 1; bits <= max; bits++) {
        for (uint32_t n = counts[bits]; n > 0; n--, at++) {
            if (bits <= root_bits) {
                uint32_t entry = entry_of(sorted[at], bits, kind);
                for (i = code; i < root_size; i += 1u << bits)
                    table[i] = entry;
            } else {
                if ((code & (root_size - 1)) != prefix) {
                    /* A new second table, just large enough for the codes that share this prefix.
                     */
                    prefix = code & (root_size - 1);
                    sub_bits = bits - root_bits;
                    int32_t space = (int32_t)(1u << sub_bits) - (int32_t)n;
                    while (space > 0 && sub_bits + root_bits < max) {
                        sub_bits++;
                        space = space * 2 - counts[sub_bits + root_bits];
                    }
                    sub_start = used;
                    used += 1u << sub_bits;
                    if (used > table_size)
                        return false;
                    for (i = sub_start; i < used; i++)
                        table[i] = CKPT_ENTRY_SPECIAL;
                    table[prefix] = CKPT_ENTRY_SPECIAL | CKPT_ENTRY_TABLE | sub_start << 16 |
                                    sub_bits << 8 | root_bits;
                }
                uint32_t entry = entry_of(sorted[at], bits - root_bits, kind);
                for (i = code >> root_bits; i < 1u << sub_bits; i += 1u << (bits - root_bits))
                    table[sub_start + i] = entry;
            }
            code = next_code(code, bits);
        }
    }
    return true;
}
