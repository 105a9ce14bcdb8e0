/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets. Queues are reported only as far as the dump holds them: those of TCP and unix sockets.
 */
#include <string.h>

#include "criu/internal.h"
#include "criu/owners.h"
#include "criu/sock_options.h"
#include "proto/wire.h"
#include "text/address.h"
#include "text/number.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { INET = 2, INET6 = 10, STREAM = 1, DGRAM = 2, TCP = 6 };

static ckpt_string text_field(const struct ckpt_pb *message, unsigned field)
{
    struct ckpt_pb_bytes bytes = {NULL, 0};
    ckpt_pb_get_bytes(message, field, &bytes);
    return ckpt_text_of(bytes);
}

/* A name of a table, else the number. */
static void put_name_or_number(struct ckpt_sink *sink, enum ckpt_view_member member,
                               const char *name, uint64_t number)
{
    char digits[20];
    ckpt_view_field(sink, member);
    if (name != NULL)
        ckpt_view_put_name(sink, name);
    else
        sink->string(sink, (ckpt_string){digits, ckpt_format_uint64(number, digits)});
}

static void put_nulls(struct ckpt_sink *sink, unsigned first, unsigned last)
{
    for (; first <= last; first++)
        ckpt_view_null(sink, (enum ckpt_view_member)first);
}

/* ---- what all of them have ----------------------------------------------------------------------
 */

static void put_holder(const struct ckpt_owner *holder, struct ckpt_sink *sink)
{
    if (holder->pid == 0)
        ckpt_view_null(sink, V(Socket, pid));
    else
        ckpt_view_integer(sink, V(Socket, pid), holder->pid);
    if (holder->fd == CKPT_NO_FD)
        ckpt_view_null(sink, V(Socket, fd));
    else
        ckpt_view_integer(sink, V(Socket, fd), holder->fd);
    ckpt_view_integer(sink, V(Socket, id), holder->id);
}

static void put_type(struct ckpt_sink *sink, uint64_t type)
{
    static const char *const names[] = {NULL,   "stream", "dgram", "raw", "rdm",   "seqpacket",
                                        "dccp", NULL,     NULL,    NULL,  "packet"};
    put_name_or_number(sink, V(Socket, type), type < COUNT(names) ? names[type] : NULL, type);
}

/* include/net/tcp_states.h */
static const char *state_name(uint64_t state)
{
    static const char *const names[] = {
        NULL,    "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",   "TIME_WAIT",
        "CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "NEW_SYN_RECV"};
    return state < COUNT(names) ? names[state] : NULL;
}

static void put_shutdown(struct ckpt_sink *sink, const struct ckpt_pb *m, unsigned field)
{
    static const char *const names[] = {NULL, "read", "write", "both"};
    uint64_t value = ckpt_pb_u64(m, field, 0);
    ckpt_view_name(sink, V(Socket, shutdown), value < COUNT(names) ? names[value] : NULL);
}

static void put_options(struct ckpt_sink *sink, const struct ckpt_pb *m, unsigned field)
{
    struct ckpt_pb options = {NULL, NULL, NULL};
    ckpt_pb_get_message(m, field, &options);
    ckpt_view_word(sink, V(Socket, receiveBuffer), &options, F(sk_opts_entry, so_rcvbuf));
    ckpt_view_word(sink, V(Socket, sendBuffer), &options, F(sk_opts_entry, so_sndbuf));
    ckpt_view_begin_array(sink, V(Socket, options));
    ckpt_put_socket_options(sink, &options);
}

/* ---- internet -----------------------------------------------------------------------------------
 */

/* Addresses are one or four words, whose bytes in memory are those of the network. */
static void put_endpoint(struct ckpt_sink *sink, enum ckpt_view_member member,
                         const struct ckpt_pb *m, unsigned address, unsigned port, bool v6)
{
    struct ckpt_pb_each each = ckpt_pb_each(m, address);
    uint8_t bytes[16] = {0};
    char text[CKPT_ADDRESS_MAX];
    uint64_t word;
    for (unsigned i = 0; i < (v6 ? 4u : 1u) && ckpt_pb_next_u64(&each, &word); i++)
        for (unsigned k = 0; k < 4; k++)
            bytes[4 * i + k] = (uint8_t)(word >> (8 * k));
    ckpt_view_field(sink, member);
    sink->begin_struct(sink);
    ckpt_view_field(sink, V(Endpoint, address));
    sink->string(sink, (ckpt_string){text, ckpt_address_format(bytes, v6 ? 16 : 4, text)});
    ckpt_view_integer(sink, V(Endpoint, port), (int64_t)ckpt_pb_u64(m, port, 0));
    sink->end(sink);
}

static const char *protocol_name(uint64_t protocol)
{
    switch (protocol) {
    case 1:
        return "icmp";
    case 6:
        return "tcp";
    case 17:
        return "udp";
    case 33:
        return "dccp";
    case 58:
        return "icmpv6";
    case 132:
        return "sctp";
    case 136:
        return "udplite";
    case 255:
        return "raw";
    default:
        return NULL;
    }
}

/* The queues of a TCP connection are in an image of their own, unless connections were closed. */
static void put_tcp_queues(ckpt_dump *dump, uint64_t inode, struct ckpt_sink *sink)
{
    struct ckpt_pb stream = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_TCP_STREAM, inode, false);
    if (stream.message == NULL) {
        put_nulls(sink, V(Socket, receiveQueue), V(Socket, sendQueue));
        return;
    }
    ckpt_view_integer64(sink, V(Socket, receiveQueue),
                        ckpt_pb_u64(&stream, F(tcp_stream_entry, inq_len), 0));
    ckpt_view_integer64(sink, V(Socket, sendQueue),
                        ckpt_pb_u64(&stream, F(tcp_stream_entry, outq_len), 0));
}

