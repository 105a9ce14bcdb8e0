/* SPDX-License-Identifier: Apache-2.0 */
#include "decoder.h"

#include <stdlib.h>

const char *ckpt_decoder_problem_text(uint32_t problem)
{
    static const char *const texts[] = {
#define X(name, text) text,
        CKPT_DECODER_PROBLEMS(X)
#undef X
    };
    return texts[problem < sizeof(texts) / sizeof(texts[0]) ? problem : 0];
}

struct ckpt_decoder *ckpt_decoder_new(const struct ckpt_decoder_type *type, uint64_t max_window)
{
    struct ckpt_decoder *d = calloc(1, type->size);
    if (d == NULL)
        return NULL;
    d->type = type;
    d->max_window = max_window;
    d->state.garbage_offset = UINT64_MAX;
    if (!type->start(d)) {
        ckpt_decoder_free(d);
        return NULL;
    }
    return d;
}

void ckpt_decoder_free(struct ckpt_decoder *d)
{
    if (d == NULL)
        return;
    d->type->end(d);
    free(d);
}

size_t ckpt_decoder_run(struct ckpt_decoder *d, const uint8_t **in, const uint8_t *end, bool last,
                        const uint8_t **out)
{
    const uint8_t *start = *in;
    size_t length = 0;
    if (d->state.code == 0 && d->state.garbage_offset == UINT64_MAX)
        length = d->type->run(d, in, end, out);
    d->state.source_read += (uint64_t)(*in - start);
    if (length > 0 || d->state.code != 0)
        return length;
    bool over = last && *in == end;
    if (d->state.garbage_offset != UINT64_MAX || (over && d->type->may_end(d)))
        d->state.ended = 1;
    else if (over)
        d->state.code = CKPT_ARCHIVE_E_CUT_STREAM;
    return 0;
}

size_t ckpt_decoder_fail(struct ckpt_decoder *d, uint32_t code, enum ckpt_decoder_problem problem)
{
    d->state.code = code;
    d->state.problem = problem;
    return 0;
}
