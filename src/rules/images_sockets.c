/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: connections, addresses, and peers outside the container. */
#include "rules/images.h"

#include "text/number.h"

enum { NAMED = 8 }; /* connections in a message */

struct connections {
    uint64_t count;
    const struct ckpt_dump_file *first;
    ckpt_string list;
};

static struct ckpt_finding *at_socket(struct ckpt_images *im, const struct ckpt_dump_file *file,
                                      struct ckpt_finding *f, const char *field)
{
    ckpt_place_entry(im->r, f, file->entry, field);
    return f;
}

/* ---- addresses --------------------------------------------------------------------------------
 */

struct address {
    uint32_t words[4];
    unsigned count; /* 1: IPv4; 4: IPv6 */
};

static struct address address_of(const struct ckpt_pb *socket, unsigned field)
{
    struct ckpt_pb_each each = ckpt_pb_each(socket, field);
    struct address a = {{0}, 0};
    uint64_t word;
    while (a.count < 4 && ckpt_pb_next_u64(&each, &word))
        a.words[a.count++] = (uint32_t)word;
    return a;
}

static uint8_t byte_of(const struct address *a, unsigned i)
{
    return (uint8_t)(a->words[i / 4] >> 8 * (i % 4));
}

static bool is_mapped(const struct address *a) /* ::ffff:a.b.c.d */
{
    return a->count == 4 && a->words[0] == 0 && a->words[1] == 0 && a->words[2] == 0xffff0000u;
}

static bool is_any(const struct address *a)
{
    for (unsigned i = 0; i < a->count; i++)
        if (a->words[i] != 0 && !(is_mapped(a) && i == 2))
            return false;
    return true;
}

static bool is_loopback(const struct address *a)
{
    if (a->count == 1 || is_mapped(a))
        return byte_of(a, a->count == 1 ? 0 : 12) == 127;
    return a->words[0] == 0 && a->words[1] == 0 && a->words[2] == 0 && a->words[3] == 0x01000000;
}

static bool is_multicast(const struct address *a)
{
    return a->count == 1 ? (byte_of(a, 0) & 0xf0) == 0xe0 || a->words[0] == UINT32_MAX
                         : byte_of(a, 0) == 0xff;
}

/* As people write it; IPv6 without shortening but for one run of zeros. */
static ckpt_string text_of(struct ckpt_rules *r, const struct address *a)
{
    static const char digits[] = "0123456789abcdef";
    char out[48];
    size_t n = 0;
    if (a->count == 1 || is_mapped(a)) {
        for (unsigned i = 0; i < 4; i++) {
            if (i != 0)
                out[n++] = '.';
            n += ckpt_format_uint64(byte_of(a, a->count == 1 ? i : 12 + i), out + n);
        }
        return ckpt_keep(r, (ckpt_string){out, n});
    }
    unsigned best = 8, length = 0;
    for (unsigned i = 0; i < 8 && a->count == 4; i++) {
        unsigned run = 0;
        while (i + run < 8 && byte_of(a, (i + run) * 2) == 0 && byte_of(a, (i + run) * 2 + 1) == 0)
            run++;
        if (run > length && run > 1) {
            best = i;
            length = run;
        }
    }
    for (unsigned i = 0; i < 8 && a->count == 4; i++) {
        if (i == best) {
            out[n++] = ':';
            out[n++] = ':';
            i += length - 1;
            continue;
        }
        unsigned group = (unsigned)byte_of(a, i * 2) << 8 | byte_of(a, i * 2 + 1);
        if (n != 0 && out[n - 1] != ':')
            out[n++] = ':';
        for (int shift = group > 0xfff  ? 12
                         : group > 0xff ? 8
                         : group > 0xf  ? 4
                                        : 0;
             shift >= 0; shift -= 4)
            out[n++] = digits[group >> shift & 15];
    }
    return ckpt_keep(r, (ckpt_string){out, n});
}

/* ---- which network the processes get --------------------------------------------------------- */

/* Whether an address stands in network.status or is a static one of config.dump. */
static bool is_given(struct ckpt_rules *r, ckpt_string address)
{
    static const char *const files[] = {"network.status", "config.dump"};
    for (int i = 0; i < 2; i++) {
        const struct ckpt_file *file = ckpt_file_of(r, files[i]);
        if (file == NULL || file->document == NULL)
            continue;
        for (uint32_t n = 0; n < file->document->index.count; n++) {
            /* It is only read. NOLINTNEXTLINE(performance-no-int-to-ptr) */
            ckpt_value v = ckpt_value_at((struct ckpt_file *)(uintptr_t)file, n);
            if (!ckpt_is(v, CKPT_STRING))
                continue;
            ckpt_string text = ckpt_text(v);
            if (text.length >= address.length &&
                ckpt_equal(ckpt_slice_of(text, 0, address.length), address) &&
                (text.length == address.length || text.data[address.length] == '/'))
                return true;
        }
    }
    return false;
}

