/* SPDX-License-Identifier: Apache-2.0 */
/* What several tests need. */
#ifndef CKPT_TEST_HELPERS_H
#define CKPT_TEST_HELPERS_H

#include "ckpt.h"

/* A string for the %.*s of printf. */
#define SHOW(string) (int)(string).length, (string).data

bool same(ckpt_string got, const char *want);

/* Cuts the next line off *rest; NULL at the end. */
char *next_line(char **rest);

/* Cuts a line at its tabs; the number of columns, at most `max`. */
size_t split_columns(char *line, char **column, size_t max);

/* Decodes a terminated text. */
bool decode_text(ckpt_document *document, ckpt_kind kind, const char *text, ckpt_error *error);

/* Decodes a text that must be accepted, and states what it is encoded as. `encoded` without white
   space outside strings. */
void check_encodes(ckpt_kind kind, const char *text, const char *encoded);

/* Removes white space outside of strings; the caller frees it. */
char *compact(ckpt_string json);

#endif
