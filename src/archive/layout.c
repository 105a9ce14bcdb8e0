/* SPDX-License-Identifier: Apache-2.0 */
/* The field tables of archive.h as JSON, so that no other language repeats them. */
#include <string.h>

#include "archive.h"

typedef struct {
    const char *name, *type;
    size_t offset;
} field;

static const field member_fields[] = {
#define X(type, name) {#name, #type, offsetof(struct ckpt_member, name)},
    CKPT_MEMBER_FIELDS(X)
#undef X
};
static const field event_fields[] = {
#define X(type, name) {#name, #type, offsetof(struct ckpt_archive_event, name)},
    CKPT_ARCHIVE_EVENT_FIELDS(X)
#undef X
        {"data", "pointer", offsetof(struct ckpt_archive_event, data)},
    {"message", "pointer", offsetof(struct ckpt_archive_event, message)},
    {"message_length", "uint32_t", offsetof(struct ckpt_archive_event, message_length)},
};
static const field info_fields[] = {
#define X(type, name) {#name, #type, offsetof(struct ckpt_archive_info, name)},
    CKPT_ARCHIVE_INFO_FIELDS(X)
#undef X
};
static const field decoder_fields[] = {
#define X(type, name) {#name, #type, offsetof(struct ckpt_decoder_state, name)},
    CKPT_DECODER_STATE_FIELDS(X)
#undef X
};
static const field option_fields[] = {
#define F(type, name)                                                                              \
    {                                                                                              \
#name, #type, offsetof(struct ckpt_archive_options, name)                                  \
    }
    F(uint64_t, source_size),  F(uint32_t, flags),       F(uint32_t, depth),
    F(uint32_t, max_depth),    F(uint32_t, max_members), F(uint32_t, max_name),
    F(uint32_t, max_pax),      F(uint64_t, max_table),   F(uint64_t, max_kept),
    F(uint64_t, max_kept_sum), F(uint32_t, max_ratio),   F(uint32_t, ratio_floor),
    F(uint64_t, max_window),
#undef F
};

typedef struct {
    const char *name;
    uint32_t value;
} constant;

/* In JavaScript's spelling; what the enumerators of archive.h are called there. */
static const constant events[] = {
    {"need", CKPT_ARCHIVE_NEED},   {"members", CKPT_ARCHIVE_MEMBERS},
    {"data", CKPT_ARCHIVE_DATA},   {"memberEnd", CKPT_ARCHIVE_MEMBER_END},
    {"pause", CKPT_ARCHIVE_PAUSE}, {"end", CKPT_ARCHIVE_END},
    {"error", CKPT_ARCHIVE_ERROR}, {"decode", CKPT_ARCHIVE_DECODE},
};
static const constant types[] = {
    {"file", CKPT_MEMBER_FILE},       {"hardlink", CKPT_MEMBER_HARDLINK},
    {"symlink", CKPT_MEMBER_SYMLINK}, {"character", CKPT_MEMBER_CHARACTER},
    {"block", CKPT_MEMBER_BLOCK},     {"directory", CKPT_MEMBER_DIRECTORY},
    {"fifo", CKPT_MEMBER_FIFO},       {"other", CKPT_MEMBER_OTHER},
};
static const constant dialects[] = {
    {"v7", CKPT_TAR_V7},
    {"ustar", CKPT_TAR_USTAR},
    {"gnu", CKPT_TAR_GNU},
    {"star", CKPT_TAR_STAR},
};
static const constant ends[] = {
    {"clean", CKPT_END_CLEAN},
    {"one-zero-block", CKPT_END_ONE_ZERO},
    {"no-mark", CKPT_END_NO_MARK},
};
static const constant compressions[] = {
    {"none", CKPT_COMPRESSION_NONE},   {"gzip", CKPT_COMPRESSION_GZIP},
    {"zstd", CKPT_COMPRESSION_ZSTD},   {"xz", CKPT_COMPRESSION_XZ},
    {"bzip2", CKPT_COMPRESSION_BZIP2}, {"lz4", CKPT_COMPRESSION_LZ4},
    {"lzip", CKPT_COMPRESSION_LZIP},   {"compress", CKPT_COMPRESSION_COMPRESS},
};
static const constant flags[] = {
    {"wanted", CKPT_MEMBER_WANTED},
    {"tooBig", CKPT_MEMBER_TOO_BIG},
    {"pax", CKPT_MEMBER_PAX},
    {"longName", CKPT_MEMBER_LONG_NAME},
    {"sparse", CKPT_MEMBER_SPARSE},
    {"signedChecksum", CKPT_MEMBER_SIGNED_CHECKSUM},
    {"oddNumber", CKPT_MEMBER_ODD_NUMBER},
    {"base256", CKPT_MEMBER_BASE256},
    {"sizeIgnored", CKPT_MEMBER_SIZE_IGNORED},
};
static const constant name_flags[] = {
    {"empty", CKPT_NAME_EMPTY},
    {"absolute", CKPT_NAME_ABSOLUTE},
    {"dotdot", CKPT_NAME_DOTDOT},
    {"control", CKPT_NAME_CONTROL},
    {"nul", CKPT_NAME_NUL},
    {"drive", CKPT_NAME_DRIVE},
    {"backslash", CKPT_NAME_BACKSLASH},
    {"notUtf8", CKPT_NAME_NOT_UTF8},
    {"bidi", CKPT_NAME_BIDI},
    {"seen", CKPT_NAME_SEEN},
    {"dotSlash", CKPT_NAME_DOT_SLASH},
    {"unclean", CKPT_NAME_UNCLEAN},
    {"linkAbsolute", CKPT_NAME_LINK_ABSOLUTE},
    {"linkOutside", CKPT_NAME_LINK_OUTSIDE},
    {"linkControl", CKPT_NAME_LINK_CONTROL},
    {"linkEmpty", CKPT_NAME_LINK_EMPTY},
};

