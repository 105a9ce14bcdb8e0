/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a text; each ends with LF. */
#ifndef CKPT_TEXT_LINES_H
#define CKPT_TEXT_LINES_H

#include <stddef.h>

/* Number of line feeds in the text, and at *start where the line begins that follows the last one:
   0 if there is none. */
size_t ckpt_count_lines(const unsigned char *text, size_t length, size_t *start);

#endif
