/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incremental dumps: pages that the page maps leave to the dump before. With the dumps before at
 * hand, every such page is looked for there as CRIU looks for it (criu/pagemap.c): in the page map
 * of the same process or shared memory, and where that leaves it to its own parent, further back.
 */
#include "criu/memory.h"
#include "rules/images.h"

/* Who takes the dump before from its place beside the images, or from --import-previous. */
enum { TAKE_PREVIOUS = PODMAN | RUNTIMES };

/* The link to the dump before. */
static const char *link_member(const struct ckpt_rules *r)
{
    return r->top_parent ? "parent" : "checkpoint/parent";
}

struct lookout {
    struct ckpt_images *im;
    struct ckpt_memory *memory;
    ckpt_value told; /* facts: what is known of the dumps before */
    uint32_t levels; /* that CRIU opens, with this one: each leads to the next */
    bool fits;       /* nothing was found that speaks against them */
};

/* Pages of one map that are not where they should be. */
struct missing {
    uint64_t count, first; /* pages; address of the first one */
    uint32_t level;        /* of the dump that lacks it; its number of dumps: nobody gave it */
    uint64_t levels;       /* that hold some of the others, by bits */
    bool unknown;          /* a map could not be read */
};

static ckpt_value told_of(const struct lookout *l, uint32_t level)
{
    ckpt_value one = ckpt_first(l->told);
    for (uint32_t i = 1; i < level && ckpt_exists(one); i++)
        one = ckpt_next(l->told, one);
    return one;
}

/* What a dump before is called; "pre-checkpoint/" where it lies in the same archive. */
static ckpt_string name_of(const struct lookout *l, uint32_t level)
{
    ckpt_string name = ckpt_text(ckpt_get_exact(told_of(l, level), "name"));
    return name.length != 0 ? name : ckpt_string_of("pre-checkpoint/");
}

/* ---- pages ----------------------------------------------------------------------------------- */

/* Where the page at an address is: the level, or 0 if it is in none. Up to *stop it is the same. */
static uint32_t find_level(struct lookout *l, bool shared, uint64_t id, uint64_t address,
                           uint64_t *stop, struct missing *missing)
{
    uint32_t level = 1;
    for (; level < l->levels; level++) {
        const struct ckpt_pagemap *map = ckpt_memory_map(l->memory, level, shared, id);
        if (map == NULL) {
            missing->unknown =
                missing->unknown ||
                ckpt_dump_image(ckpt_memory_level(l->memory, level),
                                shared ? CKPT_CRIU_IMAGE_SHMEM_PAGEMAP : CKPT_CRIU_IMAGE_PAGEMAP,
                                id) != NULL;
            break;
        }
        size_t i = ckpt_pagemap_find(map, address);
        const struct ckpt_page_run *run = i < map->count ? &map->runs[i] : NULL;
        uint64_t end = run == NULL            ? *stop
                       : run->start > address ? run->start
                                              : ckpt_page_run_end(map, run);
        if (end < *stop)
            *stop = end;
        if (run == NULL || run->start > address) {
            missing->unknown = missing->unknown || !ckpt_pagemap_whole(map);
            break;
        }
        missing->unknown = missing->unknown || run->kind == CKPT_PAGES_UNREADABLE;
        if (run->kind == CKPT_PAGES_STORED || run->kind == CKPT_PAGES_BLOCKS)
            return level;
        if (run->kind != CKPT_PAGES_PARENT)
            break;
    }
    if (missing->count == 0) {
        missing->first = address;
        missing->level = level;
    }
    return 0;
}

static void find_pages(struct lookout *l, const struct ckpt_pagemap *map, bool shared, uint64_t id,
                       struct missing *missing)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct ckpt_page_run *run = &map->runs[i];
        uint64_t at = run->start, end = ckpt_page_run_end(map, run), stop;
        for (; run->kind == CKPT_PAGES_PARENT && at < end; at = stop) {
            stop = end;
            uint32_t level = find_level(l, shared, id, at, &stop, missing);
            if (level == 0)
                missing->count += (stop - at) / map->page_size;
            else
                missing->levels |= UINT64_C(1) << level;
        }
    }
}

