/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables that liblzma's CRCs look bytes up in, calculated when the first decoder is made. As
 * constants, which liblzma has, they are 16 KiB that nothing compresses: two fifths of the module.
 */
#include "crc_tables.h"

#include <stddef.h>

/* Declared in liblzma's check.h, as constants. */
extern uint32_t lzma_crc32_table[8][256];
extern uint64_t lzma_crc64_table[4][256];
uint32_t lzma_crc32_table[8][256];
uint64_t lzma_crc64_table[4][256];

/* The polynomials with their lowest power first: IEEE 802.3 and ECMA-182, as the .xz format has
 * them. */
static const uint64_t POLYNOMIAL_32 = 0xedb88320u, POLYNOMIAL_64 = 0xc96c5795d7870f42u;

static uint64_t of_byte(uint64_t polynomial, unsigned byte)
{
    uint64_t c = byte;
    for (int bit = 0; bit < 8; bit++)
        c = c & 1 ? c >> 1 ^ polynomial : c >> 1;
    return c;
}

void ckpt_codec_make_crc_tables(void)
{
    if (lzma_crc32_table[0][1] != 0)
        return;
    for (unsigned b = 0; b < 256; b++) {
        lzma_crc32_table[0][b] = (uint32_t)of_byte(POLYNOMIAL_32, b);
        lzma_crc64_table[0][b] = of_byte(POLYNOMIAL_64, b);
    }
    /* Each further table: the byte before, with one byte of zeros after it. */
    for (size_t i = 0; i + 1 < 8; i++)
        for (unsigned b = 0; b < 256; b++) {
            const uint32_t c = lzma_crc32_table[i][b];
            lzma_crc32_table[i + 1][b] = lzma_crc32_table[0][c & 0xff] ^ c >> 8;
        }
    for (size_t i = 0; i + 1 < 4; i++)
        for (unsigned b = 0; b < 256; b++) {
            const uint64_t c = lzma_crc64_table[i][b];
            lzma_crc64_table[i + 1][b] = lzma_crc64_table[0][c & 0xff] ^ c >> 8;
        }
}
