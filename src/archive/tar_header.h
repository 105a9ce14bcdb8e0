/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_TAR_HEADER_H
#define CKPT_ARCHIVE_TAR_HEADER_H
/* One 512-byte header block of a tar archive, read as Go's archive/tar reads it. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CKPT_TAR_BLOCK = 512 };

/* Bytes that belong to somebody else. */
struct ckpt_span {
    const uint8_t *bytes;
    size_t length;
};

struct ckpt_tar_header {
    struct ckpt_span name, prefix, link, uname, gname; /* into the block */
    const char *bad;                                   /* the field that is not a number, or NULL */
    int64_t size, mtime, uid, gid;
    uint32_t mode, dev_major, dev_minor;
    uint32_t flags;       /* CKPT_MEMBER_SIGNED_CHECKSUM, _ODD_NUMBER, _BASE256 */
    uint8_t typeflag;     /* as written */
    uint8_t dialect;      /* CKPT_TAR_... */
    bool prefix_of_times; /* GNU: the times are none, so Go takes them for a prefix */
};

/* Whether the block is all zeros. */
bool ckpt_tar_is_zero(const uint8_t *block);

/* Reads a block (Go: Reader.readHeader). 0, or CKPT_ARCHIVE_E_BAD_CHECKSUM, _BAD_NUMBER. */
uint32_t ckpt_tar_header_read(struct ckpt_tar_header *h, const uint8_t *block);

/*
 * A number field (Go: parser.parseNumeric): octal digits with blanks and NULs around them, a NUL
 * after them ends it; nothing at all is 0. If the first bit is set, a big-endian two's-complement
 * number (GNU base 256; *binary is set). False if something else stands there, or it does not fit
 * into 64 bits.
 */
bool ckpt_tar_number(const uint8_t *field, size_t length, int64_t *value, bool *binary);

/* A field that a NUL may end (Go: parser.parseString). */
struct ckpt_span ckpt_tar_text(const uint8_t *field, size_t length);

#endif
