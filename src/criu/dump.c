/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/dump.h"

#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "criu/internal.h"
#include "criu/memory.h"
#include "text/number.h"
#include "text/slice.h"

/* Where images may lie, the best place first. The last is a directory of any name, as an archive
   has it that was packed from outside of its folder; no engine looks there. */
enum place { IN_CHECKPOINT, AT_TOP, IN_PRE_CHECKPOINT, IN_FOLDER, PLACES };

/* More gaps than that tell nobody anything. */
#define MOST_GAPS 1000

ckpt_dump *ckpt_dump_new(size_t budget)
{
    ckpt_dump *dump = calloc(1, sizeof(*dump));
    if (dump == NULL)
        return NULL;
    dump->budget = budget == 0 ? CKPT_DUMP_BUDGET : budget;
    ckpt_dump_begin_view(dump);
    return dump;
}

void ckpt_dump_free(ckpt_dump *dump)
{
    if (dump == NULL)
        return;
    for (size_t i = 0; i < dump->count; i++)
        if (dump->slots[i].image.owned)
            /* Owned, so it was allocated here. NOLINTNEXTLINE(performance-no-int-to-ptr) */
            free((void *)(uintptr_t)dump->slots[i].image.bytes);
    ckpt_memory_free(dump->memory);
    free(dump->slots);
    free(dump->gaps);
    ckpt_arena_free(&dump->arena);
    free(dump);
}

struct ckpt_arena *ckpt_dump_arena(ckpt_dump *dump)
{
    return &dump->arena;
}

void ckpt_dump_set_previous(ckpt_dump *dump, ckpt_dump *previous)
{
    dump->previous = previous;
}

ckpt_dump *ckpt_dump_previous(const ckpt_dump *dump)
{
    return dump->previous;
}

/* ---- the list -------------------------------------------------------------------------------- */

/* A name that no table has, if it is that of an image. */
static bool note_strange(ckpt_dump *dump, ckpt_string name, enum place place)
{
    if (name.length < 5 || memcmp(name.data + name.length - 4, ".img", 4) != 0 ||
        dump->strange[place].count++ != 0)
        return true;
    char *copy = ckpt_arena_alloc(&dump->arena, name.length);
    if (copy == NULL)
        return false;
    memcpy(copy, name.data, name.length);
    dump->strange[place].first = (ckpt_string){copy, name.length};
    return true;
}

static bool list(ckpt_dump *dump, ckpt_string name, uint64_t size, enum place place)
{
    struct ckpt_criu_name known = ckpt_criu_name(name.data, name.length);
    if (dump->settled || memchr(name.data, '/', name.length) != NULL)
        return true;
    if (known.kind == CKPT_CRIU_IMAGE_UNKNOWN)
        return note_strange(dump, name, place);
    if (dump->count == dump->capacity) {
        size_t capacity = dump->capacity * 2 + 64;
        struct ckpt_dump_slot *slots = realloc(dump->slots, capacity * sizeof(*slots));
        if (slots == NULL)
            return false;
        dump->slots = slots;
        dump->capacity = capacity;
    }
    char *copy = ckpt_arena_alloc(&dump->arena, name.length);
    if (copy == NULL)
        return false;
    memcpy(copy, name.data, name.length);
    struct ckpt_dump_slot *slot = &dump->slots[dump->count++];
    memset(slot, 0, sizeof(*slot));
    slot->image.name = (ckpt_string){copy, name.length};
    slot->image.id = known.id;
    slot->image.size = size;
    slot->image.kind = (uint16_t)known.kind;
    slot->place = (uint8_t)place;
    return true;
}

bool ckpt_dump_list_file(ckpt_dump *dump, ckpt_string name, uint64_t size)
{
    return list(dump, name, size, AT_TOP);
}

static const char *const directories[] = {"checkpoint/", "", "pre-checkpoint/"};

/* The directory of any name that holds images (not those of a pre-dump), if there is only one. */
static bool in_folder(ckpt_dump *dump, ckpt_string name, size_t directory)
{
    static const char pre[] = "pre-checkpoint/";
    ckpt_string folder = {name.data, directory};
    struct ckpt_criu_name known = ckpt_criu_name(name.data + directory, name.length - directory);
    if (known.kind == CKPT_CRIU_IMAGE_UNKNOWN ||
        ckpt_criu_images[known.kind].frame == CKPT_CRIU_FRAME_SERVICE || ckpt_ends(folder, pre))
        return false;
    if (dump->folder.length == 0) {
        char *copy = ckpt_arena_alloc(&dump->arena, directory);
        if (copy == NULL)
            return false;
        dump->folder = (ckpt_string){memcpy(copy, name.data, directory), directory};
    }
    dump->folders = dump->folders || !ckpt_equal(dump->folder, folder);
    return !dump->folders;
}

