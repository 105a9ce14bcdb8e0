/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_CRC32_H
#define CKPT_ARCHIVE_CRC32_H
#include <stddef.h>
#include <stdint.h>

/* Computed, not compiled in: constants are a large part of a small WebAssembly module, and
 * computing them takes microseconds. */
struct ckpt_crc32_tables {
    uint32_t byte[256]; /* what a byte makes of the CRC */
#ifdef __wasm_simd128__
    uint8_t low[4][16],
        high[4][16]; /* bytes of what half a byte makes of it, some places further on */
#else
    uint32_t braid[8][256]; /* what a byte makes of it there, by its place in a word */
#endif
};

void ckpt_crc32_init(struct ckpt_crc32_tables *t);

/* The CRC of gzip (RFC 1952, 8). Start with 0; give the result of one piece to the next. */
uint32_t ckpt_crc32(const struct ckpt_crc32_tables *t, uint32_t crc, const uint8_t *bytes,
                    size_t length);

#endif
