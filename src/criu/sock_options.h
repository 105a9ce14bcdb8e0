/* SPDX-License-Identifier: Apache-2.0 */
/* Options of sockets by name. */
#ifndef CKPT_CRIU_SOCK_OPTIONS_H
#define CKPT_CRIU_SOCK_OPTIONS_H

#include "criu/view.h"

/* TCP_LISTEN of include/net/tcp_states.h; unix sockets have the same. */
#define CKPT_TCP_LISTEN 10

/* Elements of Socket.options: those that are on, or have a value. */
void ckpt_put_socket_option(struct ckpt_sink *sink, const char *name, uint64_t value);
void ckpt_put_socket_options(struct ckpt_sink *sink,
                             const struct ckpt_pb *m); /* m: sk_opts_entry */
void ckpt_put_inet_options(struct ckpt_sink *sink, const struct ckpt_pb *ip,
                           const struct ckpt_pb *tcp); /* ip_opts_entry, tcp_opts_entry */

#endif