static const constant stops[] = {
    {"damage", CKPT_STOP_DAMAGE},
    {"limit", CKPT_STOP_LIMIT},
    {"unreadable", CKPT_STOP_UNREADABLE},
    {"memory", CKPT_STOP_MEMORY},
};
static const constant differ[] = {
    {"name", CKPT_DIFFER_NAME}, {"link", CKPT_DIFFER_LINK},     {"size", CKPT_DIFFER_SIZE},
    {"type", CKPT_DIFFER_TYPE}, {"header", CKPT_DIFFER_HEADER},
};

typedef struct {
    char *text;
    size_t room, length;
} writer;

static void put(writer *w, const char *text)
{
    for (; *text; text++, w->length++)
        if (w->length < w->room)
            w->text[w->length] = *text;
}

static void put_number(writer *w, size_t number)
{
    char digits[24];
    size_t i = sizeof digits - 1;
    digits[i] = '\0';
    do
        digits[--i] = (char)('0' + number % 10);
    while (number /= 10);
    put(w, digits + i);
}

static void put_fields(writer *w, const char *name, size_t size, const field *fields, size_t count)
{
    put(w, "\"");
    put(w, name);
    put(w, "\":{\"size\":");
    put_number(w, size);
    put(w, ",\"fields\":{");
    for (size_t i = 0; i < count; i++) {
        put(w, i ? ",\"" : "\"");
        put(w, fields[i].name);
        put(w, "\":[");
        put_number(w, fields[i].offset);
        put(w, ",\"");
        put(w, fields[i].type);
        put(w, "\"]");
    }
    put(w, "}},");
}

static void put_constants(writer *w, const char *name, const constant *constants, size_t count)
{
    put(w, "\"");
    put(w, name);
    put(w, "\":{");
    for (size_t i = 0; i < count; i++) {
        put(w, i ? ",\"" : "\"");
        put(w, constants[i].name);
        put(w, "\":");
        put_number(w, constants[i].value);
    }
    put(w, "},");
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written through `writer` */
size_t ckpt_archive_layout(char *text, size_t room)
{
    writer w = {text, room, 0};
    int first = 1;
    put(&w, "{");
#define FIELDS(name, type, fields)                                                                 \
    put_fields(&w, name, sizeof(type), fields, sizeof fields / sizeof *fields)
    FIELDS("member", struct ckpt_member, member_fields);
    FIELDS("event", struct ckpt_archive_event, event_fields);
    FIELDS("info", struct ckpt_archive_info, info_fields);
    FIELDS("options", struct ckpt_archive_options, option_fields);
    FIELDS("decoder", struct ckpt_decoder_state, decoder_fields);
#undef FIELDS
#define CONSTANTS(name, list) put_constants(&w, name, list, sizeof list / sizeof *list)
    CONSTANTS("events", events);
    CONSTANTS("types", types);
    CONSTANTS("dialects", dialects);
    CONSTANTS("ends", ends);
    CONSTANTS("compressions", compressions);
    CONSTANTS("flags", flags);
    CONSTANTS("nameFlags", name_flags);
    CONSTANTS("differ", differ);
    CONSTANTS("stops", stops);
#undef CONSTANTS
    put(&w, "\"maxKept\":");
    put_number(&w, CKPT_ARCHIVE_MAX_KEPT);
    put(&w, ",\"errors\":{");
#define X(name, number, text)                                                                      \
    put(&w, first ? "\"" : ",\"");                                                                 \
    put_number(&w, number);                                                                        \
    put(&w, "\":\"" text "\"");                                                                    \
    first = 0;
    CKPT_ARCHIVE_ERRORS(X)
#undef X
    put(&w, "}}");
    return w.length;
}
