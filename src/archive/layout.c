/* SPDX-License-Identifier: Apache-2.0 */
/* The field tables of archive.h as JSON, so that no other language repeats them. */
#include <string.h>

#include "archive.h"

typedef struct {
    const char *name, *type;
    size_t offset;
} field;

static const field member_fields[] = {
#define X(type, name) {#name, #type, offsetof(ckpt_member, name)},
    CKPT_MEMBER_FIELDS(X)
#undef X
};
static const field event_fields[] = {
#define X(type, name) {#name, #type, offsetof(ckpt_archive_event, name)},
    CKPT_ARCHIVE_EVENT_FIELDS(X)
#undef X
    {"data", "pointer", offsetof(ckpt_archive_event, data)},
    {"message", "pointer", offsetof(ckpt_archive_event, message)},
    {"message_length", "uint32_t", offsetof(ckpt_archive_event, message_length)},
};
static const field info_fields[] = {
#define X(type, name) {#name, #type, offsetof(ckpt_archive_info, name)},
    CKPT_ARCHIVE_INFO_FIELDS(X)
#undef X
};
static const field option_fields[] = {
#define F(type, name) {#name, #type, offsetof(ckpt_archive_options, name)}
    F(uint64_t, source_size),  F(uint32_t, flags),     F(uint32_t, depth),
    F(uint32_t, max_depth),    F(uint32_t, max_members), F(uint32_t, max_name),
    F(uint32_t, max_pax),      F(uint64_t, max_table), F(uint64_t, max_kept),
    F(uint64_t, max_kept_sum), F(uint32_t, max_ratio), F(uint32_t, ratio_floor),
    F(uint64_t, max_window),
#undef F
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

size_t ckpt_archive_layout(char *text, size_t room)
{
    writer w = {text, room, 0};
    int first = 1;
    put(&w, "{");
#define FIELDS(name, type, fields) put_fields(&w, name, sizeof(type), fields, sizeof fields / sizeof *fields)
    FIELDS("member", ckpt_member, member_fields);
    FIELDS("event", ckpt_archive_event, event_fields);
    FIELDS("info", ckpt_archive_info, info_fields);
    FIELDS("options", ckpt_archive_options, option_fields);
#undef FIELDS
    put(&w, "\"errors\":{");
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
