/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of JSON text: exact 64-bit integers, correctly rounded doubles, shortest output. */
#ifndef CKPT_TEXT_NUMBER_H
#define CKPT_TEXT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Every reader of whole numbers in the core rests on these two. Signs, leading zeros and limits are
 * the formats' own: JSON here below, tar in archive/pax.c, CRIU's names in criu/file.c. Not on
 * them: times and doubles, whose digits are no whole numbers, and the octal fields of tar headers.
 */

/* How many of the first bytes are decimal digits. */
size_t ckpt_count_digits(const char *text, size_t length);

/* Reads a text of nothing but digits, of base 10 or, in lower case, 16. False if it is empty, has
   another byte, or does not fit. */
bool ckpt_parse_digits(const char *text, size_t length, unsigned base, uint64_t *value);

/* Reads a JSON number token that is an integer literal in range (Go: strconv.ParseInt/ParseUint
   with base 10). False for fractions, exponents, "-0" as unsigned and values out of range. */
bool ckpt_parse_int64(const char *token, size_t length, int64_t *value);
bool ckpt_parse_uint64(const char *token, size_t length, uint64_t *value);

/* Writes the number to `out` (room for 20 bytes), not terminated; returns the length. */
size_t ckpt_format_int64(int64_t value, char *out);
size_t ckpt_format_uint64(uint64_t value, char *out);
/* The same in hexadecimal, without leading zeros. */
size_t ckpt_format_hex(uint64_t value, char *out);

/* Reads a JSON number token, rounded half to even (Go: strconv.ParseFloat). False if it is too
   large for a double; too small a number gives 0 with its sign. */
bool ckpt_parse_double(const char *token, size_t length, double *value);

/* Longest text that ckpt_format_double() writes. */
#define CKPT_DOUBLE_MAX 32

/* Writes a finite `value` with the fewest digits that read back as the same double, laid out as
   Go's encoding/json does; returns the length. */
size_t ckpt_format_double(double value, char *out);

#endif
