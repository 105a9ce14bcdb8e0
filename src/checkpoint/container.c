/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the summary about the container and its networks, as the reference tool names them.
 */
#include <string.h>

#include "checkpoint/internal.h"
#include "checkpoint/value.h"
#include "text/number.h"
#include "text/time.h"

/* Seconds are all that the reference tool shows. The zero time means: not set. */
static void print_time(struct ckpt_buffer *out, const char *key, ckpt_time time)
{
    char text[CKPT_TIME_MAX];
    if (time.seconds == 0 && time.nanoseconds == 0)
        return;
    time.nanoseconds = 0;
    size_t length = ckpt_time_format(time, text);
    ckpt_print_member(out, key, (ckpt_string){text, length});
}

/* The name that CRI-O keeps in an annotation, as JSON. */
static ckpt_string crio_name(ckpt_summary *s)
{
    ckpt_string text = ckpt_summary_annotation(s, "io.kubernetes.cri-o.Metadata");
    struct ckpt_file inner = {.text = text.data, .length = text.length, .document = s->inner};
    if (text.length == 0 ||
        !ckpt_document_scan(s->inner, CKPT_KIND_ANY, text.data, text.length, &inner.error))
        return (ckpt_string){"", 0};
    return ckpt_text(ckpt_get_exact(ckpt_whole(&inner), "name"));
}

static ckpt_string either(ckpt_string a, ckpt_string b)
{
    return a.length != 0 ? a : b;
}

/* Adds `text` up to `end` to a list. */
static void add_to_list(struct ckpt_buffer *list, ckpt_string text, char end)
{
    const char *stop = text.length == 0 ? NULL : memchr(text.data, end, text.length);
    size_t length = stop == NULL ? text.length : (size_t)(stop - text.data);
    if (length == 0)
        return;
    if (list->length != 0)
        ckpt_buffer_add_text(list, ", ");
    ckpt_buffer_add(list, text.data, length);
}

static void print_list(struct ckpt_buffer *out, const char *key, struct ckpt_buffer *list)
{
    if (list->length != 0)
        ckpt_print_member(out, key, (ckpt_string){list->data, list->length});
    list->length = 0;
}

static void crio_addresses(ckpt_summary *s)
{
    char key[48] = "io.kubernetes.cri-o.IP.";
    size_t start = strlen(key);
    for (uint64_t i = 0; i < 1000; i++) {
        key[start + ckpt_format_uint64(i, key + start)] = '\0';
        ckpt_string address = ckpt_summary_annotation(s, key);
        if (address.length == 0)
            break;
        add_to_list(&s->addresses, address, '\0');
    }
    print_list(&s->out, "ip", &s->addresses);
}

/* What is done with the interfaces of all networks: printed, or their addresses collected. */
enum walk { PRINT, ADDRESSES, HARDWARE };

static void print_subnet(ckpt_summary *s, ckpt_string ip, ckpt_string gateway)
{
    ckpt_print_open(&s->out, "{");
    ckpt_print_key(&s->out, "ip");
    ckpt_print_string(&s->out, ip.data, ip.length);
    ckpt_print_member(&s->out, "gateway", gateway);
    ckpt_buffer_add_text(&s->out, "}");
}

static void open_named(ckpt_summary *s, ckpt_string name, const char *list)
{
    ckpt_print_open(&s->out, "{");
    ckpt_print_key(&s->out, "name");
    ckpt_print_string(&s->out, name.data, name.length);
    ckpt_print_key(&s->out, list);
    ckpt_buffer_add_text(&s->out, "[");
}

static void close_interface(ckpt_summary *s, ckpt_string mac)
{
    ckpt_buffer_add_text(&s->out, "]");
    ckpt_print_member(&s->out, "mac", mac);
    ckpt_buffer_add_text(&s->out, "}");
}

static void walk_interface(ckpt_summary *s, enum walk walk, ckpt_string name,
                           const ckpt_podman_network_interface *interface)
{
    const ckpt_podman_network_subnet *subnets = interface->subnets.items;
    if (walk == HARDWARE)
        add_to_list(&s->addresses, interface->mac_address, '\0');
    if (walk == PRINT)
        open_named(s, name, "subnets");
    for (size_t i = 0; i < interface->subnets.count; i++) {
        if (walk == ADDRESSES)
            add_to_list(&s->addresses, subnets[i].ipnet, '/');
        else if (walk == PRINT)
            print_subnet(s, subnets[i].ipnet, subnets[i].gateway);
    }
    if (walk == PRINT)
        close_interface(s, interface->mac_address);
}

static void walk_networks(ckpt_summary *s, enum walk walk)
{
    const ckpt_podman_network_result *results = s->networks->values;
    for (size_t n = 0; n < s->networks->count; n++) {
        if (walk == PRINT)
            open_named(s, s->networks->keys[n], "interfaces");
        const ckpt_map *map = &results[n].interfaces;
        const ckpt_podman_network_interface *interfaces = map->values;
        for (size_t i = 0; i < map->count; i++)
            walk_interface(s, walk, map->keys[i], &interfaces[i]);
        if (walk == PRINT)
            ckpt_buffer_add_text(&s->out, "]}");
    }
}

