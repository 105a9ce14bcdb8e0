/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session: what one opened checkpoint owns. Its summary, its validation and (with src/criu) its
 * dump live here, so that nothing below has to know what is freed with it. This is the only object
 * about a checkpoint that the border hands out.
 */
#ifndef CKPT_SESSION_H
#define CKPT_SESSION_H

#include "checkpoint/checkpoint.h"
#include "rules/validate.h"

struct ckpt_session {
    ckpt_summary *summary;
    struct ckpt_rules *validation; /* NULL until ckpt_session_validate() */
};

/* A new session; NULL without memory. `prefix`: see ckpt_summary_new(). */
struct ckpt_session *ckpt_session_new(ckpt_string prefix);

/* Frees all that it owns. NULL is allowed. */
void ckpt_session_free(struct ckpt_session *session);

/*
 * Begins a validation of what was added to the summary, and drops the one before. `options`: see
 * rules/validate.h. False: the options are wrong (*problem says why, until the session is freed or
 * validates again), or no memory (*problem is empty).
 */
bool ckpt_session_validate(struct ckpt_session *session, ckpt_string options, ckpt_string *problem);

#endif
