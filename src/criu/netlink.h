/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What "ip addr save" and "ip route save" write, which CRIU keeps as ifaddr-N.img and route-N.img:
 * a number that says which of them it is, then messages of netlink(7) as the kernel sent them, in
 * the byte order of the machine.
 */
#ifndef CKPT_CRIU_NETLINK_H
#define CKPT_CRIU_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first words of the files. */
enum { CKPT_IP_ADDRESSES = 0x47361222, CKPT_IP_ROUTES = 0x45311224 };

/* Messages, and attributes in them: rtnetlink(7). */
enum {
    CKPT_RTM_NEWADDR = 20,
    CKPT_RTM_NEWROUTE = 24,
    CKPT_IFADDRMSG_SIZE = 8, /* family, prefix, flags, scope; index of the device */
    CKPT_RTMSG_SIZE = 12,   /* family, prefix, source's, TOS; table, protocol, scope, type; flags */
    CKPT_RTNEXTHOP_SIZE = 8 /* length, flags, hops; index of the device */
};

/* A file that is being read. */
struct ckpt_netlink {
    const uint8_t *start, *at, *end;
    uint32_t count; /* messages read */
    bool big_endian;
};

/* A message, or an attribute, or the header of a hop: what follows its length and type. */
struct ckpt_netlink_part {
    const uint8_t *data;
    size_t length;
    unsigned type;
};

/* False: the file does not begin with that word. */
bool ckpt_netlink_open(struct ckpt_netlink *netlink, uint32_t magic, const uint8_t *bytes,
                       size_t length);

enum ckpt_netlink_next { CKPT_NETLINK_MESSAGE, CKPT_NETLINK_END, CKPT_NETLINK_DAMAGED };

/* The next message, its header taken off. DAMAGED: its length does not fit. */
enum ckpt_netlink_next ckpt_netlink_next(struct ckpt_netlink *netlink,
                                         struct ckpt_netlink_part *message);

/* The next attribute of what is left of a message, from *at on up to `end`; false: there is none,
   or it does not fit. */
bool ckpt_netlink_attribute(const struct ckpt_netlink *netlink, const uint8_t **at,
                            const uint8_t *end, struct ckpt_netlink_part *attribute);

/* Numbers as they stand there. */
uint32_t ckpt_netlink_u32(const struct ckpt_netlink *netlink, const uint8_t *at);
unsigned ckpt_netlink_u16(const struct ckpt_netlink *netlink, const uint8_t *at);

#endif
