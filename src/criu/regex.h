/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions over bytes, in time linear in them: automata, built as they are needed, in
 * bounded memory. Never backtracks, so there are no back-references and no look-around.
 *
 * What is understood is what Go's regexp and RE2 do, with the same preference (the first
 * alternative that leads to a match; quantifiers take as much as they can, with ? after them as
 * little):
 *   characters, UTF-8 as its bytes; . (any byte but a line feed); [a-z] [^a-z] [[:alpha:]]
 *   \d \w \s \D \W \S \n \r \t \f \v \a \0 \xHH \x{H…} and \ before punctuation
 *   a|b  (a) (?:a) (?i:a) (?s:a)  a* a+ a? a{n} a{n,} a{n,m}; (?i) and (?s) at the start
 * A class with ^ matches one byte. Memory has no lines: ^ $ \b and the like are refused. A match
 * has at least one byte.
 */
#ifndef CKPT_CRIU_REGEX_H
#define CKPT_CRIU_REGEX_H

#include "criu/search.h"

struct ckpt_regex;

/* NULL: refused, as the error says. */
struct ckpt_regex *ckpt_regex_new(const char *text, size_t length, bool fold,
                                  struct ckpt_search_error *error);
/* Makes bytes that are no printable ASCII count as "?": in memory that is shown so. */
void ckpt_regex_blur(struct ckpt_regex *regex);
void ckpt_regex_free(struct ckpt_regex *regex);

/* The most bytes of a match, at most CKPT_SEARCH_LONGEST: longer ones are not found. */
size_t ckpt_regex_longest(const struct ckpt_regex *regex);

/* As ckpt_search_run(). */
bool ckpt_regex_run(struct ckpt_regex *regex, const uint8_t *bytes, size_t length, size_t from,
                    size_t to, uint64_t base, ckpt_match_sink *sink, void *context);

#endif
