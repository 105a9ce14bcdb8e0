/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions against the host that is described: yes or no, with both sides named. What the
   description does not say stays a condition. */
#include "rules/host.h"

void ckpt_needs(struct ckpt_rules *r, unsigned need, ckpt_string text, uint64_t number)
{
    r->need = (uint8_t)need;
    r->need_text = text;
    r->need_number = number;
    r->need_mode = UINT64_MAX;
    r->need_build = (ckpt_string){"", 0};
}

void ckpt_needs_file(struct ckpt_rules *r, ckpt_string path, uint64_t mode, uint64_t size,
                     ckpt_string build_id)
{
    ckpt_needs(r, CKPT_NEED_FILE, path, size);
    r->need_mode = mode;
    r->need_build = build_id;
}

/* ---- what the host has -----------------------------------------------------------------------
 */

static ckpt_value host_of(const struct ckpt_rules *r, const char *key)
{
    return ckpt_get_exact(ckpt_whole(r->host), key);
}

static ckpt_value host_in(const struct ckpt_rules *r, const char *object, const char *key)
{
    return ckpt_get_exact(host_of(r, object), key);
}

static ckpt_value listed(ckpt_value list, ckpt_string text)
{
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v))
        if (ckpt_equal(ckpt_text(v), text))
            return v;
    return ckpt_nothing(NULL);
}

static ckpt_value keyed(ckpt_value object, ckpt_string key)
{
    for (ckpt_value v = ckpt_first(object); ckpt_exists(v); v = ckpt_next(object, v))
        if (ckpt_equal(ckpt_key_text(v), key))
            return v;
    return ckpt_nothing(NULL);
}

static bool begins(ckpt_string text, ckpt_string start)
{
    return text.length >= start.length && ckpt_equal(ckpt_slice_of(text, 0, start.length), start);
}

static void settle(struct ckpt_condition *c, bool met, ckpt_string host)
{
    c->met = met ? CKPT_MET : CKPT_NOT_MET;
    c->host = host;
}

/* -1, 0 or 1 as the first version is older than, equal to or newer than the second. */
static int compare(const uint32_t a[3], const uint32_t b[3])
{
    for (int i = 0; i < 3; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static void at_least(struct ckpt_rules *r, struct ckpt_condition *c, const char *what,
                     ckpt_value has)
{
    uint32_t there[3], needed[3];
    ckpt_string text = ckpt_text(has);
    if (ckpt_read_version(text, there) && ckpt_read_version(c->need_text, needed))
        settle(c, compare(there, needed) >= 0, ckpt_text_of(r, "The host has %s %t.", what, text));
}

/* ---- one condition of each kind --------------------------------------------------------------
 */

static void judge_criu(struct ckpt_rules *r, struct ckpt_condition *c)
{
    ckpt_value criu = host_of(r, "criu");
    if (ckpt_exists(criu) && !ckpt_exists(ckpt_get_exact(criu, "version")))
        settle(c, false, ckpt_string_of("The host has no CRIU."));
    else
        at_least(r, c, "CRIU", ckpt_get_exact(criu, "version"));
}

static void judge_check(struct ckpt_rules *r, struct ckpt_condition *c)
{
    ckpt_value check = host_in(r, "criu", "check");
    if (ckpt_has_text(check))
        settle(c, ckpt_is_text(check, "ok"),
               ckpt_text_of(r, "\"criu check\" of the host: %v.", check));
}

static void judge_plugin(struct ckpt_rules *r, struct ckpt_condition *c)
{
    ckpt_value list = host_in(r, "criu", "plugins");
    bool there = false;
    if (!ckpt_exists(list))
        return;
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v))
        there = there || begins(ckpt_text(v), c->need_text);
    settle(c, there,
           ckpt_text_of(r, there ? "The host has the plugin %t." : "The host has no plugin %t.",
                        c->need_text));
}

static void judge_flag(struct ckpt_rules *r, struct ckpt_condition *c)
{
    ckpt_value list = host_in(r, "cpu", "flags"), model = host_in(r, "cpu", "model");
    if (ckpt_count(list) == 0)
        return;
    bool there = ckpt_exists(listed(list, c->need_text));
    settle(c, there,
           ckpt_text_of(r,
                        there ? "The processor of the host has %t: %v."
                              : "The processor of the host has no %t: %v.",
                        c->need_text, model));
}

static void judge_amount(struct ckpt_rules *r, struct ckpt_condition *c, const char *key)
{
    uint64_t there;
    if (!ckpt_uint64_of(host_of(r, key), &there))
        return;
    settle(c, there >= c->need_number,
           c->need == CKPT_NEED_MEMORY ? ckpt_text_of(r, "The host has %b.", there)
                                       : ckpt_text_of(r, "The host has %n processors.", there));
}

