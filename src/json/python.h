/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text as Python's json.dump writes it: all ASCII, in one line or indented by four. */
#ifndef CKPT_JSON_PYTHON_H
#define CKPT_JSON_PYTHON_H

#include "mem/buffer.h"
#include "json/names.h"
#include "json/sink.h"

enum { CKPT_PYTHON_DEPTH = 512 }; /* containers in containers; deeper ones are not written */

struct ckpt_python {
    struct ckpt_sink sink; /* first; what values are sent to */
    struct ckpt_buffer *out;
    const struct ckpt_names *names; /* of members and words */
    bool indented;
    bool first, after_key, failed; /* failed: nested too deep */
    unsigned depth;
    char closers[CKPT_PYTHON_DEPTH];
};

/* A printer that appends one value to `out`; out->failed says whether there was memory. */
void ckpt_python_begin(struct ckpt_python *printer, struct ckpt_buffer *out,
                       const struct ckpt_names *names, bool indented);

#endif
