/* SPDX-License-Identifier: Apache-2.0 */
/* Network devices, their addresses, and routes. */
#include <string.h>

#include "criu/internal.h"
#include "criu/namespaces.h"
#include "criu/netlink.h"
#include "text/address.h"
#include "text/number.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { INET = 2, INET6 = 10, HARDWARE = 6 };

struct device {
    struct ckpt_pb message; /* net_device_entry */
    uint32_t index;
};

/* A network namespace. */
struct network {
    ckpt_dump *dump;
    struct device *devices; /* in the order of the image */
    struct ckpt_key *by_index;
    size_t count;
    struct ckpt_netlink addresses;
    struct ckpt_netlink_part *messages; /* of addresses … */
    struct ckpt_key *by_device;         /* … by index of their device */
    size_t address_count;
};

/* ---- devices --------------------------------------------------------------------------------- */

static bool read_devices(struct network *n, const struct ckpt_dump_image *image)
{
    struct ckpt_entries entries;
    size_t most = 0;
    ckpt_entries_begin(&entries, n->dump, image);
    while (ckpt_entries_next(&entries))
        most++;
    n->devices = ckpt_arena_array(&n->dump->arena, most, sizeof(*n->devices));
    n->by_index = ckpt_arena_array(&n->dump->arena, most, sizeof(*n->by_index));
    if (n->devices == NULL || n->by_index == NULL)
        return false;
    ckpt_entries_begin(&entries, n->dump, image);
    while (n->count < most && ckpt_entries_next(&entries)) {
        struct device *d = &n->devices[n->count];
        *d = (struct device){
            entries.entry.message,
            (uint32_t)ckpt_pb_u64(&entries.entry.message, F(net_device_entry, ifindex), 0)};
        n->by_index[n->count] = (struct ckpt_key){d->index, (uint32_t)n->count};
        n->count++;
    }
    ckpt_sort(n->by_index, n->count);
    return true;
}

static ckpt_string device_name(const struct network *n, uint32_t index)
{
    size_t at = ckpt_lower_bound(n->by_index, n->count, index);
    if (at == n->count || n->by_index[at].key != index)
        return (ckpt_string){NULL, 0};
    return ckpt_text_of(
        ckpt_pb_bytes(&n->devices[n->by_index[at].value].message, F(net_device_entry, name)));
}

/* The raw file that "ip" saved; false: there is none, or it is damaged from its start. */
static bool open_saved(ckpt_dump *dump, enum ckpt_criu_kind kind, uint64_t id, uint32_t magic,
                       struct ckpt_netlink *saved)
{
    const struct ckpt_dump_image *image = ckpt_dump_image(dump, kind, id);
    if (image == NULL || image->size == 0) /* nothing was saved */
        return false;
    if (image->bytes == NULL)
        ckpt_dump_gap(dump, image->name, -1, NULL, "it could not be read");
    else if (ckpt_netlink_open(saved, magic, image->bytes, image->length))
        return true;
    else
        ckpt_dump_gap(dump, image->name, -1, NULL, "it does not begin as what ip saves does");
    return false;
}

/* The next message of that type with a header of `head` bytes; damage becomes a gap. */
static bool next_saved(ckpt_dump *dump, enum ckpt_criu_kind kind, uint64_t id,
                       struct ckpt_netlink *saved, unsigned type, size_t head,
                       struct ckpt_netlink_part *message)
{
    for (;;) {
        enum ckpt_netlink_next next = ckpt_netlink_next(saved, message);
        if (next == CKPT_NETLINK_END)
            return false;
        if (next == CKPT_NETLINK_MESSAGE && message->type == type && message->length >= head)
            return true;
        if (next == CKPT_NETLINK_MESSAGE && message->type != type)
            continue;
        int64_t entry = (int64_t)saved->count - (next == CKPT_NETLINK_MESSAGE);
        ckpt_dump_gap_in(dump, kind, id, entry, NULL, "a message does not fit into the file");
        if (next == CKPT_NETLINK_DAMAGED)
            return false;
    }
}

