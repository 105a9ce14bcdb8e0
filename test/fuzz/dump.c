/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target for the dump as a whole: images, one after the other, each with its kind (255: what
 * follows is the dump before), its number and the length of its bytes (16 bits each), and these.
 * Whatever is in them, every view has the members that views.def says, in their order, texts that
 * are UTF-8, and an end; and memory is where a segment says.
 */
#include "fuzz.h"

#include "criu/cpu.h"
#include "criu/memory_view.h"
#include "criu/text.h"
#include "criu/view.h"

/* The objects of views.def, and which member belongs to which. */
enum object {
#define CKPT_VIEW_OBJECT(name, doc) OBJECT_##name,
#define CKPT_VIEW_MEMBER(object, name, type, doc)
#include "criu/views.def"
#undef CKPT_VIEW_OBJECT
#undef CKPT_VIEW_MEMBER
    OBJECTS
};

static const struct {
    enum object object;
    const char *type;
} members[] = {
    {OBJECTS, ""},
#define CKPT_VIEW_OBJECT(name, doc)
#define CKPT_VIEW_MEMBER(object, name, type, doc) {OBJECT_##object, type},
#include "criu/views.def"
#undef CKPT_VIEW_OBJECT
#undef CKPT_VIEW_MEMBER
};

enum { DEEPEST = 16, MOST_IMAGES = 128, HEAD = 5 };

/* ---- what views write ------------------------------------------------------------------------ */

struct checker {
    struct ckpt_sink sink; /* first */
    struct {
        bool array;
        bool value;      /* a member was begun whose value is to come */
        uint32_t member; /* the last one; 0: none yet */
    } stack[DEEPEST];
    int depth;
    size_t values;
};

static bool optional(uint32_t member)
{
    const char *type = members[member].type;
    return type[strlen(type) - 1] == '?';
}

/* A value begins: it is allowed here. */
static void begin(struct ckpt_sink *sink)
{
    struct checker *c = (struct checker *)sink;
    REQUIRE(c->depth < DEEPEST);
    if (c->depth >= 0 && !c->stack[c->depth].array) {
        REQUIRE(c->stack[c->depth].value);
        c->stack[c->depth].value = false;
    }
    c->values++;
}

/* A value that may be null only where the table says so. */
static void check_null(struct ckpt_sink *sink)
{
    struct checker *c = (struct checker *)sink;
    if (c->depth >= 0 && !c->stack[c->depth].array)
        REQUIRE(strstr(members[c->stack[c->depth].member].type, "|null") != NULL);
    begin(sink);
}

static void check_type(struct ckpt_sink *sink, const char *type)
{
    struct checker *c = (struct checker *)sink;
    if (c->depth >= 0 && !c->stack[c->depth].array)
        REQUIRE(strncmp(members[c->stack[c->depth].member].type, type, strlen(type)) == 0);
    begin(sink);
}

static void check_boolean(struct ckpt_sink *sink, bool value)
{
    (void)value;
    check_type(sink, "boolean");
}

static void check_integer(struct ckpt_sink *sink, int64_t value)
{
    REQUIRE(value >= -((int64_t)UINT32_MAX) && value <= (int64_t)UINT32_MAX);
    check_type(sink, "integer");
}

static void check_int64(struct ckpt_sink *sink, int64_t value)
{
    (void)value;
    check_type(sink, "integer64");
}

static void check_uint64(struct ckpt_sink *sink, uint64_t value)
{
    (void)value;
    check_type(sink, "integer64");
}

static void check_string(struct ckpt_sink *sink, ckpt_string value)
{
    fuzz_check_text(value);
    begin(sink);
}

static void open_value(struct ckpt_sink *sink, bool array)
{
    struct checker *c = (struct checker *)sink;
    begin(sink);
    REQUIRE(c->depth + 1 < DEEPEST);
    c->depth++;
    c->stack[c->depth].array = array;
    c->stack[c->depth].value = false;
    c->stack[c->depth].member = 0;
}

static void check_struct(struct ckpt_sink *sink)
{
    open_value(sink, false);
}

