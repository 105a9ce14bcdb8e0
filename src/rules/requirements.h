/* SPDX-License-Identifier: Apache-2.0 */
/* What depends on versions of engines and of CRIU: requirements.def. */
#ifndef CKPT_RULES_REQUIREMENTS_H
#define CKPT_RULES_REQUIREMENTS_H

#include "rules/catalog.h"

/* After the targets: CRIU itself, whose version no target names. */
enum { CKPT_TARGET_CRIU = CKPT_TARGET_COUNT };

struct ckpt_requirement {
    uint8_t program; /* CKPT_TARGET_PODMAN …, CKPT_TARGET_CRIU */
    uint8_t rule;    /* enum ckpt_rule_index */
    const char *from, *before, *because;
#ifdef CKPT_WITH_DOCS
    const char *source, *date;
#endif
};

enum ckpt_requirement_index {
#define CKPT_REQUIREMENT(id, program, from, before, rule, because, source, date) CKPT_##id,
#include "rules/requirements.def"
#undef CKPT_REQUIREMENT
    CKPT_REQUIREMENT_COUNT
};

extern const struct ckpt_requirement ckpt_requirements[CKPT_REQUIREMENT_COUNT];

#endif
