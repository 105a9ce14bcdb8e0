/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_ZSTD_LITERALS_H
#define CKPT_ARCHIVE_ZSTD_LITERALS_H
/*
 * Included before libzstd's block decoder (see the Makefile). There all literals of a block fit
 * into the decoder's own buffer, whose size is the builder's to choose; so they are never split
 * between it and the output, and the two copies of the main loop for split literals need not be
 * compiled: with this name of the third place where literals may be, no place compares equal to it.
 * A third faster, as the only loop left is small enough to be compiled as one function.
 */
#include "decompress/zstd_decompress_internal.h"

_Static_assert(ZSTD_LITBUFFEREXTRASIZE == ZSTD_BLOCKSIZE_MAX, "literals would be split");
#define ZSTD_split __builtin_nan("")

#endif
