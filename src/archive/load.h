/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_LOAD_H
#define CKPT_ARCHIVE_LOAD_H

#include <stdint.h>
#include <string.h>

/* Eight bytes as a little-endian number. */
static inline uint64_t ckpt_load64(const uint8_t *p)
{
    uint64_t value;
    memcpy(&value, p, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

#endif