/* The place of a member, and how many bytes of its name are the directory. */
static enum place place_of(ckpt_dump *dump, ckpt_string name, size_t *directory)
{
    enum place place = ckpt_starts(name, directories[IN_CHECKPOINT])       ? IN_CHECKPOINT
                       : ckpt_starts(name, directories[IN_PRE_CHECKPOINT]) ? IN_PRE_CHECKPOINT
                                                                           : AT_TOP;
    *directory = strlen(directories[place]);
    size_t last = name.length;
    while (last > 0 && name.data[last - 1] != '/')
        last--;
    if (last <= *directory || place != AT_TOP || !in_folder(dump, name, last))
        return place;
    *directory = last;
    return IN_FOLDER;
}

bool ckpt_dump_list(ckpt_dump *dump, ckpt_string prefix, const uint8_t *records, size_t length)
{
    struct ckpt_member_parts parts;
    while (ckpt_member_next(&records, &length, &parts)) {
        const struct ckpt_member *m = &parts.record;
        ckpt_string name = {parts.name + m->normal_start, m->normal_length};
        if (m->type != CKPT_MEMBER_FILE && m->type != CKPT_MEMBER_SYMLINK)
            continue;
        if (prefix.length != 0) {
            if (name.length <= prefix.length || name.data[prefix.length] != '/' ||
                memcmp(name.data, prefix.data, prefix.length) != 0)
                continue;
            name.data += prefix.length + 1;
            name.length -= prefix.length + 1;
        }
        if (m->type == CKPT_MEMBER_SYMLINK) {
            if (ckpt_equals(name, "checkpoint/parent"))
                dump->early = ckpt_dump_leads_to_early((ckpt_string){parts.link, m->link_length});
            continue;
        }
        size_t directory;
        enum place place = place_of(dump, name, &directory);
        name.data += directory;
        name.length -= directory;
        if (!list(dump, name, m->size, place))
            return false;
    }
    return true;
}

/* Kind and id as one number: ids are 32 bits, but in hostile names. */
static uint64_t key_of(unsigned kind, uint64_t id)
{
    return (uint64_t)kind << 48 | (id & (((uint64_t)1 << 48) - 1));
}

/* Chooses the directory and sorts its images. */
static void settle(ckpt_dump *dump)
{
    size_t in[PLACES] = {0};
    if (dump->settled)
        return;
    dump->settled = true;
    for (size_t i = 0; i < dump->count; i++) { /* engines put statistics at the top */
        const struct ckpt_dump_slot *slot = &dump->slots[i];
        in[slot->place] += ckpt_criu_images[slot->image.kind].frame != CKPT_CRIU_FRAME_SERVICE;
    }
    if (dump->folders)
        in[IN_FOLDER] = 0;
    while (dump->place < PLACES && in[dump->place] == 0)
        dump->place++;
    dump->early = dump->early && dump->place == IN_CHECKPOINT && in[IN_PRE_CHECKPOINT] != 0;
    if (dump->place == PLACES) /* there are none: they are missed where engines put them */
        dump->place = IN_CHECKPOINT;
    size_t count = 0;
    for (size_t i = 0; i < dump->count; i++)
        count += dump->slots[i].place == dump->place;
    dump->keys = ckpt_arena_array(&dump->arena, count, sizeof(*dump->keys));
    if (dump->keys == NULL)
        return;
    for (size_t i = 0, n = 0; i < dump->count; i++)
        if (dump->slots[i].place == dump->place)
            dump->keys[n++] = (struct ckpt_key){
                key_of(dump->slots[i].image.kind, dump->slots[i].image.id), (uint32_t)i};
    ckpt_sort(dump->keys, count);
    for (size_t i = 0; i < count; i++) /* of equal ones the last counts */
        if (i + 1 == count || dump->keys[i].key != dump->keys[i + 1].key)
            dump->keys[dump->chosen++] = dump->keys[i];
}