/* The pages files of dumps before that hold pages of a map: CRIU reads a short one for ever. */
static void check_files(struct lookout *l, uint64_t levels, bool shared, uint64_t id,
                        ckpt_string member)
{
    for (uint32_t level = 1; level < l->levels; level++) {
        if ((levels >> level & 1) == 0)
            continue;
        const struct ckpt_pagemap *map = ckpt_memory_map(l->memory, level, shared, id);
        const struct ckpt_dump_image *pages = ckpt_dump_image(ckpt_memory_level(l->memory, level),
                                                              CKPT_CRIU_IMAGE_PAGES, map->pages_id);
        uint64_t size = pages == NULL ? 0 : pages->size;
        if (map->size_unknown || size >= map->size)
            continue;
        l->fits = false;
        ckpt_find_file(l->im->r, CKPT_RULE_512, member.data,
                       "%t: pages are in pages-%n.img of %t, which has %n bytes; %n are needed.",
                       member, map->pages_id, name_of(l, level), size, map->size);
    }
}

/* A page map of a dump before, as CRIU reads it: all of it, and its entries only forwards. */
static void check_sound(struct lookout *l, const struct ckpt_dump_image *image, uint32_t level,
                        const struct ckpt_pagemap *map)
{
    struct ckpt_rules *r = l->im->r;
    bool bad = map == NULL || !ckpt_pagemap_whole(map);
    const char *member = link_member(r);
    if (bad || map->out_of_order) {
        l->fits = false;
        ckpt_find_file(r, CKPT_RULE_512, member,
                       bad ? "%t of %t is damaged, and CRIU reads all of it."
                           : "%t of %t: the entries are not in the order of their addresses, and "
                             "CRIU goes through them forwards only.",
                       ckpt_keep(r, image->name), name_of(l, level));
    } else if (map->problem != CKPT_PAGEMAP_SOUND) {
        ckpt_not_checked(r, true, name_of(l, level), "A page map of it is not understood.");
    }
}

/* CRIU opens the page map in each dump before, up to one that has none, whether pages are left to
   it or not. */
static void check_levels(struct lookout *l, const struct ckpt_dump_image *own, bool shared)
{
    for (uint32_t level = 1; level < l->levels; level++) {
        const struct ckpt_dump_image *image = ckpt_dump_image(
            ckpt_memory_level(l->memory, level), (enum ckpt_criu_kind)own->kind, own->id);
        if (image == NULL)
            return;
        if (image->length < image->size)
            ckpt_not_checked(l->im->r, true, name_of(l, level),
                             "A page map of it could not be read.");
        else
            check_sound(l, image, level, ckpt_memory_map(l->memory, level, shared, own->id));
    }
}

static void check_map(struct lookout *l, const struct ckpt_dump_image *image)
{
    bool shared = image->kind == CKPT_CRIU_IMAGE_SHMEM_PAGEMAP;
    check_levels(l, image, shared);
    const struct ckpt_pagemap *map = ckpt_memory_map(l->memory, 0, shared, image->id);
    if (map == NULL || map->parent == 0)
        return;
    struct missing missing = {0};
    ckpt_string member = ckpt_image_member(l->im, image->name);
    find_pages(l, map, shared, image->id, &missing);
    check_files(l, missing.levels, shared, image->id, member);
    if (missing.count == 0)
        return;
    l->fits = false;
    if (missing.unknown) {
        ckpt_not_checked(l->im->r, true, member,
                         "A page map of the checkpoint before it could not be read.");
        return;
    }
    bool beyond = missing.level == l->levels;
    ckpt_find_file(l->im->r, CKPT_RULE_512, member.data,
                   beyond ? "%t: %n pages, the first at 0x%t, are in a checkpoint before %t, which "
                            "was not given."
                          : "%t: %n pages, the first at 0x%t, are to be in %t, which does not have "
                            "them.",
                   member, missing.count, ckpt_hex(l->im->r, missing.first),
                   name_of(l, beyond ? missing.level - 1 : missing.level));
}

/* ---- whether they are the dumps before ------------------------------------------------------- */

/* When a dump was made, in the microseconds of the host's uptime; 0: not known. */
static uint64_t made(ckpt_dump *dump)
{
    struct ckpt_pb inventory = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_INVENTORY, 0, false);
    return ckpt_pb_u64(&inventory, F(inventory_entry, dump_uptime), 0);
}

static void refuse(struct lookout *l, const char *format, ckpt_string name)
{
    l->fits = false;
    ckpt_find_file(l->im->r, CKPT_RULE_512, link_member(l->im->r), format, name);
}