/* Whether the first process is in a network namespace of its own that no image describes: it comes
   back empty, with its loopback interface down (Podman's --network none). */
static bool is_empty_network(struct ckpt_images *im)
{
    uint64_t own = 0, of_host = 0;
    size_t count = ckpt_dump_image_count(im->dump);
    if (im->count == 0 || im->root_ids.message == NULL ||
        !ckpt_pb_get_u64(&im->procs[0].ids, F(task_kobj_ids_entry, net_ns_id), &own) ||
        !ckpt_pb_get_u64(&im->root_ids, F(task_kobj_ids_entry, net_ns_id), &of_host) ||
        own == of_host)
        return false;
    for (size_t i = 0; i < count; i++)
        if (ckpt_dump_image_at(im->dump, i)->kind == CKPT_CRIU_IMAGE_NETNS)
            return false;
    return true;
}

static bool is_host_network(struct ckpt_images *im)
{
    uint64_t own = 0, of_host = 0;
    return im->count != 0 && im->root_ids.message != NULL &&
           ckpt_pb_get_u64(&im->procs[0].ids, F(task_kobj_ids_entry, net_ns_id), &own) &&
           ckpt_pb_get_u64(&im->root_ids, F(task_kobj_ids_entry, net_ns_id), &of_host) &&
           own == of_host;
}

/* ---- one socket -------------------------------------------------------------------------------
 */

static void check_stream(struct ckpt_images *im, const struct ckpt_dump_file *file)
{
    uint64_t inode = ckpt_pb_u64(&file->message, F(inet_sk_entry, ino), 0);
    if (ckpt_has_image(im, CKPT_CRIU_IMAGE_TCP_STREAM, inode) ||
        ckpt_pb_u64(&im->inventory, F(inventory_entry, tcp_close), 0) != 0)
        return;
    ckpt_string missing = ckpt_image_name(im, CKPT_CRIU_IMAGE_TCP_STREAM, inode);
    ckpt_find_file(im->r, CKPT_RULE_516, missing.data,
                   "%t is missing: the state of a TCP connection.", missing);
}

static void check_bound(struct ckpt_images *im, const struct ckpt_dump_file *file,
                        struct ckpt_paths *known)
{
    struct ckpt_rules *r = im->r;
    struct ckpt_pb options;
    struct address a = address_of(&file->message, F(inet_sk_entry, src_addr));
    if (a.count == 0 || is_any(&a) || is_loopback(&a) || is_multicast(&a) || is_host_network(im))
        return;
    if (ckpt_pb_get_message(&file->message, F(inet_sk_entry, ip_opts), &options) &&
        ckpt_pb_u64(&options, F(ip_opts_entry, freebind), 0) != 0)
        return;
    ckpt_string text = text_of(r, &a);
    if (text.data == NULL || !ckpt_set_add(r, known, text))
        return;
    bool given = r->engine == CKPT_ENGINE_PODMAN && is_given(r, text);
    ckpt_lower(r, CKPT_INFO);
    struct ckpt_finding *f =
        at_socket(im, file,
                  ckpt_find_file(r, CKPT_RULE_716, ckpt_image_member(im, file->image->name).data,
                                 "A socket is bound to the address %t%s.", text,
                                 given ? ", which Podman gives to the container again"
                                       : "; the container must have it again"),
                  "isk.src_addr");
    if (!given)
        ckpt_condition(r, CKPT_CONDITION_ADDRESS, ALL, CKPT_RULE_716, f, "",
                       "The address %t in the network of the container: a socket is bound to it.",
                       text);
}

static void note_connection(struct ckpt_images *im, const struct ckpt_dump_file *file,
                            struct connections *c)
{
    struct address source = address_of(&file->message, F(inet_sk_entry, src_addr));
    struct address target = address_of(&file->message, F(inet_sk_entry, dst_addr));
    if (c->count++ == 0)
        c->first = file;
    if (c->count > NAMED)
        return;
    c->list = ckpt_text_of(
        im->r, "%t%s%t:%n → %t:%n", c->list, c->count == 1 ? "" : ", ", text_of(im->r, &source),
        ckpt_pb_u64(&file->message, F(inet_sk_entry, src_port), 0), text_of(im->r, &target),
        ckpt_pb_u64(&file->message, F(inet_sk_entry, dst_port), 0));
}

