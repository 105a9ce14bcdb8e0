/* SPDX-License-Identifier: Apache-2.0 */
#include "gzip.h"

#include <string.h>

enum {
    MAGIC,
    FIXED,
    EXTRA_LENGTH,
    EXTRA,
    NAME,
    COMMENT,
    HEADER_CRC,
    BODY,
    CRC,
    LENGTH,
    GARBAGE,
    BROKEN
};
enum { F_HEADER_CRC = 2, F_EXTRA = 4, F_NAME = 8, F_COMMENT = 16, F_RESERVED = 0xe0 };

void ckpt_gzip_init(struct ckpt_gzip *g)
{
    ckpt_crc32_init(&g->tables);
    g->state = MAGIC;
    g->count = 0;
    g->members = 0;
    g->problem = NULL;
    g->garbage = 0;
    ckpt_inflate_start(&g->inflate);
}

bool ckpt_gzip_at_end(const struct ckpt_gzip *g)
{
    return g->members > 0 && (g->state == GARBAGE || (g->state == MAGIC && g->count == 0));
}

static enum ckpt_gzip_result corrupt(struct ckpt_gzip *g, const char *problem)
{
    g->problem = problem;
    return CKPT_GZIP_CORRUPT;
}

static void enter(struct ckpt_gzip *g, uint32_t state)
{
    g->state = state;
    g->count = 0;
    g->field = 0;
}

/* The part of the header that follows `state`, given which parts there are. */
static void next_part(struct ckpt_gzip *g, uint32_t state)
{
    if (state < EXTRA_LENGTH && g->flags & F_EXTRA)
        enter(g, EXTRA_LENGTH);
    else if (state < NAME && g->flags & F_NAME)
        enter(g, NAME);
    else if (state < COMMENT && g->flags & F_COMMENT)
        enter(g, COMMENT);
    else if (state < HEADER_CRC && g->flags & F_HEADER_CRC)
        enter(g, HEADER_CRC);
    else {
        enter(g, BODY);
        g->crc = 0;
        g->length = 0;
        ckpt_inflate_restart(&g->inflate);
    }
}

/* Collects a little-endian number of `bytes` bytes. True when complete. */
static bool collect(struct ckpt_gzip *g, uint8_t byte, uint32_t bytes)
{
    g->field |= (uint32_t)byte << 8 * g->count++;
    return g->count == bytes;
}

/* One byte of a header. */
static enum ckpt_gzip_result header_byte(struct ckpt_gzip *g, uint8_t byte)
{
    static const uint8_t magic[3] = {0x1f, 0x8b, 8};
    uint32_t crc_before = g->header_crc;
    if (g->state == MAGIC && g->count == 0)
        g->header_crc = 0;
    g->header_crc = ckpt_crc32(&g->tables, g->header_crc, &byte, 1);
    switch (g->state) {
    case MAGIC:
        if (byte != magic[g->count]) {
            /* Between members nothing else is promised: the rest of the file is not ours. */
            if (g->members == 0)
                return corrupt(g, "no gzip header");
            g->garbage = g->count + 1;
            enter(g, GARBAGE);
            return CKPT_GZIP_GARBAGE;
        }
        if (++g->count == 3)
            enter(g, FIXED);
        return CKPT_GZIP_GO_ON;
    case FIXED: /* flags, time (4), extra flags, system */
        if (g->count++ == 0) {
            g->flags = byte;
            if (byte & F_RESERVED)
                return corrupt(g, "reserved gzip header flags are set");
        }
        if (g->count == 7)
            next_part(g, FIXED);
        return CKPT_GZIP_GO_ON;
    case EXTRA_LENGTH:
        if (collect(g, byte, 2)) {
            g->extra_left = g->field;
            if (g->extra_left)
                enter(g, EXTRA);
            else
                next_part(g, EXTRA);
        }
        return CKPT_GZIP_GO_ON;
    case EXTRA:
        if (--g->extra_left == 0)
            next_part(g, EXTRA);
        return CKPT_GZIP_GO_ON;
    case NAME:
    case COMMENT:
        if (byte == 0)
            next_part(g, g->state);
        return CKPT_GZIP_GO_ON;
    case HEADER_CRC:
        if (g->count == 0)
            g->extra_left = crc_before & 0xffff; /* of everything before this field */
        if (collect(g, byte, 2)) {
            if (g->field != g->extra_left)
                return corrupt(g, "the checksum of the gzip header is wrong");
            next_part(g, HEADER_CRC);
        }
        return CKPT_GZIP_GO_ON;
    case CRC:
        if (collect(g, byte, 4)) {
            if (g->field != g->crc) {
                g->problem = "the CRC-32 of the gzip data is wrong";
                return CKPT_GZIP_CHECKSUM;
            }
            enter(g, LENGTH);
        }
        return CKPT_GZIP_GO_ON;
    default: /* LENGTH */
        if (collect(g, byte, 4)) {
            if (g->field != g->length) {
                g->problem = "the length of the gzip data is wrong";
                return CKPT_GZIP_CHECKSUM;
            }
            g->members++;
            enter(g, MAGIC);
        }
        return CKPT_GZIP_GO_ON;
    }
}

enum ckpt_gzip_result ckpt_gzip_run(struct ckpt_gzip *g, const uint8_t **in, const uint8_t *end,
                                    const uint8_t **out, size_t *length)
{
    *length = 0;
    for (;;) {
        if (g->state == BROKEN)
            return CKPT_GZIP_CORRUPT;
        if (g->state == GARBAGE) {
            g->garbage += (uint64_t)(end - *in);
            *in = end;
            return CKPT_GZIP_GARBAGE;
        }
        if (g->state == BODY) {
            size_t first;
            enum ckpt_inflate_result r = ckpt_inflate_run(&g->inflate, in, end, &first);
            *out = g->inflate.window + first;
            *length = g->inflate.position - first;
            if (r == CKPT_INFLATE_BROKEN) { /* told after the output that came before it */
                enter(g, BROKEN);
                corrupt(g, g->inflate.problem);
                return *length > 0 ? CKPT_GZIP_OUTPUT : CKPT_GZIP_CORRUPT;
            }
            g->crc = ckpt_crc32(&g->tables, g->crc, *out, *length);
            g->length += (uint32_t)*length;
            if (r == CKPT_INFLATE_DONE)
                enter(g, CRC);
            if (*length > 0)
                return CKPT_GZIP_OUTPUT;
            if (r == CKPT_INFLATE_NEED_INPUT)
                return CKPT_GZIP_NEED_INPUT;
            continue;
        }
        int byte = ckpt_inflate_byte(&g->inflate, in, end);
        if (byte < 0)
            return CKPT_GZIP_NEED_INPUT;
        enum ckpt_gzip_result r = header_byte(g, (uint8_t)byte);
        if (r != CKPT_GZIP_GO_ON)
            return r;
    }
}