static void read_addresses(struct network *n, uint64_t id)
{
    struct ckpt_netlink_part message;
    struct ckpt_netlink again;
    size_t most = 0;
    if (!open_saved(n->dump, CKPT_CRIU_IMAGE_IFADDR, id, CKPT_IP_ADDRESSES, &n->addresses))
        return;
    again = n->addresses;
    while (next_saved(n->dump, CKPT_CRIU_IMAGE_IFADDR, id, &again, CKPT_RTM_NEWADDR,
                      CKPT_IFADDRMSG_SIZE, &message))
        most++;
    n->messages = ckpt_arena_array(&n->dump->arena, most, sizeof(*n->messages));
    n->by_device = ckpt_arena_array(&n->dump->arena, most, sizeof(*n->by_device));
    if (n->messages == NULL || n->by_device == NULL)
        return;
    again = n->addresses;
    for (size_t i = 0; i < most; i++) {
        next_saved(n->dump, CKPT_CRIU_IMAGE_IFADDR, id, &again, CKPT_RTM_NEWADDR,
                   CKPT_IFADDRMSG_SIZE, &message);
        uint32_t index = ckpt_netlink_u32(&n->addresses, message.data + 4);
        n->messages[i] = message;
        n->by_device[i] = (struct ckpt_key){index, (uint32_t)i};
        if (device_name(n, index).data == NULL)
            ckpt_dump_gap_in(n->dump, CKPT_CRIU_IMAGE_IFADDR, id, (int64_t)again.count - 1, NULL,
                             "the device of the address is not in the dump");
    }
    n->address_count = most;
    ckpt_sort(n->by_device, most);
}

/* ---- addresses ------------------------------------------------------------------------------- */

static const char *family_name(unsigned family)
{
    return family == INET ? "inet" : family == INET6 ? "inet6" : NULL;
}

static void put_address(struct ckpt_sink *sink, enum ckpt_view_member member, unsigned family,
                        const struct ckpt_netlink_part *address)
{
    char text[CKPT_ADDRESS_MAX];
    size_t size = family == INET ? 4 : 16;
    if (address->data == NULL || address->length != size)
        ckpt_view_null(sink, member);
    else
        ckpt_view_text(
            sink, member,
            (ckpt_string){text, ckpt_address_format(address->data, (unsigned)size, text)});
}

/* rtnetlink(7): rtm_scope, as ip(8) names it. */
static void put_scope(struct ckpt_sink *sink, enum ckpt_view_member member, unsigned scope)
{
    char text[24];
    const char *name = scope == 0     ? "global"
                       : scope == 200 ? "site"
                       : scope == 253 ? "link"
                       : scope == 254 ? "host"
                       : scope == 255 ? "nowhere"
                                      : NULL;
    if (name != NULL)
        ckpt_view_name(sink, member, name);
    else
        ckpt_view_text(sink, member, (ckpt_string){text, ckpt_format_uint64(scope, text)});
}

