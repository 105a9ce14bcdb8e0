/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of bytes of regular expressions: ranges, classes, cases. */
#include <string.h>

#include "criu/regex_parts.h"

void ckpt_regex_put_range(struct ckpt_regex_set *set, unsigned first, unsigned last)
{
    for (unsigned c = first; c <= last; c++)
        ckpt_regex_put(set, c);
}

void ckpt_regex_fold(struct ckpt_regex_set *set)
{
    for (unsigned c = 'a'; c <= 'z'; c++) {
        if (ckpt_regex_in(set, c))
            ckpt_regex_put(set, c - 32);
        else if (ckpt_regex_in(set, c - 32))
            ckpt_regex_put(set, c);
    }
}

bool ckpt_regex_put_named(struct ckpt_regex_set *set, unsigned char letter)
{
    struct ckpt_regex_set named = {{0}};
    switch (letter | 32) {
    case 'd':
        ckpt_regex_put_range(&named, '0', '9');
        break;
    case 'w':
        ckpt_regex_put_range(&named, '0', '9');
        ckpt_regex_put_range(&named, 'A', 'Z');
        ckpt_regex_put_range(&named, 'a', 'z');
        ckpt_regex_put(&named, '_');
        break;
    case 's':
        for (const char *c = "\t\n\f\r "; *c != 0; c++)
            ckpt_regex_put(&named, (unsigned char)*c);
        break;
    default:
        return false;
    }
    for (int i = 0; i < 4; i++)
        set->bits[i] |= letter & 32 ? named.bits[i] : ~named.bits[i];
    return true;
}

size_t ckpt_regex_put_posix(struct ckpt_regex_set *set, const unsigned char *text, size_t left)
{
    static const struct {
        const char *name, *ranges;
    } classes[] = {{"alnum", "09AZaz"},   {"alpha", "AZaz"},
                   {"ascii", "\x01\x7f"}, {"blank", "\t\t  "},
                   {"digit", "09"},       {"graph", "!~"},
                   {"lower", "az"},       {"print", " ~"},
                   {"punct", "!/:@[`{~"}, {"space", "\t\r  "},
                   {"upper", "AZ"},       {"word", "09AZaz__"},
                   {"xdigit", "09AFaf"},  {"cntrl", "\x01\x1f\x7f\x7f"}};
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        size_t length = strlen(classes[i].name);
        if (left < length + 2 || memcmp(text, classes[i].name, length) != 0 ||
            memcmp(text + length, ":]", 2) != 0)
            continue;
        for (const char *r = classes[i].ranges; *r != 0; r += 2)
            ckpt_regex_put_range(set, (unsigned char)r[0], (unsigned char)r[1]);
        if (classes[i].name[0] == 'c' || classes[i].name[1] == 's')
            ckpt_regex_put(set, 0);
        return length + 2;
    }
    return 0;
}
