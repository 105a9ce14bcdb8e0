/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: mappings, page maps, and the files that hold the pages. */
#include "criu/pagemap.h"
#include "rules/images.h"

#include <stdlib.h>

/* Bits of vma_entry.status. */
enum { FILE_PRIVATE = 1 << 6, FILE_SHARED = 1 << 7, MEMFD = 1 << 14, GUARD = 1 << 16 };
enum { ANON_PRIVATE = 1 << 9, STACK = 1 << 1, AREA_SYSVIPC = 1 << 10, AREA_SOCKET = 1 << 11 };

/* A mapping, in the order of mm.img. */
struct area {
    uint64_t start, end, status, shmid, prot, flags;
};

struct areas {
    struct area *list;
    size_t count;
    bool sorted;
};

/* ---- mappings -------------------------------------------------------------------------------- */

static bool read_areas(const struct ckpt_proc *p, struct areas *areas)
{
    struct ckpt_pb_each each = ckpt_pb_each(&p->mm, F(mm_entry, vmas));
    struct ckpt_pb vma;
    size_t capacity = 0;
    areas->list = NULL;
    areas->count = 0;
    areas->sorted = true;
    while (ckpt_pb_next_message(&each, &vma)) {
        if (areas->count == capacity) {
            capacity = capacity == 0 ? 64 : capacity * 2;
            struct area *list = realloc(areas->list, capacity * sizeof(*list));
            if (list == NULL)
                return false;
            areas->list = list;
        }
        struct area *a = &areas->list[areas->count++];
        *a = (struct area){
            ckpt_pb_u64(&vma, F(vma_entry, start), 0),  ckpt_pb_u64(&vma, F(vma_entry, end), 0),
            ckpt_pb_u64(&vma, F(vma_entry, status), 0), ckpt_pb_u64(&vma, F(vma_entry, shmid), 0),
            ckpt_pb_u64(&vma, F(vma_entry, prot), 0),   ckpt_pb_u64(&vma, F(vma_entry, flags), 0)};
        /* Guard areas come last. */
        if ((a->status & GUARD) == 0 && areas->count > 1 && a[-1].start > a->start &&
            (a[-1].status & GUARD) == 0)
            areas->sorted = false;
    }
    return true;
}

/* A file that something of the memory refers to. */
static void check_reference(struct ckpt_images *im, const struct ckpt_proc *p, uint64_t id,
                            bool shared, const char *what, const char *field)
{
    const struct ckpt_dump_file *file = ckpt_dump_file(im->dump, (uint32_t)id);
    if (file != NULL && (file->type == CKPT_CRIU_fd_types_REG ||
                         (shared && file->type == CKPT_CRIU_fd_types_MEMFD) ||
                         file->type == CKPT_CRIU_fd_types_EXT))
        return;
    ckpt_string member = ckpt_image_name(im, CKPT_CRIU_IMAGE_MM, p->pid);
    struct ckpt_finding *f =
        file != NULL && file->type == CKPT_CRIU_fd_types_MEMFD
            ? ckpt_find_file(im->r, CKPT_RULE_509, member.data,
                             "%t: %s of process %n is a memfd, which CRIU dumps and cannot "
                             "restore; it says \"No entry for reg-file-ID\".",
                             member, what, (uint64_t)p->pid)
            : ckpt_find_file(im->r, CKPT_RULE_509, member.data,
                             "%t: %s of process %n is file %n, which is %s; CRIU says \"No entry "
                             "for reg-file-ID\".",
                             member, what, (uint64_t)p->pid, id,
                             file == NULL ? "not in files.img" : "no regular file");
    ckpt_place_entry(im->r, f, 0, field);
}

