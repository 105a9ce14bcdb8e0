/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The images that CRIU made, as far as those that are kept tell: inventory.img, pstree.img and
 * stats-dump; of the others, whether they are there.
 */
#include "proto/wire.h"
#include "rules/rules.h"
#include "text/number.h"

/* An image that is read. */
struct image {
    struct ckpt_file *file;
    const char *name;
    struct ckpt_image rest;
    uint64_t entry; /* number of the last one, from 1 */
    bool harmless;  /* nothing that restores reads it */
};

static void lower(struct ckpt_rules *r, const struct image *image)
{
    if (image->harmless)
        ckpt_lower(r, CKPT_WARNING);
}

/* Bytes in hex. */
static void put_hex(const uint8_t *bytes, size_t length, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        if (i > 0)
            *out++ = ' ';
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

/* Begins to read; false, and a finding, if it does not begin as it should. */
static bool open_image(struct ckpt_rules *r, struct image *image, uint32_t first, uint32_t magic)
{
    const uint8_t *bytes = (const uint8_t *)image->file->text;
    size_t length = image->file->length, head = first == 0 ? 4 : 8;
    if (ckpt_image_open(&image->rest, bytes, length, first, magic))
        return true;
    uint8_t wanted[8];
    char found_hex[24], wanted_hex[24];
    for (size_t i = 0; i < head; i++)
        wanted[i] = (uint8_t)((first != 0 && i < 4 ? first : magic) >> 8 * (i & 3));
    put_hex(wanted, head, wanted_hex);
    put_hex(bytes, length < head ? length : head, found_hex);
    lower(r, image);
    if (length < head)
        ckpt_find_file(r, CKPT_RULE_503, image->name,
                       "%s has %n bytes, fewer than its magic number.", image->name,
                       (uint64_t)length);
    else
        ckpt_find_file(r, CKPT_RULE_502, image->name, "%s starts with %s; expected %s.",
                       image->name, found_hex, wanted_hex);
    return false;
}

/* The next entry; a finding where it is broken. */
static bool next_entry(struct ckpt_rules *r, struct image *image, struct ckpt_image *message)
{
    const uint8_t *at = image->rest.at;
    enum ckpt_image_next next = ckpt_image_entry(&image->rest, message);
    image->entry++;
    if (next == CKPT_IMAGE_BROKEN) {
        lower(r, image);
        ckpt_find_file(r, CKPT_RULE_503, image->name,
                       "%s: entry %n at offset %n needs more than the %n bytes that are left.",
                       image->name, image->entry,
                       (uint64_t)(at - (const uint8_t *)image->file->text),
                       (uint64_t)(image->rest.end - at));
    }
    return next == CKPT_IMAGE_OK;
}

static void broken_entry(struct ckpt_rules *r, const struct image *image, const char *problem)
{
    lower(r, image);
    ckpt_find_file(r, CKPT_RULE_503, image->name, "%s: entry %n %s.", image->name, image->entry,
                   problem);
}

static bool open_file(struct ckpt_rules *r, struct image *image, const char *name, uint32_t first,
                      uint32_t magic)
{
    *image = (struct image){.file = ckpt_file_of(r, name), .name = name};
    image->harmless = first == CKPT_IMAGE_SERVICE;
    return image->file != NULL && open_image(r, image, first, magic);
}

/* ---- inventory.img --------------------------------------------------------------------------- */

enum { VERSION = 1, PER_ID = 2, ROOT_CGROUP = 5, PLUGINS = 12 };

static void check_plugins(struct ckpt_rules *r, const struct image *image,
                          const struct ckpt_image_field *plugins)
{
    struct ckpt_image message = ckpt_image_inside(plugins);
    struct ckpt_image_field field;
    enum ckpt_image_next next;
    while ((next = ckpt_image_field(&message, &field)) == CKPT_IMAGE_OK)
        if (field.number == 12 && field.is_message)
            ckpt_find_file(r, CKPT_RULE_520, image->name, "The dump needs the CRIU plugin %q.",
                           (ckpt_string){(const char *)field.bytes, (size_t)field.value});
    if (next == CKPT_IMAGE_BROKEN)
        broken_entry(r, image, "has a list of plugins that is no message of protocol buffers");
}

static void check_inventory(struct ckpt_rules *r, const char *name, bool pre_dump)
{
    struct image image;
    struct ckpt_image message;
    struct ckpt_image_field field;
    enum ckpt_image_next next;
    uint64_t value[PLUGINS + 1] = {0};
    uint32_t present = 0;
    if (!open_file(r, &image, name, 0, CKPT_IMAGE_INVENTORY))
        return;
    if (!next_entry(r, &image, &message)) {
        if (image.rest.at == image.rest.end)
            broken_entry(r, &image, "is missing: there is nothing after the magic");
        return;
    }
    while ((next = ckpt_image_field(&message, &field)) == CKPT_IMAGE_OK) {
        if (field.number > PLUGINS)
            continue;
        if (field.bytes == NULL) {
            value[field.number] = field.value;
            present |= 1u << field.number;
        } else if (field.number == PLUGINS && field.is_message) {
            check_plugins(r, &image, &field);
        }
    }
    if (next == CKPT_IMAGE_BROKEN)
        broken_entry(r, &image, "is no message of protocol buffers");
    else if ((present >> VERSION & 1) == 0)
        broken_entry(r, &image, "lacks img_version");
    else if (value[VERSION] > 3 || (value[VERSION] == 0 && !pre_dump))
        ckpt_find_file(r, CKPT_RULE_501, name, "%s: img_version is %n; expected 1 or 2.", name,
                       value[VERSION]);
    if (next == CKPT_IMAGE_BROKEN)
        return;
    if (!pre_dump && value[PER_ID] == 0)
        ckpt_find_file(r, CKPT_RULE_501, name, "%s: fdinfo_per_id is %s; expected true.", name,
                       (present >> PER_ID & 1) != 0 ? "false" : "missing");
    if ((present >> ROOT_CGROUP & 1) != 0 && value[ROOT_CGROUP] == 0)
        ckpt_find_file(r, CKPT_RULE_501, name, "%s: root_cg_set is 0; expected another number.",
                       name);
    if (image.rest.at == image.rest.end)
        return;
    ckpt_lower(r, CKPT_WARNING); /* CRIU does not look at it */
    ckpt_find_file(r, CKPT_RULE_503, name, "%s: %n bytes follow its only entry.", name,
                   (uint64_t)(image.rest.end - image.rest.at));
}

/* ---- pstree.img ------------------------------------------------------------------------------ */

/* One process, and what was seen of the others. */
struct tree {
    struct ckpt_rules *r;
    struct image image;
    const char *directory; /* of the images: "checkpoint/" or "" */
    struct ckpt_paths pids, threads;
    uint64_t roots;
    bool broken; /* a process could not be read */
    bool whole;  /* files that are not there are missing */
};

/* Adds a number; false if it came before. */
static bool add_number(struct ckpt_rules *r, struct ckpt_paths *set, uint64_t number)
{
    char digits[20];
    size_t length = ckpt_format_uint64(number, digits);
    return ckpt_set_add(r, set, (ckpt_string){digits, length});
}

static bool has_number(const struct ckpt_paths *set, uint64_t number)
{
    char digits[20];
    size_t length = ckpt_format_uint64(number, digits);
    return ckpt_set_has(set, (ckpt_string){digits, length});
}

/* Whether there is no image of that kind and number; `name` is filled with its name. */
static bool lacks(struct tree *t, const char *kind, uint64_t number, char name[64])
{
    const char *const parts[] = {t->directory, kind, "-", NULL, ".img"};
    size_t length = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i] == NULL)
            length += ckpt_format_uint64(number, name + length);
        for (const char *c = parts[i]; c != NULL && *c != '\0'; c++)
            name[length++] = *c;
    }
    name[length] = '\0';
    return !ckpt_has_name(t->r, (ckpt_string){name, length});
}