static void judge_selinux(struct ckpt_rules *r, struct ckpt_condition *c)
{
    ckpt_value mode = host_of(r, "selinux"), modules = host_of(r, "lsm");
    if (ckpt_has_text(mode))
        settle(c, !ckpt_is_text(mode, "disabled"),
               ckpt_text_of(r, "SELinux of the host is %t.", ckpt_text(mode)));
    else if (ckpt_count(modules) != 0 && !ckpt_exists(listed(modules, ckpt_string_of("selinux"))))
        settle(c, false, ckpt_string_of("The host has no SELinux."));
}

static void judge_apparmor(struct ckpt_rules *r, struct ckpt_condition *c)
{
    ckpt_value modules = host_of(r, "lsm");
    if (ckpt_count(modules) != 0 && !ckpt_exists(listed(modules, ckpt_string_of("apparmor"))))
        settle(c, false, ckpt_string_of("The host has no AppArmor."));
    else if (ckpt_exists(listed(host_of(r, "apparmor"), c->need_text)))
        settle(c, true, ckpt_text_of(r, "The host has loaded the profile %t.", c->need_text));
}

static void judge_gpu(struct ckpt_rules *r, struct ckpt_condition *c)
{
    ckpt_value gpus = host_of(r, "gpus");
    const char *key = c->need == CKPT_NEED_DRIVER ? "version" : "uuid";
    if (!ckpt_exists(gpus))
        return;
    uint64_t count = ckpt_count(gpus);
    if (count == 0) {
        settle(c, false, ckpt_string_of("The host has no graphics processor."));
        return;
    }
    if (c->need == CKPT_NEED_GPUS) {
        settle(c, count >= c->need_number,
               ckpt_text_of(r, "The host has %n graphics processors.", count));
        return;
    }
    ckpt_value first = ckpt_get_exact(ckpt_first(gpus), key);
    for (ckpt_value v = ckpt_first(gpus); ckpt_exists(v); v = ckpt_next(gpus, v)) {
        ckpt_value has = ckpt_get_exact(v, key);
        if (!ckpt_equal(ckpt_text(has), c->need_text))
            continue;
        settle(c, true, ckpt_text_of(r, "The host has %v: %v.", has, ckpt_get_exact(v, "name")));
        return;
    }
    /* Another processor of the same kind would do; its driver must be the same one. */
    if (c->need == CKPT_NEED_DRIVER && ckpt_has_text(first))
        settle(c, false, ckpt_text_of(r, "The host has the driver %t.", ckpt_text(first)));
    else if (ckpt_has_text(first))
        c->host = ckpt_text_of(r, "The host has %v: %v.", first,
                               ckpt_get_exact(ckpt_first(gpus), "name"));
}

static void judge_program(struct ckpt_rules *r, struct ckpt_condition *c, const char *table)
{
    ckpt_value all = host_of(r, table), has = keyed(all, c->need_text);
    if (ckpt_exists(has))
        settle(c, true, ckpt_text_of(r, "The host has %t %t.", c->need_text, ckpt_text(has)));
    else if (ckpt_exists(all))
        settle(c, false, ckpt_text_of(r, "The host has no %t.", c->need_text));
}

/* An image of the same name may be another one: then both ids are named. */
static void judge_image(struct ckpt_rules *r, struct ckpt_condition *c)
{
    ckpt_value config = ckpt_file_root(r, "config.dump"), all = host_of(r, "images");
    ckpt_value has = keyed(all, c->need_text), wanted = ckpt_get(config, "rootfsImageID");
    ckpt_string id = ckpt_text(has), other = ckpt_text(wanted);
    if (ckpt_starts(id, "sha256:"))
        id = ckpt_slice_of(id, 7, id.length);
    if (ckpt_starts(other, "sha256:"))
        other = ckpt_slice_of(other, 7, other.length);
    if (!ckpt_exists(has)) {
        if (ckpt_exists(all))
            settle(c, false, ckpt_text_of(r, "The host does not have %t.", c->need_text));
    } else if (id.length < 12 || other.length < 12 || ckpt_equal(id, other) || begins(other, id)) {
        settle(c, true, ckpt_text_of(r, "The host has it: %t.", id));
    } else {
        /* Podman wants both the name and the id. */
        ckpt_value same = listed(all, other);
        if (!ckpt_exists(same))
            same = listed(all, ckpt_text_of(r, "sha256:%t", other));
        c->host = ckpt_text_of(r, "The host has another image of that name: %t instead of %t.", id,
                               other);
        if (r->engine == CKPT_ENGINE_PODMAN && id.length == 64)
            settle(c, ckpt_exists(same), c->host);
    }
}

static void judge_path(struct ckpt_rules *r, struct ckpt_condition *c)
{
    ckpt_value has = keyed(host_of(r, "paths"), c->need_text);
    if (ckpt_exists(has))
        settle(c, !ckpt_is(has, CKPT_FALSE),
               ckpt_text_of(r,
                            ckpt_is(has, CKPT_FALSE) ? "The host has no %q." : "The host has %q.",
                            c->need_text));
}

