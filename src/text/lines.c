/* SPDX-License-Identifier: Apache-2.0 */
#include "text/lines.h"

#include <stdint.h>
#include <string.h>

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

size_t ckpt_count_lines(const unsigned char *text, size_t length, size_t *start)
{
    size_t count = 0, i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, text + i, 8);
        word ^= EACH_BYTE('\n'); /* the bytes wanted are zero: exactly they have no bit set */
        word = ~(((word & EACH_BYTE(0x7f)) + EACH_BYTE(0x7f)) | word | EACH_BYTE(0x7f));
        /* One bit for each, summed in the top byte. */
        count += (word >> 7) * EACH_BYTE(1) >> 56;
    }
    for (; i < length; i++)
        count += text[i] == '\n';
    for (i = count == 0 ? 0 : length; i > 0 && text[i - 1] != '\n'; i--)
        ;
    *start = i;
    return count;
}
