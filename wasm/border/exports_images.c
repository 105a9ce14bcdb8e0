/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images of CRIU for JavaScript; wasm/border/images.js is the other side. Texts and bytes are
 * answered as a pointer to {address, length}, good until the next call. After each call
 * ckpt_wasm_image_problem() has a JSON object that says what went wrong, or is empty.
 */
#include <string.h>

#include "criu/decode.h"
#include "criu/encode.h"
#include "criu/problem.h"
#include "text/number.h"
#include "wasm/border/tape.h"
#include "json/python.h"

/* What decoding can be asked for. */
enum { PRETTY = 1, NO_PAYLOAD = 2 };

int ckpt_wasm_image_names(const char *text, uint32_t length);
const void *ckpt_wasm_image_text(const char *name, uint32_t name_length, const uint8_t *bytes,
                                 uint32_t length, int options);
const void *ckpt_wasm_image_value(const char *name, uint32_t name_length, const uint8_t *bytes,
                                  uint32_t length, int options);
const void *ckpt_wasm_image_info(const char *name, uint32_t name_length, const uint8_t *bytes,
                                 uint32_t length);
const void *ckpt_wasm_image_bytes(const char *name, uint32_t name_length, const char *json,
                                  uint32_t length);
const void *ckpt_wasm_image_problem(void);

static struct ckpt_names names;
static struct ckpt_buffer output; /* of the last call */
static struct ckpt_buffer problem_text;
static struct ckpt_tape tape;
static ckpt_string answer;
/* A value: the tape, and the text of its strings. */
static struct {
    const uint32_t *words;
    ckpt_string strings;
} value;

/* The list of dist/criu-tables.js, each name ended by NUL; it must stay where it is. */
int ckpt_wasm_image_names(const char *text, uint32_t length)
{
    return ckpt_names_read(&names, text, length);
}

static const void *answer_with(const struct ckpt_buffer *buffer)
{
    answer = (ckpt_string){buffer->data, buffer->failed ? 0 : buffer->length};
    return &answer;
}

/* ---- Problems -------------------------------------------------------------------------------- */

static void begin_problem(struct ckpt_python *json)
{
    ckpt_buffer_clear(&problem_text);
    ckpt_python_begin(json, &problem_text, &names, false);
    json->sink.begin_struct(&json->sink);
}

static void add_member(struct ckpt_python *json, const char *key, ckpt_string text)
{
    json->sink.key(&json->sink, (ckpt_string){key, strlen(key)});
    json->sink.string(&json->sink, text);
}

static void add_number(struct ckpt_python *json, const char *key, uint64_t number)
{
    json->sink.key(&json->sink, (ckpt_string){key, strlen(key)});
    json->sink.unsigned64(&json->sink, number);
}

/* {"kind", "message", "offset", "entry", "pointer"} */
static void set_problem(const struct ckpt_criu_problem *problem)
{
    static const char *const kinds[] = {"",        "no-image", "other-type", "raw",     "damaged",
                                        "damaged", "damaged",  "damaged",    "damaged", "limit"};
    struct ckpt_python json;
    struct ckpt_buffer text = {0};
    begin_problem(&json);
    const char *kind = kinds[problem->damage];
    add_member(&json, "kind", (ckpt_string){kind, strlen(kind)});
    ckpt_criu_explain(problem, &names, &text);
    add_member(&json, "message", (ckpt_string){text.data, text.length});
    ckpt_buffer_clear(&text);
    ckpt_criu_problem_path(problem, &names, &text);
    add_member(&json, "pointer", (ckpt_string){text.data, text.length});
    add_number(&json, "offset", problem->offset);
    add_number(&json, "entry", problem->entry);
    json.sink.end(&json.sink);
    ckpt_buffer_free(&text);
}

/* {"kind", "message", "goMessage" (without the place), "pointer", "offset", "length", "line",
 * "column", "found", "expected"} */
static void set_error(const ckpt_error *error)
{
    struct ckpt_python json;
    const char *kind = error->kind == CKPT_ERROR_SYNTAX ? "syntax"
                       : error->kind == CKPT_ERROR_TYPE ? "type"
                                                        : "limit";
    begin_problem(&json);
    add_member(&json, "kind", (ckpt_string){kind, strlen(kind)});
    add_member(&json, "message", error->detail);
    add_member(&json, "goMessage", error->message);
    add_member(&json, "pointer", error->pointer);
    add_number(&json, "offset", error->where.offset);
    add_number(&json, "length", error->where.length);
    add_number(&json, "line", error->where.line);
    add_number(&json, "column", error->where.column);
    add_member(&json, "found", error->found);
    add_member(&json, "expected", error->expected);
    json.sink.end(&json.sink);
}

const void *ckpt_wasm_image_problem(void)
{
    return answer_with(&problem_text);
}

