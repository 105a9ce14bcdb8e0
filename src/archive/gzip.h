/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_GZIP_H
#define CKPT_ARCHIVE_GZIP_H
/* gzip files (RFC 1952): any number of members, header checksum, CRC and length checked. */
#include "crc32.h"
#include "inflate.h"

struct ckpt_gzip {
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
    struct ckpt_crc32_tables tables;
    struct ckpt_inflate inflate;
};

enum ckpt_gzip_result {
    CKPT_GZIP_GO_ON,      /* only inside */
    CKPT_GZIP_NEED_INPUT, /* *length bytes of output may be there all the same */
    CKPT_GZIP_OUTPUT,
    CKPT_GZIP_GARBAGE, /* what follows the last member is no gzip member; all output was given */
    CKPT_GZIP_CORRUPT,
    CKPT_GZIP_CHECKSUM
};

void ckpt_gzip_init(struct ckpt_gzip *g);

/* Decodes from *in up to `end`. Output: *out, *length, valid until the next call. */
enum ckpt_gzip_result ckpt_gzip_run(struct ckpt_gzip *g, const uint8_t **in, const uint8_t *end,
                                    const uint8_t **out, size_t *length);

/* May the input end here? (After a member, whatever follows it.) */
bool ckpt_gzip_at_end(const struct ckpt_gzip *g);

#endif
