/* SPDX-License-Identifier: Apache-2.0 */
/* The two scalar values that every layer uses. src/ckpt.h includes this file. */
#ifndef CKPT_TEXT_TYPES_H
#define CKPT_TEXT_TYPES_H

#include <stddef.h>
#include <stdint.h>

/* Text: `length` bytes of valid UTF-8 at `data`, not terminated; it may hold NUL bytes. */
typedef struct ckpt_string {
    const char *data;
    size_t length;
} ckpt_string;

/*
 * A time (Go time.Time). `seconds` are counted from 0001-01-01T00:00:00Z, so that the zero value is
 * Go's zero time; `offset` is the zone's distance from UTC in seconds.
 */
typedef struct ckpt_time {
    int64_t seconds;
    int32_t nanoseconds; /* 0 to 999999999 */
    int32_t offset;
} ckpt_time;

/* Seconds from 0001-01-01 to 1970-01-01: subtract it from ckpt_time.seconds for Unix time. */
#define CKPT_UNIX_EPOCH INT64_C(62135596800)

#endif
