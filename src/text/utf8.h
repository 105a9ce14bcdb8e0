/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as Go's package unicode/utf8 sees it: every byte that is not part of a valid sequence is
   one U+FFFD. */
#ifndef CKPT_TEXT_UTF8_H
#define CKPT_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CKPT_REPLACEMENT 0xFFFDu

/* Reads one code point from the `length` > 0 bytes at `text` into *rune and returns its size.
   An invalid byte gives U+FFFD and size 1 (Go: utf8.DecodeRune). */
size_t ckpt_utf8_decode(const unsigned char *text, size_t length, uint32_t *rune);

/* Writes `rune` (surrogates and values above U+10FFFF as U+FFFD) to `out`, which has room for
   four bytes; returns the size. */
size_t ckpt_utf8_encode(uint32_t rune, unsigned char *out);

/* Number of leading bytes that are ASCII. */
size_t ckpt_ascii_prefix(const unsigned char *text, size_t length);

/* Whether all of the text is valid. */
bool ckpt_utf8_valid(const unsigned char *text, size_t length);

/* Length of the text in UTF-16 code units, once decoded. */
size_t ckpt_utf16_length(const unsigned char *text, size_t length);

/* Number of code points in the text; an invalid byte counts as one. */
size_t ckpt_utf8_count(const unsigned char *text, size_t length);

#endif
