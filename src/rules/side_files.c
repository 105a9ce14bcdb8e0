/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules.h"

void ckpt_check_side_files(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "network.status");
    if (file != NULL && file->error.kind != CKPT_OK)
        ckpt_find_error(r, CKPT_RULE_302, file);
    file = ckpt_file_of(r, "status");
    if (file != NULL && file->error.kind != CKPT_OK)
        ckpt_find_error(r, CKPT_RULE_304, file);
}
