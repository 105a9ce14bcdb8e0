/* SPDX-License-Identifier: Apache-2.0 */
#include "text/address.h"

#include <string.h>

#include "text/letters.h"
#include "text/number.h"

/* A decimal number without leading zeros, not above `most`; returns how many digits it has, or 0.
 */
static size_t decimal(const char *text, size_t length, unsigned most, unsigned *number)
{
    size_t digits = ckpt_count_digits(text, length);
    uint64_t value;
    if (!ckpt_parse_digits(text, digits, 10, &value) || value > most ||
        (digits > 1 && text[0] == '0'))
        return 0;
    *number = (unsigned)value;
    return digits;
}

static bool parse4(const char *text, size_t length, uint8_t *bytes)
{
    for (int i = 0; i < 4; i++) {
        unsigned number;
        if (i > 0) {
            if (length == 0 || *text != '.')
                return false;
            text++;
            length--;
        }
        size_t n = decimal(text, length, 255, &number);
        if (n == 0)
            return false;
        bytes[i] = (uint8_t)number;
        text += n;
        length -= n;
    }
    return length == 0;
}

static bool parse6(const char *text, size_t length, uint8_t *bytes)
{
    int filled = 0, gap = -1;
    memset(bytes, 0, 16);
    if (length >= 2 && text[0] == ':' && text[1] == ':') {
        gap = 0;
        text += 2;
        length -= 2;
    }
    while (length != 0 && filled < 16) {
        unsigned group = 0;
        size_t n = 0;
        while (n < length && n < 5 && ckpt_hex_value(text[n]) >= 0)
            group = group << 4 | (unsigned)ckpt_hex_value(text[n++]);
        if (n == 0 || n > 4)
            return false;
        if (n < length && text[n] == '.') {
            if (filled > 12 || !parse4(text, length, bytes + filled))
                return false;
            filled += 4;
            length = 0;
            break;
        }
        bytes[filled++] = (uint8_t)(group >> 8);
        bytes[filled++] = (uint8_t)group;
        text += n;
        length -= n;
        if (length == 0)
            break;
        if (*text != ':' || length == 1)
            return false;
        text++;
        length--;
        if (*text == ':') {
            if (gap >= 0)
                return false;
            gap = filled;
            text++;
            length--;
        }
    }
    if (length != 0 || (gap < 0) != (filled == 16))
        return false;
    if (gap >= 0) {
        memmove(bytes + 16 - (filled - gap), bytes + gap, (size_t)(filled - gap));
        memset(bytes + gap, 0, (size_t)(16 - filled));
    }
    return true;
}

bool ckpt_address_parse(const char *text, size_t length, bool prefix, struct ckpt_address *address)
{
    size_t end = length;
    if (prefix) {
        const char *slash = length == 0 ? NULL : memchr(text, '/', length);
        if (slash == NULL)
            return false;
        end = (size_t)(slash - text);
    }
    bool four = end != 0 && memchr(text, ':', end) == NULL;
    address->size = four ? 4 : 16;
    address->prefix = 8 * address->size;
    if (!(four ? parse4(text, end, address->bytes) : parse6(text, end, address->bytes)))
        return false;
    if (!prefix)
        return true;
    size_t digits = length - end - 1;
    return digits != 0 &&
           decimal(text + end + 1, digits, 8 * address->size, &address->prefix) == digits;
}

/* The bits of byte `i` that belong to the network. */
static unsigned mask(const struct ckpt_address *address, unsigned i)
{
    if (address->prefix >= 8 * (i + 1))
        return 0xff;
    return address->prefix <= 8 * i ? 0 : 0xff00u >> (address->prefix - 8 * i) & 0xff;
}

bool ckpt_address_within(const struct ckpt_address *network, const struct ckpt_address *other)
{
    if (network->size != other->size)
        return false;
    for (unsigned i = 0; i < network->size; i++)
        if (((network->bytes[i] ^ other->bytes[i]) & mask(network, i)) != 0)
            return false;
    return true;
}

bool ckpt_address_is_network(const struct ckpt_address *address)
{
    for (unsigned i = 0; i < address->size; i++)
        if ((address->bytes[i] & ~mask(address, i) & 0xff) != 0)
            return false;
    return true;
}

bool ckpt_is_hardware_address(const char *text, size_t length)
{
    if (length != 17)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool separator = i % 3 == 2;
        if (separator ? (text[i] != text[2] || (text[i] != ':' && text[i] != '-'))
                      : ckpt_hex_value(text[i]) < 0)
            return false;
    }
    return true;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static size_t format_ipv4(const uint8_t *bytes, char *out)
{
    size_t length = 0;
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0)
            out[length++] = '.';
        length += ckpt_format_uint64(bytes[i], out + length);
    }
    return length;
}

/* Four hexadecimal digits without zeros before them. */
static size_t format_group(unsigned group, char *out)
{
    static const char digits[] = "0123456789abcdef";
    size_t length = 0;
    for (int shift = 12; shift >= 0; shift -= 4)
        if (group >> shift != 0 || shift == 0)
            out[length++] = digits[group >> shift & 15];
    return length;
}

/* The longest run of two or more groups that are 0, the first of several: it becomes "::". */
static void longest_zeros(const unsigned groups[8], unsigned *start, unsigned *count)
{
    *start = 8;
    *count = 1;
    for (unsigned i = 0; i < 8;) {
        unsigned end = i;
        while (end < 8 && groups[end] == 0)
            end++;
        if (end - i > *count) {
            *start = i;
            *count = end - i;
        }
        i = end + 1;
    }
}

size_t ckpt_address_format(const uint8_t *bytes, unsigned size, char *out)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    unsigned groups[8], start, count;
    size_t length = 0;
    if (size == 4)
        return format_ipv4(bytes, out);
    if (memcmp(bytes, mapped, sizeof(mapped)) == 0) {
        memcpy(out, "::ffff:", 7);
        return 7 + format_ipv4(bytes + 12, out + 7);
    }
    for (size_t i = 0; i < 8; i++)
        groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    longest_zeros(groups, &start, &count);
    for (unsigned i = 0; i < 8; i++) {
        if (i == start) {
            out[length++] = ':';
            out[length++] = ':';
            i += count - 1;
            continue;
        }
        if (i > 0 && i != start + count)
            out[length++] = ':';
        length += format_group(groups[i], out + length);
    }
    return length;
}
