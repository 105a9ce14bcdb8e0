/* SPDX-License-Identifier: Apache-2.0 */
/* The public header needs nothing before it, and nothing else of the sources. */
#include "ckpt.h"
/* It may be included twice. */
#include "ckpt.h"

#include "tap.h"
#include "tests.h"

void test_header(void)
{
    /* The constants that a caller computes with. */
    CHECK(CKPT_MAX_INPUT == (size_t)256 * 1024 * 1024);
    CHECK(CKPT_UNIX_EPOCH == INT64_C(719162) * 86400);
    CHECK(CKPT_KIND_CONFIG_DUMP == 0 && CKPT_KIND_COUNT == 9);
    CHECK(CKPT_OK == 0 && CKPT_ERROR_FILE == 5);
    /* A zeroed value is Go's zero value. */
    ckpt_spec spec = {0};
    ckpt_document *document = ckpt_document_new();
    ckpt_string text;
    ckpt_error error;
    CHECK(ckpt_encode(document, CKPT_KIND_SPEC_DUMP, &spec, &text, &error));
    CHECK(text.length == 22);
    ckpt_document_free(document);
}
