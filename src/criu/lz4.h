/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of compressed pages. */
#ifndef CKPT_CRIU_LZ4_H
#define CKPT_CRIU_LZ4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Expands a block of a pages file, as struct ckpt_page_block describes it, to exactly `size` bytes:
   all zero if there are none stored, a copy if there are as many, else LZ4 block data. False: these
   are damaged, or not so long. */
bool ckpt_lz4_expand(const uint8_t *from, size_t stored, uint8_t *to, size_t size);

#endif