static void check_areas(struct ckpt_images *im, const struct ckpt_proc *p,
                        const struct areas *areas)
{
    ckpt_string member = ckpt_image_name(im, CKPT_CRIU_IMAGE_MM, p->pid);
    uint64_t exe;
    if (ckpt_pb_get_u64(&p->mm, F(mm_entry, exe_file_id), &exe))
        check_reference(im, p, exe, false, "the program", "exe_file_id");
    if (!areas->sorted)
        ckpt_place_entry(im->r,
                         ckpt_find_file(im->r, CKPT_RULE_513, member.data,
                                        "%t: the mappings are not in the order of their addresses.",
                                        member),
                         0, "vmas.start");
    for (size_t i = 0; i < areas->count; i++) {
        const struct area *a = &areas->list[i];
        if (a->end <= a->start && (a->end != 0 || a->start == 0)) {
            ckpt_place_entry(im->r,
                             ckpt_find_file(im->r, CKPT_RULE_513, member.data,
                                            "%t: mapping %n ends before it begins.", member,
                                            (uint64_t)i),
                             0, "vmas.end");
            return;
        }
        if ((a->status & (FILE_PRIVATE | FILE_SHARED)) != 0 && (a->status & AREA_SOCKET) == 0)
            check_reference(im, p, a->shmid, (a->status & MEMFD) != 0,
                            "what is mapped by a mapping", "vmas.shmid");
    }
}

/* Memory that is writable and executable, of no file. */
static void note_areas(struct ckpt_images *im, const struct ckpt_proc *p, const struct areas *areas)
{
    uint64_t count = 0, first = 0;
    for (size_t i = 0; i < areas->count; i++) {
        const struct area *a = &areas->list[i];
        if ((a->prot & 7) != 7 || (a->status & ANON_PRIVATE) == 0 || (a->status & STACK) != 0)
            continue;
        if (count++ == 0)
            first = a->start;
    }
    if (count != 0)
        ckpt_place_entry(im->r,
                         ckpt_find_file(im->r, CKPT_RULE_808,
                                        ckpt_image_name(im, CKPT_CRIU_IMAGE_MM, p->pid).data,
                                        "Process %n has %n mapping%s of memory that can be written "
                                        "and run; compilers at run time need that, and so do "
                                        "intruders.",
                                        (uint64_t)p->pid, count, count == 1 ? "" : "s"),
                         0, "vmas.prot");
    (void)first;
}

/* ---- page maps ------------------------------------------------------------------------------- */

/* CRIU goes through mappings and entries once, side by side, and through the mappings only
   forwards: an entry may come before others of its mapping, but not before that mapping. */
static void check_cover(struct ckpt_images *im, const struct ckpt_dump_image *image,
                        const struct areas *areas, ckpt_string member)
{
    struct ckpt_entries e;
    size_t at = 0;
    ckpt_entries_begin(&e, im->dump, image);
    ckpt_entries_next(&e); /* the head */
    while (ckpt_entries_next(&e)) {
        const struct ckpt_pb *m = &e.entry.message;
        uint64_t address = ckpt_pb_u64(m, F(pagemap_entry, vaddr), 0);
        uint64_t pages = ckpt_pb_u64(m, F(pagemap_entry, nr_pages),
                                     ckpt_pb_u64(m, F(pagemap_entry, compat_nr_pages), 0));
        uint64_t end = address + pages * im->page_size;
        while (address < end) {
            while (at < areas->count &&
                   (address >= areas->list[at].end || (areas->list[at].status & GUARD) != 0))
                at++;
            if (at == areas->count || address < areas->list[at].start) {
                ckpt_place_entry(
                    im->r,
                    ckpt_find_file(im->r, CKPT_RULE_513, member.data,
                                   "%t: pages at 0x%t lie outside of the mappings that are left; "
                                   "CRIU says \"Page entry address … outside of VMA\".",
                                   member, ckpt_hex(im->r, address)),
                    e.entry.index, "vaddr");
                return;
            }
            address = areas->list[at].end;
        }
    }
}

static void check_sizes(struct ckpt_images *im, const struct ckpt_pagemap *map, ckpt_string member)
{
    const struct ckpt_dump_image *pages =
        ckpt_dump_image(im->dump, CKPT_CRIU_IMAGE_PAGES, map->pages_id);
    ckpt_string name = ckpt_image_name(im, CKPT_CRIU_IMAGE_PAGES, map->pages_id);
    if (map->size_unknown || map->size == 0)
        return;
    if (pages == NULL && !ckpt_has_all_images(im->r))
        return;
    if (pages == NULL) {
        ckpt_find_file(im->r, CKPT_RULE_510, name.data, "%t is missing; %t needs %n bytes of it.",
                       name, member, map->size);
    } else if (pages->size < map->size) {
        ckpt_distrust(im->r, CKPT_SUSPICIOUS);
        ckpt_find_file(im->r, CKPT_RULE_510, name.data,
                       "%t has %n bytes; %t needs %n. CRIU does not notice: it runs forever and "
                       "fills the disk with its log.",
                       name, pages->size, member, map->size);
    } else if (pages->size > map->size) {
        ckpt_lower(im->r, CKPT_WARNING);
        ckpt_find_file(im->r, CKPT_RULE_510, name.data, "%t has %n bytes; %t needs %n only.", name,
                       pages->size, member, map->size);
    }
}