ckpt_string ckpt_dump_directory(ckpt_dump *dump)
{
    settle(dump);
    if (dump->place == IN_FOLDER)
        return dump->folder;
    const char *name = directories[dump->place];
    return (ckpt_string){name, strlen(name)};
}

bool ckpt_dump_has_early(ckpt_dump *dump)
{
    settle(dump);
    return dump->early;
}

void ckpt_dump_choose_early(ckpt_dump *dump)
{
    dump->place = IN_PRE_CHECKPOINT;
}

bool ckpt_dump_leads_to_early(ckpt_string link)
{
    while (link.length > 0 && link.data[link.length - 1] == '/')
        link.length--;
    return ckpt_equals(link, "../pre-checkpoint");
}

size_t ckpt_dump_strange(ckpt_dump *dump, ckpt_string *first)
{
    settle(dump);
    *first = dump->strange[dump->place].first;
    return dump->strange[dump->place].count;
}

size_t ckpt_dump_image_count(ckpt_dump *dump)
{
    settle(dump);
    return dump->chosen;
}

const struct ckpt_dump_image *ckpt_dump_image_at(ckpt_dump *dump, size_t index)
{
    return &dump->slots[dump->keys[index].value].image;
}

static struct ckpt_dump_slot *find(ckpt_dump *dump, enum ckpt_criu_kind kind, uint64_t id)
{
    settle(dump);
    size_t at = ckpt_lower_bound(dump->keys, dump->chosen, key_of(kind, id));
    if (at == dump->chosen || dump->keys[at].key != key_of(kind, id))
        return NULL;
    struct ckpt_dump_slot *slot = &dump->slots[dump->keys[at].value];
    return slot->image.id == id ? slot : NULL;
}

const struct ckpt_dump_image *ckpt_dump_image(ckpt_dump *dump, enum ckpt_criu_kind kind,
                                              uint64_t id)
{
    struct ckpt_dump_slot *slot = find(dump, kind, id);
    return slot == NULL ? NULL : &slot->image;
}

uint64_t ckpt_dump_wanted(const struct ckpt_dump_image *image, bool maps)
{
    enum { HEAD = 4096, MAGIC = 16 };
    switch (image->kind) {
    case CKPT_CRIU_IMAGE_PAGEMAP:
    case CKPT_CRIU_IMAGE_SHMEM_PAGEMAP:
        return maps ? image->size : 0;
    case CKPT_CRIU_IMAGE_TCP_STREAM:
    case CKPT_CRIU_IMAGE_GHOST_FILE:
        return image->size < HEAD ? image->size : HEAD;
    case CKPT_CRIU_IMAGE_TMPFS_IMG: /* how the archive begins: whether it is one */
    case CKPT_CRIU_IMAGE_TMPFS_DEV:
        return image->size < MAGIC ? image->size : MAGIC;
    case CKPT_CRIU_IMAGE_IFADDR:
    case CKPT_CRIU_IMAGE_ROUTE:
    case CKPT_CRIU_IMAGE_ROUTE6:
        return image->size;
    case CKPT_CRIU_IMAGE_BPFMAP_DATA:
    case CKPT_CRIU_IMAGE_SHM_PAGES_OLD:
    case CKPT_CRIU_IMAGE_UNKNOWN:
        return 0;
    default: /* other raw files are memory, or what nobody looks at */
        return ckpt_criu_images[image->kind].frame == CKPT_CRIU_FRAME_RAW ? 0 : image->size;
    }
}

uint8_t *ckpt_dump_add(ckpt_dump *dump, ckpt_string name, const void *bytes, size_t length,
                       bool borrow)
{
    struct ckpt_criu_name known = ckpt_criu_name(name.data, name.length);
    struct ckpt_dump_slot *slot =
        known.kind == CKPT_CRIU_IMAGE_UNKNOWN ? NULL : find(dump, known.kind, known.id);
    struct ckpt_dump_image *image = slot == NULL ? NULL : &slot->image;
    if (image == NULL || image->bytes != NULL || length > image->size)
        return NULL;
    if (length > dump->budget - dump->used) {
        ckpt_dump_gap(dump, image->name, -1, NULL, "the limit of memory for images is reached");
        return NULL;
    }
    /* What is borrowed is never written to. NOLINTNEXTLINE(performance-no-int-to-ptr) */
    uint8_t *copy = borrow ? (uint8_t *)(uintptr_t)bytes : malloc(length == 0 ? 1 : length);
    if (copy == NULL) {
        ckpt_dump_gap(dump, image->name, -1, NULL, "there is no memory for it");
        return NULL;
    }
    if (!borrow && bytes != NULL && length != 0)
        memcpy(copy, bytes, length);
    image->bytes = copy;
    image->length = length;
    image->owned = !borrow;
    dump->used += length;
    return copy;
}

