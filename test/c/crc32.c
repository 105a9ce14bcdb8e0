/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 of every short length, at every alignment and in pieces, against its definition. */
#include <string.h>

#include "archive/crc32.h"
#include "tap.h"
#include "tests.h"

enum { SIZE = 700 };

/* Bit by bit, as RFC 1952 writes it down. */
static uint32_t defined(const uint8_t *bytes, size_t length)
{
    uint32_t c = ~0u;
    for (size_t i = 0; i < length; i++) {
        c ^= bytes[i];
        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
    }
    return ~c;
}

void test_crc32(void)
{
    static struct ckpt_crc32_tables tables;
    static uint8_t bytes[SIZE + 16];
    ckpt_crc32_init(&tables);
    CHECK_THAT(ckpt_crc32(&tables, 0, (const uint8_t *)"123456789", 9) == 0xcbf43926u, "check");
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * i * 167 >> 3 ^ i);
    for (size_t length = 0; length <= SIZE; length++) {
        const uint8_t *start = bytes + length % 16;
        uint32_t want = defined(start, length);
        CHECK_THAT(ckpt_crc32(&tables, 0, start, length) == want, "%zu bytes", length);
        size_t first = length / 3;
        uint32_t begun = ckpt_crc32(&tables, 0, start, first);
        CHECK_THAT(ckpt_crc32(&tables, begun, start + first, length - first) == want,
                   "%zu bytes in two pieces", length);
    }
}