static void put_net_address(const struct network *n, const struct ckpt_netlink_part *message,
                            struct ckpt_sink *sink)
{
    enum { ADDRESS = 1, LOCAL, LABEL, BROADCAST };
    struct ckpt_netlink_part attribute, found[BROADCAST + 1] = {{NULL, 0, 0}};
    const uint8_t *at = message->data + CKPT_IFADDRMSG_SIZE;
    const uint8_t *end = message->data + message->length;
    unsigned family = message->data[0];
    while (ckpt_netlink_attribute(&n->addresses, &at, end, &attribute))
        if (attribute.type <= BROADCAST)
            found[attribute.type] = attribute;
    /* Where they differ, ADDRESS is the other end of a link of two. */
    const struct ckpt_netlink_part *own =
        found[LOCAL].data != NULL ? &found[LOCAL] : &found[ADDRESS];
    bool peer = own == &found[LOCAL] && found[ADDRESS].data != NULL &&
                (own->length != found[ADDRESS].length ||
                 memcmp(own->data, found[ADDRESS].data, own->length) != 0);
    static const struct ckpt_netlink_part none = {NULL, 0, 0};
    const struct ckpt_netlink_part *label = &found[LABEL];
    const uint8_t *nul =
        label->data == NULL || label->length == 0 ? NULL : memchr(label->data, 0, label->length);
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(NetAddress, family), family_name(family));
    put_address(sink, V(NetAddress, address), family, own);
    ckpt_view_integer(sink, V(NetAddress, prefix), message->data[1]);
    put_address(sink, V(NetAddress, peer), family, peer ? &found[ADDRESS] : &none);
    put_address(sink, V(NetAddress, broadcast), family, &found[BROADCAST]);
    put_scope(sink, V(NetAddress, scope), message->data[3]);
    ckpt_view_text(sink, V(NetAddress, label),
                   nul == NULL
                       ? (ckpt_string){NULL, 0}
                       : (ckpt_string){(const char *)label->data, (size_t)(nul - label->data)});
    sink->end(sink);
}

static void put_addresses(const struct network *n, uint32_t index, struct ckpt_sink *sink)
{
    ckpt_view_begin_array(sink, V(NetDevice, addresses));
    for (size_t i = ckpt_lower_bound(n->by_device, n->address_count, index);
         i < n->address_count && n->by_device[i].key == index; i++) {
        const struct ckpt_netlink_part *message = &n->messages[n->by_device[i].value];
        if (family_name(message->data[0]) != NULL)
            put_net_address(n, message, sink);
    }
    sink->end(sink);
}

/* netdevice(7): IFF_UP … */
static void put_device_flags(uint64_t flags, struct ckpt_sink *sink)
{
    static const char *const names[] = {
        "UP",        "BROADCAST", "DEBUG",    "LOOPBACK", "POINTOPOINT", "NOTRAILERS", "RUNNING",
        "NOARP",     "PROMISC",   "ALLMULTI", "MASTER",   "SLAVE",       "MULTICAST",  "PORTSEL",
        "AUTOMEDIA", "DYNAMIC",   "LOWER_UP", "DORMANT",  "ECHO"};
    ckpt_view_begin_array(sink, V(NetDevice, flags));
    for (size_t i = 0; i < COUNT(names); i++)
        if (flags >> i & 1)
            ckpt_view_put_name(sink, names[i]);
    sink->end(sink);
}

static void put_hardware_address(const struct ckpt_pb *m, struct ckpt_sink *sink)
{
    static const char digits[] = "0123456789abcdef";
    struct ckpt_pb_bytes bytes = ckpt_pb_bytes(m, F(net_device_entry, address));
    char text[3 * HARDWARE];
    if (bytes.length != HARDWARE) {
        ckpt_view_null(sink, V(NetDevice, address));
        return;
    }
    for (size_t i = 0; i < HARDWARE; i++) {
        text[3 * i] = digits[bytes.data[i] >> 4];
        text[3 * i + 1] = digits[bytes.data[i] & 15];
        text[3 * i + 2] = ':';
    }
    ckpt_view_text(sink, V(NetDevice, address), (ckpt_string){text, sizeof(text) - 1});
}