/* ---- gaps ------------------------------------------------------------------------------------ */

void ckpt_dump_gap(ckpt_dump *dump, ckpt_string member, int64_t entry, const char *field,
                   const char *message)
{
    if (dump->gap_count >= MOST_GAPS)
        return; /* before they are compared: a hostile image has a gap in every entry */
    for (size_t i = 0; i < dump->gap_count; i++) {
        const struct ckpt_gap *gap = &dump->gaps[i];
        if (gap->entry == entry && gap->field == field && gap->message == message &&
            ckpt_equal(gap->member, member))
            return;
    }
    if (dump->gap_count == dump->gap_capacity) {
        size_t capacity = dump->gap_capacity * 2 + 16;
        struct ckpt_gap *gaps = realloc(dump->gaps, capacity * sizeof(*gaps));
        if (gaps == NULL)
            return;
        dump->gaps = gaps;
        dump->gap_capacity = capacity;
    }
    dump->gaps[dump->gap_count++] = (struct ckpt_gap){member, entry, field, message};
}

void ckpt_dump_gap_in(ckpt_dump *dump, enum ckpt_criu_kind kind, uint64_t id, int64_t entry,
                      const char *field, const char *message)
{
    static const char hex[] = "0123456789abcdef";
    const struct ckpt_criu_image *info = &ckpt_criu_images[kind];
    if (dump->gap_count >= MOST_GAPS)
        return;
    char text[96], digits[24];
    size_t length = strlen(info->prefix), count = 0;
    memcpy(text, info->prefix, length);
    if (info->id == CKPT_CRIU_ID_DECIMAL) {
        length += ckpt_format_uint64(id, text + length);
    } else if (info->id == CKPT_CRIU_ID_HEXADECIMAL) {
        do
            digits[count++] = hex[id & 15];
        while ((id >>= 4) != 0);
        while (count > 0)
            text[length++] = digits[--count];
    }
    const char *suffix = info->suffix == CKPT_CRIU_SUFFIX_TAR_GZ_IMG ? ".tar.gz.img"
                         : info->suffix == CKPT_CRIU_SUFFIX_IMG      ? ".img"
                                                                     : "";
    memcpy(text + length, suffix, strlen(suffix));
    length += strlen(suffix);
    char *copy = ckpt_arena_alloc(&dump->arena, length);
    if (copy != NULL)
        ckpt_dump_gap(dump, (ckpt_string){memcpy(copy, text, length), length}, entry, field,
                      message);
}

size_t ckpt_dump_gap_count(const ckpt_dump *dump)
{
    return dump->gap_count;
}

const struct ckpt_gap *ckpt_dump_gap_at(const ckpt_dump *dump, size_t index)
{
    return &dump->gaps[index];
}

/* ---- entries --------------------------------------------------------------------------------- */

/* What is wrong, in words; the place is given separately. */
static const char *words(const struct ckpt_criu_problem *problem)
{
    switch (problem->damage) {
    case CKPT_CRIU_NO_IMAGE:
        return "it does not begin as an image of CRIU does";
    case CKPT_CRIU_OTHER_TYPE:
        return "it is an image of another type than its name says";
    case CKPT_CRIU_NO_MESSAGES:
        return "it holds no entries";
    case CKPT_CRIU_SHORT_SIZE:
    case CKPT_CRIU_SHORT_ENTRY:
        return "it ends within an entry";
    case CKPT_CRIU_SHORT_EXTRA:
    case CKPT_CRIU_BAD_PART:
        return "it ends within the data of an entry";
    default:
        return problem->message.damage == CKPT_PB_MISSING ? "a required field is missing"
               : problem->message.damage == CKPT_PB_DEEP  ? "messages are nested too deeply"
                                                          : "the message is damaged";
    }
}

