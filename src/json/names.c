/* SPDX-License-Identifier: Apache-2.0 */
#include "json/names.h"

#include <stdlib.h>
#include <string.h>

bool ckpt_names_read(struct ckpt_names *names, const char *text, size_t length)
{
    uint32_t count = 0;
    ckpt_names_free(names);
    if (length == 0 || length > UINT32_MAX || text[length - 1] != '\0')
        return false;
    for (size_t i = 0; i < length; i++)
        count += text[i] == '\0';
    names->own = calloc((size_t)count + 1, sizeof(*names->own));
    if (names->own == NULL)
        return false;
    for (size_t i = 0; i < length; i += strlen(text + i) + 1)
        names->own[names->count++] = text + i;
    names->list = names->own;
    return true;
}

void ckpt_names_free(struct ckpt_names *names)
{
    free(names->own);
    memset(names, 0, sizeof(*names));
}

ckpt_string ckpt_names_get(const struct ckpt_names *names, uint32_t i)
{
    if (i >= names->count)
        return (ckpt_string){"", 0};
    return (ckpt_string){names->list[i], strlen(names->list[i])};
}
