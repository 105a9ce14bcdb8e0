/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with an image, in words. */
#ifndef CKPT_CRIU_PROBLEM_H
#define CKPT_CRIU_PROBLEM_H

#include "criu/file.h"
#include "mem/buffer.h"
#include "json/names.h"

/* Appends what is wrong, to be put after the name of the file: "ends within entry 3, at byte 28:
   …". `names`: the list of dist/criu-tables.js. */
void ckpt_criu_explain(const struct ckpt_criu_problem *problem, const struct ckpt_names *names,
                       struct ckpt_buffer *out);

/* Appends the path of fields to a damaged message, with the entry first: "/3/tc/timers". Empty if
   the problem is not in an entry. */
void ckpt_criu_problem_path(const struct ckpt_criu_problem *problem, const struct ckpt_names *names,
                            struct ckpt_buffer *out);

#endif
