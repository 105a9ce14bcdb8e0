/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_ARCHIVE_LINES_H
#define TEST_ARCHIVE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem/buffer.h"

/*
 * Adds what the reader says of a tar, fed in pieces, to `out`: a line for each member (type, name,
 * link target, size, mode, owner, time, user and group name, device; length and FNV-1a hash of the
 * content, "bad" or "large"), then "ok", "error" or "stop". `stream`: the size of the source is not
 * told. False without memory.
 */
bool archive_lines(const uint8_t *bytes, size_t length, size_t piece, bool stream,
                   struct ckpt_buffer *out);

#endif
