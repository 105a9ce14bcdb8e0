/* SPDX-License-Identifier: Apache-2.0 */
/* What a checkpoint needs of a host that is described, beyond what is a condition without it. */
#include "criu/names.h"
#include "rules/host.h"
#include "rules/requirements.h"
#include "text/number.h"

/* ---- metadata -------------------------------------------------------------------------------- */

static void check_engines(struct ckpt_rules *r)
{
    for (unsigned i = 0; i < CKPT_TARGET_COUNT; i++) {
        bool runtime = ((1u << i) & RUNTIMES) != 0;
        ckpt_needs(r, runtime ? CKPT_NEED_RUNTIME : CKPT_NEED_ENGINE,
                   ckpt_string_of(ckpt_target_names[i].name), 0);
        ckpt_condition(r, CKPT_CONDITION_RUNTIME, 1u << i, CKPT_RULE_750, NULL, "",
                       "%s on the target.", ckpt_target_names[i].display);
    }
}

static void check_image(struct ckpt_rules *r)
{
    ckpt_value name = ckpt_get(ckpt_file_root(r, "config.dump"), "rootfsImageName");
    ckpt_value images = ckpt_get_exact(ckpt_whole(r->host), "images");
    bool there = false;
    if (!ckpt_has_text(name) || ckpt_starts(ckpt_text(name), "localhost/"))
        return; /* the latter is a condition anyway */
    for (ckpt_value v = ckpt_first(images); ckpt_exists(v); v = ckpt_next(images, v))
        there = there || ckpt_equal(ckpt_key_text(v), ckpt_text(name));
    if (!there)
        return; /* the engine pulls it */
    struct ckpt_finding *f =
        ckpt_find(r, CKPT_RULE_750, name, "The base image is %v; the host must have it.", name);
    ckpt_needs(r, CKPT_NEED_IMAGE, ckpt_text(name), 0);
    ckpt_condition(r, CKPT_CONDITION_IMAGE, ENGINES, CKPT_RULE_750, f, "",
                   "The base image %v, the same as then.", name);
}

/* The highest number of a list such as "0-3,8"; false if it is none. */
static bool highest(ckpt_string list, uint64_t *most)
{
    enum { DIGITS = 7 };
    *most = 0;
    for (size_t i = 0;; i++) {
        uint64_t number;
        size_t digits = ckpt_count_digits(list.data + i, list.length - i);
        if (digits > DIGITS || !ckpt_parse_digits(list.data + i, digits, 10, &number))
            return false;
        if (number > *most)
            *most = number;
        i += digits;
        if (i == list.length)
            return true;
        if (list.data[i] != '-' && list.data[i] != ',')
            return false;
    }
}

static void check_resources(struct ckpt_rules *r)
{
    ckpt_value cpus =
        ckpt_get_path(ckpt_file_root(r, "spec.dump"), "linux\0resources\0cpu\0cpus\0");
    uint64_t last,
        pages = r->summary->sizes[CKPT_ROLE_PAGES] + r->summary->sizes[CKPT_ROLE_ROOT_PAGES];
    if (highest(ckpt_text(cpus), &last)) {
        struct ckpt_finding *f =
            ckpt_find(r, CKPT_RULE_750, cpus, "The container is bound to the processors %v.", cpus);
        ckpt_needs(r, CKPT_NEED_CPUS, (ckpt_string){"", 0}, last + 1);
        ckpt_condition(r, CKPT_CONDITION_CPU, ALL, CKPT_RULE_750, f, "",
                       "At least %n processors: the container is bound to %v.", last + 1, cpus);
    }
    if (pages != 0) {
        ckpt_needs(r, CKPT_NEED_MEMORY, (ckpt_string){"", 0}, pages);
        ckpt_condition(r, CKPT_CONDITION_MEMORY, ALL, CKPT_RULE_750, NULL, "",
                       "%b of memory for the pages of the processes.", pages);
    }
}

/* How many graphics processors (/dev/nvidia0 …) the container was given. */
static void check_gpu_count(struct ckpt_rules *r)
{
    ckpt_value list = ckpt_get_path(ckpt_file_root(r, "spec.dump"), "linux\0devices\0");
    ckpt_value first = ckpt_nothing(NULL);
    uint64_t count = 0;
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v)) {
        ckpt_string path = ckpt_text(ckpt_get(v, "path"));
        if (!ckpt_starts(path, "/dev/nvidia") || path.length < 12 || path.data[11] < '0' ||
            path.data[11] > '9')
            continue;
        if (count++ == 0)
            first = ckpt_get(v, "path");
    }
    if (count == 0)
        return;
    struct ckpt_finding *f =
        ckpt_find(r, CKPT_RULE_750, first, "The container had %n graphics processors.", count);
    ckpt_needs(r, CKPT_NEED_GPUS, (ckpt_string){"", 0}, count);
    ckpt_condition(r, CKPT_CONDITION_DEVICE, ALL, CKPT_RULE_750, f, "",
                   "%n graphics processors of the same kind.", count);
}

