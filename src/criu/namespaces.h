/* SPDX-License-Identifier: Apache-2.0 */
/* What is in the namespaces of a dump: for namespaces.c, which puts it together. */
#ifndef CKPT_CRIU_NAMESPACES_H
#define CKPT_CRIU_NAMESPACES_H

#include "criu/view.h"

/* Each writes its member of NamespaceContent. `needed`: that its images are missing is a gap. */
void ckpt_put_ipc(ckpt_dump *dump, uint64_t id, bool needed, struct ckpt_sink *sink);
void ckpt_put_network(ckpt_dump *dump, uint64_t id, struct ckpt_sink *sink);

#endif