static void check_array(struct ckpt_sink *sink)
{
    struct checker *c = (struct checker *)sink;
    if (c->depth >= 0 && !c->stack[c->depth].array)
        REQUIRE(strstr(members[c->stack[c->depth].member].type, "[]") != NULL);
    open_value(sink, true);
}

/* Those between two members of one object may all be left out. */
static void check_left_out(uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        REQUIRE(optional(i));
}

static void check_member(struct ckpt_sink *sink, uint32_t member)
{
    struct checker *c = (struct checker *)sink;
    REQUIRE(c->depth >= 0 && !c->stack[c->depth].array && !c->stack[c->depth].value);
    REQUIRE(member > c->stack[c->depth].member && member < CKPT_VIEW_MEMBER_COUNT);
    uint32_t last = c->stack[c->depth].member, first = member;
    REQUIRE(last == 0 || members[last].object == members[member].object);
    while (first > 1 && members[first - 1].object == members[member].object)
        first--;
    check_left_out(last == 0 ? first : last + 1, member);
    c->stack[c->depth].member = member;
    c->stack[c->depth].value = true;
}

static void check_end(struct ckpt_sink *sink)
{
    struct checker *c = (struct checker *)sink;
    REQUIRE(c->depth >= 0);
    if (!c->stack[c->depth].array) {
        uint32_t last = c->stack[c->depth].member, end = last;
        REQUIRE(last != 0 && !c->stack[c->depth].value);
        while (end < CKPT_VIEW_MEMBER_COUNT && members[end].object == members[last].object)
            end++;
        check_left_out(last + 1, end);
    }
    c->depth--;
}

static void check_view(ckpt_dump *dump, uint32_t pid,
                       void (*write)(ckpt_dump *, uint32_t, struct ckpt_sink *))
{
    struct checker checker = {
        .sink = {.null_value = check_null,
                 .boolean = check_boolean,
                 .integer = check_integer,
                 .integer64 = check_int64,
                 .unsigned64 = check_uint64,
                 .string = check_string,
                 .begin_struct = check_struct,
                 .member = check_member,
                 .begin_array = check_array,
                 .end = check_end},
        .depth = -1,
    };
    ckpt_dump_begin_view(dump);
    write(dump, pid, &checker.sink);
    REQUIRE(checker.depth == -1 && checker.values > 0);
}

static void write_maps(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink)
{
    struct ckpt_memory *memory = ckpt_dump_memory(dump);
    REQUIRE(memory != NULL);
    ckpt_view_maps(memory, pid, sink);
}

