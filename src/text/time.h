/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 3339 times as Go's time.Time reads them from JSON and writes them to it. */
#ifndef CKPT_TEXT_TIME_H
#define CKPT_TEXT_TIME_H

#include <stdbool.h>
#include <stddef.h>

#include "text/types.h"

/* Why a text is not a time. */
struct ckpt_time_problem {
    size_t rest;         /* position of the part that could not be parsed */
    const char *element; /* what Go's layout wants there, or NULL */
    const char *message; /* or: what is out of range ("month out of range", …) */
    bool extra_text;     /* or: there is text after the time */
};

/* Parses the `length` bytes at `text` (Go: time.Parse with layout RFC3339, which is what
   Time.UnmarshalJSON does). Returns false and fills *problem where Go gives an error; *time is
   then not changed. */
bool ckpt_time_parse(const char *text, size_t length, ckpt_time *time,
                     struct ckpt_time_problem *problem);

/* Longest text that ckpt_time_format() writes. */
#define CKPT_TIME_MAX 40

/* Writes `time` as Go's RFC3339Nano to `out` (room for CKPT_TIME_MAX); returns the length. */
size_t ckpt_time_format(ckpt_time time, char *out);

/* Why Go refuses to write `time` (Time.MarshalJSON), or NULL if it does not. */
const char *ckpt_time_marshal_problem(ckpt_time time);

#endif
