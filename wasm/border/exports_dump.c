/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in the images of a dump, for JavaScript; wasm/api/dump.js is the other side. Lists are
 * answered as words in a row, good until the next call.
 */
#include <string.h>

#include "criu/cpu.h"
#include "criu/internal.h"
#include "criu/text.h"
#include "text/secrets.h"
#include "wasm/border/answer.h"

ckpt_dump *ckpt_wasm_dump_new(void);
void ckpt_wasm_dump_free(ckpt_dump *dump);
double ckpt_wasm_dump_use(const char *name, uint32_t length, double size);
int ckpt_wasm_dump_list(ckpt_dump *dump, const char *prefix, uint32_t length,
                        const uint8_t *records, uint32_t size);
const void *ckpt_wasm_dump_wanted(ckpt_dump *dump, int maps);
const void *ckpt_wasm_dump_directory(ckpt_dump *dump);
void *ckpt_wasm_dump_room(ckpt_dump *dump, const char *name, uint32_t length, uint32_t size);
void ckpt_wasm_dump_previous(ckpt_dump *dump, ckpt_dump *previous);
int ckpt_wasm_dump_has_early(ckpt_dump *dump);
void ckpt_wasm_dump_choose_early(ckpt_dump *dump);
const void *ckpt_wasm_dump_plan(ckpt_dump *dump);
void ckpt_wasm_dump_take(ckpt_dump *dump, uint32_t piece, const uint8_t *bytes, uint32_t length);
const void *ckpt_wasm_dump_view(ckpt_dump *dump, uint32_t view, uint32_t pid);
int ckpt_wasm_dump_cpu(ckpt_dump *dump, uint32_t source, uint32_t pid, uint64_t address,
                       const uint8_t *bytes, uint32_t length);
const void *ckpt_wasm_mask(const char *text, uint32_t length);

static struct ckpt_answer answer;

ckpt_dump *ckpt_wasm_dump_new(void)
{
    return ckpt_dump_new(0);
}

void ckpt_wasm_dump_free(ckpt_dump *dump)
{
    ckpt_dump_free(dump);
}

int ckpt_wasm_dump_list(ckpt_dump *dump, const char *prefix, uint32_t length,
                        const uint8_t *records, uint32_t size)
{
    return ckpt_dump_list(dump, (ckpt_string){prefix, length}, records, size);
}

/* How many bytes from its start are wanted of a file of that name and size: 0: none; -1: it is
   memory, of which only the plan says what is wanted. */
double ckpt_wasm_dump_use(const char *name, uint32_t length, double size)
{
    struct ckpt_dump_image image = {.size = (uint64_t)size};
    image.kind = (uint16_t)ckpt_criu_name(name, length).kind;
    return image.kind == CKPT_CRIU_IMAGE_PAGES ? -1 : (double)ckpt_dump_wanted(&image, true);
}

/* For each image of which bytes are wanted: address and length of its name, number of bytes. */
const void *ckpt_wasm_dump_wanted(ckpt_dump *dump, int maps)
{
    ckpt_buffer_clear(&answer.list);
    for (size_t i = 0; i < ckpt_dump_image_count(dump); i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(dump, i);
        uint64_t wanted = image->bytes == NULL ? ckpt_dump_wanted(image, maps != 0) : 0;
        if (wanted == 0)
            continue;
        ckpt_answer_word(&answer, (uint32_t)(uintptr_t)image->name.data);
        ckpt_answer_word(&answer, (uint32_t)image->name.length);
        ckpt_answer_word(&answer, wanted > UINT32_MAX ? UINT32_MAX : (uint32_t)wanted);
    }
    return ckpt_answer_list(&answer);
}

const void *ckpt_wasm_dump_directory(ckpt_dump *dump)
{
    ckpt_string name = ckpt_dump_directory(dump);
    return ckpt_answer_bytes(&answer, name.data, name.length);
}

void *ckpt_wasm_dump_room(ckpt_dump *dump, const char *name, uint32_t length, uint32_t size)
{
    return ckpt_dump_add(dump, (ckpt_string){name, length}, NULL, size, false);
}

void ckpt_wasm_dump_previous(ckpt_dump *dump, ckpt_dump *previous)
{
    ckpt_dump_set_previous(dump, previous);
}

int ckpt_wasm_dump_has_early(ckpt_dump *dump)
{
    return ckpt_dump_has_early(dump);
}

