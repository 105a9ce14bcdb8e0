/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding any bytes as any file: no read outside, errors in order, values that can be written. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ckpt_document *document;
    ckpt_error error, second;
    if (size == 0)
        return 0;
    if (document == NULL)
        document = ckpt_document_new();
    ckpt_kind kind = fuzz_kind(data[0]);
    size--;
    unsigned char *text = fuzz_copy(data + 1, size);

    bool decoded = ckpt_decode(document, kind, text, size, &error);
    REQUIRE(decoded == (error.kind == CKPT_OK));
    if (!decoded)
        fuzz_check_error(text, size, &error);
    if (fuzz_depth(document) < 500) {
        ckpt_string json;
        bool encoded = ckpt_encode(document, kind, ckpt_document_value(document), &json, &second);
        REQUIRE(encoded || second.kind == CKPT_ERROR_TIME);
        fuzz_check_text(encoded ? json : second.message);
    }

    /* Again, in a new document: the same. */
    ckpt_document *other = ckpt_document_new();
    REQUIRE(ckpt_decode(other, kind, text, size, &second) == decoded);
    REQUIRE(second.kind == error.kind && fuzz_equal(second.detail, error.detail));
    ckpt_document_free(other);
    free(text);
    return 0;
}
