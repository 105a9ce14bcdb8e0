/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target for the whole way: archive, archives inside, summary, images, report, views. The
 * input is an archive. What comes out must be JSON, the same twice, and where reading stopped early
 * nothing may simply restore.
 */
#include "test/fuzz/whole.h"

static void must_be_json(ckpt_string text)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    REQUIRE(document != NULL);
    REQUIRE(ckpt_decode(document, CKPT_KIND_ANY, text.data, text.length, &error));
    ckpt_document_free(document);
}

static void look_at(ckpt_dump *dump)
{
    if (dump == NULL)
        return;
    for (size_t i = 0; i < ckpt_dump_gap_count(dump); i++)
        REQUIRE(ckpt_dump_gap_at(dump, i)->message != NULL);
    size_t count;
    const struct ckpt_pb *tasks = ckpt_tree(dump, 0, &count);
    REQUIRE(tasks != NULL || count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    char *report = whole_report(copy, size, look_at), *again = whole_report(copy, size, NULL);
    REQUIRE(strcmp(report, again) == 0);
    must_be_json((ckpt_string){report, strlen(report)});
    free(report);
    free(again);
    free(copy);
    return 0;
}