void ckpt_wasm_dump_choose_early(ckpt_dump *dump)
{
    ckpt_dump_choose_early(dump);
}

/* For each piece of pages files that is needed for command lines and environments: how many dumps
   before this one it is, number of the pages file, offset (low and high word), length. */
const void *ckpt_wasm_dump_plan(ckpt_dump *dump)
{
    size_t count;
    const struct ckpt_text_piece *pieces = ckpt_text_plan(dump, &count);
    ckpt_buffer_clear(&answer.list);
    for (size_t i = 0; i < count; i++) {
        ckpt_answer_word(&answer, pieces[i].level);
        ckpt_answer_word(&answer, (uint32_t)pieces[i].pages_id);
        ckpt_answer_long(&answer, pieces[i].offset);
        ckpt_answer_word(&answer, pieces[i].length);
    }
    return ckpt_answer_list(&answer);
}

void ckpt_wasm_dump_take(ckpt_dump *dump, uint32_t piece, const uint8_t *bytes, uint32_t length)
{
    ckpt_text_take(dump, piece, bytes, length);
}

/* A view of gaps alone: all that were met so far. */
static void write_gaps(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink)
{
    (void)pid;
    sink->begin_struct(sink);
    ckpt_view_gaps(sink, CKPT_VIEW_ProcessView_gaps, dump);
    sink->end(sink);
}

/* The views, by number. */
static const struct {
    void (*write)(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink);
} views[] = {{ckpt_view_processes}, {ckpt_view_files},      {ckpt_view_sockets}, {ckpt_view_mounts},
             {write_gaps},          {ckpt_view_namespaces}, {ckpt_view_cpu}};

struct request {
    ckpt_dump *dump;
    uint32_t view, pid;
};

static void write_view(struct ckpt_sink *sink, void *argument)
{
    const struct request *request = argument;
    ckpt_dump_begin_view(request->dump);
    views[request->view].write(request->dump, request->pid, sink);
}

/* A view on the tape: its words, and its strings. NULL: no memory, or no such view. */
const void *ckpt_wasm_dump_view(ckpt_dump *dump, uint32_t view, uint32_t pid)
{
    struct request request = {dump, view, pid};
    if (view >= sizeof(views) / sizeof(views[0]) ||
        !ckpt_tape_record(&answer.tape, write_view, &request))
        return NULL;
    return ckpt_answer_tape(&answer);
}

/* What is told of processors beside the images: ckpt_cpu_take(). */
int ckpt_wasm_dump_cpu(ckpt_dump *dump, uint32_t source, uint32_t pid, uint64_t address,
                       const uint8_t *bytes, uint32_t length)
{
    return ckpt_cpu_take(dump, (enum ckpt_cpu_source)source, pid, address, bytes, length);
}

static void put_masked(ckpt_string text)
{
    struct ckpt_secret secret;
    size_t done = 0;
    while (ckpt_secret_in(text, done, &secret) && secret.to > done) {
        ckpt_buffer_add(&answer.list, text.data + done, secret.from - done);
        ckpt_buffer_add_text(&answer.list, CKPT_MASK);
        done = secret.to;
    }
    ckpt_buffer_add(&answer.list, text.data + done, text.length - done);
}

/* Strings of a command line or an environment, with a NUL between them, without what looks like a
   secret in them or, by the option before, is one. */
const void *ckpt_wasm_mask(const char *text, uint32_t length)
{
    ckpt_string before = {NULL, 0};
    ckpt_buffer_clear(&answer.list);
    for (size_t at = 0;;) {
        const char *nul = at < length ? memchr(text + at, 0, length - at) : NULL;
        ckpt_string one = {text + at, nul == NULL ? length - at : (size_t)(nul - text) - at};
        struct ckpt_secret secret;
        if (before.length > 0 && ckpt_secret_argument(before, one, &secret)) {
            ckpt_buffer_add(&answer.list, one.data, secret.from);
            ckpt_buffer_add_text(&answer.list, CKPT_MASK);
            ckpt_buffer_add(&answer.list, one.data + secret.to, one.length - secret.to);
        } else {
            put_masked(one);
        }
        if (nul == NULL)
            break;
        ckpt_buffer_add(&answer.list, nul, 1);
        before = one;
        at += one.length + 1;
    }
    return ckpt_answer_list(&answer);
}
