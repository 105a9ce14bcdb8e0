/* SPDX-License-Identifier: Apache-2.0 */
/* network.status, as Podman writes it: networks, their interfaces, their addresses. */
#include "rules/rules.h"
#include "text/address.h"

static bool address_of(ckpt_value value, bool prefix, struct ckpt_address *address)
{
    ckpt_string text = ckpt_text(value);
    return ckpt_address_parse(text.data, text.length, prefix, address);
}

static bool is_link_local(const struct ckpt_address *a)
{
    return a->size == 16 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

static void check_subnet(struct ckpt_rules *r, ckpt_value subnet)
{
    struct ckpt_address own, gateway;
    ckpt_value ipnet = ckpt_get(subnet, "ipnet"), via = ckpt_get(subnet, "gateway");
    if (!address_of(ipnet, true, &own)) {
        ckpt_find(r, CKPT_RULE_301, ckpt_exists(ipnet) ? ipnet : subnet,
                  "ipnet is %v; expected the container's address with the length of its prefix, "
                  "such as 10.88.0.9/16.",
                  ipnet);
        return;
    }
    if (own.prefix + 1 < 8 * own.size && ckpt_address_is_network(&own))
        ckpt_find(r, CKPT_RULE_301, ipnet,
                  "ipnet is %v, which is the network; expected the address of the container in it.",
                  ipnet);
    if (!ckpt_is_set(via) || (ckpt_is(via, CKPT_STRING) && !ckpt_has_text(via)))
        return;
    if (!address_of(via, false, &gateway))
        ckpt_find(r, CKPT_RULE_301, via, "gateway is %v; expected an address, or none.", via);
    else if (own.prefix != 8 * own.size && !is_link_local(&gateway) &&
             !ckpt_address_within(&own, &gateway))
        ckpt_relate(r,
                    ckpt_find(r, CKPT_RULE_301, via,
                              "gateway is %v; expected an address in the network of %v.", via,
                              ipnet),
                    ipnet, "The network.");
}

static void check_interface(struct ckpt_rules *r, ckpt_value interface)
{
    ckpt_value mac = ckpt_get(interface, "mac_address"), subnets = ckpt_get(interface, "subnets");
    ckpt_string text = ckpt_text(mac);
    if (ckpt_is(mac, CKPT_STRING) && text.length != 0 &&
        !ckpt_is_hardware_address(text.data, text.length))
        ckpt_find(r, CKPT_RULE_301, mac,
                  "mac_address is %v; expected six bytes such as f2:99:9a:10:2b:3c.", mac);
    for (ckpt_value s = ckpt_first(subnets); ckpt_exists(s); s = ckpt_next(subnets, s))
        if (ckpt_is(s, CKPT_OBJECT))
            check_subnet(r, s);
}

static void check_network(struct ckpt_rules *r, ckpt_value network)
{
    ckpt_value interfaces = ckpt_get(network, "interfaces"), servers;
    if (ckpt_count(interfaces) == 0)
        ckpt_find(r, CKPT_RULE_301, ckpt_exists(interfaces) ? interfaces : network,
                  "The network %q has no interface; expected at least one.",
                  ckpt_key_text(network));
    for (ckpt_value i = ckpt_first(interfaces); ckpt_exists(i); i = ckpt_next(interfaces, i))
        check_interface(r, i);
    servers = ckpt_get(network, "dns_server_ips");
    for (ckpt_value s = ckpt_first(servers); ckpt_exists(s); s = ckpt_next(servers, s)) {
        struct ckpt_address address;
        if (!address_of(s, false, &address))
            ckpt_find(r, CKPT_RULE_301, s, "dns_server_ips has %v; expected an address.", s);
    }
}

void ckpt_check_network_status(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "network.status");
    ckpt_value root = ckpt_whole(file);
    if (file == NULL) {
        ckpt_value own = ckpt_get(ckpt_file_root(r, "config.dump"), "createNetNS");
        if (r->engine == CKPT_ENGINE_PODMAN && ckpt_is_true(own) && ckpt_wants_files(r) &&
            ckpt_seen_of(r, "network.status") == NULL)
            ckpt_relate(r,
                        ckpt_find_file(r, CKPT_RULE_300, "network.status",
                                       "network.status is missing although the container has its "
                                       "own network, so it gets other addresses."),
                        own, "It has its own network.");
        return;
    }
    if (ckpt_is(root, CKPT_ARRAY))
        ckpt_find(r, CKPT_RULE_302, root,
                  "network.status is an array, as Podman 3 wrote it; Podman 4 and later expect an "
                  "object.");
    else if (file->error.kind != CKPT_OK)
        ckpt_find_error(r, CKPT_RULE_302, file);
    if (ckpt_is(root, CKPT_OBJECT))
        for (ckpt_value n = ckpt_first(root); ckpt_exists(n); n = ckpt_next(root, n))
            if (ckpt_is(n, CKPT_OBJECT))
                check_network(r, n);
}