/* The link of a dump to the one before it, as it stands in the archive; "" if it has none. Of one
   in the same archive only that it has one is known. */
static ckpt_string link_of(const struct lookout *l, uint32_t level)
{
    struct ckpt_rules *r = l->im->r;
    if (level == 0)
        return r->parent_link;
    if (ckpt_exists(told_of(l, level)))
        return ckpt_text(ckpt_get_exact(told_of(l, level), "link"));
    ckpt_string early = ckpt_string_of("pre-checkpoint/parent");
    return ckpt_set_has(&r->linked_names, early) ? early : (ckpt_string){"", 0};
}

/* CRIU opens what the link of each dump leads to, whether pages are there or not. */
static void count_levels(struct lookout *l)
{
    uint32_t levels = ckpt_memory_levels(l->memory);
    for (l->levels = 1; l->levels < levels && link_of(l, l->levels - 1).length != 0;)
        l->levels++;
    if (link_of(l, l->levels - 1).length != 0)
        refuse(l, "%t goes on from another checkpoint before it, which was not given.",
               name_of(l, l->levels - 1));
    else if (l->levels < levels)
        refuse(l, "%t goes on from no other checkpoint, but more were given.",
               name_of(l, l->levels - 1));
}

/* Both are unpacked: an attack in one before is as bad as if it were in this one. Of what is only
   suspicious nobody can tell what CRIU would read. */
static void check_trust(struct lookout *l, ckpt_value told, uint32_t level)
{
    ckpt_string trust = ckpt_text(ckpt_get_exact(told, "trust"));
    ckpt_string why = ckpt_text(ckpt_get_exact(told, "why"));
    bool hostile = ckpt_equals(trust, ckpt_trust_names[CKPT_HOSTILE]);
    if (!hostile && !ckpt_equals(trust, ckpt_trust_names[CKPT_SUSPICIOUS]))
        return;
    if (hostile) {
        l->fits = false;
    } else {
        ckpt_lower(l->im->r, CKPT_WARNING);
        ckpt_not_checked(l->im->r, true, name_of(l, level), "It looks suspicious.");
    }
    ckpt_distrust(l->im->r, hostile ? CKPT_HOSTILE : CKPT_SUSPICIOUS);
    ckpt_find_file(l->im->r, CKPT_RULE_512, link_member(l->im->r),
                   "%t is %t: %t It would be unpacked, too.", name_of(l, level), trust, why);
}

static void check_order(struct lookout *l)
{
    struct ckpt_rules *r = l->im->r;
    ckpt_string own = ckpt_text(ckpt_get(ckpt_file_root(r, "config.dump"), "id"));
    uint64_t later = made(l->im->dump);
    for (uint32_t level = 1; level < l->levels; level++) {
        ckpt_value told = told_of(l, level);
        ckpt_string id = ckpt_text(ckpt_get_exact(told, "container"));
        ckpt_string stop = ckpt_text(ckpt_get_exact(told, "stop"));
        ckpt_dump *dump = ckpt_memory_level(l->memory, level);
        uint64_t time = made(dump);
        check_trust(l, told, level);
        if (ckpt_dump_image_count(dump) == 0)
            refuse(l, "%t is no checkpoint: it holds no images of CRIU.", name_of(l, level));
        else if (id.length != 0 && own.length != 0 && !ckpt_equal(id, own))
            refuse(l, "%t is a checkpoint of another container.", name_of(l, level));
        else if (time != 0 && later != 0 && time >= later)
            refuse(l, "%t was not made before the checkpoint that needs it.", name_of(l, level));
        else if (ckpt_exists(told) && (id.length == 0 || own.length == 0) &&
                 (time == 0 || later == 0))
            ckpt_not_checked(r, true, name_of(l, level),
                             "Nothing tells of which container it is, or when it was made.");
        if (ckpt_equals(stop, "damage"))
            refuse(l, "%t is damaged: it could not be read to its end.", name_of(l, level));
        else if (stop.length != 0)
            ckpt_not_checked(r, true, name_of(l, level), "It was not read to its end.");
        later = time != 0 ? time : later;
    }
}

/* ---- what comes of it ------------------------------------------------------------------------ */

/* Podman unpacks one checkpoint before, with its folder pre-checkpoint/, beside the images. */
static bool podman_takes(const struct lookout *l)
{
    return l->levels == 2 && ckpt_dump_leads_to_early(l->im->r->parent_link) &&
           ckpt_equals(ckpt_dump_directory(ckpt_memory_level(l->memory, 1)), "pre-checkpoint/");
}

