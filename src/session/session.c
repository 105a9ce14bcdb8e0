/* SPDX-License-Identifier: Apache-2.0 */
#include "session/session.h"

#include <stdlib.h>

struct ckpt_session *ckpt_session_new(ckpt_string prefix)
{
    struct ckpt_session *session = calloc(1, sizeof(*session));
    if (session == NULL)
        return NULL;
    session->summary = ckpt_summary_new(prefix.data, prefix.length);
    if (session->summary == NULL) {
        free(session);
        return NULL;
    }
    return session;
}

void ckpt_session_free(struct ckpt_session *session)
{
    if (session == NULL)
        return;
    ckpt_validation_free(session->validation);
    ckpt_summary_free(session->summary);
    free(session);
}

bool ckpt_session_validate(struct ckpt_session *session, ckpt_string options, ckpt_string *problem)
{
    *problem = (ckpt_string){"", 0};
    ckpt_validation_free(session->validation);
    session->validation = ckpt_validation_new(session->summary);
    return session->validation != NULL &&
           ckpt_validation_start(session->validation, options, problem);
}
