/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of networks as Go's package net reads them. */
#ifndef CKPT_TEXT_ADDRESS_H
#define CKPT_TEXT_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address, and how many of its bits are those of the network. */
struct ckpt_address {
    uint8_t bytes[16];
    unsigned size;   /* in bytes: 4 or 16 */
    unsigned prefix; /* in bits; all of them if none was given */
};

/* Reads "10.88.0.9", "fd00::9" and, if `prefix` is set, "/16" after it, which must then be there.
   False: it is none. */
bool ckpt_address_parse(const char *text, size_t length, bool prefix, struct ckpt_address *address);

/* Whether the other address lies in the network of the first. */
bool ckpt_address_within(const struct ckpt_address *network, const struct ckpt_address *other);

/* Whether all bits after the prefix are 0: it names the network, not one in it. */
bool ckpt_address_is_network(const struct ckpt_address *address);

/* Longest text that ckpt_address_format() writes. */
#define CKPT_ADDRESS_MAX 48

/* Writes an address of `size` bytes, 4 or 16, as RFC 5952 wants it; returns the length. */
size_t ckpt_address_format(const uint8_t *bytes, unsigned size, char *out);

/* Whether the text is an Ethernet address: six bytes in hex, between them ':' or '-'. */
bool ckpt_is_hardware_address(const char *text, size_t length);

#endif
