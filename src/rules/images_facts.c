/* SPDX-License-Identifier: Apache-2.0 */
/* What the images tell of the dump as a whole: locks, machine, host name, limits. */
#include "rules/images.h"

static void check_locks(struct ckpt_images *im)
{
    struct ckpt_entries e;
    const struct ckpt_dump_image *image = ckpt_dump_image(im->dump, CKPT_CRIU_IMAGE_FILE_LOCKS, 0);
    uint64_t count = 0;
    ckpt_entries_begin(&e, im->dump, image);
    while (ckpt_entries_next(&e))
        count++;
    if (count != 0)
        ckpt_place_entry(im->r,
                         ckpt_find_file(im->r, CKPT_RULE_703,
                                        ckpt_image_member(im, image->name).data,
                                        "%n file lock%s: without --file-locks they are lost "
                                        "without a word.",
                                        count, count == 1 ? "" : "s"),
                         0, NULL);
}

/* The host name of the images against that of the spec. */
static void check_hostname(struct ckpt_images *im)
{
    size_t count = ckpt_dump_image_count(im->dump);
    ckpt_value at = ckpt_get(ckpt_file_root(im->r, "spec.dump"), "hostname");
    uint64_t first = 0; /* namespace of the first process; others may have their own */
    if (im->count != 0)
        ckpt_pb_get_u64(&im->procs[0].ids, F(task_kobj_ids_entry, uts_ns_id), &first);
    for (size_t i = 0; i < count && ckpt_has_text(at); i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        if (image->kind != CKPT_CRIU_IMAGE_UTSNS || (first != 0 && image->id != first))
            continue;
        struct ckpt_pb uts = ckpt_dump_first(im->dump, CKPT_CRIU_IMAGE_UTSNS, image->id, false);
        ckpt_string name = ckpt_pb_string(&uts, F(utsns_entry, nodename));
        if (uts.message == NULL || name.length == 0 || ckpt_equal(name, ckpt_text(at)))
            continue;
        struct ckpt_finding *f =
            ckpt_find_file(im->r, CKPT_RULE_606, ckpt_image_member(im, image->name).data,
                           "The host name is %q in the images and %q in spec.dump; that of the "
                           "images is restored.",
                           name, ckpt_text(at));
        ckpt_place_entry(im->r, f, 0, "nodename");
        ckpt_relate(im->r, f, at, "The host name of the spec.");
        return;
    }
}

static const char *const machines[] = {"UNKNOWN", "X86_64", "ARM",         "AARCH64", "PPC64",
                                       "S390",    "MIPS",   "LOONGARCH64", "RISCV64"};
static const char *const go_names[] = {"",      "amd64",  "arm",     "arm64",  "ppc64le",
                                       "s390x", "mips64", "loong64", "riscv64"};

/* What the image of a checkpoint says of its architecture. */
static ckpt_string image_architecture(struct ckpt_rules *r)
{
    ckpt_value facts = ckpt_get_exact(ckpt_whole(r->facts), "image");
    ckpt_string config = ckpt_keep(r, ckpt_text(ckpt_get_exact(facts, "config")));
    if (config.length == 0 || config.data == NULL)
        return (ckpt_string){"", 0};
    ckpt_value root = ckpt_file_root(r, config.data);
    return ckpt_text(ckpt_get_exact(root, "architecture"));
}

static void check_architecture(struct ckpt_images *im)
{
    uint64_t mtype = im->count == 0 || im->procs[0].core.message == NULL
                         ? 0
                         : ckpt_pb_u64(&im->procs[0].core, F(core_entry, mtype), 0);
    if (mtype == 0 || mtype >= sizeof(machines) / sizeof(machines[0]))
        return;
    ckpt_string said = image_architecture(im->r);
    if (said.length == 0 || ckpt_equals(said, go_names[mtype]) ||
        (mtype == CKPT_CRIU_march_PPC64 && ckpt_starts(said, "ppc64")))
        return;
    struct ckpt_finding *f = ckpt_find_file(
        im->r, CKPT_RULE_603, ckpt_image_name(im, CKPT_CRIU_IMAGE_CORE, im->procs[0].pid).data,
        "The processes are of %s (%s), but the image says %q; CRIU says \"Core march mismatch\" "
        "elsewhere.",
        machines[mtype], go_names[mtype], said);
    ckpt_place_entry(im->r, f, 0, "mtype");
    ckpt_condition(im->r, CKPT_CONDITION_CPU, ALL, CKPT_RULE_603, f, "",
                   "A machine of %s: the image says %q, which is wrong.", go_names[mtype], said);
}

/* A limit of memory below what the processes had. */
static void check_memory_limit(struct ckpt_images *im)
{
    ckpt_value limit =
        ckpt_get_path(ckpt_file_root(im->r, "spec.dump"), "linux\0resources\0memory\0limit\0");
    uint64_t bytes, stored = 0;
    size_t count = ckpt_dump_image_count(im->dump);
    if (!ckpt_uint64_of(limit, &bytes) || bytes == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        if (image->kind == CKPT_CRIU_IMAGE_PAGES)
            stored += image->size;
    }
    /* The runtime itself needs some hundred KiB in the cgroup. */
    if (bytes < stored || bytes < UINT64_C(512) * 1024)
        ckpt_find(
            im->r, CKPT_RULE_717, limit,
            "The limit of memory is %n bytes; the processes had %n, and the runtime needs some "
            "more.",
            bytes, stored);
}

static void check_uid_maps(struct ckpt_images *im)
{
    size_t count = ckpt_dump_image_count(im->dump);
    ckpt_value list = ckpt_get_path(ckpt_file_root(im->r, "spec.dump"), "linux\0uidMappings\0");
    for (size_t i = 0; i < count && ckpt_count(list) != 0; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        struct ckpt_pb extent, map;
        if (image->kind != CKPT_CRIU_IMAGE_USERNS)
            continue;
        map = ckpt_dump_first(im->dump, CKPT_CRIU_IMAGE_USERNS, image->id, false);
        struct ckpt_pb_each each = ckpt_pb_each(&map, F(userns_entry, uid_map));
        for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v)) {
            uint64_t inside = 0, outside = 0, size = 0;
            ckpt_uint64_of(ckpt_get(v, "containerID"), &inside);
            ckpt_uint64_of(ckpt_get(v, "hostID"), &outside);
            ckpt_uint64_of(ckpt_get(v, "size"), &size);
            bool more = ckpt_pb_next_message(&each, &extent);
            if (more && ckpt_pb_u64(&extent, F(uid_gid_extent, first), 0) == inside &&
                ckpt_pb_u64(&extent, F(uid_gid_extent, lower_first), 0) == outside &&
                ckpt_pb_u64(&extent, F(uid_gid_extent, count), 0) == size)
                continue;
            ckpt_block(im->r, ALL);
            struct ckpt_finding *f = ckpt_find_file(
                im->r, CKPT_RULE_607, ckpt_image_member(im, image->name).data,
                "The user ids of the user namespace are mapped otherwise than in spec.dump.");
            ckpt_place_entry(im->r, f, 0, "uid_map");
            ckpt_relate(im->r, f, v, "The mapping of the spec.");
            return;
        }
    }
}

void ckpt_check_facts(struct ckpt_images *im)
{
    check_locks(im);
    check_hostname(im);
    check_architecture(im);
    check_memory_limit(im);
    check_uid_maps(im);
}