/* CRIU reads pages that are marked as lazy only like all others, one after the other. */
static void check_lazy(struct ckpt_images *im, const struct ckpt_pagemap *map, ckpt_string member)
{
    const struct ckpt_dump_image *pages =
        ckpt_dump_image(im->dump, CKPT_CRIU_IMAGE_PAGES, map->pages_id);
    if (map->lazy == 0)
        return;
    if (pages != NULL && !map->size_unknown &&
        pages->size >= map->size + map->lazy * map->page_size) {
        ckpt_lower(im->r, CKPT_INFO);
        ckpt_find_file(im->r, CKPT_RULE_518, member.data,
                       "%t: %n pages are marked as to be sent later, but their bytes are there.",
                       member, map->lazy);
        return;
    }
    ckpt_find_file(im->r, CKPT_RULE_518, member.data,
                   "%t: %n pages stayed with the page server of the lazy migration; they are not "
                   "in the archive, and CRIU looks for them for ever.",
                   member, map->lazy);
}

static void check_parent(struct ckpt_images *im, const struct ckpt_pagemap *map, ckpt_string member)
{
    if (map->parent == 0 || im->r->parent.type == CKPT_MEMBER_SYMLINK ||
        im->r->parent.type == CKPT_MEMBER_DIRECTORY)
        return;
    ckpt_find_file(im->r, CKPT_RULE_512, member.data,
                   "%t: %n pages are in a parent checkpoint, but there is no link to one.", member,
                   map->parent);
}

static void count_pages(struct ckpt_images *im, const struct ckpt_pagemap *map,
                        const struct ckpt_dump_image *image, ckpt_string member)
{
    struct ckpt_page_counts *pages = &im->pages;
    bool shared = image->kind == CKPT_CRIU_IMAGE_SHMEM_PAGEMAP;
    *(shared ? &pages->shared : &pages->stored) += map->stored;
    *(shared ? &pages->shared_parent : &pages->parent) += map->parent;
    pages->lazy += map->lazy;
    pages->unknown = pages->unknown || map->problem != CKPT_PAGEMAP_SOUND;
    if (map->entries == 0)
        return;
    ckpt_string *first = map->old_counts ? &pages->old_map : &pages->new_map;
    if (first->length == 0)
        *first = member;
    *(map->old_counts ? &im->r->old_pagemaps : &im->r->new_pagemaps) = true;
}

static void check_map(struct ckpt_images *im, const struct ckpt_dump_image *image,
                      const struct areas *areas, struct ckpt_paths *used)
{
    struct ckpt_pagemap map;
    ckpt_string member = ckpt_image_member(im, image->name);
    if (image->bytes == NULL || image->length < image->size) {
        im->pages.unknown = true;
        return;
    }
    bool read = ckpt_pagemap_read(&map, image->bytes, image->length, im->page_size);
    if (read) {
        ckpt_number_add(im->r, used, map.pages_id);
        if (map.problem == CKPT_PAGEMAP_UNKNOWN)
            ckpt_not_checked(im->r, true, member, "Its pages are of a form that is not known.");
        if (areas != NULL)
            check_cover(im, image, areas, member);
        check_sizes(im, &map, member);
        check_parent(im, &map, member);
        check_lazy(im, &map, member);
        count_pages(im, &map, image, member);
    }
    im->pages.unknown = im->pages.unknown || !read;
    ckpt_pagemap_free(&map);
}

/* ---- death at once --------------------------------------------------------------------------- */

/* Whether a page of anonymous memory is in the map of the process. */
static bool has_page(struct ckpt_images *im, const struct ckpt_proc *p, uint64_t address)
{
    const struct ckpt_dump_image *image =
        ckpt_dump_image(im->dump, CKPT_CRIU_IMAGE_PAGEMAP, p->pid);
    struct ckpt_pagemap map;
    if (image == NULL || image->bytes == NULL || image->length < image->size)
        return true;
    bool found = true;
    if (ckpt_pagemap_read(&map, image->bytes, image->length, im->page_size)) {
        size_t i = ckpt_pagemap_find(&map, address);
        found = i < map.count && map.runs[i].start <= address;
    }
    ckpt_pagemap_free(&map);
    return found;
}

