/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_MAGIC_H
#define CKPT_ARCHIVE_MAGIC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CKPT_MAGIC_BYTES = 64, /* of its start that are looked at */
    CKPT_MAGIC_MAX = 128   /* bytes of a description, with its NUL */
};

/* What a file is that is no tar archive, by its first bytes, in words that follow "is": "a picture
   (PNG)". False, and no text: they do not tell it. */
bool ckpt_magic_describe(const uint8_t *bytes, size_t length, char text[CKPT_MAGIC_MAX]);

#endif