static void put_inet(ckpt_dump *dump, const struct ckpt_pb *m, struct ckpt_sink *sink)
{
    uint64_t family = ckpt_pb_u64(m, F(inet_sk_entry, family), 0);
    uint64_t protocol = ckpt_pb_u64(m, F(inet_sk_entry, proto), 0);
    uint64_t state = ckpt_pb_u64(m, F(inet_sk_entry, state), 0);
    uint64_t inode = ckpt_pb_u64(m, F(inet_sk_entry, ino), 0);
    bool v6 = family == INET6, tcp = protocol == TCP;
    struct ckpt_pb tcp_options = {NULL, NULL, NULL}, ip_options = tcp_options;
    ckpt_view_integer(sink, V(Socket, inode), (int64_t)inode);
    put_name_or_number(sink, V(Socket, family),
                       v6               ? "inet6"
                       : family == INET ? "inet"
                                        : NULL,
                       family);
    put_type(sink, ckpt_pb_u64(m, F(inet_sk_entry, type), 0));
    put_name_or_number(sink, V(Socket, protocol), protocol_name(protocol), protocol);
    ckpt_view_name(sink, V(Socket, state), state_name(state));
    put_endpoint(sink, V(Socket, local), m, F(inet_sk_entry, src_addr), F(inet_sk_entry, src_port),
                 v6);
    put_endpoint(sink, V(Socket, remote), m, F(inet_sk_entry, dst_addr), F(inet_sk_entry, dst_port),
                 v6);
    put_nulls(sink, V(Socket, name), V(Socket, groups));
    ckpt_view_text(sink, V(Socket, interface), text_field(m, F(inet_sk_entry, ifname)));
    ckpt_view_null(sink, V(Socket, ifindex));
    ckpt_view_word(sink, V(Socket, namespace), m, F(inet_sk_entry, ns_id));
    put_shutdown(sink, m, F(inet_sk_entry, shutdown));
    /* Of other states it is the length of the send queue. */
    if (tcp && state == CKPT_TCP_LISTEN)
        ckpt_view_word(sink, V(Socket, backlog), m, F(inet_sk_entry, backlog));
    else
        ckpt_view_null(sink, V(Socket, backlog));
    if (tcp && state != CKPT_TCP_LISTEN)
        put_tcp_queues(dump, inode, sink);
    else
        put_nulls(sink, V(Socket, receiveQueue), V(Socket, sendQueue));
    put_options(sink, m, F(inet_sk_entry, opts));
    ckpt_pb_get_message(m, F(inet_sk_entry, ip_opts), &ip_options);
    ckpt_pb_get_message(m, F(inet_sk_entry, tcp_opts), &tcp_options);
    if (ckpt_pb_u64(m, F(inet_sk_entry, v6only), 0) != 0)
        ckpt_put_socket_option(sink, "IPV6_V6ONLY", 1);
    ckpt_put_inet_options(sink, &ip_options, &tcp_options);
    sink->end(sink);
}

/* ---- unix ---------------------------------------------------------------------------------------
 */

