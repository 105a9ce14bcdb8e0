/* SPDX-License-Identifier: Apache-2.0 */
/* Values of fields as text: how crit shows them, and back. */
#ifndef CKPT_PROTO_SHOW_H
#define CKPT_PROTO_SHOW_H

#include "ckpt.h"
#include "mem/buffer.h"
#include "proto/table.h"

/* Writes a number to `out` the way `show` says: HEX, DEVICE or OLD_DEVICE. False: as a number. */
bool ckpt_pb_show_number(enum ckpt_pb_show show, uint64_t value, bool negative,
                         struct ckpt_buffer *out);

/* Addresses of 1 or 4 words: 127.0.0.1, fe80::1; hex digits of IPv6 in groups, the longest row of
   zeros as "::". */
void ckpt_pb_show_address(const uint32_t *words, size_t count, struct ckpt_buffer *out);

/* Base64 in lines of 76 characters, each ended (Python: encodebytes); pairs of hex digits. */
void ckpt_pb_add_base64(struct ckpt_buffer *out, const uint8_t *bytes, size_t length);
void ckpt_pb_add_hex_bytes(struct ckpt_buffer *out, const uint8_t *bytes, size_t length);

/* Quoted-printable as Python's quopri writes it. False: that would not give the same bytes back,
   as line ends of two kinds become one. */
bool ckpt_pb_add_quoted(struct ckpt_buffer *out, const uint8_t *bytes, size_t length);

/* And back: appends the bytes to `out`. Base64 may have any other characters between its own, as
   Python takes it. False: the text is not of that form. */
bool ckpt_pb_read_base64(struct ckpt_buffer *out, ckpt_string text);
bool ckpt_pb_read_hex_bytes(struct ckpt_buffer *out, ckpt_string text);
void ckpt_pb_read_quoted(struct ckpt_buffer *out, ckpt_string text);

/* A number as Python reads it with base 0: decimal, 0x, 0o, 0b, with a sign. Two's complement. */
bool ckpt_pb_read_number(ckpt_string text, uint64_t *value, bool *negative);
bool ckpt_pb_read_device(enum ckpt_pb_show show, ckpt_string text, uint64_t *value);
/* One or four words. False: no address. */
bool ckpt_pb_read_address(ckpt_string text, uint32_t words[4], size_t *count);

#endif
