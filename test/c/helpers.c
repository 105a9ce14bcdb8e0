/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

bool same(ckpt_string got, const char *want)
{
    return want != NULL && got.length == strlen(want) &&
           (got.length == 0 || memcmp(got.data, want, got.length) == 0);
}

char *next_line(char **rest)
{
    char *line = *rest;
    if (line == NULL || *line == '\0')
        return NULL;
    char *end = strchr(line, '\n');
    *rest = end == NULL ? NULL : end + 1;
    if (end != NULL)
        *end = '\0';
    return line;
}

size_t split_columns(char *line, char **column, size_t max)
{
    size_t count = 0;
    while (count < max) {
        column[count++] = line;
        char *tab = strchr(line, '\t');
        if (tab == NULL)
            break;
        *tab = '\0';
        line = tab + 1;
    }
    return count;
}

bool decode_text(ckpt_document *document, ckpt_kind kind, const char *text, ckpt_error *error)
{
    return ckpt_decode(document, kind, text, strlen(text), error);
}

char *compact(ckpt_string json)
{
    char *out = malloc(json.length + 1);
    size_t length = 0;
    bool in_string = false;
    for (size_t i = 0; out != NULL && i < json.length; i++) {
        char c = json.data[i];
        if (!in_string && (c == ' ' || c == '\n'))
            continue;
        out[length++] = c;
        if (c == '"')
            in_string = !in_string;
        else if (in_string && c == '\\')
            out[length++] = json.data[++i];
    }
    if (out != NULL)
        out[length] = '\0';
    return out;
}

void check_encodes(ckpt_kind kind, const char *text, const char *encoded)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_string json;
    if (CHECK_THAT(decode_text(document, kind, text, &error), "%s: %.*s", text,
                   SHOW(error.message)) &&
        CHECK_THAT(ckpt_encode(document, kind, ckpt_document_value(document), &json, &error),
                   "%s: %.*s", text, SHOW(error.message))) {
        char *got = compact(json);
        CHECK_THAT(got != NULL && strcmp(got, encoded) == 0, "%s: %s, not %s", text, got, encoded);
        free(got);
    }
    ckpt_document_free(document);
}