static ckpt_string text_in(ckpt_value object, const char *key)
{
    return ckpt_text(ckpt_get_exact(object, key));
}

/* One result of a network plug-in: {"interfaces":[{"name","mac","sandbox"}],"ips":[{"interface",
   "address","gateway"}]}. Interfaces without a sandbox are the host's. */
static void walk_cni(ckpt_summary *s, enum walk walk, ckpt_value result)
{
    ckpt_value interfaces = ckpt_get_exact(result, "interfaces");
    ckpt_value ips = ckpt_get_exact(result, "ips");
    int64_t number = 0, of;
    if (!ckpt_is(interfaces, CKPT_ARRAY))
        return;
    for (ckpt_value i = ckpt_first(interfaces); ckpt_exists(i);
         i = ckpt_next(interfaces, i), number++) {
        ckpt_string mac = text_in(i, "mac");
        if (text_in(i, "sandbox").length == 0)
            continue;
        if (walk == HARDWARE)
            add_to_list(&s->addresses, mac, '\0');
        if (walk == PRINT)
            open_named(s, text_in(i, "name"), "subnets");
        for (ckpt_value ip = ckpt_first(ips); ckpt_exists(ip); ip = ckpt_next(ips, ip)) {
            ckpt_string address = text_in(ip, "address");
            if (!ckpt_int64_of(ckpt_get_exact(ip, "interface"), &of) || of != number)
                continue;
            if (walk == ADDRESSES)
                add_to_list(&s->addresses, address, '/');
            else if (walk == PRINT)
                print_subnet(s, address, text_in(ip, "gateway"));
        }
        if (walk == PRINT)
            close_interface(s, mac);
    }
}

static void walk(ckpt_summary *s, enum walk what)
{
    uint64_t number = 0;
    char digits[24] = {0};
    if (s->networks != NULL)
        walk_networks(s, what);
    ckpt_value results = ckpt_whole(s->cni);
    /* These have no names; they are numbered. */
    for (ckpt_value r = ckpt_first(results); ckpt_exists(r); r = ckpt_next(results, r)) {
        if (what == PRINT)
            open_named(s, (ckpt_string){digits, ckpt_format_uint64(number++, digits)},
                       "interfaces");
        walk_cni(s, what, r);
        if (what == PRINT)
            ckpt_buffer_add_text(&s->out, "]}");
    }
}

void ckpt_print_networks(ckpt_summary *s)
{
    if ((s->networks == NULL || s->networks->count == 0) && ckpt_count(ckpt_whole(s->cni)) == 0)
        return;
    ckpt_print_key(&s->out, "networks");
    ckpt_buffer_add_text(&s->out, "[");
    walk(s, PRINT);
    ckpt_buffer_add_text(&s->out, "]");
}

ckpt_string ckpt_summary_name(ckpt_summary *s, enum ckpt_engine engine)
{
    ckpt_string name = s->config == NULL ? (ckpt_string){"", 0} : s->config->name;
    if (engine == CKPT_ENGINE_CRIO)
        return either(crio_name(s), name);
    if (engine == CKPT_ENGINE_CONTAINERD)
        return either(ckpt_summary_annotation(s, "io.kubernetes.cri.container-name"), name);
    return name;
}

void ckpt_print_container(ckpt_summary *s, enum ckpt_engine engine)
{
    static const ckpt_container_config nothing;
    const ckpt_container_config *config = s->config == NULL ? &nothing : s->config;
    struct ckpt_buffer *out = &s->out;
    ckpt_string created = {"", 0};
    const char *pod = NULL, *space = NULL;
    if (engine == CKPT_ENGINE_CRIO) {
        created = ckpt_summary_annotation(s, "io.kubernetes.cri-o.Created");
        pod = "io.kubernetes.pod.name";
        space = "io.kubernetes.pod.namespace";
    } else if (engine == CKPT_ENGINE_CONTAINERD) {
        pod = "io.kubernetes.cri.sandbox-name";
        space = "io.kubernetes.cri.sandbox-namespace";
    }
    ckpt_print_key(out, "container");
    ckpt_buffer_add_text(out, "{");
    ckpt_print_member(out, "name", ckpt_summary_name(s, engine));
    ckpt_print_member(out, "id", config->id);
    ckpt_print_member(out, "image", config->rootfs_image_name);
    ckpt_print_member(out, "imageRef", config->rootfs_image_ref);
    ckpt_print_member(out, "runtime", config->oci_runtime);
    ckpt_print_member(out, "created", created);
    if (created.length == 0)
        print_time(out, "created", config->created_time);
    print_time(out, "checkpointed", config->checkpointed_at);
    print_time(out, "restored", config->restored_at);
    if (space != NULL) {
        ckpt_print_member(out, "namespace", ckpt_summary_annotation(s, space));
        ckpt_print_member(out, "pod", ckpt_summary_annotation(s, pod));
    }
    if (engine == CKPT_ENGINE_CRIO) {
        crio_addresses(s);
    } else {
        walk(s, ADDRESSES);
        print_list(out, "ip", &s->addresses);
        walk(s, HARDWARE);
        print_list(out, "mac", &s->addresses);
    }
    ckpt_buffer_add_text(out, "}");
}
