/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_GZIP_H
#define CKPT_ARCHIVE_GZIP_H
/* gzip files (RFC 1952): any number of members, header checksum, CRC and length checked. */
#include "crc32.h"
#include "inflate.h"

typedef struct {
    uint32_t state;
    uint32_t count; /* bytes of the present header or trailer part that are done */
    uint32_t flags;
    uint32_t extra_left;
    uint32_t header_crc;
    uint32_t crc, length; /* of the output of this member */
    uint32_t field;       /* little-endian number being collected */
    uint32_t members;     /* complete ones */
    uint32_t reserved;
    const char *problem;
    uint64_t garbage; /* bytes given to ckpt_gzip_run that lie after the last member */
    ckpt_crc32_tables tables;
    ckpt_inflate inflate;
} ckpt_gzip;

enum {
    CKPT_GZIP_NEED_INPUT = 1, /* *length bytes of output may be there all the same */
    CKPT_GZIP_OUTPUT,
    CKPT_GZIP_GARBAGE, /* what follows the last member is no gzip member; all output was given */
    CKPT_GZIP_CORRUPT,
    CKPT_GZIP_CHECKSUM
};

void ckpt_gzip_init(ckpt_gzip *g);

/* Decodes from *in up to `end`. Output: *out, *length, valid until the next call. */
int ckpt_gzip_run(ckpt_gzip *g, const uint8_t **in, const uint8_t *end, const uint8_t **out,
                  size_t *length);

/* May the input end here? (After a member, whatever follows it.) */
int ckpt_gzip_at_end(const ckpt_gzip *g);

#endif