/* Podman makes the container again under its name and id. Nothing is said of it where the
   containers of the host are not known. */
static void check_name(struct ckpt_rules *r)
{
    ckpt_value name = ckpt_get(ckpt_file_root(r, "config.dump"), "name");
    if (r->engine != CKPT_ENGINE_PODMAN || !ckpt_has_text(name) ||
        !ckpt_exists(ckpt_get_exact(ckpt_whole(r->host), "containers")))
        return;
    struct ckpt_finding *f =
        ckpt_find(r, CKPT_RULE_750, name, "The container comes back as %v, with its id.", name);
    ckpt_needs(r, CKPT_NEED_NO_CONTAINER, ckpt_text(name), 0);
    ckpt_condition(r, CKPT_CONDITION_NAME, PODMAN, CKPT_RULE_750, f, "--name",
                   "No container %v on the target, nor one with its id.", name);
}

void ckpt_check_host(struct ckpt_rules *r)
{
    if (r->host == NULL)
        return;
    check_engines(r);
    check_image(r);
    check_name(r);
    check_resources(r);
    check_gpu_count(r);
    ckpt_needs(r, CKPT_NEED_CRIU_CHECK, (ckpt_string){"", 0}, 0);
    ckpt_condition(r, CKPT_CONDITION_CRIU, ALL, CKPT_RULE_750, NULL, "",
                   "A kernel and a CRIU that work together (criu check).");
}

/* ---- images of CRIU -------------------------------------------------------------------------- */

static struct ckpt_finding *core_finding(struct ckpt_images *im, const struct ckpt_proc *p,
                                         const char *field, ckpt_string text)
{
    struct ckpt_finding *f = ckpt_find_file(
        im->r, CKPT_RULE_750, ckpt_image_name(im, CKPT_CRIU_IMAGE_CORE, p->pid).data, "%t", text);
    ckpt_place_entry(im->r, f, 0, field);
    return f;
}

static void check_machine(struct ckpt_images *im, const struct ckpt_proc *p)
{
    static const char *const names[] = {"",      "x86_64", "armv7l",      "aarch64", "ppc64le",
                                        "s390x", "mips64", "loongarch64", "riscv64"};
    uint64_t mtype = ckpt_pb_u64(&p->core, F(core_entry, mtype), 0);
    if (mtype == 0 || mtype >= sizeof(names) / sizeof(names[0]))
        return;
    struct ckpt_rules *r = im->r;
    struct ckpt_finding *f =
        core_finding(im, p, "mtype", ckpt_text_of(r, "The processes are of %s.", names[mtype]));
    ckpt_needs(r, CKPT_NEED_ARCHITECTURE, ckpt_string_of(names[mtype]), 0);
    ckpt_condition(r, CKPT_CONDITION_CPU, ALL, CKPT_RULE_750, f, "", "A machine of %s.",
                   names[mtype]);
}

/* Registers that were in use (xstate_bv, Intel SDM vol. 1, 13.1), and what has them. CRIU leaves
   out what the host does not have, and the processes die of it later. */
static const struct {
    uint8_t bit;
    const char *flag;
} registers[] = {{2, "avx"}, {5, "avx512f"}, {9, "pku"}};

static void check_registers(struct ckpt_images *im)
{
    struct ckpt_rules *r = im->r;
    for (size_t k = 0; k < sizeof(registers) / sizeof(registers[0]); k++)
        for (size_t i = 0; i < im->count; i++) {
            const struct ckpt_proc *p = &im->procs[i];
            struct ckpt_pb info, fpregs, xsave;
            if (p->core.message == NULL ||
                !ckpt_pb_get_message(&p->core, F(core_entry, thread_info), &info) ||
                !ckpt_pb_get_message(&info, F(thread_info_x86, fpregs), &fpregs) ||
                !ckpt_pb_get_message(&fpregs, F(user_x86_fpregs_entry, xsave), &xsave) ||
                (ckpt_pb_u64(&xsave, F(user_x86_xsave_entry, xstate_bv), 0) >> registers[k].bit &
                 1) == 0)
                continue;
            struct ckpt_finding *f =
                core_finding(im, p, "thread_info.fpregs.xsave.xstate_bv",
                             ckpt_text_of(r, "Process %n had registers of %s in use.",
                                          (uint64_t)p->pid, registers[k].flag));
            ckpt_needs(r, CKPT_NEED_FLAG, ckpt_string_of(registers[k].flag), 0);
            ckpt_condition(r, CKPT_CONDITION_CPU, ALL, CKPT_RULE_750, f, "",
                           "A processor with %s, whose registers process %n had in use.",
                           registers[k].flag, (uint64_t)p->pid);
            break;
        }
}