/* ---- Decoding -------------------------------------------------------------------------------- */

struct request {
    enum ckpt_criu_kind kind;
    const uint8_t *bytes;
    uint32_t length;
    int options;
    bool done;
};

static void decode(struct ckpt_sink *sink, void *argument)
{
    struct request *request = argument;
    struct ckpt_criu_problem problem;
    struct ckpt_criu_decode how = {sink, &names, (request->options & PRETTY) != 0,
                                   (request->options & NO_PAYLOAD) != 0};
    ckpt_buffer_clear(&problem_text);
    if (!ckpt_criu_decode(&how, request->kind, request->bytes, request->length, &problem))
        set_problem(&problem);
    request->done = problem.damage == CKPT_CRIU_SOUND || problem.damage >= CKPT_CRIU_SHORT_SIZE;
}

static void set_no_memory(void)
{
    struct ckpt_criu_problem problem = {.damage = CKPT_CRIU_NO_MEMORY};
    set_problem(&problem);
}

/* JSON text; empty if there is no value, then the problem says why. */
const void *ckpt_wasm_image_text(const char *name, uint32_t name_length, const uint8_t *bytes,
                                 uint32_t length, int options)
{
    struct request request = {ckpt_criu_name(name, name_length).kind, bytes, length, options,
                              false};
    struct ckpt_python json;
    ckpt_buffer_clear(&output);
    ckpt_python_begin(&json, &output, &names, (options & PRETTY) != 0);
    decode(&json.sink, &request);
    if (output.failed)
        set_no_memory();
    if (!request.done)
        output.length = 0;
    return answer_with(&output);
}

/* A pointer to the address of the tape (0: there is no value, the problem says why), then the
   address and the length of its strings. */
const void *ckpt_wasm_image_value(const char *name, uint32_t name_length, const uint8_t *bytes,
                                  uint32_t length, int options)
{
    struct request request = {ckpt_criu_name(name, name_length).kind, bytes, length, options,
                              false};
    bool written = ckpt_tape_record(&tape, decode, &request);
    if (!written)
        set_no_memory();
    value.words = written && request.done ? tape.words : NULL;
    value.strings = (ckpt_string){tape.strings.data, tape.strings.length};
    return &value;
}

/* {"kind": number of the kind, "type", "id", "entries", "old", "bigEndian"}: those that are known.
 */
const void *ckpt_wasm_image_info(const char *name, uint32_t name_length, const uint8_t *bytes,
                                 uint32_t length)
{
    struct ckpt_criu_name known = ckpt_criu_name(name, name_length);
    struct ckpt_criu_file file;
    struct ckpt_criu_problem problem;
    struct ckpt_python json;
    ckpt_buffer_clear(&problem_text);
    ckpt_buffer_clear(&output);
    if (!ckpt_criu_count(known.kind, bytes, length, &file, &problem))
        set_problem(&problem);
    ckpt_python_begin(&json, &output, &names, false);
    json.sink.begin_struct(&json.sink);
    add_number(&json, "kind", (uint64_t)file.kind);
    if (file.kind != CKPT_CRIU_IMAGE_UNKNOWN)
        add_member(&json, "type", ckpt_names_get(&names, ckpt_criu_type_name(file.kind)));
    if (known.has_id) {
        char text[20];
        add_member(&json, "id", (ckpt_string){text, ckpt_format_uint64(known.id, text)});
    }
    add_number(&json, "entries", file.count);
    add_number(&json, "magic", file.magic);
    add_number(&json, "old", file.old);
    add_number(&json, "bigEndian", file.big_endian);
    json.sink.end(&json.sink);
    return answer_with(&output);
}

/* ---- Encoding -------------------------------------------------------------------------------- */

/* The image that JSON describes; empty: the problem says why. */
const void *ckpt_wasm_image_bytes(const char *name, uint32_t name_length, const char *json,
                                  uint32_t length)
{
    enum ckpt_criu_kind kind = ckpt_criu_name(name, name_length).kind;
    struct ckpt_criu_file file;
    struct ckpt_criu_problem problem;
    ckpt_error error;
    ckpt_document *document = ckpt_document_new();
    ckpt_buffer_clear(&problem_text);
    ckpt_buffer_free(&output);
    if (document == NULL) {
        set_no_memory();
        return answer_with(&output);
    }
    if (!ckpt_criu_encode(document, &names, json, length, &output, &error)) {
        set_error(&error);
        output.length = 0;
    } else if (kind != CKPT_CRIU_IMAGE_UNKNOWN &&
               !ckpt_criu_open(&file, kind, (const uint8_t *)output.data, output.length,
                               &problem)) {
        set_problem(&problem);
        output.length = 0;
    }
    ckpt_document_free(document);
    return answer_with(&output);
}
