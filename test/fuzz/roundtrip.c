/* SPDX-License-Identifier: Apache-2.0 */
/* What is written reads back, and is then written as the same bytes: whole values, and those that
   are left after a type or time error. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ckpt_document *document, *other;
    ckpt_error error;
    ckpt_string first, second;
    if (size == 0)
        return 0;
    if (document == NULL) {
        document = ckpt_document_new();
        other = ckpt_document_new();
    }
    ckpt_kind kind = fuzz_kind(data[0]);
    unsigned char *text = fuzz_copy(data + 1, size - 1);
    ckpt_decode(document, kind, text, size - 1, &error);
    if (error.kind != CKPT_ERROR_SYNTAX && fuzz_depth(document) < 500 &&
        ckpt_encode(document, kind, ckpt_document_value(document), &first, &error)) {
        unsigned char *written = fuzz_copy(first.data, first.length);
        REQUIRE(ckpt_decode(other, kind, written, first.length, &error));
        REQUIRE(ckpt_encode(other, kind, ckpt_document_value(other), &second, &error));
        REQUIRE(fuzz_equal(first, second));
        free(written);
    }
    free(text);
    return 0;
}
