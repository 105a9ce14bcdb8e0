/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads tars from standard input, each behind its length (4 bytes, little-endian), and says what
 * the native reader takes them for, as main.go says what Go does. Build it with cc -std=c11 -Isrc
 * -I. -Itest/c -o lines test/tools/tar-go/lines.c test/c/archive_lines.c build/native/libckpt.a
 */
#include <stdio.h>
#include <stdlib.h>

#include "archive_lines.h"

int main(void)
{
    struct ckpt_buffer out = {0};
    uint8_t head[4];
    for (unsigned n = 0; fread(head, 1, 4, stdin) == 4; n++) {
        size_t length =
            head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
        uint8_t *bytes = malloc(length == 0 ? 1 : length);
        if (bytes == NULL || fread(bytes, 1, length, stdin) != length)
            return 2;
        ckpt_buffer_clear(&out);
        if (!archive_lines(bytes, length, SIZE_MAX, false, &out))
            return 2;
        printf("case %u\n%.*s", n, (int)out.length, out.data);
        free(bytes);
    }
    ckpt_buffer_free(&out);
    return 0;
}
