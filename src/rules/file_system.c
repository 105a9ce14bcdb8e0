/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules.h"

void ckpt_check_nested_member(struct ckpt_rules *r, const struct ckpt_member_view *member)
{
    (void)r;
    (void)member;
}

void ckpt_check_file_system(struct ckpt_rules *r)
{
    struct ckpt_file *deleted = ckpt_file_of(r, "deleted.files");
    if (deleted != NULL && deleted->error.kind != CKPT_OK)
        ckpt_find_error(r, CKPT_RULE_403, deleted);
}
