/* SPDX-License-Identifier: Apache-2.0 */
#include "crc32.h"

#include <string.h>

void ckpt_crc32_init(ckpt_crc32_tables *t)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        t->table[0][i] = c;
    }
    for (int n = 1; n < 16; n++)
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = t->table[n - 1][i];
            t->table[n][i] = t->table[0][c & 0xff] ^ c >> 8;
        }
}

static uint32_t load32(const uint8_t *p)
{
    uint32_t value;
    memcpy(&value, p, 4);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    return value;
}

/* Four bytes through four tables; `n` is the number of bytes that follow them in the block of 16.
 */
#define FOUR(word, n)                                                                              \
    (t->table[(n) + 3][(word)&0xff] ^ t->table[(n) + 2][(word) >> 8 & 0xff] ^                      \
     t->table[(n) + 1][(word) >> 16 & 0xff] ^ t->table[(n)][(word) >> 24])

uint32_t ckpt_crc32(const ckpt_crc32_tables *t, uint32_t crc, const uint8_t *bytes, size_t length)
{
    uint32_t c = ~crc;
    for (; length >= 16; bytes += 16, length -= 16) {
        uint32_t a = load32(bytes) ^ c, b = load32(bytes + 4);
        uint32_t d = load32(bytes + 8), e = load32(bytes + 12);
        c = FOUR(a, 12) ^ FOUR(b, 8) ^ FOUR(d, 4) ^ FOUR(e, 0);
    }
    for (; length > 0; bytes++, length--)
        c = t->table[0][(c ^ *bytes) & 0xff] ^ c >> 8;
    return ~c;
}
