/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program outside the tree does with the installed library: reads a configuration, answers
 * with its name, writes it again. Included by consumer.c and consumer.cc.
 */
#include <ckpt.h>
#include <stdio.h>
#include <string.h>

static int consume(void)
{
    static const char json[] = "{\"id\": \"1234\", \"name\": \"web\"}";
    ckpt_error error;
    ckpt_string text;
    ckpt_document *document = ckpt_document_new();
    if (!ckpt_decode(document, CKPT_KIND_CONFIG_DUMP, json, strlen(json), &error))
        return 1;
    const ckpt_container_config *config =
        (const ckpt_container_config *)ckpt_document_value(document);
    printf("%.*s %.*s\n", (int)config->id.length, config->id.data, (int)config->name.length,
           config->name.data);
    if (!ckpt_encode(document, CKPT_KIND_CONFIG_DUMP, config, &text, &error) || text.length == 0)
        return 2;
    if (ckpt_decode(document, CKPT_KIND_CONFIG_DUMP, "{]", 2, &error))
        return 3;
    printf("%s line %d column %d\n", error.rule, (int)error.where.line, (int)error.where.column);
    ckpt_document_free(document);
    return 0;
}