static void check_gaps(const ckpt_dump *dump)
{
    for (size_t i = 0; i < ckpt_dump_gap_count(dump); i++) {
        const struct ckpt_gap *gap = ckpt_dump_gap_at(dump, i);
        REQUIRE(gap->message != NULL && gap->message[0] != '\0' && gap->entry >= -1);
    }
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void check_memory(ckpt_dump *dump)
{
    struct ckpt_memory *memory = ckpt_dump_memory(dump);
    REQUIRE(memory != NULL);
    for (size_t i = 0; i < ckpt_memory_space_count(memory); i++) {
        const struct ckpt_space *space = ckpt_memory_space_at(memory, i);
        struct ckpt_segment segment;
        uint64_t at = 0;
        for (int n = 0; n < 200 && ckpt_memory_at(memory, space, at, &segment); n++) {
            REQUIRE(segment.start <= at && segment.end > at);
            REQUIRE(segment.place < CKPT_PLACE_COUNT);
            REQUIRE(segment.level < ckpt_memory_levels(memory));
            at = segment.end;
        }
    }
}

static void read_texts(ckpt_dump *dump)
{
    static const uint8_t bytes[] = "a\0PATH=/bin\0\xff\xfe=\0";
    size_t count;
    const struct ckpt_text_piece *pieces = ckpt_text_plan(dump, &count);
    for (size_t i = 0; i < count; i++) {
        REQUIRE(pieces[i].length > 0);
        size_t length = pieces[i].length < sizeof(bytes) ? pieces[i].length : sizeof(bytes);
        ckpt_text_take(dump, i, bytes, i % 3 == 2 ? length / 2 : length);
    }
}

/* ---- the input ------------------------------------------------------------------------------- */

struct image {
    char name[64];
    size_t name_length;
    const uint8_t *bytes;
    size_t length;
};

static size_t name_image(char *name, size_t size, unsigned kind, unsigned id)
{
    const struct ckpt_criu_image *info = &ckpt_criu_images[kind];
    const char *suffix = info->suffix == CKPT_CRIU_SUFFIX_TAR_GZ_IMG ? ".tar.gz.img"
                         : info->suffix == CKPT_CRIU_SUFFIX_IMG      ? ".img"
                                                                     : "";
    const char *form = info->id == CKPT_CRIU_ID_NONE          ? "%s%.0u%s"
                       : info->id == CKPT_CRIU_ID_HEXADECIMAL ? "%s%x%s"
                                                              : "%s%u%s";
    int length = snprintf(name, size, form, info->prefix, id, suffix);
    REQUIRE(length > 0 && (size_t)length < size);
    return (size_t)length;
}

/* The images up to the end or to the mark of the dump before. */
static ckpt_dump *make_dump(const uint8_t **at, size_t *left)
{
    static struct image images[MOST_IMAGES];
    size_t count = 0;
    ckpt_dump *dump = ckpt_dump_new((size_t)1 << 20);
    REQUIRE(dump != NULL);
    while (*left >= HEAD && count < MOST_IMAGES) {
        unsigned kind = (*at)[0], id = (*at)[1] | (unsigned)(*at)[2] << 8;
        size_t length = (size_t)(*at)[3] | (size_t)(*at)[4] << 8;
        *at += HEAD;
        *left -= HEAD;
        if (kind == 255)
            break;
        length = length > *left ? *left : length;
        struct image *image = &images[count++];
        image->name_length =
            name_image(image->name, sizeof(image->name), kind % CKPT_CRIU_IMAGE_UNKNOWN, id);
        image->bytes = *at;
        image->length = length;
        *at += length;
        *left -= length;
        ckpt_string name = {image->name, image->name_length};
        REQUIRE(ckpt_dump_list_file(dump, name, length));
    }
    for (size_t i = 0; i < count; i++) {
        ckpt_string name = {images[i].name, images[i].name_length};
        uint8_t *copy = fuzz_copy(images[i].bytes, images[i].length);
        ckpt_dump_add(dump, name, copy, images[i].length, false);
        free(copy);
    }
    return dump;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *at = data;
    size_t whole = size;
    ckpt_dump *dump = make_dump(&at, &size), *previous = NULL;
    if (size >= HEAD) {
        previous = make_dump(&at, &size);
        ckpt_dump_set_previous(dump, previous);
    }
    read_texts(dump);
    size_t count;
    const struct ckpt_pb *tree = ckpt_tree(dump, 0, &count);
    uint32_t one =
        count == 0 ? 1 : (uint32_t)ckpt_pb_u64(&tree[count / 2], F(pstree_entry, pid), 0);
    for (int source = CKPT_CPU_TARGET; source <= CKPT_CPU_RESTORE_LOG; source++)
        ckpt_cpu_take(dump, (enum ckpt_cpu_source)source, one, 0, data, whole);
    for (int i = 0; i < 2; i++) {
        uint32_t pid = i == 0 ? 0 : one;
        check_view(dump, pid, ckpt_view_processes);
        check_view(dump, pid, ckpt_view_files);
        check_view(dump, pid, ckpt_view_sockets);
        check_view(dump, pid, ckpt_view_mounts);
        check_view(dump, pid, ckpt_view_namespaces);
        check_view(dump, pid, ckpt_view_cpu);
        check_view(dump, pid, write_maps);
    }
    check_memory(dump);
    check_gaps(dump);
    ckpt_dump_free(dump);
    ckpt_dump_free(previous);
    return 0;
}
