/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at parts of texts; they are borrowed, never copied. */
#ifndef CKPT_TEXT_SLICE_H
#define CKPT_TEXT_SLICE_H

#include <stdbool.h>

#include "text/types.h"

bool ckpt_equal(ckpt_string a, ckpt_string b);
bool ckpt_equals(ckpt_string a, const char *b);
bool ckpt_starts(ckpt_string text, const char *start);
bool ckpt_ends(ckpt_string text, const char *end);
/* The same for any of a list of words, each with a NUL after it: "pid\0uts\0". */
bool ckpt_is_one_of(ckpt_string text, const char *list);
bool ckpt_starts_one_of(ckpt_string text, const char *list);
bool ckpt_ends_one_of(ckpt_string text, const char *list);
/* Position of `part` in the text, or SIZE_MAX. */
size_t ckpt_index_of(ckpt_string text, const char *part);
ckpt_string ckpt_slice_of(ckpt_string text, size_t from, size_t to);
static inline ckpt_string ckpt_string_of(const char *text)
{
    size_t n = 0;
    while (text[n] != '\0')
        n++;
    return (ckpt_string){text, n};
}

#endif
