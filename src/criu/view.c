/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/view.h"

#include <string.h>

#include "text/utf8.h"

void ckpt_view_field(struct ckpt_sink *sink, enum ckpt_view_member member)
{
    sink->member(sink, member);
}

void ckpt_view_null(struct ckpt_sink *sink, enum ckpt_view_member member)
{
    sink->member(sink, member);
    sink->null_value(sink);
}

void ckpt_view_boolean(struct ckpt_sink *sink, enum ckpt_view_member member, bool value)
{
    sink->member(sink, member);
    sink->boolean(sink, value);
}

void ckpt_view_deleted(struct ckpt_sink *sink, enum ckpt_view_member member, unsigned deleted)
{
    if (deleted == CKPT_DELETED_UNKNOWN)
        ckpt_view_null(sink, member);
    else
        ckpt_view_boolean(sink, member, deleted == CKPT_DELETED);
}

void ckpt_view_integer(struct ckpt_sink *sink, enum ckpt_view_member member, int64_t value)
{
    sink->member(sink, member);
    sink->integer(sink, value);
}

void ckpt_view_integer64(struct ckpt_sink *sink, enum ckpt_view_member member, uint64_t value)
{
    sink->member(sink, member);
    sink->unsigned64(sink, value);
}

void ckpt_view_word(struct ckpt_sink *sink, enum ckpt_view_member member,
                    const struct ckpt_pb *message, unsigned field)
{
    int64_t value;
    if (ckpt_pb_get_i64(message, field, &value))
        ckpt_view_integer(sink, member, value);
    else
        ckpt_view_null(sink, member);
}

void ckpt_view_put_name(struct ckpt_sink *sink, const char *value)
{
    sink->string(sink, (ckpt_string){value, strlen(value)});
}

void ckpt_view_name(struct ckpt_sink *sink, enum ckpt_view_member member, const char *value)
{
    sink->member(sink, member);
    if (value == NULL)
        sink->null_value(sink);
    else
        ckpt_view_put_name(sink, value);
}

void ckpt_view_put_text(struct ckpt_sink *sink, ckpt_string value)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = (const unsigned char *)value.data;
    if (value.data == NULL) {
        sink->null_value(sink);
        return;
    }
    if (ckpt_utf8_valid(bytes, value.length)) {
        sink->string(sink, value);
        return;
    }
    struct ckpt_buffer hex = {NULL, 0, 0, false};
    if (ckpt_buffer_reserve(&hex, 2 * value.length)) {
        for (size_t i = 0; i < value.length; i++) {
            hex.data[2 * i] = digits[bytes[i] >> 4];
            hex.data[2 * i + 1] = digits[bytes[i] & 15];
        }
        hex.length = 2 * value.length;
    }
    sink->begin_struct(sink);
    sink->member(sink, V(Hex, hex));
    sink->string(sink, (ckpt_string){hex.data, hex.length});
    sink->end(sink);
    ckpt_buffer_free(&hex);
}

void ckpt_view_text(struct ckpt_sink *sink, enum ckpt_view_member member, ckpt_string value)
{
    sink->member(sink, member);
    ckpt_view_put_text(sink, value);
}

void ckpt_view_begin_array(struct ckpt_sink *sink, enum ckpt_view_member member)
{
    sink->member(sink, member);
    sink->begin_array(sink);
}

ckpt_string ckpt_full_name(ckpt_dump *dump, ckpt_string name)
{
    ckpt_string directory = ckpt_dump_directory(dump);
    char *whole = ckpt_arena_alloc(ckpt_dump_arena(dump), directory.length + name.length);
    if (whole == NULL)
        return name;
    memcpy(whole, directory.data, directory.length);
    if (name.length != 0)
        memcpy(whole + directory.length, name.data, name.length);
    return (ckpt_string){whole, directory.length + name.length};
}

void ckpt_view_gaps(struct ckpt_sink *sink, enum ckpt_view_member member, ckpt_dump *dump)
{
    ckpt_view_begin_array(sink, member);
    for (size_t i = 0; i < ckpt_dump_gap_count(dump); i++) {
        const struct ckpt_gap *gap = ckpt_dump_gap_at(dump, i);
        sink->begin_struct(sink);
        ckpt_view_text(sink, V(Gap, member), ckpt_full_name(dump, gap->member));
        if (gap->entry < 0)
            ckpt_view_null(sink, V(Gap, entry));
        else
            ckpt_view_integer(sink, V(Gap, entry), gap->entry);
        ckpt_view_name(sink, V(Gap, field), gap->field);
        ckpt_view_name(sink, V(Gap, message), gap->message);
        sink->end(sink);
    }
    sink->end(sink);
}