static void put_device(const struct network *n, const struct device *d, struct ckpt_sink *sink)
{
    static const char *const types[] = {NULL,    "loopback", "veth",    "tun", "external",
                                        "venet", "bridge",   "macvlan", "sit"};
    const struct ckpt_pb *m = &d->message;
    uint64_t type = ckpt_pb_u64(m, F(net_device_entry, type), 0);
    sink->begin_struct(sink);
    ckpt_view_integer(sink, V(NetDevice, index), d->index);
    ckpt_view_text(sink, V(NetDevice, name),
                   ckpt_text_of(ckpt_pb_bytes(m, F(net_device_entry, name))));
    ckpt_view_name(sink, V(NetDevice, type), type < COUNT(types) ? types[type] : NULL);
    put_device_flags(ckpt_pb_u64(m, F(net_device_entry, flags), 0), sink);
    ckpt_view_word(sink, V(NetDevice, mtu), m, F(net_device_entry, mtu));
    put_hardware_address(m, sink);
    ckpt_view_word(sink, V(NetDevice, master), m, F(net_device_entry, master));
    if (ckpt_pb_u64(m, F(net_device_entry, peer_ifindex), d->index) == d->index) /* of itself */
        ckpt_view_null(sink, V(NetDevice, link));
    else
        ckpt_view_word(sink, V(NetDevice, link), m, F(net_device_entry, peer_ifindex));
    put_addresses(n, d->index, sink);
    sink->end(sink);
}

/* ---- routes ---------------------------------------------------------------------------------- */

/* The attributes of a route, or of a hop, that are looked at. */
enum { DESTINATION = 1, DEVICE = 4, GATEWAY, PRIORITY, SOURCE, MULTIPATH = 9, TABLE = 15, LAST };

struct route {
    const struct network *network;
    const struct ckpt_netlink *file;
    const uint8_t *head; /* struct rtmsg */
    struct ckpt_netlink_part found[LAST];
};

static void read_attributes(struct route *r, const uint8_t *at, const uint8_t *end)
{
    struct ckpt_netlink_part attribute;
    while (ckpt_netlink_attribute(r->file, &at, end, &attribute))
        if (attribute.type < LAST)
            r->found[attribute.type] = attribute;
}

/* A 32-bit number of an attribute; false: there is none. */
static bool number_of(const struct route *r, unsigned type, uint32_t *value)
{
    if (r->found[type].length != 4)
        return false;
    *value = ckpt_netlink_u32(r->file, r->found[type].data);
    return true;
}

/* A number by its name in a list; else its digits. */
static void put_named(struct ckpt_sink *sink, enum ckpt_view_member member, uint32_t number,
                      const char *const *names, size_t count)
{
    char text[24];
    if (number < count && names[number] != NULL)
        ckpt_view_name(sink, member, names[number]);
    else
        ckpt_view_text(sink, member, (ckpt_string){text, ckpt_format_uint64(number, text)});
}

static void put_destination(const struct route *r, unsigned family, struct ckpt_sink *sink)
{
    char text[CKPT_ADDRESS_MAX + 8];
    unsigned size = family == INET ? 4 : 16;
    if (r->found[DESTINATION].length != size) {
        ckpt_view_name(sink, V(Route, destination), "default");
        return;
    }
    size_t length = ckpt_address_format(r->found[DESTINATION].data, size, text);
    if (r->head[1] != 8 * size) {
        text[length++] = '/';
        length += ckpt_format_uint64(r->head[1], text + length);
    }
    ckpt_view_text(sink, V(Route, destination), (ckpt_string){text, length});
}

