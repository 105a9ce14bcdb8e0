/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the summary about the container and its networks, as the reference tool names them.
 */
#include <cJSON.h>
#include <string.h>

#include "checkpoint/internal.h"
#include "text/number.h"
#include "text/time.h"

const struct cJSON *ckpt_any_member(const struct cJSON *object, const char *key)
{
    size_t length = strlen(key);
    if (object == NULL || !cJSON_IsObject(object))
        return NULL;
    for (const cJSON *child = object->child; child != NULL; child = child->next) {
        ckpt_string name = ckpt_any_key(child);
        if (name.length == length && memcmp(name.data, key, length) == 0)
            return child;
    }
    return NULL;
}

ckpt_string ckpt_any_text(const struct cJSON *object, const char *key)
{
    const cJSON *member = ckpt_any_member(object, key);
    return member != NULL && cJSON_IsString(member) ? ckpt_any_string(member)
                                                    : (ckpt_string){"", 0};
}

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
    ckpt_error error;
    if (text.length == 0 ||
        !ckpt_decode(s->any_document, CKPT_KIND_ANY, text.data, text.length, &error))
        return (ckpt_string){"", 0};
    return ckpt_any_text(*(struct cJSON *const *)ckpt_document_value(s->any_document), "name");
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

/* One result of a network plug-in: {"interfaces":[{"name","mac","sandbox"}],"ips":[{"interface",
   "address","gateway"}]}. Interfaces without a sandbox are the host's. */
static void walk_cni(ckpt_summary *s, enum walk walk, const struct cJSON *result)
{
    const cJSON *interfaces = ckpt_any_member(result, "interfaces");
    const cJSON *ips = ckpt_any_member(result, "ips");
    int number = 0;
    if (interfaces == NULL || !cJSON_IsArray(interfaces))
        return;
    for (const cJSON *i = interfaces->child; i != NULL; i = i->next, number++) {
        ckpt_string mac = ckpt_any_text(i, "mac");
        if (ckpt_any_text(i, "sandbox").length == 0)
            continue;
        if (walk == HARDWARE)
            add_to_list(&s->addresses, mac, '\0');
        if (walk == PRINT)
            open_named(s, ckpt_any_text(i, "name"), "subnets");
        for (const cJSON *ip = ips == NULL ? NULL : ips->child; ip != NULL; ip = ip->next) {
            const cJSON *of = ckpt_any_member(ip, "interface");
            ckpt_string address = ckpt_any_text(ip, "address");
            if (of == NULL || !cJSON_IsNumber(of) || of->valueint != number)
                continue;
            if (walk == ADDRESSES)
                add_to_list(&s->addresses, address, '/');
            else if (walk == PRINT)
                print_subnet(s, address, ckpt_any_text(ip, "gateway"));
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
    /* These have no names; they are numbered. */
    for (const cJSON *r = s->cni == NULL ? NULL : s->cni->child; r != NULL; r = r->next) {
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
    if ((s->networks == NULL || s->networks->count == 0) &&
        (s->cni == NULL || s->cni->child == NULL))
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