static void check_files(struct tree *t, uint64_t pid, bool dead)
{
    static const char *const kinds[] = {"ids", "mm", "pagemap", "fs"};
    enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
    char name[64];
    unsigned missing = 0;
    for (int i = 0; i < KINDS; i++)
        missing += lacks(t, kinds[i], pid, name);
    /* A process without any of them ended before the dump. */
    if (dead || missing == KINDS)
        return;
    for (int i = 0; i < KINDS && missing != 0; i++)
        if (lacks(t, kinds[i], pid, name))
            ckpt_find_file(t->r, CKPT_RULE_506, name, "The process %n has no %s.", pid, name);
}

static void check_thread(struct tree *t, uint64_t pid, uint64_t thread)
{
    char name[64];
    if (!add_number(t->r, &t->threads, thread))
        ckpt_find_file(t->r, CKPT_RULE_504, t->image.name,
                       "pstree: the process %n has the thread %n, which came before.", pid, thread);
    else if (t->whole && lacks(t, "core", thread, name))
        ckpt_find_file(t->r, CKPT_RULE_505, name, "%s is missing; it holds the state of %s %n.",
                       name, thread == pid ? "process" : "thread", thread);
}

static void add_thread(struct tree *t, uint64_t pid, uint64_t thread, uint64_t *count, bool *dead)
{
    if ((*count)++ == 0) {
        *dead = thread == 0;
        if (thread != pid && thread != 0)
            ckpt_find_file(t->r, CKPT_RULE_504, t->image.name,
                           "pstree: the first thread of the process %n is %n; expected %n.", pid,
                           thread, pid);
    }
    check_thread(t, pid, thread == 0 ? pid : thread);
}

