/* SPDX-License-Identifier: Apache-2.0 */
/* Images of CRIU: the first byte is their kind. What decodes without a problem encodes to an image
   that decodes, and encodes to the same bytes (its text may differ from the first one's: a field of
   another type than the schema's is encoded after those that the schema knows); JSON that is
   refused is refused with a place. */
#include "criu/decode.h"
#include "criu/encode.h"
#include "criu/names.h"
#include "criu/problem.h"
#include "fuzz.h"
#include "json/python.h"

static bool decode(enum ckpt_criu_kind kind, const uint8_t *bytes, size_t size, bool pretty,
                   struct ckpt_buffer *text)
{
    struct ckpt_python printer;
    struct ckpt_criu_problem problem;
    struct ckpt_buffer words = {0};
    ckpt_python_begin(&printer, text, &ckpt_criu_names, pretty);
    struct ckpt_criu_decode how = {&printer.sink, &ckpt_criu_names, pretty, false};
    bool done = ckpt_criu_decode(&how, kind, bytes, size, &problem);
    if (!done) {
        REQUIRE(problem.offset <= size);
        ckpt_criu_explain(&problem, &ckpt_criu_names, &words);
        REQUIRE(words.length > 0);
        ckpt_criu_problem_path(&problem, &ckpt_criu_names, &words);
        ckpt_buffer_free(&words);
    }
    return done;
}

static void check_image(enum ckpt_criu_kind kind, const uint8_t *bytes, size_t size)
{
    static ckpt_document *document;
    ckpt_error error;
    if (document == NULL)
        document = ckpt_document_new();
    for (int pretty = 0; pretty < 2; pretty++) {
        struct ckpt_buffer text = {0}, image = {0}, text_again = {0}, image_again = {0};
        if (decode(kind, bytes, size, pretty != 0, &text)) {
            REQUIRE(ckpt_criu_encode(document, &ckpt_criu_names, text.data, text.length, &image,
                                     &error));
            REQUIRE(
                decode(kind, (const uint8_t *)image.data, image.length, pretty != 0, &text_again));
            REQUIRE(ckpt_criu_encode(document, &ckpt_criu_names, text_again.data, text_again.length,
                                     &image_again, &error));
            REQUIRE(fuzz_equal((ckpt_string){image.data, image.length},
                               (ckpt_string){image_again.data, image_again.length}));
        }
        ckpt_buffer_free(&text);
        ckpt_buffer_free(&image);
        ckpt_buffer_free(&text_again);
        ckpt_buffer_free(&image_again);
    }
}

static void check_json(const uint8_t *json, size_t size)
{
    static ckpt_document *document;
    struct ckpt_buffer image = {0}, text = {0};
    ckpt_error error;
    if (document == NULL)
        document = ckpt_document_new();
    if (ckpt_criu_encode(document, &ckpt_criu_names, json, size, &image, &error)) {
        decode(CKPT_CRIU_IMAGE_UNKNOWN, (const uint8_t *)image.data, image.length, false, &text);
    } else {
        REQUIRE(error.kind == CKPT_ERROR_SYNTAX || error.kind == CKPT_ERROR_TYPE);
        fuzz_check_place(json, size, error.where);
    }
    ckpt_buffer_free(&image);
    ckpt_buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    uint8_t *copy = fuzz_copy(data + 1, size - 1);
    enum ckpt_criu_kind kind = (enum ckpt_criu_kind)(data[0] % (CKPT_CRIU_IMAGE_UNKNOWN + 1));
    if (data[0] == 255)
        check_json(copy, size - 1);
    else
        check_image(kind, copy, size - 1);
    free(copy);
    return 0;
}
