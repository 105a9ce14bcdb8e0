/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target for the summary: the first byte chooses the file, the next two how much of the rest
 * it gets; what remains are member records. What comes out must be JSON.
 */
#include <stdlib.h>
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"config.dump", "spec.dump",  "network.status",
                                        "stats-dump",  "index.json", "status"};
    if (size < 3)
        return 0;
    const char *name = names[data[0] % (sizeof(names) / sizeof(names[0]))];
    size_t length = (size_t)data[1] << 8 | data[2];
    if (length > size - 3)
        length = size - 3;
    ckpt_summary *s = ckpt_summary_new("a", data[0] >> 7);
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    if (s == NULL || document == NULL)
        abort();
    if (!ckpt_summary_add_file(s, name, strlen(name), data + 3, length))
        abort();
    ckpt_summary_add_records(s, data + 3 + length, size - 3 - length);
    ckpt_string json = ckpt_summary_finish(s, size, (data[0] & 64) != 0);
    if (!ckpt_decode(document, CKPT_KIND_ANY, json.data, json.length, &error))
        abort();
    ckpt_document_free(document);
    ckpt_summary_free(s);
    return 0;
}
