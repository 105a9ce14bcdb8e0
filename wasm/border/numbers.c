/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of the border, by the names that JavaScript uses for them (in tables.js: `border`).
 */
#include "wasm/border/numbers.h"

#include "archive/archive.h"
#include "checkpoint/members.h"
#include "checkpoint/print.h"
#include "ckpt.h"
#include "wasm/border/result.h"
#include "wasm/border/tape.h"
#include "json/scan.h"

struct number {
    const char *name;
    uint64_t value;
};

static const struct number result[] = {
#define FIELD(name) {#name, offsetof(struct ckpt_result, name) / sizeof(uint32_t)},
    CKPT_RESULT_FIELDS(FIELD, FIELD)
#undef FIELD
        {"words", sizeof(struct ckpt_result) / sizeof(uint32_t)},
};
static const struct number tape[] = {
    {"end", CKPT_TAPE_END},         {"null", CKPT_TAPE_NULL},         {"false", CKPT_TAPE_FALSE},
    {"true", CKPT_TAPE_TRUE},       {"input", CKPT_TAPE_INPUT},       {"string", CKPT_TAPE_STRING},
    {"integer", CKPT_TAPE_INTEGER}, {"negative", CKPT_TAPE_NEGATIVE}, {"int64", CKPT_TAPE_INT64},
    {"uint64", CKPT_TAPE_UINT64},   {"number", CKPT_TAPE_NUMBER},     {"struct", CKPT_TAPE_STRUCT},
    {"map", CKPT_TAPE_MAP},         {"array", CKPT_TAPE_ARRAY},       {"word", CKPT_TAPE_WORD},
};
/* Without the kind that only the native library has. */
static const struct number errors[] = {
    {"none", CKPT_OK},         {"syntax", CKPT_ERROR_SYNTAX}, {"type", CKPT_ERROR_TYPE},
    {"time", CKPT_ERROR_TIME}, {"limit", CKPT_ERROR_LIMIT},
};
static const struct number uses[] = {
    {"nothing", CKPT_USE_NOTHING},
    {"keep", CKPT_USE_KEEP},
    {"archive", CKPT_USE_ARCHIVE},
    {"list", CKPT_USE_LIST},
};
static const struct number modes[] = {
    {"decide", CKPT_ARCHIVE_DECIDE},
    {"sequential", CKPT_ARCHIVE_SEQUENTIAL},
    {"raw", CKPT_ARCHIVE_RAW},
};
static const struct number limits[] = {
    {"input", CKPT_MAX_INPUT},
    {"small_input", CKPT_INPUT_LEAST},
    {"depth", CKPT_MAX_DEPTH},
};

void ckpt_border_numbers(struct ckpt_buffer *out)
{
    static const struct {
        const char *name;
        const struct number *numbers;
        size_t count;
    } groups[] = {
#define GROUP(name) {#name, name, sizeof(name) / sizeof((name)[0])}
        GROUP(result), GROUP(tape), GROUP(errors), GROUP(uses), GROUP(modes), GROUP(limits),
#undef GROUP
    };
    for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
        ckpt_buffer_add_text(out, g == 0 ? "{\"" : ",\"");
        ckpt_buffer_add_text(out, groups[g].name);
        ckpt_buffer_add_text(out, "\":{");
        for (size_t i = 0; i < groups[g].count; i++) {
            ckpt_buffer_add_text(out, i == 0 ? "\"" : ",\"");
            ckpt_buffer_add_text(out, groups[g].numbers[i].name);
            ckpt_buffer_add_text(out, "\":");
            ckpt_print_number(out, groups[g].numbers[i].value);
        }
        ckpt_buffer_add_text(out, "}");
    }
    ckpt_buffer_add_text(out, "}");
}