/* Names of paths end with a NUL, abstract ones begin with one. */
static void put_unix_name(const struct ckpt_pb *m, struct ckpt_sink *sink)
{
    ckpt_string name = text_field(m, F(unix_sk_entry, name));
    bool is_abstract = name.length > 0 && name.data[0] == '\0';
    if (name.length == 0) {
        put_nulls(sink, V(Socket, name), V(Socket, deleted));
        return;
    }
    if (is_abstract) {
        name.data++;
        name.length--;
    } else if (name.data[name.length - 1] == '\0') {
        name.length--;
    }
    ckpt_view_text(sink, V(Socket, name), name);
    ckpt_view_boolean(sink, V(Socket, abstract), is_abstract);
    if (is_abstract)
        ckpt_view_null(sink, V(Socket, deleted));
    else
        ckpt_view_boolean(sink, V(Socket, deleted),
                          ckpt_pb_u64(m, F(unix_sk_entry, deleted), 0) != 0);
}

static void put_peer(ckpt_dump *dump, uint64_t peer, struct ckpt_sink *sink)
{
    if (peer == 0) {
        ckpt_view_null(sink, V(Socket, peer));
        return;
    }
    struct ckpt_pb other = ckpt_dump_lookup(dump, CKPT_LOOKUP_UNIX, peer);
    ckpt_view_field(sink, V(Socket, peer));
    sink->begin_struct(sink);
    ckpt_view_integer(sink, V(Peer, inode), (int64_t)peer);
    if (other.message != NULL) {
        uint32_t id = (uint32_t)ckpt_pb_u64(&other, F(unix_sk_entry, id), 0);
        ckpt_put_holders(dump, sink, V(Peer, holders), id, 0, CKPT_NO_FD);
    } else {
        ckpt_view_begin_array(sink, V(Peer, holders));
        sink->end(sink);
    }
    sink->end(sink);
}

/* Bytes in the receive queues of unix sockets, by the id of the file. */
static uint64_t queued(ckpt_dump *dump, uint32_t id)
{
    const struct ckpt_lookup *all = ckpt_dump_lookup_all(dump, CKPT_LOOKUP_PACKET);
    uint64_t sum = 0;
    for (size_t at = ckpt_lower_bound(all->keys, all->count, id);
         at < all->count && all->keys[at].key == id &&
         ckpt_dump_spend(dump, &all->messages[all->keys[at].value]);
         at++)
        sum += ckpt_pb_u64(&all->messages[all->keys[at].value], F(sk_packet_entry, length), 0);
    return sum;
}

static void put_unix(ckpt_dump *dump, const struct ckpt_pb *m, uint32_t id, struct ckpt_sink *sink)
{
    uint64_t state = ckpt_pb_u64(m, F(unix_sk_entry, state), 0);
    ckpt_view_word(sink, V(Socket, inode), m, F(unix_sk_entry, ino));
    ckpt_view_name(sink, V(Socket, family), "unix");
    put_type(sink, ckpt_pb_u64(m, F(unix_sk_entry, type), 0));
    ckpt_view_null(sink, V(Socket, protocol));
    ckpt_view_name(sink, V(Socket, state), state_name(state));
    put_nulls(sink, V(Socket, local), V(Socket, remote));
    put_unix_name(m, sink);
    put_peer(dump, ckpt_pb_u64(m, F(unix_sk_entry, peer), 0), sink);
    put_nulls(sink, V(Socket, portid), V(Socket, ifindex));
    ckpt_view_word(sink, V(Socket, namespace), m, F(unix_sk_entry, ns_id));
    put_shutdown(sink, m, F(unix_sk_entry, shutdown));
    if (state == CKPT_TCP_LISTEN)
        ckpt_view_word(sink, V(Socket, backlog), m, F(unix_sk_entry, backlog));
    else
        ckpt_view_null(sink, V(Socket, backlog));
    if (state == CKPT_TCP_LISTEN)
        ckpt_view_null(sink, V(Socket, receiveQueue));
    else
        ckpt_view_integer64(sink, V(Socket, receiveQueue), queued(dump, id));
    ckpt_view_null(sink, V(Socket, sendQueue));
    put_options(sink, m, F(unix_sk_entry, opts));
    sink->end(sink);
}

/* ---- netlink and packet -------------------------------------------------------------------------
 */