/* A process that runs has used the page that its stack pointer points to. */
static void check_stack(struct ckpt_images *im, const struct ckpt_proc *p,
                        const struct areas *areas)
{
    struct ckpt_pb info, registers;
    uint64_t sp;
    if (!ckpt_pb_get_message(&p->core, F(core_entry, thread_info), &info) ||
        !ckpt_pb_get_message(&info, F(thread_info_x86, gpregs), &registers) ||
        !ckpt_pb_get_u64(&registers, F(user_x86_regs_entry, sp), &sp))
        return;
    for (size_t i = 0; i < areas->count; i++) {
        const struct area *a = &areas->list[i];
        if (sp < a->start || sp >= a->end || (a->status & ANON_PRIVATE) == 0 ||
            (a->status & GUARD) != 0)
            continue;
        if (!has_page(im, p, sp)) {
            ckpt_distrust(im->r, CKPT_SUSPICIOUS);
            ckpt_block(im->r, NONE);
            struct ckpt_finding *f = ckpt_find_file(
                im->r, CKPT_RULE_715, ckpt_image_name(im, CKPT_CRIU_IMAGE_PAGEMAP, p->pid).data,
                "The page that the stack of process %n stands in is not in the dump: it "
                "dies as soon as it is restored.",
                (uint64_t)p->pid);
            ckpt_condition(im->r, CKPT_CONDITION_MEMORY, ALL, CKPT_RULE_715, f, "",
                           "The page that the stack of process %n stands in, back in the dump: it "
                           "is restored without, and dies at once.",
                           (uint64_t)p->pid);
        }
        return;
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

static uint32_t page_size_of(const struct ckpt_proc *p)
{
    struct ckpt_pb_each each = ckpt_pb_each(&p->mm, F(mm_entry, mm_saved_auxv));
    uint64_t key, value;
    while (ckpt_pb_next_u64(&each, &key) && ckpt_pb_next_u64(&each, &value))
        if (key == 6 && (value == 16384 || value == 65536)) /* AT_PAGESZ */
            return (uint32_t)value;
    return 4096;
}

static void check_process_memory(struct ckpt_images *im, const struct ckpt_proc *p,
                                 struct ckpt_paths *used)
{
    struct areas areas;
    const struct ckpt_dump_image *image =
        ckpt_dump_image(im->dump, CKPT_CRIU_IMAGE_PAGEMAP, p->pid);
    if (p->mm.message == NULL) {
        im->pages.unknown = im->pages.unknown || image != NULL;
        return;
    }
    if (!read_areas(p, &areas)) {
        im->r->failed = true;
    } else {
        bool inside = ckpt_pb_has(&p->mm, F(mm_entry, vmas)); /* not in vmas-N.img */
        check_areas(im, p, &areas);
        note_areas(im, p, &areas);
        if (image != NULL)
            check_map(im, image, inside && areas.sorted ? &areas : NULL, used);
        if (inside && image != NULL)
            check_stack(im, p, &areas);
    }
    free(areas.list);
}

void ckpt_check_memory(struct ckpt_images *im)
{
    struct ckpt_paths used = {0};
    for (size_t i = 0; i < im->count; i++)
        if (im->procs[i].mm.message != NULL) {
            im->page_size = page_size_of(&im->procs[i]);
            break;
        }
    for (size_t i = 0; i < im->count; i++)
        check_process_memory(im, &im->procs[i], &used);
    size_t count = ckpt_dump_image_count(im->dump);
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        if (image->kind == CKPT_CRIU_IMAGE_SHMEM_PAGEMAP)
            check_map(im, image, NULL, &used);
        if (image->kind == CKPT_CRIU_IMAGE_PAGEMAP && !ckpt_number_has(&im->tasks, image->id))
            im->pages.unknown = true; /* of a process that is not in the tree */
    }
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        if (image->kind == CKPT_CRIU_IMAGE_PAGES && !ckpt_number_has(&used, image->id)) {
            ckpt_string member = ckpt_image_member(im, image->name);
            ckpt_find_file(im->r, CKPT_RULE_511, member.data, "%t is used by no page map.", member);
        }
    }
    ckpt_paths_free(&used);
}
