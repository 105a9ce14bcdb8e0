/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_INFLATE_H
#define CKPT_ARCHIVE_INFLATE_H
/*
 * A streaming decoder for deflate (RFC 1951), made for large inputs whose output is mostly looked
 * at and thrown away: it decodes into its own window, and the caller reads the output there.
 *
 * Why not zlib: measured in WebAssembly, zlib's inflate reaches about half of what Node's own
 * gunzip does; this one, with a 64-bit bit buffer and one table lookup for most symbols, is faster
 * than it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CKPT_INFLATE_WINDOW = 32768, /* farthest distance of a match */
    CKPT_INFLATE_ROOM = 131072,  /* output of one run, at least one match short */
    /* Output may start a new symbol only below this index. */
    CKPT_INFLATE_FULL = CKPT_INFLATE_WINDOW + CKPT_INFLATE_ROOM,
    CKPT_INFLATE_SLACK = 320, /* a match and the overshoot of its copy */
    CKPT_INFLATE_LITLEN_BITS = 11,
    CKPT_INFLATE_DIST_BITS = 9,
    /* Largest tables there can be for 288 / 32 symbols of at most 15 bits with these root sizes. */
    CKPT_INFLATE_LITLEN_SIZE = 2342,
    CKPT_INFLATE_DIST_SIZE = 594
};

enum ckpt_inflate_result {
    CKPT_INFLATE_GO_ON, /* only inside */
    CKPT_INFLATE_NEED_INPUT,
    CKPT_INFLATE_OUTPUT_FULL,
    CKPT_INFLATE_DONE,
    CKPT_INFLATE_BROKEN
};

struct ckpt_inflate {
    uint64_t bits; /* not yet used input, lowest bit first; bits above `bit_count` are zero */
    uint32_t bit_count;
    uint32_t state;
    uint32_t last_block;
    uint32_t stored_left;
    uint32_t litlen_count, dist_count, code_count, have;
    const char *problem; /* after CKPT_INFLATE_BROKEN */
    size_t start;        /* first byte of this stream that is still in the window */
    size_t position;     /* where the next byte goes */
    uint8_t lengths[320 + 8];
    uint32_t litlen[CKPT_INFLATE_LITLEN_SIZE];
    uint32_t dist[CKPT_INFLATE_DIST_SIZE];
    uint8_t window[CKPT_INFLATE_FULL + CKPT_INFLATE_SLACK];
};

/* Start of a file: also forgets unused bits. */
void ckpt_inflate_start(struct ckpt_inflate *s);

/* Start of a further stream in the same input; unused bits stay. */
void ckpt_inflate_restart(struct ckpt_inflate *s);

/*
 * Decodes from *in up to `end`, moves *in. New output is window[position before ... position
 * after). Makes room first if the window is full, so the output of the run before is gone then:
 * *first is set to the index of the first new byte.
 */
enum ckpt_inflate_result ckpt_inflate_run(struct ckpt_inflate *s, const uint8_t **in,
                                          const uint8_t *end, size_t *first);

/* Takes one whole byte of the input after a stream that is done. Returns -1 if there is none. */
int ckpt_inflate_byte(struct ckpt_inflate *s, const uint8_t **in, const uint8_t *end);

/*
 * inflate_fast.c: decodes symbols while there are 16 bytes of input and room in the window.
 * CKPT_INFLATE_GO_ON: carefully; _DONE: the block; or _BROKEN.
 */
enum ckpt_inflate_result ckpt_inflate_fast(struct ckpt_inflate *s, const uint8_t **in,
                                           const uint8_t *end);

/* inflate_table.c: builds a decoding table. False: impossible code lengths. */
enum ckpt_inflate_codes { CKPT_TABLE_LITLEN, CKPT_TABLE_DIST, CKPT_TABLE_CODES };
bool ckpt_inflate_table(const uint8_t *lengths, uint32_t count, uint32_t *table,
                        uint32_t table_size, uint32_t root_bits, enum ckpt_inflate_codes kind);

/*
 * Table entries (32 bits)
 *   31      a literal, bits 16-23
 *   15      something special: 14 leads to a second table, 13 end of block, neither: no such code
 *   16-30   literal, base length or distance, or index of the second table
 *   8-11    bits of the code alone (second table: bits to index it with)
 *   0-7     bits to take away, extra bits included
 */
#define CKPT_ENTRY_LITERAL 0x80000000u
#define CKPT_ENTRY_SPECIAL 0x8000u
#define CKPT_ENTRY_TABLE 0x4000u
#define CKPT_ENTRY_END 0x2000u

#endif
