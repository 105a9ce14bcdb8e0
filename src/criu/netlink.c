/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/netlink.h"

enum { MESSAGE_HEAD = 16, ATTRIBUTE_HEAD = 4, TYPE_MASK = 0x3FFF /* without NLA_F_… */ };

unsigned ckpt_netlink_u16(const struct ckpt_netlink *netlink, const uint8_t *at)
{
    return netlink->big_endian ? (unsigned)at[0] << 8 | at[1] : (unsigned)at[1] << 8 | at[0];
}

static uint32_t word(const uint8_t *at, bool big_endian)
{
    return big_endian
               ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
               : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

uint32_t ckpt_netlink_u32(const struct ckpt_netlink *netlink, const uint8_t *at)
{
    return word(at, netlink->big_endian);
}

bool ckpt_netlink_open(struct ckpt_netlink *netlink, uint32_t magic, const uint8_t *bytes,
                       size_t length)
{
    if (length < 4 || (word(bytes, false) != magic && word(bytes, true) != magic))
        return false;
    *netlink =
        (struct ckpt_netlink){bytes, bytes + 4, bytes + length, 0, word(bytes, true) == magic};
    return true;
}

/* Lengths are padded to four bytes. */
static size_t padded(size_t length, size_t most)
{
    return length + 3 < most ? (length + 3) & ~(size_t)3 : most;
}

enum ckpt_netlink_next ckpt_netlink_next(struct ckpt_netlink *netlink,
                                         struct ckpt_netlink_part *message)
{
    size_t left = (size_t)(netlink->end - netlink->at);
    if (left == 0)
        return CKPT_NETLINK_END;
    size_t length = left < MESSAGE_HEAD ? 0 : ckpt_netlink_u32(netlink, netlink->at);
    if (length < MESSAGE_HEAD || length > left)
        return CKPT_NETLINK_DAMAGED;
    *message = (struct ckpt_netlink_part){netlink->at + MESSAGE_HEAD, length - MESSAGE_HEAD,
                                          ckpt_netlink_u16(netlink, netlink->at + 4)};
    netlink->at += padded(length, left);
    netlink->count++;
    return CKPT_NETLINK_MESSAGE;
}

bool ckpt_netlink_attribute(const struct ckpt_netlink *netlink, const uint8_t **at,
                            const uint8_t *end, struct ckpt_netlink_part *attribute)
{
    size_t left = (size_t)(end - *at);
    size_t length = left < ATTRIBUTE_HEAD ? 0 : ckpt_netlink_u16(netlink, *at);
    if (length < ATTRIBUTE_HEAD || length > left)
        return false;
    *attribute = (struct ckpt_netlink_part){*at + ATTRIBUTE_HEAD, length - ATTRIBUTE_HEAD,
                                            ckpt_netlink_u16(netlink, *at + 2) & TYPE_MASK};
    *at += padded(length, left);
    return true;
}