static void judge_name(struct ckpt_rules *r, struct ckpt_condition *c)
{
    ckpt_value all = host_of(r, "containers");
    ckpt_value same = keyed(all, c->need_text);
    ckpt_string id = ckpt_text(ckpt_get(ckpt_file_root(r, "config.dump"), "id"));
    if (ckpt_exists(same))
        settle(c, false, ckpt_text_of(r, "The host has a container %q.", c->need_text));
    else if (id.length != 0 && ckpt_exists(same = listed(all, id)))
        settle(c, false,
               ckpt_text_of(r, "The container %q of the host has its id.", ckpt_key_text(same)));
    else
        settle(c, true, ckpt_string_of("The host has no such container."));
}

/* "100755 699336 1f3a": a number to that base up to the next blank. */
static bool next_number(ckpt_string text, size_t *at, unsigned base, uint64_t *number)
{
    size_t from = *at;
    *number = 0;
    for (; *at < text.length && text.data[*at] >= '0' && text.data[*at] < (char)('0' + base) &&
           *number < UINT64_MAX / 16;
         ++*at)
        *number = *number * base + (uint64_t)(text.data[*at] - '0');
    if (*at == from || (*at < text.length && text.data[*at] != ' '))
        return false;
    *at += *at < text.length;
    return true;
}

static void judge_file(struct ckpt_rules *r, struct ckpt_condition *c)
{
    enum { KIND = 0170000, LINK = 0120000, REGULAR = 0100000 };
    ckpt_value has = keyed(host_of(r, "paths"), c->need_text);
    uint64_t mode, size;
    size_t at = 0;
    if (ckpt_is(has, CKPT_FALSE)) {
        settle(c, false, ckpt_text_of(r, "The host has no %q.", c->need_text));
        return;
    }
    ckpt_string text = ckpt_text(has);
    if (!next_number(text, &at, 8, &mode) || !next_number(text, &at, 10, &size) ||
        (mode & KIND) == LINK)
        return;
    ckpt_string build = ckpt_slice_of(text, at < text.length ? at : text.length, text.length);
    bool fits =
        (c->need_mode == UINT64_MAX || mode == c->need_mode) &&
        ((mode & KIND) != REGULAR || c->need_number == UINT64_MAX || size == c->need_number);
    c->host =
        ckpt_text_of(r, "The host has it with %n bytes and mode %o%s%t.", size,
                     (uint32_t)(mode & 07777), build.length == 0 ? "" : " and build id ", build);
    if (fits && c->need_build.length != 0 && build.length == 0)
        return; /* its content may be another */
    bool same = c->need_build.length == 0 || begins(c->need_build, build);
    settle(c, fits && same, c->host);
}

void ckpt_host_judge(struct ckpt_rules *r, struct ckpt_condition *c)
{
    ckpt_value architecture = host_of(r, "architecture");
    if (r->host == NULL)
        return;
    switch ((enum ckpt_need)c->need) {
    case CKPT_NEED_NOTHING:
        break;
    case CKPT_NEED_ARCHITECTURE:
        if (ckpt_has_text(architecture))
            settle(c, ckpt_equal(ckpt_text(architecture), c->need_text),
                   ckpt_text_of(r, "The host is a machine of %t.", ckpt_text(architecture)));
        break;
    case CKPT_NEED_KERNEL:
        at_least(r, c, "Linux", host_of(r, "kernel"));
        break;
    case CKPT_NEED_CRIU:
        judge_criu(r, c);
        break;
    case CKPT_NEED_CRIU_CHECK:
        judge_check(r, c);
        break;
    case CKPT_NEED_PLUGIN:
        judge_plugin(r, c);
        break;
    case CKPT_NEED_FLAG:
        judge_flag(r, c);
        break;
    case CKPT_NEED_CPUS:
        judge_amount(r, c, "cpus");
        break;
    case CKPT_NEED_MEMORY:
        judge_amount(r, c, "memory");
        break;
    case CKPT_NEED_SELINUX:
        judge_selinux(r, c);
        break;
    case CKPT_NEED_APPARMOR:
        judge_apparmor(r, c);
        break;
    case CKPT_NEED_DRIVER:
    case CKPT_NEED_GPU:
    case CKPT_NEED_GPUS:
        judge_gpu(r, c);
        break;
    case CKPT_NEED_RUNTIME:
        judge_program(r, c, "runtimes");
        break;
    case CKPT_NEED_ENGINE:
        judge_program(r, c, "engines");
        break;
    case CKPT_NEED_IMAGE:
        judge_image(r, c);
        break;
    case CKPT_NEED_PATH:
        judge_path(r, c);
        break;
    case CKPT_NEED_NO_CONTAINER:
        judge_name(r, c);
        break;
    case CKPT_NEED_FILE:
        judge_file(r, c);
        break;
    }
}
