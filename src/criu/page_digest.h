/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests of pages, so that the memory of two dumps can be compared without holding either of them:
 * two sums of NH (the universal hash of UMAC, RFC 4418 section 5.2.2) under one key. Two pages that
 * differ have equal digests once in 2^64, whoever made the pages, as long as the key is random and
 * its maker keeps it.
 */
#ifndef CKPT_CRIU_PAGE_DIGEST_H
#define CKPT_CRIU_PAGE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { CKPT_PAGE_DIGEST = 16 /* bytes of a digest */, CKPT_PAGE_KEY_TAIL = 16 };

/*
 * Writes a digest for each page. `page_size`: bytes, a multiple of 8. `pages`: `count` of them.
 * `key`: page_size + CKPT_PAGE_KEY_TAIL random bytes. `out`: count * CKPT_PAGE_DIGEST bytes.
 */
void ckpt_page_digests(const uint8_t *pages, size_t count, uint32_t page_size, const uint8_t *key,
                       uint8_t *out);

#endif
