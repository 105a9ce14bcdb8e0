/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/lz4.h"

#include <limits.h>
#include <lz4.h>
#include <string.h>

bool ckpt_lz4_expand(const uint8_t *from, size_t stored, uint8_t *to, size_t size)
{
    if (stored == 0) {
        memset(to, 0, size);
        return true;
    }
    if (stored == size) {
        memcpy(to, from, size);
        return true;
    }
    return stored <= INT_MAX && size <= INT_MAX &&
           LZ4_decompress_safe((const char *)from, (char *)to, (int)stored, (int)size) == (int)size;
}
