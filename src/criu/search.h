/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searching bytes for patterns: texts, bytes with wildcards, many of them at once, or a regular
 * expression. Knows nothing of memory or archives; scan.h carries it over pages.
 *
 * Every kind takes time linear in the bytes. A match has at most CKPT_SEARCH_LONGEST bytes.
 */
#ifndef CKPT_CRIU_SEARCH_H
#define CKPT_CRIU_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CKPT_SEARCH_LONGEST = 1024,         /* bytes of a pattern, or of what an expression matches */
    CKPT_SEARCH_MOST_PATTERNS = 1 << 20 /* and their bytes are bounded by memory */
};

enum ckpt_search_form { CKPT_SEARCH_UTF8 = 1, CKPT_SEARCH_UTF16 = 2 }; /* a set of bits */

typedef struct ckpt_search ckpt_search;

/* Why a pattern is refused: one sentence without a full stop, and where in it. */
struct ckpt_search_error {
    const char *message; /* NULL: it is not */
    size_t offset;
};

struct ckpt_match {
    size_t start, length;
    uint32_t pattern; /* its number, from 0, in the order of adding */
};

/* What the sink says of a match. One that it refuses is as if it were not there: matches that
   overlap it are looked for. */
enum ckpt_match_answer { CKPT_MATCH_STOP, CKPT_MATCH_TAKEN, CKPT_MATCH_REFUSED };
typedef enum ckpt_match_answer ckpt_match_sink(void *context, const struct ckpt_match *match);

/* An empty search; NULL: no memory. */
ckpt_search *ckpt_search_new(void);
void ckpt_search_free(ckpt_search *search);

/*
 * Adds a pattern. All are copied. False, and the error filled in: it is refused.
 *   text   UTF-8, looked for as it is and as UTF-16LE, as `forms` says; both are one pattern.
 *          `fold`: ASCII letters match in either case.
 *   bytes  looked for as they are
 *   hex    pairs of hexadecimal digits, blanks between them or not; "?" for any digit
 */
bool ckpt_search_add_text(ckpt_search *search, const char *text, size_t length, unsigned forms,
                          bool fold, struct ckpt_search_error *error);
bool ckpt_search_add_bytes(ckpt_search *search, const uint8_t *bytes, size_t length,
                           struct ckpt_search_error *error);
bool ckpt_search_add_hex(ckpt_search *search, const char *text, size_t length,
                         struct ckpt_search_error *error);
/* The one pattern of a search; see regex.h for what it may hold. `blur`: bytes that are no
   printable ASCII count as "?". */
bool ckpt_search_add_regex(ckpt_search *search, const char *text, size_t length, bool fold,
                           bool blur, struct ckpt_search_error *error);

/*
 * Instead of patterns: finds runs of at least `least` (1 to 512) printable characters, of ASCII, as
 * they are or in UTF-16LE, as `forms` says, with blanks and tabs among them. A longer run than
 * CKPT_SEARCH_LONGEST bytes comes in parts. A match's `pattern` is 1 for UTF-16. False: there are
 * patterns already, or no such number.
 */
bool ckpt_search_add_strings(ckpt_search *search, size_t least, unsigned forms);

/*
 * Instead of patterns: finds what is likely a secret, as text/secrets_scan.h does. A match begins
 * with its name, or with what else tells that it is one; its `pattern` holds the kind in the low 7
 * bits (0: its name says it), CKPT_SEARCH_SECRET_WIDE or not, and from bit 8 on how many bytes of
 * the match stand before the secret itself. False: there are patterns already.
 */
enum { CKPT_SEARCH_SECRET_KINDS = 127, CKPT_SEARCH_SECRET_WIDE = 128 };
bool ckpt_search_add_secrets(ckpt_search *search);

/* A kind of secret that was found, "a private key"; NULL: there is none of that number. */
const char *ckpt_search_secret_kind(const ckpt_search *search, uint32_t kind);

/* After the last pattern. False: no memory, or there is no pattern. */
bool ckpt_search_prepare(ckpt_search *search);

/* The most bytes that a match can have. */
size_t ckpt_search_longest(const ckpt_search *search);

/*
 * Looks for matches that start at from <= start < to and end at most at `length`. Of matches of one
 * pattern that overlap only the first counts, also across calls: `base` is the position of the
 * first byte in all that is searched, which may only grow from call to call.
 * False: the sink ended it.
 */
bool ckpt_search_run(ckpt_search *search, const uint8_t *bytes, size_t length, size_t from,
                     size_t to, uint64_t base, ckpt_match_sink *sink, void *context);

#endif