/* Threads stand one by one, or packed. */
static enum ckpt_image_next check_threads(struct tree *t, struct ckpt_image message, uint64_t pid,
                                          bool *dead)
{
    struct ckpt_image_field field;
    enum ckpt_image_next next;
    uint64_t count = 0, thread;
    while ((next = ckpt_image_field(&message, &field)) == CKPT_IMAGE_OK) {
        if (field.number != 5)
            continue;
        if (field.bytes == NULL)
            add_thread(t, pid, field.value, &count, dead);
        struct ckpt_image packed = ckpt_image_inside(&field);
        while (field.is_message && packed.at != packed.end) {
            if (!ckpt_image_varint(&packed, &thread))
                return CKPT_IMAGE_BROKEN;
            add_thread(t, pid, thread, &count, dead);
        }
    }
    if (next == CKPT_IMAGE_END && count == 0)
        ckpt_find_file(t->r, CKPT_RULE_504, t->image.name, "pstree: the process %n has no threads.",
                       pid);
    return next;
}

static void check_process(struct tree *t, const struct ckpt_image *message)
{
    struct ckpt_image rest = *message;
    struct ckpt_image_field field;
    enum ckpt_image_next next;
    uint64_t value[5] = {0};
    uint32_t present = 0;
    bool dead = false;
    while ((next = ckpt_image_field(&rest, &field)) == CKPT_IMAGE_OK) {
        if (field.number > 4 || field.bytes != NULL)
            continue;
        value[field.number] = field.value;
        present |= 1u << field.number;
    }
    if (next == CKPT_IMAGE_BROKEN || (present & 0x1e) != 0x1e) {
        t->broken = true;
        broken_entry(t->r, &t->image,
                     next == CKPT_IMAGE_BROKEN ? "is no message of protocol buffers"
                                               : "lacks pid, ppid, pgid or sid");
        return;
    }
    uint64_t pid = value[1], parent = value[2];
    if (parent == 0) {
        if (t->roots++ != 0)
            ckpt_find_file(t->r, CKPT_RULE_504, t->image.name,
                           "pstree: the process %n is a second one without a parent.", pid);
    } else if (!has_number(&t->pids, parent)) {
        ckpt_find_file(t->r, CKPT_RULE_504, t->image.name,
                       "pstree: the process %n has the parent %n, which does not come before it.",
                       pid, parent);
    }
    if (pid == 0)
        ckpt_find_file(t->r, CKPT_RULE_504, t->image.name, "pstree: a process has the number 0.");
    if (!add_number(t->r, &t->pids, pid)) {
        ckpt_find_file(t->r, CKPT_RULE_504, t->image.name, "pstree: the process %n is there twice.",
                       pid);
        return;
    }
    char name[64];
    /* Of a process that had ended only its core is there, and CRIU writes a random number as its
       thread. */
    if (t->whole && lacks(t, "mm", pid, name) && lacks(t, "ids", pid, name) &&
        !lacks(t, "core", pid, name))
        return;
    if (check_threads(t, *message, pid, &dead) == CKPT_IMAGE_BROKEN)
        broken_entry(t->r, &t->image, "has threads that are no numbers");
    else if (t->whole)
        check_files(t, pid, dead);
}

static void check_tree(struct ckpt_rules *r, const char *directory, const char *name)
{
    struct tree t = {.r = r, .directory = directory};
    struct ckpt_image message;
    if (!open_file(r, &t.image, name, CKPT_IMAGE_COMMON, CKPT_IMAGE_PSTREE))
        return;
    t.whole = ckpt_has_all_images(r);
    while (next_entry(r, &t.image, &message))
        check_process(&t, &message);
    if (t.image.entry == 1 && t.image.rest.at == t.image.rest.end)
        ckpt_find_file(r, CKPT_RULE_504, name, "pstree: there is no process.");
    else if (t.roots == 0 && !t.broken && t.image.rest.at == t.image.rest.end)
        ckpt_find_file(r, CKPT_RULE_504, name,
                       "pstree: every process has a parent; expected one "
                       "that has none.");
    ckpt_paths_free(&t.pids);
    ckpt_paths_free(&t.threads);
}

/* ---- stats-dump ------------------------------------------------------------------------------ */

static void check_stats(struct ckpt_rules *r)
{
    struct image image;
    struct ckpt_image message;
    struct ckpt_image_field field;
    enum ckpt_image_next next;
    if (!open_file(r, &image, "stats-dump", CKPT_IMAGE_SERVICE, CKPT_IMAGE_STATS))
        return;
    if (!next_entry(r, &image, &message)) {
        if (image.rest.at == image.rest.end)
            broken_entry(r, &image, "is missing: there is nothing after the magic");
        return;
    }
    while ((next = ckpt_image_field(&message, &field)) == CKPT_IMAGE_OK)
        ;
    if (next == CKPT_IMAGE_BROKEN)
        broken_entry(r, &image, "is no message of protocol buffers");
}

