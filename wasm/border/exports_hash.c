/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 for JavaScript; wasm/border/hash.js is the other side. */
#include <stdlib.h>

#include "text/sha256.h"

struct ckpt_sha256 *ckpt_wasm_hash_new(void);
void ckpt_wasm_hash_free(struct ckpt_sha256 *hash);
void ckpt_wasm_hash_add(struct ckpt_sha256 *hash, const uint8_t *bytes, uint32_t length);
const char *ckpt_wasm_hash_end(struct ckpt_sha256 *hash);

struct ckpt_sha256 *ckpt_wasm_hash_new(void)
{
    struct ckpt_sha256 *hash = malloc(sizeof(*hash));
    if (hash != NULL)
        ckpt_sha256_init(hash);
    return hash;
}

void ckpt_wasm_hash_free(struct ckpt_sha256 *hash)
{
    free(hash);
}

void ckpt_wasm_hash_add(struct ckpt_sha256 *hash, const uint8_t *bytes, uint32_t length)
{
    ckpt_sha256_add(hash, bytes, length);
}

/* 64 digits, good until the next call. The hash starts again. */
const char *ckpt_wasm_hash_end(struct ckpt_sha256 *hash)
{
    static char digits[CKPT_SHA256_DIGITS];
    ckpt_sha256_end(hash, digits);
    ckpt_sha256_init(hash);
    return digits;
}
