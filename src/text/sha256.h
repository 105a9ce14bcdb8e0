/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_TEXT_SHA256_H
#define CKPT_TEXT_SHA256_H
#include <stddef.h>
#include <stdint.h>

/* SHA-256 (FIPS 180-4), of bytes that come in pieces. */
struct ckpt_sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    uint8_t block[64];
};

enum { CKPT_SHA256_SIZE = 32, CKPT_SHA256_DIGITS = 64 };

void ckpt_sha256_init(struct ckpt_sha256 *hash);

/* The next bytes, however many. */
void ckpt_sha256_add(struct ckpt_sha256 *hash, const void *bytes, size_t length);

/* Ends it: the digest as lower-case hexadecimal digits, without a NUL. */
void ckpt_sha256_end(struct ckpt_sha256 *hash, char digits[CKPT_SHA256_DIGITS]);

#endif