static void tell(struct lookout *l, struct ckpt_finding *f)
{
    struct ckpt_rules *r = l->im->r;
    if (podman_takes(l))
        ckpt_condition(r, CKPT_CONDITION_PARENT, PODMAN, CKPT_RULE_512, f, "--import-previous",
                       "The checkpoint before it, %t, if none was made in between: CRIU does not "
                       "notice another one.",
                       name_of(l, 1));
    for (uint32_t level = 1; level < l->levels; level++)
        ckpt_condition(r, CKPT_CONDITION_PARENT, RUNTIMES, CKPT_RULE_512, f, "",
                       "The images of %t at %t, seen from the images of %t.", name_of(l, level),
                       link_of(l, level - 1),
                       level == 1 ? ckpt_string_of("this checkpoint") : name_of(l, level - 1));
}

static void tell_fit(struct lookout *l, uint64_t pages)
{
    struct ckpt_rules *r = l->im->r;
    const char *member = link_member(r);
    if (ckpt_count(l->told) == 0)
        return; /* in the same archive, from where engines take it */
    ckpt_lower(r, CKPT_INFO);
    ckpt_block(r, ALL & ~TAKE_PREVIOUS);
    struct ckpt_finding *f = ckpt_find_file(
        r, CKPT_RULE_512, member,
        "%n pages are in the checkpoint%s before, %t%s; all were found there. %s can restore them "
        "together.",
        pages, l->levels > 2 ? "s" : "", name_of(l, 1), l->levels > 2 ? " and earlier" : "",
        podman_takes(l) ? "Podman, runc and crun" : "Only runc and crun");
    if (f != NULL)
        f->archive_offset = r->parent.header_offset;
    if (!podman_takes(l)) {
        ckpt_lower(r, CKPT_INFO);
        ckpt_block(r, PODMAN);
        ckpt_find_file(r, CKPT_RULE_512, member,
                       "Podman restores a checkpoint with one before it, whose images are in "
                       "pre-checkpoint/ and which \"parent\" calls ../pre-checkpoint; these differ "
                       "from that.");
    }
    tell(l, f);
}

static void check_parents(struct ckpt_images *im, uint64_t pages)
{
    struct lookout l = {.im = im, .memory = ckpt_dump_memory(im->dump), .fits = true};
    if (l.memory == NULL) {
        im->r->failed = true;
        return;
    }
    l.told = ckpt_get_exact(ckpt_whole(im->r->facts), "previous");
    count_levels(&l);
    check_order(&l);
    size_t count = ckpt_dump_image_count(im->dump);
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        if (image->kind == CKPT_CRIU_IMAGE_PAGEMAP || image->kind == CKPT_CRIU_IMAGE_SHMEM_PAGEMAP)
            check_map(&l, image);
    }
    if (l.fits)
        tell_fit(&l, pages);
}

void ckpt_check_previous(struct ckpt_images *im)
{
    struct ckpt_rules *r = im->r;
    const char *member = link_member(r);
    uint64_t pages = im->pages.parent + im->pages.shared_parent;
    if (r->parent.type == CKPT_MEMBER_DIRECTORY && pages != 0)
        ckpt_not_checked(r, true, ckpt_string_of(member),
                         "It is a directory; the pages in it were not looked at.");
    if (r->parent.type != CKPT_MEMBER_SYMLINK)
        return; /* pages without a link were told of */
    if (ckpt_dump_previous(im->dump) != NULL) {
        check_parents(im, pages);
        return;
    }
    if (ckpt_dump_leads_to_early(r->parent_link) &&
        ckpt_set_has(&r->names, ckpt_string_of("pre-checkpoint/inventory.img"))) {
        ckpt_not_checked(r, true, ckpt_string_of("pre-checkpoint/"), "It was not read.");
        return;
    }
    struct ckpt_finding *f = ckpt_find_file(
        r, CKPT_RULE_512, member,
        pages == 0 ? "It leads to a checkpoint before, which is not in this archive; CRIU says "
                     "\"Can't open parent path\"."
                   : "%n pages are in the checkpoint before, which is not in this archive.",
        pages);
    if (f != NULL)
        f->archive_offset = r->parent.header_offset;
}
