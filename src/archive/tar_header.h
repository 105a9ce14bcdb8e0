/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_TAR_HEADER_H
#define CKPT_ARCHIVE_TAR_HEADER_H
/* One 512-byte header block of a tar archive. */
#include <stddef.h>
#include <stdint.h>

enum { CKPT_TAR_BLOCK = 512 };

typedef struct {
    const uint8_t *name, *prefix, *link, *uname, *gname; /* into the block */
    uint32_t name_length, prefix_length, link_length, uname_length, gname_length;
    uint64_t size;
    int64_t mtime, uid, gid;
    uint32_t mode, dev_major, dev_minor;
    uint32_t flags;   /* CKPT_MEMBER_SIGNED_CHECKSUM, _ODD_NUMBER, _BASE256 */
    uint8_t typeflag; /* as written */
    uint8_t dialect;  /* CKPT_TAR_... */
} ckpt_tar_header;

/* 1 if the block is all zeros. */
int ckpt_tar_is_zero(const uint8_t *block);

/* Reads a block. 0, or CKPT_ARCHIVE_E_BAD_CHECKSUM, _BAD_NUMBER, _BAD_SIZE. */
int ckpt_tar_header_read(ckpt_tar_header *h, const uint8_t *block);

/*
 * A number field: octal digits with blanks or NULs around them, or, if the first bit is set, a
 * big-endian two's-complement number (GNU base 256). 0 if well-formed, 1 if something else stands
 * there, 2 if it does not fit into 64 bits. *binary is set for base 256.
 */
int ckpt_tar_number(const uint8_t *field, size_t length, int64_t *value, int *binary);

/* Length of a field that a NUL may end. */
uint32_t ckpt_tar_text_length(const uint8_t *field, size_t length);

#endif