/* The device and gateway of `hop` are those of the route, or of one of its hops. */
static void put_route(const struct route *r, const struct route *hop, uint32_t device,
                      struct ckpt_sink *sink)
{
    static const char *const types[] = {"unspec",   "unicast",   "local",     "broadcast",
                                        "anycast",  "multicast", "blackhole", "unreachable",
                                        "prohibit", "throw",     "nat",       "xresolve"};
    static const char *const protocols[] = {
        [0] = "unspec", [1] = "redirect", [2] = "kernel", [3] = "boot",
        [4] = "static", [8] = "gated",    [9] = "ra",     [10] = "mrt",
        [11] = "zebra", [12] = "bird",    [16] = "dhcp",  [18] = "keepalived"};
    unsigned family = r->head[0];
    uint32_t table = r->head[4], metric;
    number_of(r, TABLE, &table);
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(Route, family), family_name(family));
    put_named(sink, V(Route, type), r->head[7], types, COUNT(types));
    put_destination(r, family, sink);
    put_address(sink, V(Route, gateway), family, &hop->found[GATEWAY]);
    ckpt_view_text(sink, V(Route, device),
                   device == 0 ? (ckpt_string){NULL, 0} : device_name(r->network, device));
    put_address(sink, V(Route, source), family, &r->found[SOURCE]);
    if (table >= 253 && table <= 255)
        ckpt_view_name(sink, V(Route, table),
                       table == 253   ? "default"
                       : table == 254 ? "main"
                                      : "local");
    else
        put_named(sink, V(Route, table), table, NULL, 0);
    put_named(sink, V(Route, protocol), r->head[5], protocols, COUNT(protocols));
    put_scope(sink, V(Route, scope), r->head[6]);
    if (number_of(r, PRIORITY, &metric))
        ckpt_view_integer(sink, V(Route, metric), metric);
    else
        ckpt_view_null(sink, V(Route, metric));
    sink->end(sink);
}

/* A route with several hops is a row for each. */
static void put_hops(const struct route *r, struct ckpt_sink *sink)
{
    const uint8_t *at = r->found[MULTIPATH].data, *end = at + r->found[MULTIPATH].length;
    while ((size_t)(end - at) >= CKPT_RTNEXTHOP_SIZE) {
        size_t left = (size_t)(end - at), length = ckpt_netlink_u16(r->file, at);
        if (length < CKPT_RTNEXTHOP_SIZE || length > left)
            return;
        struct route hop = {.network = r->network, .file = r->file};
        read_attributes(&hop, at + CKPT_RTNEXTHOP_SIZE, at + length);
        put_route(r, &hop, ckpt_netlink_u32(r->file, at + 4), sink);
        at += length + 3 < left ? (length + 3) & ~(size_t)3 : left;
    }
}

static void put_routes(const struct network *n, enum ckpt_criu_kind kind, uint64_t id,
                       struct ckpt_sink *sink)
{
    struct ckpt_netlink file;
    struct ckpt_netlink_part message;
    if (!open_saved(n->dump, kind, id, CKPT_IP_ROUTES, &file))
        return;
    while (next_saved(n->dump, kind, id, &file, CKPT_RTM_NEWROUTE, CKPT_RTMSG_SIZE, &message)) {
        struct route r = {.network = n, .file = &file, .head = message.data};
        uint32_t device = 0;
        if (family_name(r.head[0]) == NULL)
            continue;
        read_attributes(&r, message.data + CKPT_RTMSG_SIZE, message.data + message.length);
        number_of(&r, DEVICE, &device);
        if (r.found[MULTIPATH].data != NULL)
            put_hops(&r, sink);
        else
            put_route(&r, &r, device, sink);
    }
}

void ckpt_put_network(ckpt_dump *dump, uint64_t id, struct ckpt_sink *sink)
{
    struct network n = {.dump = dump};
    const struct ckpt_dump_image *image = ckpt_dump_image(dump, CKPT_CRIU_IMAGE_NETDEV, id);
    if (image == NULL ||
        /* engines have it dumped without what is in it */ !read_devices(&n, image) ||
        n.count == 0) {
        ckpt_view_null(sink, V(NamespaceContent, network));
        return;
    }
    read_addresses(&n, id);
    ckpt_view_field(sink, V(NamespaceContent, network));
    sink->begin_struct(sink);
    ckpt_view_begin_array(sink, V(Network, devices));
    for (size_t i = 0; i < n.count; i++)
        put_device(&n, &n.devices[i], sink);
    sink->end(sink);
    ckpt_view_begin_array(sink, V(Network, routes));
    put_routes(&n, CKPT_CRIU_IMAGE_ROUTE, id, sink);
    put_routes(&n, CKPT_CRIU_IMAGE_ROUTE6, id, sink);
    sink->end(sink);
    sink->end(sink);
}
