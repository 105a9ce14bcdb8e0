/* SPDX-License-Identifier: Apache-2.0 */
#include "message.h"

static void put(ckpt_message *m, char c)
{
    if (m->length + 1 < sizeof m->text)
        m->text[m->length++] = c;
    m->text[m->length] = '\0';
}

void ckpt_message_clear(ckpt_message *m)
{
    m->length = 0;
    m->text[0] = '\0';
}

void ckpt_message_text(ckpt_message *m, const char *text)
{
    while (*text)
        put(m, *text++);
}

void ckpt_message_number(ckpt_message *m, uint64_t number)
{
    char digits[20];
    int n = 0;
    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (n > 0)
        put(m, digits[--n]);
}

static void hex(ckpt_message *m, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    put(m, digits[byte >> 4]);
    put(m, digits[byte & 15]);
}

void ckpt_message_name(ckpt_message *m, const uint8_t *name, size_t length)
{
    size_t shown = length > 120 ? 120 : length;
    put(m, '"');
    for (size_t i = 0; i < shown; i++) {
        if (name[i] < 0x20 || name[i] >= 0x7f) {
            ckpt_message_text(m, "\\x");
            hex(m, name[i]);
        } else {
            if (name[i] == '"' || name[i] == '\\')
                put(m, '\\');
            put(m, (char)name[i]);
        }
    }
    if (shown < length)
        ckpt_message_text(m, "...");
    put(m, '"');
}

void ckpt_message_hex(ckpt_message *m, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (i)
            put(m, ' ');
        hex(m, bytes[i]);
    }
}
