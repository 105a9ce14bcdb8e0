/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/catalog.h"
#include "rules/requirements.h"

#ifdef CKPT_WITH_DOCS
#define DATED(source, date) , source, date
#define DOCS(area, needs, title, what, why, ref) , area, needs, title, what, why, ref
#else
#define DATED(source, date)
#define DOCS(area, needs, title, what, why, ref)
#endif

const struct ckpt_rule ckpt_rules_table[CKPT_RULE_COUNT] = {
#define CKPT_RULE(number, area, severity, error_for, blocks, needs, title, fix, what, why, ref)    \
    {1##number - 1000, CKPT_##severity, error_for, blocks,                                         \
     fix DOCS(#area, needs, title, what, why, ref)},
#include "rules/rules.def"
#undef CKPT_RULE
};

const struct ckpt_requirement ckpt_requirements[CKPT_REQUIREMENT_COUNT] = {
#define CKPT_REQUIREMENT(id, program, from, before, rule, because, source, date)                   \
    {CKPT_TARGET_##program, CKPT_RULE_##rule, from, before, because DATED(source, date)},
#include "rules/requirements.def"
#undef CKPT_REQUIREMENT
};

const struct ckpt_target_name ckpt_target_names[CKPT_TARGET_COUNT] = {
#define X(id, name, display) {name, display},
    CKPT_TARGETS(X)
#undef X
};

const char *const ckpt_severity_names[] = {"off", "info", "warning", "error"};
const char *const ckpt_trust_names[] = {"clean", "suspicious", "hostile"};

const char *const ckpt_condition_names[CKPT_CONDITION_COUNT] = {
#define X(id, name, doc) name,
    CKPT_CONDITIONS(X)
#undef X
};

enum ckpt_trust ckpt_rule_trust(enum ckpt_rule_index rule)
{
    switch ((int)rule) {
#define X(number, trust)                                                                           \
    case CKPT_RULE_##number:                                                                       \
        return CKPT_##trust;
        CKPT_TRUST_RULES(X) /* NOLINT(bugprone-branch-clone) */
#undef X
    default:
        return CKPT_CLEAN;
    }
}

void ckpt_rule_id(enum ckpt_rule_index rule, char id[CKPT_RULE_ID_MAX])
{
    unsigned number = ckpt_rules_table[rule].number;
    id[0] = 'C';
    id[1] = 'K';
    id[2] = 'P';
    id[3] = (char)('0' + number / 100);
    id[4] = (char)('0' + number / 10 % 10);
    id[5] = (char)('0' + number % 10);
    id[6] = '\0';
}

bool ckpt_rule_matches(enum ckpt_rule_index rule, ckpt_string pattern)
{
    char id[CKPT_RULE_ID_MAX];
    ckpt_rule_id(rule, id);
    bool open = pattern.length != 0 && pattern.data[pattern.length - 1] == '*';
    size_t length = pattern.length - open;
    if (open ? length > 6 : length != 6)
        return false;
    for (size_t i = 0; i < length; i++)
        if (pattern.data[i] != id[i])
            return false;
    return true;
}