static void put_netlink(const struct ckpt_pb *m, struct ckpt_sink *sink)
{
    static const char *const protocols[] = {
        "route",         NULL,       "usersock", "firewall",       "sock_diag",  "nflog",
        "xfrm",          "selinux",  "iscsi",    "audit",          "fib_lookup", "connector",
        "netfilter",     "ip6_fw",   "dnrtmsg",  "kobject_uevent", "generic",    NULL,
        "scsitransport", "ecryptfs", "rdma",     "crypto",         "smc"};
    uint64_t protocol = ckpt_pb_u64(m, F(netlink_sk_entry, protocol), 0);
    uint64_t group;
    ckpt_view_word(sink, V(Socket, inode), m, F(netlink_sk_entry, ino));
    ckpt_view_name(sink, V(Socket, family), "netlink");
    ckpt_view_null(sink, V(Socket, type));
    put_name_or_number(sink, V(Socket, protocol),
                       protocol < COUNT(protocols) ? protocols[protocol] : NULL, protocol);
    put_nulls(sink, V(Socket, state), V(Socket, peer));
    ckpt_view_word(sink, V(Socket, portid), m, F(netlink_sk_entry, portid));
    struct ckpt_pb_each each = ckpt_pb_each(m, F(netlink_sk_entry, groups));
    ckpt_view_begin_array(sink, V(Socket, groups));
    while (ckpt_pb_next_u64(&each, &group))
        sink->integer(sink, (int64_t)group);
    sink->end(sink);
    put_nulls(sink, V(Socket, interface), V(Socket, ifindex));
    ckpt_view_word(sink, V(Socket, namespace), m, F(netlink_sk_entry, ns_id));
    put_nulls(sink, V(Socket, shutdown), V(Socket, sendQueue));
    put_options(sink, m, F(netlink_sk_entry, opts));
    sink->end(sink);
}

static void put_packet(const struct ckpt_pb *m, struct ckpt_sink *sink)
{
    /* The EtherType, as on the network. */
    uint64_t raw = ckpt_pb_u64(m, F(packet_sock_entry, protocol), 0);
    uint64_t protocol = (raw & 255) << 8 | (raw >> 8 & 255);
    const char *name = protocol == 3        ? "all"
                       : protocol == 0x0800 ? "ip"
                       : protocol == 0x0806 ? "arp"
                       : protocol == 0x86DD ? "ipv6"
                                            : NULL;
    ckpt_view_null(sink, V(Socket, inode));
    ckpt_view_name(sink, V(Socket, family), "packet");
    put_type(sink, ckpt_pb_u64(m, F(packet_sock_entry, type), 0));
    put_name_or_number(sink, V(Socket, protocol), name, protocol);
    put_nulls(sink, V(Socket, state), V(Socket, interface));
    ckpt_view_word(sink, V(Socket, ifindex), m, F(packet_sock_entry, ifindex));
    ckpt_view_word(sink, V(Socket, namespace), m, F(packet_sock_entry, ns_id));
    put_nulls(sink, V(Socket, shutdown), V(Socket, sendQueue));
    put_options(sink, m, F(packet_sock_entry, opts));
    sink->end(sink);
}

/* ---- all sockets --------------------------------------------------------------------------------
 */

static void put_socket(ckpt_dump *dump, const struct ckpt_owner *holder, struct ckpt_sink *sink)
{
    const struct ckpt_dump_file *file = ckpt_dump_file_of(dump, holder->type, holder->id);
    if (file == NULL)
        return;
    switch (file->type) {
    case CKPT_CRIU_fd_types_INETSK:
    case CKPT_CRIU_fd_types_UNIXSK:
    case CKPT_CRIU_fd_types_NETLINKSK:
    case CKPT_CRIU_fd_types_PACKETSK:
        break;
    default:
        return;
    }
    sink->begin_struct(sink);
    put_holder(holder, sink);
    if (file->type == CKPT_CRIU_fd_types_INETSK)
        put_inet(dump, &file->message, sink);
    else if (file->type == CKPT_CRIU_fd_types_UNIXSK)
        put_unix(dump, &file->message, file->id, sink);
    else if (file->type == CKPT_CRIU_fd_types_NETLINKSK)
        put_netlink(&file->message, sink);
    else
        put_packet(&file->message, sink);
    sink->end(sink);
}

void ckpt_view_sockets(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink)
{
    size_t count, files;
    const struct ckpt_owner *owners = ckpt_owners(dump, &count);
    const struct ckpt_dump_file *file = ckpt_dump_files(dump, &files);
    sink->begin_struct(sink);
    ckpt_view_begin_array(sink, V(SocketView, sockets));
    for (size_t i = 0; i < count && dump->steps != 0; i++)
        if (pid == 0 || owners[i].pid == pid)
            put_socket(dump, &owners[i], sink);
    for (size_t i = 0; pid == 0 && i < files; i++) { /* those that nobody has a descriptor of */
        size_t holders;
        struct ckpt_owner nobody = {file[i].id, file[i].type, 0, 0, CKPT_NO_FD};
        ckpt_owners_of(dump, file[i].id, &holders);
        if (holders == 0)
            put_socket(dump, &nobody, sink);
    }
    sink->end(sink);
    ckpt_view_gaps(sink, V(SocketView, gaps), dump);
    sink->end(sink);
}