/* The size of a page is not stored: it is what makes the pages as many as were written. */
static void check_page_size(struct ckpt_rules *r, bool directory)
{
    const struct ckpt_summary *s = r->summary;
    uint64_t bytes = s->sizes[directory ? CKPT_ROLE_ROOT_PAGES : CKPT_ROLE_PAGES];
    uint64_t pages =
        s->stats.value[CKPT_STATS_pages_written] + s->stats.value[CKPT_STATS_shpages_written];
    if (!s->has_stats || pages == 0 || pages > bytes)
        return;
    for (uint64_t size = 16384; size <= 65536; size *= 4)
        if (bytes % size == 0 && bytes / size == pages)
            ckpt_find_file(r, CKPT_RULE_521, "stats-dump",
                           "The pages have %n bytes each: the processes ran on a machine with that "
                           "page size, and need one.",
                           size);
}

/* ---- what is there --------------------------------------------------------------------------- */

static bool is_file(const struct ckpt_rules *r, const char *name)
{
    const struct ckpt_seen *seen = ckpt_seen_of(r, name);
    return seen != NULL && seen->type == CKPT_MEMBER_FILE;
}

static void set_offset(struct ckpt_finding *finding, uint64_t offset)
{
    if (finding != NULL)
        finding->archive_offset = offset;
}

static void check_presence(struct ckpt_rules *r, bool directory)
{
    bool pre_dump = (r->summary->seen_other & CKPT_SEEN_PRE_IMAGES) != 0;
    const char *name = directory ? "inventory.img" : "checkpoint/inventory.img";
    if (r->folder.length != 0 || r->images_folder.length != 0) {
        ckpt_not_checked(r, true, r->folder.length != 0 ? r->folder : r->images_folder,
                         "It is not at the root of the archive.");
        return;
    }
    if (r->gvisor.length != 0) {
        ckpt_not_checked(r, true, r->gvisor,
                         "It is an image of gVisor, not of CRIU; only runsc restores it.");
        return;
    }
    if (!ckpt_has_all_images(r))
        return; /* said in ckpt_check_dump() */
    if (!is_file(r, name)) {
        if (pre_dump && r->images == 0)
            ckpt_find_file(r, CKPT_RULE_500, name,
                           "There is only a pre-checkpoint, which cannot be restored alone: %s is "
                           "missing.",
                           name);
        else
            ckpt_find_file(r, CKPT_RULE_500, name,
                           "%s is missing; this is not a complete checkpoint.", name);
    } else if (!is_file(r, directory ? "pstree.img" : "checkpoint/pstree.img")) {
        ckpt_find_file(r, CKPT_RULE_500, directory ? "pstree.img" : "checkpoint/pstree.img",
                       "pstree.img is missing; this is not a complete checkpoint.");
    }
    bool linked = directory ? r->top_parent : r->parent.type == CKPT_MEMBER_SYMLINK;
    if (linked && r->dump == NULL && !is_file(r, "pre-checkpoint/inventory.img"))
        set_offset(ckpt_find_file(r, CKPT_RULE_512, directory ? "parent" : "checkpoint/parent",
                                  "Pages are in the checkpoint before, which is not in this "
                                  "archive."),
                   r->parent.header_offset);
    if (r->gpu.length != 0)
        set_offset(ckpt_find_file(r, CKPT_RULE_520, r->gpu.data,
                                  "%t is an image of AMD graphics processors; the dump needs the "
                                  "plugin amdgpu of CRIU.",
                                  r->gpu),
                   r->gpu_offset);
    if (r->top_parent && !directory)
        set_offset(ckpt_find_file(r, CKPT_RULE_005, "parent",
                                  "Member \"parent\" is a symbolic link; expected a regular file "
                                  "or directory."),
                   r->parent.header_offset);
}

void ckpt_check_criu_images(struct ckpt_rules *r)
{
    bool directory = r->form == CKPT_FORM_CRIU_DIRECTORY;
    if ((ckpt_wants_files(r) || (directory && ckpt_is_whole(r))) && r->form != CKPT_FORM_UNKNOWN)
        check_presence(r, directory);
    check_inventory(r, "checkpoint/inventory.img", false);
    check_inventory(r, "inventory.img", false);
    check_inventory(r, "pre-checkpoint/inventory.img", true);
    check_tree(r, "checkpoint/", "checkpoint/pstree.img");
    check_tree(r, "", "pstree.img");
    check_stats(r);
    if (ckpt_is_whole(r))
        check_page_size(r, directory);
}
