/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "text/letters.h"
#include "text/utf8.h"
#include "json/document.h"

static uint32_t hex4(const unsigned char *at)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value = value << 4 | (uint32_t)ckpt_hex_value((char)at[i]);
    return value;
}

/* A \u escape at `at`, the scanner has checked it; joins a surrogate pair, and replaces a
   surrogate that is alone. Returns the position after it. */
static const unsigned char *unicode_escape(const unsigned char *at, const unsigned char *end,
                                           uint32_t *rune)
{
    *rune = hex4(at + 2);
    at += 6;
    if (*rune >= 0xD800 && *rune <= 0xDFFF) {
        uint32_t low = end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? hex4(at + 2) : 0;
        if (*rune <= 0xDBFF && low >= 0xDC00 && low <= 0xDFFF) {
            *rune = 0x10000 + ((*rune - 0xD800) << 10 | (low - 0xDC00));
            at += 6;
        } else {
            *rune = CKPT_REPLACEMENT;
        }
    }
    return at;
}

static char simple_escape(unsigned char c)
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default: /* quote, slash, backslash */
        return (char)c;
    }
}

ckpt_string ckpt_unquote(struct ckpt_arena *arena, const unsigned char *text,
                         const struct ckpt_node *node)
{
    const unsigned char *at = text + node->offset + 1;
    size_t length = node->length - 2;
    const unsigned char *end = at + length;
    if ((node->info & (CKPT_NODE_ESCAPED | CKPT_NODE_WIDE)) == 0 ||
        ((node->info & CKPT_NODE_ESCAPED) == 0 && ckpt_utf8_valid(at, length)))
        return (ckpt_string){(const char *)at, length};

    /* An invalid byte grows to the three bytes of U+FFFD; nothing else grows. */
    char *data = ckpt_arena_array(arena, length, node->info & CKPT_NODE_WIDE ? 3 : 1);
    if (data == NULL)
        return (ckpt_string){NULL, 0};
    char *out = data;
    while (at < end) {
        uint32_t rune;
        if (*at >= 0x80) {
            at += ckpt_utf8_decode(at, (size_t)(end - at), &rune);
        } else if (*at != '\\') {
            *out++ = (char)*at++;
            continue;
        } else if (at[1] != 'u') {
            *out++ = simple_escape(at[1]);
            at += 2;
            continue;
        } else {
            at = unicode_escape(at, end, &rune);
        }
        out += ckpt_utf8_encode(rune, (unsigned char *)out);
    }
    return (ckpt_string){data, (size_t)(out - data)};
}

static unsigned char upper(unsigned char c)
{
    return c >= 'a' && c <= 'z' ? (unsigned char)(c - 0x20) : c;
}

bool ckpt_fold_equal(const char *name, size_t name_length, const char *key, size_t key_length)
{
    size_t k = 0;
    for (size_t i = 0; i < name_length; i++) {
        if (k == key_length)
            return false;
        unsigned char want = upper((unsigned char)name[i]), have = (unsigned char)key[k];
        if (have < 0x80) {
            have = upper(have);
            k++;
        } else {
            uint32_t rune;
            k += ckpt_utf8_decode((const unsigned char *)key + k, key_length - k, &rune);
            have = rune == 0x17F ? 'S' : rune == 0x212A ? 'K' : 0;
        }
        if (want != have)
            return false;
    }
    return k == key_length;
}

int ckpt_string_compare(ckpt_string a, ckpt_string b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0)
        return order;
    return a.length < b.length ? -1 : a.length > b.length;
}

/* memcmp(a, b, length) == 0 for short texts, without a call. */
static inline bool same_bytes(const char *a, const char *b, size_t length)
{
    uint64_t x, y;
    uint32_t v, w;
    if (length >= 8) {
        for (size_t i = 0;; i += 8) {
            if (i + 8 > length)
                i = length - 8; /* the rest overlaps what was compared */
            memcpy(&x, a + i, 8);
            memcpy(&y, b + i, 8);
            if (x != y)
                return false;
            if (i + 8 == length)
                return true;
        }
    }
    if (length >= 4) {
        memcpy(&v, a, 4);
        memcpy(&w, b, 4);
        x = v ^ w;
        memcpy(&v, a + length - 4, 4);
        memcpy(&w, b + length - 4, 4);
        return (x | (v ^ w)) == 0;
    }
    for (size_t i = 0; i < length; i++) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

static inline bool is_field(const struct ckpt_field *field, ckpt_string key)
{
    return field->json_length == key.length && same_bytes(field->json, key.data, key.length);
}

int ckpt_find_field(const struct ckpt_type *type, ckpt_string key, int hint)
{
    int count = type->field_count;
    /* Files keep the order of the table more often than not. */
    if (hint < count && is_field(&type->fields[hint], key))
        return hint;
    for (int i = 0; i < count; i++) {
        if (is_field(&type->fields[i], key))
            return i;
    }
    /* What folds to a letter is never shorter than it, and is longer only beyond ASCII. */
    bool ascii = ckpt_ascii_prefix((const unsigned char *)key.data, key.length) == key.length;
    for (int i = 0; i < count; i++) {
        const struct ckpt_field *field = &type->fields[i];
        bool may_be = ascii ? field->json_length == key.length : field->json_length < key.length;
        if (may_be && ckpt_fold_equal(field->json, field->json_length, key.data, key.length))
            return i;
    }
    return -1;
}