/* What only newer kernels have: named by the newest of it. */
static void check_kernel(struct ckpt_images *im)
{
    const char *least = "", *because = NULL, *field = NULL;
    const struct ckpt_proc *at = NULL;
    size_t count = ckpt_dump_image_count(im->dump);
    for (size_t i = 0; i < im->count && because == NULL; i++) {
        struct ckpt_pb rseq;
        if (ckpt_pb_get_message(&im->procs[i].thread_core, F(thread_core_entry, rseq_entry),
                                &rseq) &&
            ckpt_pb_u64(&rseq, F(rseq_entry, rseq_abi_pointer), 0) != 0) {
            at = &im->procs[i];
            least = "4.18";
            because = "restartable sequences (rseq)";
            field = "thread_core.rseq_entry";
        }
    }
    const char *image_name = NULL;
    size_t files_count;
    const struct ckpt_dump_file *files = ckpt_dump_files(im->dump, &files_count);
    for (size_t i = 0; i < files_count; i++)
        if (files[i].type == CKPT_CRIU_fd_types_PIDFD) {
            least = "5.3";
            because = "descriptors of processes (pidfd)";
            image_name = ckpt_image_name(im, CKPT_CRIU_IMAGE_FILES, 0).data;
        }
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        /* That of the root namespace is left out where the kernel has none. */
        if (image->kind == CKPT_CRIU_IMAGE_TIMENS && image->id != 0) {
            least = "5.6";
            because = "a time namespace";
            image_name = ckpt_image_member(im, image->name).data;
        }
    }
    if (because == NULL || (image_name == NULL && at == NULL))
        return;
    struct ckpt_rules *r = im->r;
    ckpt_string text =
        ckpt_text_of(r, "The dump has %s, which Linux has since %s.", because, least);
    struct ckpt_finding *f = image_name != NULL
                                 ? ckpt_find_file(r, CKPT_RULE_750, image_name, "%t", text)
                                 : core_finding(im, at, field, text);
    ckpt_needs(r, CKPT_NEED_KERNEL, ckpt_string_of(least), 0);
    ckpt_condition(r, CKPT_CONDITION_KERNEL, ALL, CKPT_RULE_750, f, "",
                   "Linux %s or later, because of %s.", least, because);
}

static bool is_newer(const char *a, const char *b)
{
    uint32_t x[3], y[3];
    return ckpt_read_version(ckpt_string_of(a), x) && ckpt_read_version(ckpt_string_of(b), y) &&
           (x[0] > y[0] || (x[0] == y[0] && x[1] > y[1]));
}

static void check_criu(struct ckpt_images *im)
{
    struct ckpt_rules *r = im->r;
    const struct ckpt_requirement *least = r->least_criu;
    bool pods = r->engine == CKPT_ENGINE_CRIO || r->engine == CKPT_ENGINE_CONTAINERD;
    const struct ckpt_requirement *asked =
        &ckpt_requirements[pods ? CKPT_CRIU_FOR_PODS : CKPT_CRIU_FOR_PODMAN];
    bool images = least != NULL && is_newer(least->from, asked->from);
    const char *version = images ? least->from : asked->from;
    ckpt_needs(r, CKPT_NEED_CRIU, ckpt_string_of(version), 0);
    ckpt_condition(r, CKPT_CONDITION_CRIU, ALL, images ? CKPT_RULE_706 : CKPT_RULE_750, NULL, "",
                   "CRIU %s or later.", version);
}

static void check_profile(struct ckpt_images *im, const struct ckpt_proc *p)
{
    struct ckpt_pb creds;
    if (ckpt_pb_u64(&im->inventory, F(inventory_entry, lsmtype), 0) != CKPT_CRIU_lsmtype_APPARMOR ||
        !ckpt_pb_get_message(&p->thread_core, F(thread_core_entry, creds), &creds))
        return;
    ckpt_string profile = ckpt_pb_string(&creds, F(creds_entry, lsm_profile));
    if (profile.length == 0 || ckpt_equals(profile, "unconfined"))
        return;
    ckpt_needs(im->r, CKPT_NEED_APPARMOR, ckpt_keep(im->r, profile), 0);
    ckpt_condition(im->r, CKPT_CONDITION_LSM, ALL, CKPT_RULE_712, NULL, "",
                   "AppArmor with the profile %q.", profile);
}

void ckpt_check_host_images(struct ckpt_images *im)
{
    if (im->r->host == NULL || im->count == 0 || im->procs[0].core.message == NULL)
        return;
    check_machine(im, &im->procs[0]);
    check_registers(im);
    check_kernel(im);
    check_criu(im);
    check_profile(im, &im->procs[0]);
}
