/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/stats.h"

#include <string.h>

#define SERVICE_MAGIC 0x55105940u /* images of CRIU's tools, not of a process */
#define STATS_MAGIC 0x57093306u

struct reader {
    const uint8_t *at, *end;
};

static bool read_varint(struct reader *r, uint64_t *value)
{
    *value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (r->at == r->end)
            return false;
        uint8_t byte = *r->at++;
        if (shift < 64)
            *value |= (uint64_t)(byte & 127) << shift;
        if ((byte & 128) == 0)
            return true;
    }
    return false;
}

static bool take(struct reader *r, uint64_t length, struct reader *part)
{
    if (length > (uint64_t)(r->end - r->at))
        return false;
    *part = (struct reader){r->at, r->at + length};
    r->at += length;
    return true;
}

/* One field: its number, and its value or its bytes. */
static bool read_field(struct reader *r, uint64_t *number, uint64_t *value, struct reader *bytes)
{
    uint64_t tag;
    *bytes = (struct reader){NULL, NULL};
    if (!read_varint(r, &tag))
        return false;
    *number = tag >> 3;
    switch (tag & 7) {
    case 0:
        return read_varint(r, value);
    case 1:
        return take(r, 8, bytes);
    case 2:
        return read_varint(r, value) && take(r, *value, bytes);
    case 5:
        return take(r, 4, bytes);
    default:
        return false;
    }
}

static uint32_t read_le32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool ckpt_stats_read(const uint8_t *bytes, size_t length, struct ckpt_stats *stats)
{
    struct reader r, part, entry = {NULL, NULL}, dump = {NULL, NULL};
    uint64_t number, value = 0;
    memset(stats, 0, sizeof(*stats));
    if (length < 12 || read_le32(bytes) != SERVICE_MAGIC || read_le32(bytes + 4) != STATS_MAGIC)
        return false;
    r = (struct reader){bytes + 12, bytes + length};
    if (!take(&r, read_le32(bytes + 8), &entry))
        return false;
    while (entry.at < entry.end) {
        if (!read_field(&entry, &number, &value, &part))
            return false;
        if (number == 1 && part.at != NULL)
            dump = part;
    }
    if (dump.at == NULL)
        return false;
    while (dump.at < dump.end) {
        if (!read_field(&dump, &number, &value, &part))
            return false;
        if (part.at == NULL && number >= 1 && number <= CKPT_STATS_COUNT) {
            stats->value[number - 1] = value;
            stats->present |= UINT32_C(1) << (number - 1);
        }
    }
    return true;
}