/* What tells the engine or CRIU that connections are to be restored. */
static void demand_option(struct ckpt_images *im, const struct ckpt_finding *f)
{
    struct ckpt_rules *r = im->r;
    ckpt_condition(
        r, CKPT_CONDITION_TCP, PODMAN, CKPT_RULE_702, f, "--tcp-established",
        "\"podman container restore\" must be told to restore the connections; the other "
        "ends must still be there.");
    ckpt_condition(r, CKPT_CONDITION_TCP, CRIO | CONTAINERD, CKPT_RULE_702, f, "",
                   "tcp-established in /etc/criu/runc.conf or crun.conf of the node: the engine "
                   "never passes that option.");
    ckpt_condition(r, CKPT_CONDITION_TCP, DOCKER | RUNTIMES, CKPT_RULE_702, f, "--tcp-established",
                   "The runtime must be told to restore the connections; the other ends must still "
                   "be there.");
}

static void check_inet(struct ckpt_images *im, const struct ckpt_dump_file *file,
                       struct connections *c, struct ckpt_paths *known)
{
    const struct ckpt_pb *m = &file->message;
    uint64_t state = ckpt_pb_u64(m, F(inet_sk_entry, state), 0);
    uint64_t proto = ckpt_pb_u64(m, F(inet_sk_entry, proto), 0);
    bool tcp = ckpt_pb_u64(m, F(inet_sk_entry, type), 0) == 1 && (proto == 6 || proto == 0);
    bool connected = tcp && state != CKPT_CRIU_sk_state_LISTEN &&
                     state != CKPT_CRIU_sk_state_CLOSE &&
                     ckpt_pb_u64(m, F(inet_sk_entry, dst_port), 0) != 0;
    if (connected) {
        check_stream(im, file);
        note_connection(im, file, c);
    }
    if (ckpt_pb_u64(m, F(inet_sk_entry, src_port), 0) != 0)
        check_bound(im, file, known);
}

/* ---- UNIX sockets -----------------------------------------------------------------------------
 */

static void check_peers(struct ckpt_images *im, const struct ckpt_dump_file *files, size_t count)
{
    struct ckpt_paths inodes = {0};
    for (size_t i = 0; i < count; i++)
        if (files[i].type == CKPT_CRIU_fd_types_UNIXSK)
            ckpt_number_add(im->r, &inodes,
                            ckpt_pb_u64(&files[i].message, F(unix_sk_entry, ino), 0));
    for (size_t i = 0; i < count; i++) {
        uint64_t peer;
        if (files[i].type != CKPT_CRIU_fd_types_UNIXSK ||
            !ckpt_pb_get_u64(&files[i].message, F(unix_sk_entry, peer), &peer) || peer == 0 ||
            ckpt_number_has(&inodes, peer))
            continue;
        struct ckpt_finding *f = at_socket(
            im, &files[i],
            ckpt_find_file(im->r, CKPT_RULE_708, ckpt_image_member(im, files[i].image->name).data,
                           "The UNIX socket %n talks to %n, which is outside the container.",
                           ckpt_pb_u64(&files[i].message, F(unix_sk_entry, ino), 0), peer),
            "usk.peer");
        ckpt_condition(im->r, CKPT_CONDITION_PEER, ALL, CKPT_RULE_708, f, "",
                       "A UNIX socket talks to a process outside the container, which must listen "
                       "again under the same name.");
    }
    ckpt_paths_free(&inodes);
}

void ckpt_check_sockets(struct ckpt_images *im)
{
    size_t count;
    const struct ckpt_dump_file *files = ckpt_dump_files(im->dump, &count);
    struct connections c = {0, NULL, {"", 0}};
    struct ckpt_paths known = {0};
    for (size_t i = 0; i < count; i++)
        if (files[i].type == CKPT_CRIU_fd_types_INETSK)
            check_inet(im, &files[i], &c, &known);
    ckpt_paths_free(&known);
    check_peers(im, files, count);
    if (c.count == 0)
        return;
    bool empty = is_empty_network(im);
    ckpt_block(im->r, empty ? ALL : NONE);
    struct ckpt_finding *f = ckpt_find_file(
        im->r, CKPT_RULE_702, ckpt_image_member(im, c.first->image->name).data,
        empty ? "%n TCP connection%s: %t%s. No image describes the network, so that it comes back "
                "empty and CRIU says \"Can't connect inet socket back: Network is unreachable\", "
                "with --tcp-established, too."
              : "%n TCP connection%s: %t%s. A restore needs --tcp-established, or CRIU says "
                "\"Connected TCP socket in image\".",
        c.count, c.count == 1 ? "" : "s", c.list, c.count > NAMED ? ", …" : "");
    at_socket(im, c.first, f, "isk.state");
    if (!empty)
        demand_option(im, f);
}
