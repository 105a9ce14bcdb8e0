/* SPDX-License-Identifier: Apache-2.0 */
/* Texts for people, put together without printf: the words of all errors and findings. */
#ifndef CKPT_TEXT_MESSAGE_H
#define CKPT_TEXT_MESSAGE_H

#include <stdarg.h>

#include "mem/buffer.h"
#include "text/types.h"

/* A quoted value is cut after this many bytes. */
#define CKPT_QUOTE_MAX ((size_t)96)

/*
 * Adds a text, in which these stand for arguments, of exactly these types:
 *   %s  const char *       %n  uint64_t, decimal       %q  ckpt_string, in quotes, escaped and cut
 *   %t  ckpt_string        %i  int64_t                 %h  ckpt_string: its bytes, hexadecimal,
 *                          %x  uint64_t, hexadecimal       with blanks between them
 */
void ckpt_format(struct ckpt_buffer *out, const char *format, ...);

/* Adds the argument of a letter that the caller has for itself. False: ckpt_format()'s is meant. */
struct ckpt_arguments {
    va_list list;
};
typedef bool ckpt_add_letter(void *context, char letter, struct ckpt_arguments *arguments);

/* The same, with letters of the caller's. */
void ckpt_format_list(struct ckpt_buffer *out, const char *format, struct ckpt_arguments *arguments,
                      ckpt_add_letter *own, void *context);

/* Adds text from a file as it may be shown: what cannot be seen, or moves the text around, as \u,
   bytes that are not UTF-8 as \x; with `quote`, a backslash in front of double quotes. Cut after
   `most` bytes, with "…". */
void ckpt_add_escaped(struct ckpt_buffer *out, ckpt_string text, size_t most, bool quote);

#endif
