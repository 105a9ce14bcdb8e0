/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/sock_options.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct option {
    uint8_t field;
    const char *name;
};

static const struct option general[] = {{F(sk_opts_entry, reuseaddr), "SO_REUSEADDR"},
                                        {F(sk_opts_entry, so_reuseport), "SO_REUSEPORT"},
                                        {F(sk_opts_entry, so_keepalive), "SO_KEEPALIVE"},
                                        {F(sk_opts_entry, so_broadcast), "SO_BROADCAST"},
                                        {F(sk_opts_entry, so_oobinline), "SO_OOBINLINE"},
                                        {F(sk_opts_entry, so_linger), "SO_LINGER"},
                                        {F(sk_opts_entry, so_priority), "SO_PRIORITY"},
                                        {F(sk_opts_entry, so_rcvlowat), "SO_RCVLOWAT"},
                                        {F(sk_opts_entry, so_mark), "SO_MARK"},
                                        {F(sk_opts_entry, so_passcred), "SO_PASSCRED"},
                                        {F(sk_opts_entry, so_passsec), "SO_PASSSEC"},
                                        {F(sk_opts_entry, so_dontroute), "SO_DONTROUTE"},
                                        {F(sk_opts_entry, so_no_check), "SO_NO_CHECK"},
                                        {F(sk_opts_entry, so_buf_lock), "SO_BUF_LOCK"},
                                        {F(sk_opts_entry, tcp_keepcnt), "TCP_KEEPCNT"},
                                        {F(sk_opts_entry, tcp_keepidle), "TCP_KEEPIDLE"},
                                        {F(sk_opts_entry, tcp_keepintvl), "TCP_KEEPINTVL"}};
static const struct option internet[] = {{F(ip_opts_entry, freebind), "IP_FREEBIND"},
                                         {F(ip_opts_entry, pktinfo), "IP_PKTINFO"},
                                         {F(ip_opts_entry, tos), "IP_TOS"},
                                         {F(ip_opts_entry, ttl), "IP_TTL"}};
static const struct option of_tcp[] = {{F(tcp_opts_entry, cork), "TCP_CORK"},
                                       {F(tcp_opts_entry, nodelay), "TCP_NODELAY"},
                                       {F(tcp_opts_entry, keepcnt), "TCP_KEEPCNT"},
                                       {F(tcp_opts_entry, keepidle), "TCP_KEEPIDLE"},
                                       {F(tcp_opts_entry, keepintvl), "TCP_KEEPINTVL"}};

void ckpt_put_socket_option(struct ckpt_sink *sink, const char *name, uint64_t value)
{
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(SocketOption, name), name);
    ckpt_view_integer64(sink, V(SocketOption, value), value);
    sink->end(sink);
}

static void put_those(struct ckpt_sink *sink, const struct ckpt_pb *m, const struct option *options,
                      size_t count)
{
    uint64_t value;
    for (size_t i = 0; i < count; i++)
        if (ckpt_pb_get_u64(m, options[i].field, &value) && value != 0)
            ckpt_put_socket_option(sink, options[i].name, value);
}

void ckpt_put_socket_options(struct ckpt_sink *sink, const struct ckpt_pb *m)
{
    put_those(sink, m, general, COUNT(general));
    struct ckpt_pb_each each = ckpt_pb_each(m, F(sk_opts_entry, so_filter));
    uint64_t instruction, instructions = 0;
    while (ckpt_pb_next_u64(&each, &instruction))
        instructions++;
    if (instructions != 0)
        ckpt_put_socket_option(sink, "SO_ATTACH_FILTER", instructions);
}

void ckpt_put_inet_options(struct ckpt_sink *sink, const struct ckpt_pb *ip,
                           const struct ckpt_pb *tcp)
{
    put_those(sink, ip, internet, COUNT(internet));
    put_those(sink, tcp, of_tcp, COUNT(of_tcp));
}