void ckpt_entries_begin(struct ckpt_entries *entries, ckpt_dump *dump,
                        const struct ckpt_dump_image *image)
{
    struct ckpt_criu_problem problem;
    memset(entries, 0, sizeof(*entries));
    entries->dump = dump;
    entries->image = image;
    entries->done = image == NULL || image->bytes == NULL;
    entries->damaged_entry = -1;
    entries->damaged = image != NULL && image->bytes == NULL;
    if (entries->damaged)
        ckpt_dump_gap(dump, image->name, -1, NULL,
                      image->size == 0 ? "it is empty" : "it could not be read");
    if (entries->done || ckpt_criu_open(&entries->file, (enum ckpt_criu_kind)image->kind,
                                        image->bytes, image->length, &problem))
        return;
    ckpt_dump_gap(dump, image->name, -1, NULL, words(&problem));
    entries->done = entries->damaged = true;
}

static struct ckpt_dump_slot *slot_of(ckpt_dump *dump, const struct ckpt_dump_image *image)
{
    return &dump->slots[(const struct ckpt_dump_slot *)(const void *)image - dump->slots];
}

void ckpt_dump_found_sound(ckpt_dump *dump, const struct ckpt_dump_image *image, uint32_t index)
{
    struct ckpt_dump_slot *slot = slot_of(dump, image);
    slot->sound += index == slot->sound;
}

/* Whether an entry is sound. Most images are read several times: once is enough. */
static bool is_sound(struct ckpt_entries *entries, struct ckpt_criu_problem *problem)
{
    struct ckpt_dump_slot *slot = slot_of(entries->dump, entries->image);
    if (entries->entry.index < slot->sound)
        return true;
    if (!ckpt_criu_check(&entries->file, &entries->entry, problem))
        return false;
    ckpt_dump_found_sound(entries->dump, entries->image, entries->entry.index);
    return true;
}

bool ckpt_entries_next(struct ckpt_entries *entries)
{
    struct ckpt_criu_problem problem;
    const struct ckpt_dump_image *image = entries->image;
    memset(&problem, 0, sizeof(problem));
    while (!entries->done) {
        enum ckpt_criu_next next = ckpt_criu_next(&entries->file, &entries->entry, &problem);
        if (next == CKPT_CRIU_END)
            break;
        if (next == CKPT_CRIU_BROKEN) {
            entries->done = true;
            /* Of some images only the head is there, on purpose. */
            if (image->length < image->size && problem.damage == CKPT_CRIU_SHORT_EXTRA &&
                is_sound(entries, &problem))
                return true;
        } else if (is_sound(entries, &problem)) {
            return true;
        }
        ckpt_dump_gap(entries->dump, image->name, problem.entry, NULL, words(&problem));
        if (!entries->damaged)
            entries->damaged_entry = problem.entry;
        entries->damaged = true;
    }
    entries->done = true;
    return false;
}

enum { STEPS = 1 << 23, STEP = 32 /* bytes */ };

void ckpt_dump_begin_view(ckpt_dump *dump)
{
    dump->steps = STEPS;
}

bool ckpt_dump_spend(ckpt_dump *dump, const struct ckpt_pb *message)
{
    size_t steps = 1 + (size_t)(message->end - message->at) / STEP;
    if (steps <= dump->steps) {
        dump->steps -= (uint32_t)steps;
        return true;
    }
    dump->steps = 0;
    ckpt_dump_gap(dump, (ckpt_string){"", 0}, -1, NULL,
                  "the dump is larger than what is looked at: the rest is not shown");
    return false;
}

struct ckpt_pb ckpt_dump_first(ckpt_dump *dump, enum ckpt_criu_kind kind, uint64_t id, bool needed)
{
    struct ckpt_dump_slot *slot = find(dump, kind, id);
    if (slot == NULL) {
        if (needed)
            ckpt_dump_gap_in(dump, kind, id, -1, NULL, "the image is missing");
        return (struct ckpt_pb){NULL, NULL, NULL};
    }
    if (!slot->first_known) {
        struct ckpt_entries entries;
        slot->first_known = true;
        ckpt_entries_begin(&entries, dump, &slot->image);
        if (ckpt_entries_next(&entries))
            slot->first = entries.entry.message;
    }
    if (slot->first.at == NULL && needed && slot->image.bytes != NULL)
        ckpt_dump_gap(dump, slot->image.name, -1, NULL, "it holds no entry that can be read");
    return ckpt_dump_spend(dump, &slot->first) ? slot->first : (struct ckpt_pb){NULL, NULL, NULL};
}
