/* SPDX-License-Identifier: Apache-2.0 */
#include "tar_header.h"

#include <string.h>

#include "archive.h"

bool ckpt_tar_is_zero(const uint8_t *block)
{
    uint64_t any = 0, word;
    for (size_t i = 0; i < CKPT_TAR_BLOCK; i += 8) {
        memcpy(&word, block + i, 8);
        any |= word;
    }
    return any == 0;
}

struct ckpt_span ckpt_tar_text(const uint8_t *field, size_t length)
{
    const uint8_t *end = length == 0 ? NULL : memchr(field, 0, length);
    return (struct ckpt_span){field, end == NULL ? length : (size_t)(end - field)};
}

/* 0x80: positive, 0xff: negative; the second bit of the first byte is the sign. */
static bool base256(const uint8_t *field, size_t length, int64_t *value)
{
    uint8_t invert = (field[0] & 0x40) != 0 ? 0xff : 0;
    uint64_t v = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = field[i] ^ invert;
        if (v >> 56 != 0)
            return false;
        v = v << 8 | (i == 0 ? byte & 0x7fu : byte);
    }
    if (v >> 63 != 0)
        return false;
    *value = invert == 0 ? (int64_t)v : -(int64_t)v - 1;
    return true;
}

static bool octal(const uint8_t *field, size_t length, int64_t *value)
{
    while (length > 0 && (field[0] == ' ' || field[0] == 0)) {
        field++;
        length--;
    }
    while (length > 0 && (field[length - 1] == ' ' || field[length - 1] == 0))
        length--;
    struct ckpt_span digits = ckpt_tar_text(field, length);
    uint64_t v = 0;
    for (size_t i = 0; i < digits.length; i++) {
        if (field[i] < '0' || field[i] > '7' || v >> 60 != 0)
            return false;
        v = v << 3 | (uint64_t)(field[i] - '0');
    }
    *value = (int64_t)v;
    return true;
}

bool ckpt_tar_number(const uint8_t *field, size_t length, int64_t *value, bool *binary)
{
    *value = 0;
    if ((field[0] & 0x80) == 0)
        return octal(field, length, value);
    *binary = true;
    return base256(field, length, value);
}

/* The sum of all bytes, with the checksum field counted as blanks; bytes unsigned and signed. */
static bool checksum_matches(const uint8_t *block, uint32_t *flags)
{
    int64_t plain = INT64_C(8) * ' ', with_sign = plain, written = 0;
    for (size_t i = 0; i < CKPT_TAR_BLOCK; i++) {
        if (i == 148)
            i = 156;
        plain += block[i];
        with_sign += block[i] < 128 ? block[i] : block[i] - 256;
    }
    if (!octal(block + 148, 8, &written))
        return false;
    if (written == plain)
        return true;
    *flags |= CKPT_MEMBER_SIGNED_CHECKSUM;
    return written == with_sign;
}

/* A number that must be one, but whose value may be too large for us. */
static int64_t number(struct ckpt_tar_header *h, const uint8_t *field, size_t length,
                      const char *name)
{
    int64_t value;
    bool binary = false;
    if (!ckpt_tar_number(field, length, &value, &binary) && h->bad == NULL)
        h->bad = name;
    if (binary)
        h->flags |= CKPT_MEMBER_BASE256;
    return value;
}

static int64_t within(struct ckpt_tar_header *h, int64_t value, int64_t least, int64_t most)
{
    if (value >= least && value <= most)
        return value;
    h->flags |= CKPT_MEMBER_ODD_NUMBER;
    return 0;
}

static uint8_t dialect_of(const uint8_t *block)
{
    if (memcmp(block + 257, "ustar ", 6) == 0 && memcmp(block + 263, " ", 2) == 0)
        return CKPT_TAR_GNU;
    if (memcmp(block + 257, "ustar", 6) != 0)
        return CKPT_TAR_V7;
    return memcmp(block + 508, "tar", 4) == 0 ? CKPT_TAR_STAR : CKPT_TAR_USTAR;
}

static bool is_ascii(struct ckpt_span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] >= 0x80)
            return false;
    return true;
}

/*
 * GNU has times where others have the prefix. Writers made with Go before 1.8 put a prefix there
 * all the same; so Go, when the times are no numbers, takes an ASCII text for one.
 */
static void read_gnu(struct ckpt_tar_header *h, const uint8_t *block)
{
    bool binary, good = true;
    int64_t ignored;
    for (size_t at = 345; at <= 357; at += 12)
        if (block[at] != 0)
            good = ckpt_tar_number(block + at, 12, &ignored, &binary) && good;
    struct ckpt_span prefix = ckpt_tar_text(block + 345, 155);
    if (!good && is_ascii(prefix)) {
        h->prefix = prefix;
        h->prefix_of_times = prefix.length > 0;
    }
}

uint32_t ckpt_tar_header_read(struct ckpt_tar_header *h, const uint8_t *block)
{
    const int64_t most = (int64_t)CKPT_ARCHIVE_NUMBER_MAX;
    memset(h, 0, sizeof(*h));
    if (!checksum_matches(block, &h->flags))
        return CKPT_ARCHIVE_E_BAD_CHECKSUM;
    h->typeflag = block[156];
    h->dialect = dialect_of(block);
    h->name = ckpt_tar_text(block, 100);
    h->link = ckpt_tar_text(block + 157, 100);
    h->size = number(h, block + 124, 12, "size");
    h->mode = (uint32_t)within(h, number(h, block + 100, 8, "mode"), 0, UINT32_MAX);
    h->uid = within(h, number(h, block + 108, 8, "owner"), -most, most);
    h->gid = within(h, number(h, block + 116, 8, "group"), -most, most);
    h->mtime = within(h, number(h, block + 136, 12, "time"), -most, most);
    if (h->dialect != CKPT_TAR_V7) {
        h->uname = ckpt_tar_text(block + 265, 32);
        h->gname = ckpt_tar_text(block + 297, 32);
        int64_t major = number(h, block + 329, 8, "device number");
        int64_t minor = number(h, block + 337, 8, "device number");
        if (h->typeflag == '3' || h->typeflag == '4') {
            h->dev_major = (uint32_t)within(h, major, 0, UINT32_MAX);
            h->dev_minor = (uint32_t)within(h, minor, 0, UINT32_MAX);
        }
    }
    if (h->dialect == CKPT_TAR_USTAR)
        h->prefix = ckpt_tar_text(block + 345, 155);
    if (h->dialect == CKPT_TAR_STAR) { /* has times after a shorter prefix */
        h->prefix = ckpt_tar_text(block + 345, 131);
        number(h, block + 476, 12, "time of access");
        number(h, block + 488, 12, "time of change");
    }
    if (h->dialect == CKPT_TAR_GNU)
        read_gnu(h, block);
    return h->bad == NULL ? 0 : CKPT_ARCHIVE_E_BAD_NUMBER;
}
