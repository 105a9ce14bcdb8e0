/* SPDX-License-Identifier: Apache-2.0 */
#include "tar_header.h"

#include <string.h>

#include "archive.h"

int ckpt_tar_is_zero(const uint8_t *block)
{
    uint64_t any = 0, word;
    for (size_t i = 0; i < CKPT_TAR_BLOCK; i += 8) {
        memcpy(&word, block + i, 8);
        any |= word;
    }
    return any == 0;
}

uint32_t ckpt_tar_text_length(const uint8_t *field, size_t length)
{
    uint32_t n = 0;
    while (n < length && field[n])
        n++;
    return n;
}

int ckpt_tar_number(const uint8_t *field, size_t length, int64_t *value, int *binary)
{
    size_t i = 0;
    *value = 0;
    if (length > 0 && (field[0] & 0x80)) {
        /* 0x80: positive, 0xff: negative; the second bit of the first byte is the sign. */
        int negative = (field[0] & 0x40) != 0;
        uint64_t v = negative ? ~UINT64_C(0) : 0;
        *binary = 1;
        for (i = 0; i < length; i++) {
            uint8_t byte = i == 0 ? (uint8_t)((field[0] & 0x7f) | (negative ? 0x80 : 0)) : field[i];
            if ((uint8_t)(v >> 56) != (negative ? 0xff : 0))
                return 2;
            v = v << 8 | byte;
        }
        if ((v >> 63) != (uint64_t)negative)
            return 2;
        /* Two's complement without relying on the conversion of large unsigned numbers. */
        *value = negative ? -(int64_t)~v - 1 : (int64_t)v;
        return 0;
    }
    while (i < length && (field[i] == ' ' || field[i] == 0))
        i++;
    uint64_t v = 0;
    for (; i < length && field[i] >= '0' && field[i] <= '7'; i++) {
        if (v >> 60)
            return 2;
        v = v << 3 | (uint64_t)(field[i] - '0');
    }
    if (i < length && field[i] != ' ' && field[i] != 0)
        return 1;
    *value = (int64_t)v;
    return 0;
}

/* The sum of all bytes, with the checksum field counted as blanks; bytes unsigned and signed. */
static int checksum_matches(const uint8_t *block, uint32_t *flags)
{
    uint32_t plain = 8 * ' ';
    int32_t with_sign = 8 * ' ';
    int64_t written;
    int binary = 0;
    for (size_t i = 0; i < CKPT_TAR_BLOCK; i++) {
        if (i == 148)
            i = 156;
        plain += block[i];
        with_sign += block[i] < 128 ? block[i] : block[i] - 256;
    }
    if (ckpt_tar_number(block + 148, 8, &written, &binary) || binary)
        return 0;
    if (written == (int64_t)plain)
        return 1;
    *flags |= CKPT_MEMBER_SIGNED_CHECKSUM;
    return written == (int64_t)with_sign;
}

/* A number that may be wrong without harm. */
static int64_t soft_number(ckpt_tar_header *h, const uint8_t *field, size_t length)
{
    int64_t value;
    int binary = 0;
    const int64_t max = (int64_t)CKPT_ARCHIVE_NUMBER_MAX;
    if (ckpt_tar_number(field, length, &value, &binary) || value > max || value < -max) {
        h->flags |= CKPT_MEMBER_ODD_NUMBER;
        return 0;
    }
    if (binary)
        h->flags |= CKPT_MEMBER_BASE256;
    return value;
}

int ckpt_tar_header_read(ckpt_tar_header *h, const uint8_t *block)
{
    int64_t size;
    int binary = 0;
    memset(h, 0, sizeof *h);
    if (!checksum_matches(block, &h->flags))
        return CKPT_ARCHIVE_E_BAD_CHECKSUM;

    int r = ckpt_tar_number(block + 124, 12, &size, &binary);
    if (r)
        return r == 1 ? CKPT_ARCHIVE_E_BAD_NUMBER : CKPT_ARCHIVE_E_BAD_SIZE;
    if (size < 0 || (uint64_t)size > CKPT_ARCHIVE_NUMBER_MAX)
        return CKPT_ARCHIVE_E_BAD_SIZE;
    if (binary)
        h->flags |= CKPT_MEMBER_BASE256;
    h->size = (uint64_t)size;
    h->typeflag = block[156];
    h->mode = (uint32_t)soft_number(h, block + 100, 8);
    h->uid = soft_number(h, block + 108, 8);
    h->gid = soft_number(h, block + 116, 8);
    h->mtime = soft_number(h, block + 136, 12);
    h->name = block;
    h->name_length = ckpt_tar_text_length(block, 100);
    h->link = block + 157;
    h->link_length = ckpt_tar_text_length(h->link, 100);

    if (memcmp(block + 257, "ustar", 5) != 0) {
        h->dialect = CKPT_TAR_V7;
        return 0;
    }
    h->dialect = CKPT_TAR_USTAR;
    h->prefix = block + 345;
    if (memcmp(block + 257, "ustar  ", 8) == 0) {
        h->dialect = CKPT_TAR_GNU; /* has times and the sparse map where others have the prefix */
    } else if (memcmp(block + 508, "tar", 4) == 0) {
        h->dialect = CKPT_TAR_STAR; /* has times behind a shorter prefix */
        h->prefix_length = ckpt_tar_text_length(h->prefix, 131);
    } else {
        h->prefix_length = ckpt_tar_text_length(h->prefix, 155);
    }
    h->uname = block + 265;
    h->uname_length = ckpt_tar_text_length(h->uname, 32);
    h->gname = block + 297;
    h->gname_length = ckpt_tar_text_length(h->gname, 32);
    if (h->typeflag == '3' || h->typeflag == '4') {
        h->dev_major = (uint32_t)soft_number(h, block + 329, 8);
        h->dev_minor = (uint32_t)soft_number(h, block + 337, 8);
    }
    return 0;
}
